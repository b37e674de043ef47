MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Person` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`placeholder`, .`name`, .`path`, `updatedAt`: toString(n1.`updatedAt`), .`active`, .`_records`, .`_conflicts`, .`properties`, _0: [COLLECT {
    MATCH (n1)<-[e4:`USED`]-(n3:`JobResponse`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p3 RETURN n3 {.`id`, _0: [COLLECT {
      MATCH (n3)-[e6:`USED`]->(n5:`Person`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p2 RETURN n5 {.`id`, .`placeholder`}
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
