MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND (n1.`status` = $p0 OR (n1.`quantity` > $p1 AND EXISTS {
    MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE l3.`_golden` AND m2.`materialType` = $p2
  })) WITH n1 ORDER BY n1.`producedAt`, n1.id LIMIT $p3 RETURN n1 {.`id`, .`status`, `producedAt`: toString(n1.`producedAt`), `quantity`: CASE WHEN n1.`quantity` IS NOT NULL THEN {value: n1.`quantity`, unit: n1.`quantity_unit`} END, _0: head(COLLECT {
    MATCH (n1)-[e5:`DEFINED_BY`]->(n4:`MaterialDefinition`) WHERE e5.`_golden` WITH n4 ORDER BY n4.id LIMIT 1 RETURN n4 {.`name`}
  })}
}, COUNT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND (n1.`status` = $p4 OR (n1.`quantity` > $p5 AND EXISTS {
    MATCH (n1)-[l7:`DEFINED_BY`]->(m6:`MaterialDefinition`) WHERE l7.`_golden` AND m6.`materialType` = $p6
  }))
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
