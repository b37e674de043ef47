MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaintenancePlan`) WHERE n1.id IS NOT NULL AND (n1.`status` = $p0 AND n1.`nextDueAt` < $p1) WITH n1 ORDER BY n1.id LIMIT $p5 RETURN n1 {.`id`, .`name`, `interval`: CASE WHEN n1.`interval` IS NOT NULL THEN {value: n1.`interval`, unit: n1.`interval_unit`} END, `nextDueAt`: toString(n1.`nextDueAt`), _0: [COLLECT {
    MATCH (n1)<-[e3:`PLANNED_BY`]-(n2:`JobOrder`) WHERE e3.`_golden` WITH n2, e3 ORDER BY n2.id, e3.`_occurrence` LIMIT $p2 RETURN n2 {.`id`, .`status`, `plannedStart`: toString(n2.`plannedStart`), _0: [COUNT {
      MATCH (n2)<-[e5:`RESPONDS_TO`]-(n4:`JobResponse`) WHERE e5.`_golden`
    }]}
  }], _1: [COLLECT {
    MATCH (n1)-[e7:`MAINTAINS`]->(n6:`PhysicalAsset`) WHERE e7.`_golden` WITH n6, e7 ORDER BY n6.id, e7.`_occurrence` LIMIT $p4 RETURN n6 {.`id`, _0: [COLLECT {
      MATCH (n6)<-[e9:`ASSESSES`]-(n8:`AssetCondition`) WHERE e9.`_golden` WITH n8, e9 ORDER BY n8.`assessedAt` IS NULL, n8.`assessedAt` DESC, n8.id, e9.`_occurrence` LIMIT $p3 RETURN n8 {.`id`, .`health`, .`recommendation`}
    }]}
  }]}
}, COUNT {
  MATCH (n1:`MaintenancePlan`) WHERE n1.id IS NOT NULL AND (n1.`status` = $p6 AND n1.`nextDueAt` < $p7)
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
