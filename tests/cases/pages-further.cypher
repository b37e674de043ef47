MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`TestResult`) WHERE n1.id IS NOT NULL AND (((n1.`measuredAt` < $p0 OR n1.`measuredAt` IS NULL)) OR (n1.`measuredAt` = $p0 AND n1.id > $p1)) WITH n1 ORDER BY n1.`measuredAt` IS NULL, n1.`measuredAt` DESC, n1.id LIMIT $p2 RETURN n1 {.`id`, `measuredAt`: toString(n1.`measuredAt`)}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND n1.id > $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
