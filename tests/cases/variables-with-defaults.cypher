MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`TestResult`) WHERE n1.id IS NOT NULL AND n1.`verdict` = $p0 WITH n1 ORDER BY n1.`measuredAt`, n1.id LIMIT $p1 RETURN n1 {.`id`}
}, COUNT {
  MATCH (n1:`TestResult`) WHERE n1.id IS NOT NULL AND n1.`verdict` = $p2
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`, .`status`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
