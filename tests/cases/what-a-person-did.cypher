MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Person` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`name`, .`active`, _0: [COLLECT {
    MATCH (n1)-[e4:`MEMBER_OF`]->(n3:`PersonnelClass`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p2 RETURN [n3 {.`name`}, e4 {`start`: toString(e4.`start`), `end`: toString(e4.`end`)}, [], n3.id, e4.`_occurrence`]
  }], _1: [COLLECT {
    MATCH (n1)<-[e6:`USED`]-(n5:`JobResponse`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.`start` IS NULL, n5.`start` DESC, n5.id, e6.`_occurrence` LIMIT $p3 RETURN n5 {.`id`, `start`: toString(n5.`start`)}
  }, COUNT {
    MATCH (n1)<-[e6:`USED`]-(n5:`JobResponse`) WHERE e6.`_golden`
  }], _2: [COLLECT {
    MATCH (n1)<-[e8:`TAKEN_BY`]-(n7:`Sample`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p4 RETURN n7 {.`id`}
  }], _3: [COLLECT {
    MATCH (n1)<-[e10:`ACKNOWLEDGED_BY`]-(n9:`OperationsEvent`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p5 RETURN n9 {.`id`}
  }], _4: [COLLECT {
    MATCH (n1)<-[e12:`ASSIGNED_TO`]-(n11:`CorrectiveAction`) WHERE e12.`_golden` WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p6 RETURN n11 {.`id`, .`status`}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
