MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialDefinition`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.id LIMIT $p0 RETURN [n1 {.`id`}, null, [], n1.id, 0]
}, COUNT {
  MATCH (n1:`MaterialDefinition`)
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
