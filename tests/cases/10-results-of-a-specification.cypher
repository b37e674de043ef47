MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`TestSpecification` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {`target`: CASE WHEN n1.`target` IS NOT NULL THEN {value: n1.`target`, unit: n1.`target_unit`} END, _0: [COLLECT {
    MATCH (n1)<-[e4:`AGAINST`]-(n3:`TestResult`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.`measuredAt`, n3.id, e4.`_occurrence` LIMIT $p2 RETURN n3 {.`id`, `measuredAt`: toString(n3.`measuredAt`), `value`: CASE WHEN n3.`value` IS NOT NULL THEN {value: n3.`value`, unit: n3.`value_unit`} END, .`verdict`, _0: head(COLLECT {
      MATCH (n3)-[e6:`OF`]->(n5:`Sample`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {_0: head(COLLECT {
        MATCH (n5)-[e8:`TAKEN_FROM`]->(n7:`MaterialLot`) WHERE e8.`_golden` WITH n7 ORDER BY n7.id LIMIT 1 RETURN n7 {.`id`}
      })}
    })}
  }, COUNT {
    MATCH (n1)<-[e4:`AGAINST`]-(n3:`TestResult`) WHERE e4.`_golden`
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
