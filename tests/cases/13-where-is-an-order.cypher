MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`OperationsRequest` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`status`, .`customerReference`, `promisedAt`: toString(n1.`promisedAt`), _0: head(COLLECT {
    MATCH (n1)-[e4:`ORDERED_BY`]->(n3:`BusinessPartner`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.`name`}
  }), _1: [COLLECT {
    MATCH (n1)<-[e6:`PART_OF`]-(n5:`OperationsRequest`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p12 RETURN n5 {.`id`, .`status`, _0: [COLLECT {
      MATCH (n5)-[e8:`REQUESTS`]->(n7:`MaterialDefinition`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p2 RETURN [n7 {.`name`}, e8 {.`quantity`, .`quantity_unit`}, [], n7.id, e8.`_occurrence`]
    }], _1: [COUNT {
      MATCH (n5)<-[e10:`FULFILS`]-(n9:`JobOrder`) WHERE e10.`_golden`
    }], _2: [COLLECT {
      MATCH (n5)<-[e12:`FULFILS`]-(n11:`JobOrder`) WHERE e12.`_golden` AND n11.`status` IN $p3 WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p5 RETURN [n11 {.`id`, .`status`, `plannedEnd`: toString(n11.`plannedEnd`), `expectedEnd`: toString(n11.`expectedEnd`), .`statusReason`, _0: [COLLECT {
        MATCH (n11)<-[e14:`RESPONDS_TO`]-(n13:`JobResponse`) WHERE e14.`_golden` WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p4 RETURN n13 {.`progress`, `goodQuantity`: CASE WHEN n13.`goodQuantity` IS NOT NULL THEN {value: n13.`goodQuantity`, unit: n13.`goodQuantity_unit`} END}
      }]}, e12 {.`quantity`, .`quantity_unit`}, [], n11.id, e12.`_occurrence`]
    }], _3: [COLLECT {
      MATCH (n5)<-[e16:`FULFILS`]-(n15:`JobOrder`) WHERE e16.`_golden` AND EXISTS {
        MATCH (n15)<-[l18:`RESPONDS_TO`]-(m17:`JobResponse`) WHERE l18.`_golden` AND EXISTS {
          MATCH (m17)-[l20:`PRODUCED`]->(m19:`MaterialLot`) WHERE l20.`_golden` AND m19.`status` IN $p6
        }
      } WITH n15, e16 ORDER BY n15.id, e16.`_occurrence` LIMIT $p10 RETURN n15 {.`id`, _0: [COLLECT {
        MATCH (n15)<-[e22:`RESPONDS_TO`]-(n21:`JobResponse`) WHERE e22.`_golden` WITH n21, e22 ORDER BY n21.id, e22.`_occurrence` LIMIT $p9 RETURN n21 {_0: [COLLECT {
          MATCH (n21)-[e24:`PRODUCED`]->(n23:`MaterialLot`) WHERE e24.`_golden` WITH n23, e24 ORDER BY n23.id, e24.`_occurrence` LIMIT $p8 RETURN n23 {.`id`, .`status`, _0: [COLLECT {
            MATCH (n23)<-[e26:`CONCERNS`]-(n25:`NonConformance`) WHERE e26.`_golden` WITH n25, e26 ORDER BY n25.id, e26.`_occurrence` LIMIT $p7 RETURN n25 {.`id`, .`status`}
          }]}
        }]}
      }]}
    }], _4: [COLLECT {
      MATCH (n5)<-[e28:`FULFILS`]-(n27:`Shipment`) WHERE e28.`_golden` WITH n27, e28 ORDER BY n27.id, e28.`_occurrence` LIMIT $p11 RETURN [n27 {.`id`, .`status`, `expectedAt`: toString(n27.`expectedAt`)}, e28 {.`quantity`, .`quantity_unit`}, [], n27.id, e28.`_occurrence`]
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
