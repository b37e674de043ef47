MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Sample` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, _0: head(COLLECT {
    MATCH (n1)-[e4:`TAKEN_FROM`]->(n3:`MaterialLot`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.`id`, _0: head(COLLECT {
      MATCH (n3)-[e6:`DEFINED_BY`]->(n5:`MaterialDefinition`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {.`id`}
    })}
  }), _1: [COLLECT {
    MATCH (n1)<-[e8:`OF`]-(n7:`TestResult`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p2 RETURN n7 {.`id`, _0: head(COLLECT {
      MATCH (n7)-[e10:`AGAINST`]->(n9:`TestSpecification`) WHERE e10.`_golden` WITH n9 ORDER BY n9.id LIMIT 1 RETURN n9 {.`id`}
    })}
  }, COUNT {
    MATCH (n1)<-[e8:`OF`]-(n7:`TestResult`) WHERE e8.`_golden`
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
