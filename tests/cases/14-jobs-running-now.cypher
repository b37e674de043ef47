MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`JobOrder`) WHERE n1.id IS NOT NULL AND (n1.`workType` = $p0 AND n1.`status` = $p1) WITH n1 ORDER BY n1.`expectedEnd`, n1.id LIMIT $p7 RETURN n1 {.`id`, `expectedEnd`: toString(n1.`expectedEnd`), _0: head(COLLECT {
    MATCH (n1)-[e3:`MAKES`]->(n2:`MaterialDefinition`) WHERE e3.`_golden` WITH n2 ORDER BY n2.id LIMIT 1 RETURN n2 {.`id`, .`status`}
  }), _1: head(COLLECT {
    MATCH (n1)-[e5:`FOLLOWS`]->(n4:`WorkMaster`) WHERE e5.`_golden` WITH n4 ORDER BY n4.id LIMIT 1 RETURN n4 {.`id`, .`status`}
  }), _2: [COLLECT {
    MATCH (n1)-[e7:`REQUIRES`]->(n6:`MaterialDefinition`) WHERE e7.`_golden` WITH n6, e7 ORDER BY n6.id, e7.`_occurrence` LIMIT $p2 RETURN n6 {.`id`, .`status`}
  }], _3: [COLLECT {
    MATCH (n1)<-[e9:`RESPONDS_TO`]-(n8:`JobResponse`) WHERE e9.`_golden` AND n8.`status` = $p3 WITH n8, e9 ORDER BY n8.id, e9.`_occurrence` LIMIT $p6 RETURN n8 {.`progress`, `goodQuantity`: CASE WHEN n8.`goodQuantity` IS NOT NULL THEN {value: n8.`goodQuantity`, unit: n8.`goodQuantity_unit`} END, `scrapQuantity`: CASE WHEN n8.`scrapQuantity` IS NOT NULL THEN {value: n8.`scrapQuantity`, unit: n8.`scrapQuantity_unit`} END, _0: [COLLECT {
      MATCH (n8)-[e11:`USED`]->(n10:`Equipment`) WHERE e11.`_golden` WITH n10, e11 ORDER BY n10.id, e11.`_occurrence` LIMIT $p4 RETURN n10 {.`id`}
    }], _1: [COLLECT {
      MATCH (n8)-[e13:`PRODUCED`]->(n12:`MaterialLot`) WHERE e13.`_golden` WITH n12, e13 ORDER BY n12.id, e13.`_occurrence` LIMIT $p5 RETURN n12 {.`id`, .`status`}
    }]}
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
