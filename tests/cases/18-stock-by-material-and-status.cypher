MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[head(COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.`quantity` >= $p0 AND l3.`_golden` AND m2.`materialType` = $p1 WITH DISTINCT n1 WITH n1.`quantity_unit` AS u_0, count(*) AS c, sum(n1.`quantity` * 1.0) AS a_0, count(n1.`quantity`) AS a_1 WITH collect([u_0, c, a_0, a_1]) AS parts RETURN parts
}), COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.`quantity` >= $p0 AND l3.`_golden` AND m2.`materialType` = $p1 WITH DISTINCT n1 OPTIONAL MATCH (n1)-[`n1_definition_by`:`DEFINED_BY`]->(`n1_definition`:`MaterialDefinition`) WHERE `n1_definition_by`.`_golden` WITH `n1_definition`.`id` AS k_0, n1.`status` AS k_1, n1.`quantity_unit` AS u_0, count(*) AS c, sum(n1.`quantity` * 1.0) AS a_0, count(n1.`quantity`) AS a_1, min(n1.`expiresAt`) AS a_2 WITH k_0, k_1, collect([u_0, c, a_0, a_1, toString(a_2)]) AS parts WITH k_0, k_1, parts ORDER BY k_0 IS NULL, k_0, k_1 IS NULL, k_1 LIMIT $p2 RETURN [[k_0, k_1], parts]
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
