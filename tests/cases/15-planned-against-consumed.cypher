MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`JobOrder`) MATCH (n1)-[l3:`MAKES`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND n1.`status` IN $p0 AND l3.`_golden` AND m2.`id` = $p1 WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p5 RETURN n1 {.`id`, _0: [COLLECT {
    MATCH (n1)-[e5:`REQUIRES`]->(n4:`MaterialDefinition`) WHERE e5.`_golden` WITH n4, e5 ORDER BY n4.id, e5.`_occurrence` LIMIT $p2 RETURN [n4 {.`id`}, e5 {.`quantity`, .`quantity_unit`}, [], n4.id, e5.`_occurrence`]
  }], _1: [COLLECT {
    MATCH (n1)<-[e7:`RESPONDS_TO`]-(n6:`JobResponse`) WHERE e7.`_golden` WITH n6, e7 ORDER BY n6.id, e7.`_occurrence` LIMIT $p4 RETURN n6 {_0: [COLLECT {
      MATCH (n6)-[e9:`CONSUMED`]->(n8:`MaterialLot`) WHERE e9.`_golden` WITH n8, e9 ORDER BY n8.id, e9.`_occurrence` LIMIT $p3 RETURN [n8 {.`id`, _0: head(COLLECT {
        MATCH (n8)-[e11:`DEFINED_BY`]->(n10:`MaterialDefinition`) WHERE e11.`_golden` WITH n10 ORDER BY n10.id LIMIT 1 RETURN n10 {.`id`}
      })}, e9 {.`quantity`, .`quantity_unit`}, [], n8.id, e9.`_occurrence`]
    }]}
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
