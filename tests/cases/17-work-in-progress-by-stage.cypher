MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`MaterialLot`) MATCH (n1)-[l3:`DEFINED_BY`]->(m2:`MaterialDefinition`) WHERE n1.`quantity` > $p0 AND l3.`_golden` AND m2.`materialType` = $p1 WITH DISTINCT n1 OPTIONAL MATCH (n1)-[`n1_definition_by`:`DEFINED_BY`]->(`n1_definition`:`MaterialDefinition`) WHERE `n1_definition_by`.`_golden` WITH `n1_definition`.`id` AS k0, n1.`quantity_unit` AS u0, count(*) AS c, sum(n1.`quantity` * 1.0) AS a0, count(n1.`quantity`) AS a1, min(n1.`producedAt`) AS a2 WITH k0, collect([u0, c, a0, a1, toString(a2)]) AS parts WITH k0, parts ORDER BY k0 IS NULL, k0 LIMIT $p2 RETURN [[k0], parts]
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
