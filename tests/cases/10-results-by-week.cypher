MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[head(COLLECT {
  MATCH (n1:`TestResult`) MATCH (n1)-[l3:`AGAINST`]->(m2:`TestSpecification`) WHERE l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 WITH n1.`value_unit` AS u_0, count(*) AS c, min(n1.`value`) AS a_0, max(n1.`value`) AS a_1, max(n1.`measuredAt`) AS a_2 WITH collect([u_0, c, a_0, a_1, toString(a_2)]) AS parts RETURN parts
}), COLLECT {
  MATCH (n1:`TestResult`) MATCH (n1)-[l3:`AGAINST`]->(m2:`TestSpecification`) WHERE l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 WITH CASE WHEN n1.`measuredAt` IS NULL THEN null ELSE toString(date.truncate('week', datetime({datetime: n1.`measuredAt`, timezone: CASE WHEN n1.`measuredAt` < $p1 OR n1.`measuredAt` >= $p2 THEN 'UTC' ELSE $p3 END}))) END AS k_0, n1.`value_unit` AS u_0, count(*) AS c, sum(n1.`value` * 1.0) AS a_0, count(n1.`value`) AS a_1, min(n1.`value`) AS a_2, max(n1.`value`) AS a_3 WITH k_0, collect([u_0, c, a_0, a_1, a_2, a_3]) AS parts WITH k_0, parts ORDER BY k_0 IS NULL, k_0 LIMIT $p4 RETURN [[k_0], parts]
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
