MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`supplierLot`, .`status`, _0: [COLLECT {
    MATCH (n1)<-[e4:`ASSEMBLED_FROM`]-(n3:`MaterialLot`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p6 RETURN [n3 {.`id`, .`status`, _0: [COLLECT {
      MATCH (n3)<-[e6:`ASSEMBLED_FROM`]-(n5:`MaterialLot`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p5 RETURN n5 {.`id`, .`status`, _0: [COLLECT {
        MATCH (n5)<-[e8:`ASSEMBLED_FROM`]-(n7:`MaterialLot`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p4 RETURN n7 {.`id`, .`status`, _0: head(COLLECT {
          MATCH (n7)-[e10:`DEFINED_BY`]->(n9:`MaterialDefinition`) WHERE e10.`_golden` WITH n9 ORDER BY n9.id LIMIT 1 RETURN n9 {.`name`}
        }), _1: [COLLECT {
          MATCH (n7)<-[e12:`CONTAINS`]-(n11:`Shipment`) WHERE e12.`_golden` WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p3 RETURN [n11 {.`id`, .`status`, _0: head(COLLECT {
            MATCH (n11)-[e14:`SHIPPED_TO`]->(n13:`BusinessPartner`) WHERE e14.`_golden` WITH n13 ORDER BY n13.id LIMIT 1 RETURN n13 {.`name`}
          }), _1: [COLLECT {
            MATCH (n11)-[e16:`FULFILS`]->(n15:`OperationsRequest`) WHERE e16.`_golden` WITH n15, e16 ORDER BY n15.id, e16.`_occurrence` LIMIT $p2 RETURN n15 {.`id`}
          }]}, e12 {.`quantity`, .`quantity_unit`}, [], n11.id, e12.`_occurrence`]
        }]}
      }]}
    }]}, e4 {.`quantity`, .`quantity_unit`}, [], n3.id, e4.`_occurrence`]
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
