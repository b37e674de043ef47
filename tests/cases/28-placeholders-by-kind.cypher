MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Person`) WHERE n1.id IS NOT NULL AND n1.`placeholder` = $p0 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, .`name`, .`_records`, _0: [COLLECT {
    MATCH (n1)<-[e3:`USED`]-(n2:`JobResponse`) WHERE e3.`_golden` WITH n2, e3 ORDER BY n2.id, e3.`_occurrence` LIMIT $p1 RETURN n2 {.`id`, .`_records`}
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`PhysicalAsset`) WHERE n1.id IS NOT NULL AND n1.`placeholder` = $p0 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, .`name`, _0: [COLLECT {
    MATCH (n1)<-[e3:`MEASURED_WITH`]-(n2:`TestResult`) WHERE e3.`_golden` WITH n2, e3 ORDER BY n2.id, e3.`_occurrence` LIMIT $p1 RETURN n2 {.`id`, .`_records`}
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`BusinessPartner`) WHERE n1.id IS NOT NULL AND n1.`placeholder` = $p0 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, .`name`, _0: [COLLECT {
    MATCH (n1)<-[e3:`CARRIED_BY`]-(n2:`Shipment`) WHERE e3.`_golden` WITH n2, e3 ORDER BY n2.id, e3.`_occurrence` LIMIT $p1 RETURN n2 {.`id`, .`_records`}
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
