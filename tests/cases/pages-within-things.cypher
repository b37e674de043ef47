MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Equipment` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {_0: [COLLECT {
    MATCH (n1)<-[e4:`REQUIRES`]-(n3:`JobOrder`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.`plannedStart` IS NULL, n3.`plannedStart` DESC, n3.id, e4.`_occurrence` LIMIT $p2 RETURN n3 {.`id`, `plannedStart`: toString(n3.`plannedStart`)}
  }, COUNT {
    MATCH (n1)<-[e4:`REQUIRES`]-(n3:`JobOrder`) WHERE e4.`_golden`
  }], _1: [COLLECT {
    MATCH (n1)<-[e6:`CONCERNS`]-(n5:`NonConformance`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p3 RETURN n5 {.`id`}
  }, COUNT {
    MATCH (n1)<-[e6:`CONCERNS`]-(n5:`NonConformance`) WHERE e6.`_golden`
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COUNT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND n1.`status` = $p0
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
