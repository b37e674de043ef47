MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`JobOrder` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`status`, _0: [COLLECT {
    MATCH (n1)-[e4:`REQUIRES`]->(n3:`MaterialDefinition`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p2 RETURN [n3 {.`id`}, e4 {.`quantity`, .`quantity_unit`}, [], n3.id, e4.`_occurrence`]
  }], _1: [COLLECT {
    MATCH (n1)-[e6:`RESERVES`]->(n5:`MaterialLot`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p3 RETURN [n5 {.`id`, `quantity`: CASE WHEN n5.`quantity` IS NOT NULL THEN {value: n5.`quantity`, unit: n5.`quantity_unit`} END}, e6 {.`quantity`, .`quantity_unit`}, [], n5.id, e6.`_occurrence`]
  }], _2: [COLLECT {
    MATCH (n1)-[e8:`DEPENDS_ON`]->(n7:`JobOrder`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p6 RETURN n7 {.`id`, .`status`, _0: [COLLECT {
      MATCH (n7)-[e10:`DEPENDS_ON`]->(n9:`JobOrder`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p5 RETURN n9 {.`id`, .`status`, _0: [COLLECT {
        MATCH (n9)-[e12:`DEPENDS_ON`]->(n11:`JobOrder`) WHERE e12.`_golden` WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p4 RETURN n11 {.`id`, .`status`}
      }]}
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
