MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`PhysicalAsset`) MATCH (n1)<-[l3:`ASSESSES`]-(m2:`AssetCondition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`health` IN $p0 WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p10 RETURN n1 {.`id`, .`name`, .`criticality`, _0: [COLLECT {
    MATCH (n1)<-[e5:`ASSESSES`]-(n4:`AssetCondition`) WHERE e5.`_golden` WITH n4, e5 ORDER BY n4.`assessedAt` IS NULL, n4.`assessedAt` DESC, n4.id, e5.`_occurrence` LIMIT $p1 RETURN n4 {.`id`, .`health`, .`healthScore`, `remainingLife`: CASE WHEN n4.`remainingLife` IS NOT NULL THEN {value: n4.`remainingLife`, unit: n4.`remainingLife_unit`} END, .`failureProbability`, .`recommendation`}
  }, COUNT {
    MATCH (n1)<-[e5:`ASSESSES`]-(n4:`AssetCondition`) WHERE e5.`_golden`
  }], _1: [COLLECT {
    MATCH (n1)<-[e7:`MAINTAINS`]-(n6:`JobOrder`) WHERE e7.`_golden` AND n6.`status` IN $p2 WITH n6, e7 ORDER BY n6.id, e7.`_occurrence` LIMIT $p4 RETURN n6 {.`id`, `plannedStart`: toString(n6.`plannedStart`), .`statusReason`, _0: [COLLECT {
      MATCH (n6)-[e9:`TRIGGERED_BY`]->(n8:`OperationsEvent`) WHERE e9.`_golden` WITH n8, e9 ORDER BY n8.id, e9.`_occurrence` LIMIT $p3 RETURN n8 {.`id`, .`message`}
    }]}
  }], _2: [COLLECT {
    MATCH (n1)<-[e11:`IMPLEMENTED_BY`]-(n10:`Equipment`) WHERE e11.`_golden` WITH n10, e11 ORDER BY n10.id, e11.`_occurrence` LIMIT $p9 RETURN n10 {.`id`, _0: head(COLLECT {
      MATCH (n10)-[e13:`PART_OF`]->(n12:`Equipment`) WHERE e13.`_golden` WITH n12 ORDER BY n12.id LIMIT 1 RETURN n12 {.`id`, _0: [COLLECT {
        MATCH (n12)<-[e15:`REQUIRES`]-(n14:`JobOrder`) WHERE e15.`_golden` AND (n14.`plannedStart` >= $p5 AND n14.`plannedStart` < $p6) WITH n14, e15 ORDER BY n14.id, e15.`_occurrence` LIMIT $p8 RETURN n14 {.`id`, .`status`, `plannedStart`: toString(n14.`plannedStart`), _0: head(COLLECT {
          MATCH (n14)-[e17:`MAKES`]->(n16:`MaterialDefinition`) WHERE e17.`_golden` WITH n16 ORDER BY n16.id LIMIT 1 RETURN n16 {.`name`}
        }), _1: [COLLECT {
          MATCH (n14)-[e19:`FULFILS`]->(n18:`OperationsRequest`) WHERE e19.`_golden` WITH n18, e19 ORDER BY n18.id, e19.`_occurrence` LIMIT $p7 RETURN n18 {.`id`, _0: head(COLLECT {
            MATCH (n18)-[e21:`ORDERED_BY`]->(n20:`BusinessPartner`) WHERE e21.`_golden` WITH n20 ORDER BY n20.id LIMIT 1 RETURN n20 {.`name`}
          })}
        }]}
      }]}
    })}
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
