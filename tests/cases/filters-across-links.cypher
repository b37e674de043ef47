MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 AND NOT EXISTS {
    MATCH (n1)<-[l5:`TAKEN_FROM`]-(m4:`Sample`) WHERE l5.`_golden`
  } WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`JobOrder`) MATCH (n1)-[l3:`MAKES`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 AND EXISTS {
    MATCH (n1)<-[l5:`RESPONDS_TO`]-(m4:`JobResponse`) WHERE l5.`_golden`
  } AND NOT EXISTS {
    MATCH (n1)<-[l7:`RESPONDS_TO`]-(m6:`JobResponse`) WHERE l7.`_golden` AND CASE WHEN m6.`status` = $p1 THEN false ELSE true END
  } WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`JobOrder`) MATCH (n1)-[l3:`MAKES`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 AND NOT EXISTS {
    MATCH (n1)<-[l5:`RESPONDS_TO`]-(m4:`JobResponse`) WHERE l5.`_golden` AND CASE WHEN m4.`status` = $p1 THEN false ELSE true END
  } WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Shipment`) MATCH (n1)-[l3:`CONTAINS`]->(m2:`MaterialLot`) MATCH (m2)-[l5:`ASSEMBLED_FROM`]->(m4:`MaterialLot`) MATCH (m4)-[l7:`ASSEMBLED_FROM`]->(m6:`MaterialLot`) MATCH (m6)-[l9:`ASSEMBLED_FROM`]->(m8:`MaterialLot`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND l5.`_golden` AND l7.`_golden` AND l9.`_golden` AND m8.`id` = $p0 WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`TestResult`) WHERE n1.id IS NOT NULL AND (n1.`verdict` = $p0 AND EXISTS {
    MATCH (n1)-[l3:`MEASURED_WITH`]->(m2:`PhysicalAsset`) WHERE l3.`_golden` AND m2.`name` STARTS WITH $p1
  }) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`TestResult`) WHERE n1.id IS NOT NULL AND NOT (EXISTS {
    MATCH (n1)-[l3:`OF`]->(m2:`Sample`) WHERE l3.`_golden`
  }) WITH n1 ORDER BY n1.id LIMIT $p0 RETURN n1 {.`id`, _0: head(COLLECT {
    MATCH (n1)-[e5:`OF`]->(n4:`MaterialLot`) WHERE e5.`_golden` WITH n4 ORDER BY n4.id LIMIT 1 RETURN n4 {.`id`}
  })}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
