MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Equipment`) WHERE n1.id IS NOT NULL AND n1.`level` = $p0 WITH n1 ORDER BY n1.id LIMIT $p6 RETURN n1 {.`id`, _0: [COLLECT {
    MATCH (n1)<-[e3:`CONCERNS`]-(n2:`NonConformance`) WHERE e3.`_golden` WITH n2, e3 ORDER BY n2.`detectedAt`, n2.id, e3.`_occurrence` LIMIT $p5 RETURN n2 {.`id`, .`severity`, _0: [COLLECT {
      MATCH (n2)-[e5:`CONCERNS`]->(n4:`MaterialLot`) WHERE e5.`_golden` WITH n4, e5 ORDER BY n4.id, e5.`_occurrence` LIMIT $p1 RETURN n4 {_0: head(COLLECT {
        MATCH (n4)-[e7:`DEFINED_BY`]->(n6:`MaterialDefinition`) WHERE e7.`_golden` WITH n6 ORDER BY n6.id LIMIT 1 RETURN n6 {.`id`}
      })}
    }], _1: [COLLECT {
      MATCH (n2)-[e9:`CONCERNS`]->(n8:`MaterialDefinition`) WHERE e9.`_golden` WITH n8, e9 ORDER BY n8.id, e9.`_occurrence` LIMIT $p2 RETURN n8 {.`id`}
    }], _2: [COLLECT {
      MATCH (n2)<-[e11:`RESOLVES`]-(n10:`CorrectiveAction`) WHERE e11.`_golden` AND (n10.`dueAt` < $p3 AND n10.`completedAt` IS NULL) WITH n10, e11 ORDER BY n10.id, e11.`_occurrence` LIMIT $p4 RETURN n10 {.`id`, `dueAt`: toString(n10.`dueAt`), .`status`, _0: head(COLLECT {
        MATCH (n10)-[e13:`ASSIGNED_TO`]->(n12:`Person`) WHERE e13.`_golden` WITH n12 ORDER BY n12.id LIMIT 1 RETURN n12 {.`name`}
      })}
    }]}
  }, COUNT {
    MATCH (n1)<-[e3:`CONCERNS`]-(n2:`NonConformance`) WHERE e3.`_golden`
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
