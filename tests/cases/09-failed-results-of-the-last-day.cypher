MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`TestResult`) WHERE n1.id IS NOT NULL AND (n1.`verdict` = $p0 AND n1.`measuredAt` >= $p1) WITH n1 ORDER BY n1.`measuredAt` IS NULL, n1.`measuredAt` DESC, n1.id LIMIT $p7 RETURN n1 {.`id`, `value`: CASE WHEN n1.`value` IS NOT NULL THEN {value: n1.`value`, unit: n1.`value_unit`} END, `measuredAt`: toString(n1.`measuredAt`), _0: head(COLLECT {
    MATCH (n1)-[e3:`AGAINST`]->(n2:`TestSpecification`) WHERE e3.`_golden` WITH n2 ORDER BY n2.id LIMIT 1 RETURN n2 {`lowerLimit`: CASE WHEN n2.`lowerLimit` IS NOT NULL THEN {value: n2.`lowerLimit`, unit: n2.`lowerLimit_unit`} END, `upperLimit`: CASE WHEN n2.`upperLimit` IS NOT NULL THEN {value: n2.`upperLimit`, unit: n2.`upperLimit_unit`} END}
  }), _1: head(COLLECT {
    MATCH (n1)-[e5:`OF`]->(n4:`Sample`) WHERE e5.`_golden` WITH n4 ORDER BY n4.id LIMIT 1 RETURN n4 {_0: head(COLLECT {
      MATCH (n4)-[e7:`TAKEN_FROM`]->(n6:`MaterialLot`) WHERE e7.`_golden` WITH n6 ORDER BY n6.id LIMIT 1 RETURN n6 {.`id`, _0: head(COLLECT {
        MATCH (n6)-[e9:`DEFINED_BY`]->(n8:`MaterialDefinition`) WHERE e9.`_golden` WITH n8 ORDER BY n8.id LIMIT 1 RETURN n8 {.`name`}
      }), _1: [COLLECT {
        MATCH (n6)<-[e11:`PRODUCED`]-(n10:`JobResponse`) WHERE e11.`_golden` WITH n10, e11 ORDER BY n10.id, e11.`_occurrence` LIMIT $p5 RETURN n10 {_0: head(COLLECT {
          MATCH (n10)-[e13:`RESPONDS_TO`]->(n12:`JobOrder`) WHERE e13.`_golden` WITH n12 ORDER BY n12.id LIMIT 1 RETURN n12 {.`id`, _0: [COLLECT {
            MATCH (n12)-[e15:`FULFILS`]->(n14:`OperationsRequest`) WHERE e15.`_golden` WITH n14, e15 ORDER BY n14.id, e15.`_occurrence` LIMIT $p2 RETURN n14 {.`id`}
          }]}
        }), _1: [COLLECT {
          MATCH (n10)-[e17:`USED`]->(n16:`Equipment`) WHERE e17.`_golden` AND n16.`level` = $p3 WITH n16, e17 ORDER BY n16.id, e17.`_occurrence` LIMIT $p4 RETURN n16 {.`id`}
        }]}
      }]}
    })}
  }), _2: head(COLLECT {
    MATCH (n1)-[e19:`MEASURED_WITH`]->(n18:`PhysicalAsset`) WHERE e19.`_golden` WITH n18 ORDER BY n18.id LIMIT 1 RETURN n18 {.`name`, _0: [COLLECT {
      MATCH (n18)<-[e21:`CALIBRATES`]-(n20:`Calibration`) WHERE e21.`_golden` WITH n20, e21 ORDER BY n20.id, e21.`_occurrence` LIMIT $p6 RETURN n20 {.`id`, .`status`, `dueAt`: toString(n20.`dueAt`), `validUntil`: toString(n20.`validUntil`)}
    }]}
  })}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
