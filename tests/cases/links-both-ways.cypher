MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Shipment` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {_0: [COLLECT {
    MATCH (n1)-[e4:`CONTAINS`]->(n3:`MaterialLot`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p2 RETURN [n3 {.`id`}, e4 {.`quantity`, .`quantity_unit`}, [], n3.id, e4.`_occurrence`]
  }], _1: [COLLECT {
    MATCH (n1)-[e6:`FULFILS`]->(n5:`OperationsRequest`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p4 RETURN [n5 {.`id`, _0: [COLLECT {
      MATCH (n5)<-[e8:`FULFILS`]-(n7:`Shipment`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p3 RETURN [n7 {.`id`}, e8 {.`quantity`, .`quantity_unit`}, [], n7.id, e8.`_occurrence`]
    }]}, e6 {.`quantity`, .`quantity_unit`}, [], n5.id, e6.`_occurrence`]
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {_0: [COLLECT {
    MATCH (n1)<-[e4:`CONTAINS`]-(n3:`Shipment`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p2 RETURN [n3 {.`id`}, e4 {.`quantity`, .`quantity_unit`}, [], n3.id, e4.`_occurrence`]
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
