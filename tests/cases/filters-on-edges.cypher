MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`JobResponse`) MATCH (n1)-[l3:`CONSUMED`]->(m2:`MaterialLot`) MATCH (m2)-[l5:`DEFINED_BY`]->(m4:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND l5.`_golden` AND m4.`id` = $p0 AND l3.`quantity` > $p1 AND l3.`quantity_unit` = $p2 WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p6 RETURN n1 {.`id`, _0: [COLLECT {
    MATCH (n1)-[e7:`CONSUMED`]->(n6:`MaterialLot`) WHERE e7.`_golden` AND e7.`quantity` < $p3 WITH n6, e7 ORDER BY n6.id, e7.`_occurrence` LIMIT $p4 RETURN [n6 {.`id`}, e7 {.`quantity`, .`quantity_unit`}, [], n6.id, e7.`_occurrence`]
  }, COUNT {
    MATCH (n1)-[e7:`CONSUMED`]->(n6:`MaterialLot`) WHERE e7.`_golden` AND e7.`quantity` < $p5
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`JobResponse`) WHERE n1.id IS NOT NULL AND (EXISTS {
    MATCH (n1)-[l3:`CONSUMED`]->(m2:`MaterialLot`) WHERE l3.`_golden`
  } AND NOT EXISTS {
    MATCH (n1)-[l5:`CONSUMED`]->(m4:`MaterialLot`) WHERE l5.`_golden` AND CASE WHEN (l5.`quantity` >= $p0 AND l5.`quantity_unit` = $p1) THEN false ELSE true END
  }) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` IN $p0 AND EXISTS {
    MATCH (n1)<-[l5:`CONSUMED`]-(m4:`JobResponse`) WHERE l5.`_golden`
  } AND NOT EXISTS {
    MATCH (n1)<-[l7:`CONSUMED`]-(m6:`JobResponse`) WHERE l7.`_golden` AND l7.`time` >= $p1
  } WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
