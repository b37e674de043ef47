MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`OperationsEvent`) WHERE n1.id IS NOT NULL AND (n1.`state` IS NULL OR n1.`state` <> $p0) WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`, .`state`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`NonConformance`) WHERE n1.id IS NOT NULL AND ((n1.`status` IS NULL OR n1.`status` <> $p0) AND n1.`severity` IN $p1) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, .`severity`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND n1.`status` IS NULL WITH n1 ORDER BY n1.id LIMIT $p0 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`TestSpecification`) WHERE n1.id IS NOT NULL AND n1.`mandatory` = $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`, .`expected`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COUNT {
  MATCH (n1:`TestSpecification`) WHERE n1.id IS NOT NULL AND (n1.`placeholder` = $p0 AND (n1.`mandatory` IS NULL OR n1.`mandatory` <> $p1))
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
