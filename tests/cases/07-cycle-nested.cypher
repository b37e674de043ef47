MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`status`, _0: [COLLECT {
    MATCH (n1)-[e4:`ASSEMBLED_FROM`]->(n3:`MaterialLot`) WHERE e4.`_golden` AND n3.`id` STARTS WITH $p2 WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p7 RETURN [n3 {.`id`, .`status`, _0: [COLLECT {
      MATCH (n3)-[e6:`ASSEMBLED_FROM`]->(n5:`MaterialLot`) WHERE e6.`_golden` AND n5.`id` STARTS WITH $p3 WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p6 RETURN [n5 {.`id`, .`status`, _0: [COLLECT {
        MATCH (n5)-[e8:`ASSEMBLED_FROM`]->(n7:`MaterialLot`) WHERE e8.`_golden` AND n7.`id` STARTS WITH $p4 WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p5 RETURN [n7 {.`id`, .`status`}, e8 {.`operation`, .`quantity`, .`quantity_unit`, .`job`}, [], n7.id, e8.`_occurrence`]
      }]}, e6 {.`operation`, .`quantity`, .`quantity_unit`, .`job`}, [], n5.id, e6.`_occurrence`]
    }]}, e4 {.`operation`, .`quantity`, .`quantity_unit`, .`job`}, [], n3.id, e4.`_occurrence`]
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
