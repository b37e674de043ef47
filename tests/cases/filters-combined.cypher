MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 AND NOT (n1.`status` = $p1) WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, .`status`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND (n1.`status` = $p0 OR n1.`status` = $p1) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND (n1.`quantity` > $p0 AND n1.`expiresAt` < $p1 AND NOT (n1.`status` IN $p2)) WITH n1 ORDER BY n1.`expiresAt`, n1.id LIMIT $p3 RETURN n1 {.`id`, `expiresAt`: toString(n1.`expiresAt`), `quantity`: CASE WHEN n1.`quantity` IS NOT NULL THEN {value: n1.`quantity`, unit: n1.`quantity_unit`} END}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COUNT {
  MATCH (n1:`MaterialLot`)
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
