MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND n1.`id` IN $p0 WITH n1 ORDER BY n1.id LIMIT $p2 WITH n1, n1 {.`id`, _0: [head(COLLECT {
    MATCH (n1)<-[e3:`DEFINED_BY`]-(n2:`MaterialLot`) WHERE e3.`_golden` WITH n2.`quantity_unit` AS u_0, count(*) AS c, sum(n2.`quantity` * 1.0) AS a_0, count(n2.`quantity`) AS a_1 WITH collect([u_0, c, a_0, a_1]) AS parts RETURN parts
  }), COLLECT {
    MATCH (n1)<-[e3:`DEFINED_BY`]-(n2:`MaterialLot`) WHERE e3.`_golden` WITH n2.`status` AS k_0, n2.`quantity_unit` AS u_0, count(*) AS c, sum(n2.`quantity` * 1.0) AS a_0, count(n2.`quantity`) AS a_1 WITH k_0, collect([u_0, c, a_0, a_1]) AS parts WITH k_0, parts ORDER BY k_0 IS NULL, k_0 LIMIT $p1 RETURN [[k_0], parts]
  }]} AS made RETURN made
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Shipment`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.id LIMIT $p1 WITH n1, n1 {.`id`, _0: [head(COLLECT {
    MATCH (n1)-[e3:`CONTAINS`]->(n2:`MaterialLot`) WHERE e3.`_golden` WITH e3.`quantity_unit` AS u_0, count(*) AS c, sum(e3.`quantity` * 1.0) AS a_0, count(e3.`quantity`) AS a_1, max(e3.`quantity`) AS a_2 WITH collect([u_0, c, a_0, a_1, a_2]) AS parts RETURN parts
  })], _1: [COUNT {
    MATCH (n1)-[e5:`CONTAINS`]->(n4:`MaterialLot`) WHERE e5.`_golden` AND e5.`quantity` >= $p0
  }]} AS made RETURN made
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`JobResponse` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder WITH n1, n1 {_0: [head(COLLECT {
    MATCH (n1)-[e4:`CONSUMED`]->(n3:`MaterialLot`) WHERE e4.`_golden` WITH e4.`quantity_unit` AS u_0, count(*) AS c, sum(e4.`quantity` * 1.0) AS a_0, count(e4.`quantity`) AS a_1, min(e4.`time`) AS a_2 WITH collect([u_0, c, a_0, a_1, toString(a_2)]) AS parts RETURN parts
  }), COLLECT {
    MATCH (n1)-[e4:`CONSUMED`]->(n3:`MaterialLot`) WHERE e4.`_golden` OPTIONAL MATCH (n3)-[`n3_definition_by`:`DEFINED_BY`]->(`n3_definition`:`MaterialDefinition`) WHERE `n3_definition_by`.`_golden` WITH `n3_definition`.`id` AS k_0, e4.`quantity_unit` AS u_0, count(*) AS c, sum(e4.`quantity` * 1.0) AS a_0, count(e4.`quantity`) AS a_1 WITH k_0, sum(c) AS size, collect([u_0, c, a_0, a_1]) AS parts WITH k_0, parts ORDER BY size DESC, k_0 IS NULL, k_0 LIMIT $p2 RETURN [[k_0], parts]
  }]} AS made RETURN made
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
