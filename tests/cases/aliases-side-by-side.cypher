MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialDefinition` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, _0: [COUNT {
    MATCH (n1)<-[e4:`DEFINED_BY`]-(n3:`MaterialLot`) WHERE e4.`_golden` AND n3.`status` = $p2
  }], _1: [COLLECT {
    MATCH (n1)<-[e6:`DEFINED_BY`]-(n5:`MaterialLot`) WHERE e6.`_golden` AND n5.`status` = $p3 WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p4 RETURN n5 {.`id`}
  }, COUNT {
    MATCH (n1)<-[e6:`DEFINED_BY`]-(n5:`MaterialLot`) WHERE e6.`_golden` AND n5.`status` = $p5
  }], _2: [COLLECT {
    MATCH (n1)<-[e8:`DEFINED_BY`]-(n7:`MaterialLot`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p6 RETURN n7 {.`status`, .`id`}
  }, COUNT {
    MATCH (n1)<-[e8:`DEFINED_BY`]-(n7:`MaterialLot`) WHERE e8.`_golden`
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
