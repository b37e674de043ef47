MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`TestSpecification` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`target`, .`target_unit`, _0: [COLLECT {
    MATCH (n1)<-[e4:`AGAINST`]-(n3:`TestResult`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.`measuredAt`, n3.id, e4.`_occurrence` LIMIT $p2 RETURN n3 {.`id`, `measuredAt`: toString(n3.`measuredAt`), .`value`, .`value_unit`, .`verdict`, _0: head(COLLECT {
      MATCH (n3)-[e6:`OF`]->(n5:`Sample`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {_0: head(COLLECT {
        MATCH (n5)-[e8:`TAKEN_FROM`]->(n7:`MaterialLot`) WHERE e8.`_golden` WITH n7 ORDER BY n7.id LIMIT 1 RETURN n7 {.`id`}
      })}
    })}
  }, COUNT {
    MATCH (n1)<-[e4:`AGAINST`]-(n3:`TestResult`) WHERE e4.`_golden`
  }]}
})] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
