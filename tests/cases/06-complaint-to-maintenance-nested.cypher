MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`NonConformance` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`name`, .`origin`, .`status`, .`cause`, _0: [COLLECT {
    MATCH (n1)-[e4:`CONCERNS`]->(n3:`BusinessPartner`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p2 RETURN n3 {.`name`}
  }], _1: [COLLECT {
    MATCH (n1)-[e6:`CONCERNS`]->(n5:`Shipment`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p4 RETURN n5 {.`id`, _0: [COLLECT {
      MATCH (n5)-[e8:`CONTAINS`]->(n7:`MaterialLot`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p3 RETURN n7 {.`id`}
    }]}
  }], _2: [COLLECT {
    MATCH (n1)<-[e10:`RESOLVES`]-(n9:`CorrectiveAction`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p7 RETURN n9 {.`id`, .`status`, _0: head(COLLECT {
      MATCH (n9)-[e12:`ASSIGNED_TO`]->(n11:`Person`) WHERE e12.`_golden` WITH n11 ORDER BY n11.id LIMIT 1 RETURN n11 {.`name`}
    }), _1: [COLLECT {
      MATCH (n9)-[e14:`LEADS_TO`]->(n13:`JobOrder`) WHERE e14.`_golden` WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p6 RETURN n13 {.`id`, .`workType`, .`maintenanceType`, .`status`, _0: [COLLECT {
        MATCH (n13)<-[e16:`RESPONDS_TO`]-(n15:`JobResponse`) WHERE e16.`_golden` WITH n15, e16 ORDER BY n15.id, e16.`_occurrence` LIMIT $p5 RETURN n15 {.`failureMode`, .`failureCause`}
      }]}
    }]}
  }], _3: [COLLECT {
    MATCH (n1)-[e18:`CONCERNS`]->(n17:`Equipment`) WHERE e18.`_golden` WITH n17, e18 ORDER BY n17.id, e18.`_occurrence` LIMIT $p10 RETURN n17 {.`id`, _0: [COLLECT {
      MATCH (n17)<-[e20:`MAINTAINS`]-(n19:`JobOrder`) WHERE e20.`_golden` WITH n19, e20 ORDER BY n19.id, e20.`_occurrence` LIMIT $p9 RETURN n19 {.`id`, .`workType`, .`maintenanceType`, .`status`, _0: [COLLECT {
        MATCH (n19)<-[e22:`RESPONDS_TO`]-(n21:`JobResponse`) WHERE e22.`_golden` WITH n21, e22 ORDER BY n21.id, e22.`_occurrence` LIMIT $p8 RETURN n21 {.`failureMode`, .`failureCause`}
      }]}
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
