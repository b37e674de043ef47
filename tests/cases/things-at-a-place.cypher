MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`Equipment`:`Thing`) WHERE n1.id IS NOT NULL AND n1.`path` STARTS WITH $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`, .`path`, .`level`}
}, COUNT {
  MATCH (n1:`Equipment`:`Thing`) WHERE n1.id IS NOT NULL AND n1.`path` STARTS WITH $p2
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
