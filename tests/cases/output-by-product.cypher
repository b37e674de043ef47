MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[head(COLLECT {
  MATCH (n1:`JobResponse`) WHERE (n1.`workType` = $p0 AND n1.`status` = $p1) WITH n1.`goodQuantity_unit` AS u0, n1.`scrapQuantity_unit` AS u1, count(*) AS c, sum(n1.`goodQuantity` * 1.0) AS a0, count(n1.`goodQuantity`) AS a1, sum(n1.`scrapQuantity` * 1.0) AS a2, count(n1.`scrapQuantity`) AS a3 WITH collect([u0, u1, c, a0, a1, a2, a3]) AS parts RETURN parts
}), COLLECT {
  MATCH (n1:`JobResponse`) WHERE (n1.`workType` = $p0 AND n1.`status` = $p1) OPTIONAL MATCH (n1)-[`n1_jobOrder_by`:`RESPONDS_TO`]->(`n1_jobOrder`:`JobOrder`) WHERE `n1_jobOrder_by`.`_golden` OPTIONAL MATCH (`n1_jobOrder`)-[`n1_jobOrder_product_by`:`MAKES`]->(`n1_jobOrder_product`:`MaterialDefinition`) WHERE `n1_jobOrder_product_by`.`_golden` WITH `n1_jobOrder_product`.`id` AS k0, n1.`goodQuantity_unit` AS u0, n1.`scrapQuantity_unit` AS u1, count(*) AS c, sum(n1.`goodQuantity` * 1.0) AS a0, count(n1.`goodQuantity`) AS a1, sum(n1.`scrapQuantity` * 1.0) AS a2, count(n1.`scrapQuantity`) AS a3, max(n1.`end`) AS a4 WITH k0, collect([u0, u1, c, a0, a1, a2, a3, toString(a4)]) AS parts WITH k0, parts ORDER BY k0 IS NULL, k0 LIMIT $p2 RETURN [[k0], parts]
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
