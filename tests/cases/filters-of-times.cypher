MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` < $p0 WITH n1 ORDER BY n1.`validUntil`, n1.id LIMIT $p1 RETURN n1 {.`id`, `validUntil`: toString(n1.`validUntil`)}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` >= $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND (n1.`validUntil` > $p0 AND n1.`validUntil` <= $p1) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` = $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` IN $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND n1.`validUntil` IS NULL WITH n1 ORDER BY n1.id LIMIT $p0 RETURN n1 {.`id`}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
