MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`OperationsEvent`:`Thing`) WHERE n1.id IS NOT NULL AND (n1.`path` STARTS WITH $p0 AND n1.`category` IN $p1) WITH n1 ORDER BY n1.`raisedAt` IS NULL, n1.`raisedAt` DESC, n1.id LIMIT $p8 RETURN n1 {.`id`, .`category`, .`state`, .`message`, `raisedAt`: toString(n1.`raisedAt`), _0: head(COLLECT {
    MATCH (n1)-[e3:`CONCERNS`]->(n2:`PhysicalAsset`) WHERE e3.`_golden` WITH n2 ORDER BY n2.id LIMIT 1 RETURN n2 {.`id`, _0: [COLLECT {
      MATCH (n2)<-[e5:`MAINTAINS`]-(n4:`JobOrder`) WHERE e5.`_golden` AND n4.`status` IN $p2 WITH n4, e5 ORDER BY n4.id, e5.`_occurrence` LIMIT $p3 RETURN n4 {.`id`, .`name`, `plannedStart`: toString(n4.`plannedStart`)}
    }]}
  }), _1: head(COLLECT {
    MATCH (n1)-[e7:`CONCERNS`]->(n6:`Equipment`) WHERE e7.`_golden` WITH n6 ORDER BY n6.id LIMIT 1 RETURN n6 {.`id`, _0: [COLLECT {
      MATCH (n6)-[e9:`IMPLEMENTED_BY`]->(n8:`PhysicalAsset`) WHERE e9.`_golden` AND n8.`status` = $p4 WITH n8, e9 ORDER BY n8.id, e9.`_occurrence` LIMIT $p7 RETURN n8 {.`id`, _0: [COLLECT {
        MATCH (n8)<-[e11:`MAINTAINS`]-(n10:`JobOrder`) WHERE e11.`_golden` AND n10.`status` IN $p5 WITH n10, e11 ORDER BY n10.id, e11.`_occurrence` LIMIT $p6 RETURN n10 {.`id`, .`name`, `plannedStart`: toString(n10.`plannedStart`)}
      }]}
    }]}
  })}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
