MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`OperationsRequest`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.`priority`, n1.`orderedAt` IS NULL, n1.`orderedAt` DESC, n1.id LIMIT $p0 RETURN n1 {.`id`, .`priority`, `orderedAt`: toString(n1.`orderedAt`)}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`OperationsRequest`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.`priority` IS NULL, n1.`priority` DESC, n1.id LIMIT $p0 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 WITH n1 ORDER BY n1.`quantity` IS NULL, n1.`quantity` DESC, n1.id LIMIT $p1 RETURN n1 {.`id`, `quantity`: CASE WHEN n1.`quantity` IS NOT NULL THEN {value: n1.`quantity`, unit: n1.`quantity_unit`} END}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
