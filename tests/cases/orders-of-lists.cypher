MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`OperationsRequest`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.`priority`, n1.`orderedAt` IS NULL, n1.`orderedAt` DESC, n1.id LIMIT $p0 RETURN n1 {.`id`, .`priority`, `orderedAt`: toString(n1.`orderedAt`)}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`OperationsRequest`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.`priority` IS NULL, n1.`priority` DESC, n1.id LIMIT $p0 RETURN n1 {.`id`}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 WITH n1 ORDER BY n1.`quantity` IS NULL, n1.`quantity` DESC, n1.id LIMIT $p1 RETURN n1 {.`id`, .`quantity`, .`quantity_unit`}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
