MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`EngineeringChange` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`status`, `effectiveAt`: toString(n1.`effectiveAt`), _0: [COLLECT {
    MATCH (n1)-[e4:`WITHDRAWS`]->(n3:`MaterialDefinition`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p10 RETURN n3 {.`id`, .`version`, .`status`, _0: [COLLECT {
      MATCH (n3)<-[e6:`SUPERSEDES`]-(n5:`MaterialDefinition`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p2 RETURN n5 {.`id`, .`status`}
    }], _1: [COLLECT {
      MATCH (n3)<-[e8:`DEFINED_BY`]-(n7:`MaterialLot`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p5 RETURN n7 {.`id`, `quantity`: CASE WHEN n7.`quantity` IS NOT NULL THEN {value: n7.`quantity`, unit: n7.`quantity_unit`} END, _0: [COLLECT {
        MATCH (n7)<-[e10:`ASSEMBLED_FROM`]-(n9:`MaterialLot`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p3 RETURN n9 {.`id`, .`status`}
      }], _1: [COLLECT {
        MATCH (n7)<-[e12:`RESERVES`]-(n11:`JobOrder`) WHERE e12.`_golden` WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p4 RETURN [n11 {.`id`}, e12 {.`quantity`, .`quantity_unit`}, [], n11.id, e12.`_occurrence`]
      }]}
    }], _2: [COLLECT {
      MATCH (n3)<-[e14:`REQUIRES`]-(n13:`JobOrder`) WHERE e14.`_golden` AND n13.`status` IN $p6 WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p8 RETURN [n13 {.`id`, .`status`, `plannedStart`: toString(n13.`plannedStart`), _0: [COLLECT {
        MATCH (n13)-[e16:`FULFILS`]->(n15:`OperationsRequest`) WHERE e16.`_golden` WITH n15, e16 ORDER BY n15.id, e16.`_occurrence` LIMIT $p7 RETURN n15 {.`id`, _0: head(COLLECT {
          MATCH (n15)-[e18:`ORDERED_BY`]->(n17:`BusinessPartner`) WHERE e18.`_golden` WITH n17 ORDER BY n17.id LIMIT 1 RETURN n17 {.`name`}
        })}
      }]}, e14 {.`quantity`, .`quantity_unit`}, [], n13.id, e14.`_occurrence`]
    }, COUNT {
      MATCH (n3)<-[e14:`REQUIRES`]-(n13:`JobOrder`) WHERE e14.`_golden` AND n13.`status` IN $p9
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
