MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` < $p0 WITH n1 ORDER BY n1.`validUntil`, n1.id LIMIT $p1 RETURN n1 {.`id`, `validUntil`: toString(n1.`validUntil`)}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` >= $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND (n1.`validUntil` > $p0 AND n1.`validUntil` <= $p1) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` = $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` IN $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` IS NULL WITH n1 ORDER BY n1.id LIMIT $p0 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
