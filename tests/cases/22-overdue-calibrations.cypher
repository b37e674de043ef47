MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Calibration`) WHERE n1.id IS NOT NULL AND (n1.`status` = $p0 AND n1.`dueAt` < $p1) WITH n1 ORDER BY n1.id LIMIT $p4 RETURN n1 {.`id`, `dueAt`: toString(n1.`dueAt`), _0: head(COLLECT {
    MATCH (n1)-[e3:`RESPONDS_TO`]->(n2:`JobOrder`) WHERE e3.`_golden` WITH n2 ORDER BY n2.id LIMIT 1 RETURN n2 {.`id`, .`status`, .`statusReason`}
  }), _1: head(COLLECT {
    MATCH (n1)-[e5:`CALIBRATES`]->(n4:`PhysicalAsset`) WHERE e5.`_golden` WITH n4 ORDER BY n4.id LIMIT 1 RETURN n4 {.`id`, .`name`, _0: [COLLECT {
      MATCH (n4)<-[e7:`MEASURED_WITH`]-(n6:`TestResult`) WHERE e7.`_golden` AND n6.`measuredAt` > $p2 WITH n6, e7 ORDER BY n6.`measuredAt`, n6.id, e7.`_occurrence` LIMIT $p3 RETURN n6 {.`id`, `measuredAt`: toString(n6.`measuredAt`), .`verdict`, _0: head(COLLECT {
        MATCH (n6)-[e9:`OF`]->(n8:`Sample`) WHERE e9.`_golden` WITH n8 ORDER BY n8.id LIMIT 1 RETURN n8 {_0: head(COLLECT {
          MATCH (n8)-[e11:`TAKEN_FROM`]->(n10:`MaterialLot`) WHERE e11.`_golden` WITH n10 ORDER BY n10.id LIMIT 1 RETURN n10 {.`id`, .`status`}
        })}
      })}
    }]}
  })}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
