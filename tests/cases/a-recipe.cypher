MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`WorkMaster` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`version`, .`status`, `validFrom`: toString(n1.`validFrom`), .`parameters`, _0: [COLLECT {
    MATCH (n1)-[e4:`SUPERSEDES`]->(n3:`WorkMaster`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p2 RETURN n3 {.`id`, .`status`, `validTo`: toString(n3.`validTo`)}
  }], _1: [COLLECT {
    MATCH (n1)-[e6:`CONSISTS_OF`]->(n5:`ProcessSegment`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p3 RETURN [n5 {.`id`, .`name`}, e6 {.`position`}, [], n5.id, e6.`_occurrence`]
  }], _2: [COLLECT {
    MATCH (n1)<-[e8:`DESCRIBES`]-(n7:`Document`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p4 RETURN n7 {.`id`, .`name`, .`uri`}
  }], _3: [COLLECT {
    MATCH (n1)<-[e10:`AFFECTS`]-(n9:`EngineeringChange`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p5 RETURN n9 {.`id`, .`reason`}
  }], _4: [COLLECT {
    MATCH (n1)<-[e12:`FOLLOWS`]-(n11:`JobOrder`) WHERE e12.`_golden` AND n11.`status` IN $p6 WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p7 RETURN n11 {.`id`, .`status`}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
