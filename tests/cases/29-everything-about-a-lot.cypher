MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`path`, `updatedAt`: toString(n1.`updatedAt`), .`identifiers`, .`_records`, _0: [COLLECT {
    MATCH (n1)<-[e4:`CONTAINS`]-(n3:`Shipment`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p2 RETURN n3 {.`id`}
  }], _1: [COLLECT {
    MATCH (n1)<-[e6:`TAKEN_FROM`]-(n5:`Sample`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p4 RETURN n5 {.`id`, .`status`, _0: [COLLECT {
      MATCH (n5)<-[e8:`OF`]-(n7:`TestResult`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p3 RETURN n7 {.`id`, .`verdict`}
    }]}
  }], _2: [COLLECT {
    MATCH (n1)<-[e10:`PRODUCED`]-(n9:`JobResponse`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p5 RETURN n9 {.`id`}
  }], _3: [COLLECT {
    MATCH (n1)<-[e12:`CONCERNS`]-(n11:`NonConformance`) WHERE e12.`_golden` WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p6 RETURN n11 {.`id`}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
