MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[head(COLLECT {
  MATCH (n1:`JobResponse`) WHERE (n1.`workType` = $p0 AND n1.`status` = $p1) WITH n1.`goodQuantity_unit` AS u_0, n1.`scrapQuantity_unit` AS u_1, count(*) AS c, sum(n1.`goodQuantity` * 1.0) AS a_0, count(n1.`goodQuantity`) AS a_1, sum(n1.`scrapQuantity` * 1.0) AS a_2, count(n1.`scrapQuantity`) AS a_3 WITH collect([u_0, u_1, c, a_0, a_1, a_2, a_3]) AS parts RETURN parts
}), COLLECT {
  MATCH (n1:`JobResponse`) WHERE (n1.`workType` = $p0 AND n1.`status` = $p1) OPTIONAL MATCH (n1)-[`n1_jobOrder_by`:`RESPONDS_TO`]->(`n1_jobOrder`:`JobOrder`) WHERE `n1_jobOrder_by`.`_golden` OPTIONAL MATCH (`n1_jobOrder`)-[`n1_jobOrder_product_by`:`MAKES`]->(`n1_jobOrder_product`:`MaterialDefinition`) WHERE `n1_jobOrder_product_by`.`_golden` WITH `n1_jobOrder_product`.`id` AS k_0, n1.`goodQuantity_unit` AS u_0, n1.`scrapQuantity_unit` AS u_1, count(*) AS c, sum(n1.`goodQuantity` * 1.0) AS a_0, count(n1.`goodQuantity`) AS a_1, sum(n1.`scrapQuantity` * 1.0) AS a_2, count(n1.`scrapQuantity`) AS a_3, max(n1.`end`) AS a_4 WITH k_0, collect([u_0, u_1, c, a_0, a_1, a_2, a_3, toString(a_4)]) AS parts WITH k_0, parts ORDER BY k_0 IS NULL, k_0 LIMIT $p2 RETURN [[k_0], parts]
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
