MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`TestResult`) WHERE n1.id IS NOT NULL AND n1.`measuredAt` >= $p0 OPTIONAL MATCH (n1)-[`n1_sample_by`:`OF`]->(`n1_sample`:`Sample`) WHERE `n1_sample_by`.`_golden` OPTIONAL MATCH (`n1_sample`)-[`n1_sample_lot_by`:`TAKEN_FROM`]->(`n1_sample_lot`:`MaterialLot`) WHERE `n1_sample_lot_by`.`_golden` WITH n1, `n1_sample`, `n1_sample_lot` WITH n1, `n1_sample`, `n1_sample_lot` ORDER BY `n1_sample_lot`.`id`, n1.`measuredAt` IS NULL, n1.`measuredAt` DESC, n1.id LIMIT $p1 RETURN n1 {.`id`, _0: head(COLLECT {
    MATCH (n1)-[e3:`OF`]->(n2:`Sample`) WHERE e3.`_golden` WITH n2 ORDER BY n2.id LIMIT 1 RETURN n2 {_0: head(COLLECT {
      MATCH (n2)-[e5:`TAKEN_FROM`]->(n4:`MaterialLot`) WHERE e5.`_golden` WITH n4 ORDER BY n4.id LIMIT 1 RETURN n4 {.`id`}
    })}
  })}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 OPTIONAL MATCH (n1)-[`n1_storedAt_by`:`STORED_AT`]->(`n1_storedAt`:`Equipment`) WHERE `n1_storedAt_by`.`_golden` WITH n1, `n1_storedAt` WITH n1, `n1_storedAt` ORDER BY `n1_storedAt`.`id` IS NULL, `n1_storedAt`.`id` DESC, n1.`id` IS NULL, n1.`id` DESC, n1.id LIMIT $p1 RETURN n1 {.`id`, _0: head(COLLECT {
    MATCH (n1)-[e5:`STORED_AT`]->(n4:`Equipment`) WHERE e5.`_golden` WITH n4 ORDER BY n4.id LIMIT 1 RETURN n4 {.`id`}
  })}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`OperationsRequest` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {_0: [COLLECT {
    MATCH (n1)<-[e4:`FULFILS`]-(n3:`JobOrder`) WHERE e4.`_golden` OPTIONAL MATCH (n3)-[`n3_product_by`:`MAKES`]->(`n3_product`:`MaterialDefinition`) WHERE `n3_product_by`.`_golden` WITH n3, e4, `n3_product` WITH n3, e4, `n3_product` ORDER BY `n3_product`.`id`, n3.`plannedStart` IS NULL, n3.`plannedStart` DESC, n3.id, e4.`_occurrence` LIMIT $p2 RETURN n3 {.`id`, _0: head(COLLECT {
      MATCH (n3)-[e6:`MAKES`]->(n5:`MaterialDefinition`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {.`id`}
    })}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
