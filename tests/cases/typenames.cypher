MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {`quantity`: CASE WHEN n1.`quantity` IS NOT NULL THEN {value: n1.`quantity`, unit: n1.`quantity_unit`} END, _0: head(COLLECT {
    MATCH (n1)-[e4:`DEFINED_BY`]->(n3:`MaterialDefinition`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.id}
  }), _1: [COLLECT {
    MATCH (n1)<-[e6:`RECEIVED`]-(n5:`PurchaseReceipt`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p2 RETURN n5 {_0: head(COLLECT {
      MATCH (n5)-[e8:`SUPPLIED_BY`]->(n7:`BusinessPartner`) WHERE e8.`_golden` WITH n7 ORDER BY n7.id LIMIT 1 RETURN n7 {.id}
    })}
  }], _2: [COLLECT {
    MATCH (n1)<-[e10:`TAKEN_FROM`]-(n9:`Sample`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p3 RETURN n9 {.id}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
