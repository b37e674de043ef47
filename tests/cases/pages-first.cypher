MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`MaterialDefinition`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.id LIMIT $p0 RETURN [n1 {.`id`}, null, [], n1.id, 0]
}, COUNT {
  MATCH (n1:`MaterialDefinition`)
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
