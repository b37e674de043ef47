MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[head(COLLECT {
  MATCH (n1:`TestResult`) MATCH (n1)-[l3:`AGAINST`]->(m2:`TestSpecification`) WHERE l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 WITH n1.`value_unit` AS u0, count(*) AS c, min(n1.`value`) AS a0, max(n1.`value`) AS a1, max(n1.`measuredAt`) AS a2 WITH collect([u0, c, a0, a1, toString(a2)]) AS parts RETURN parts
}), COLLECT {
  MATCH (n1:`TestResult`) MATCH (n1)-[l3:`AGAINST`]->(m2:`TestSpecification`) WHERE l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 WITH CASE WHEN n1.`measuredAt` IS NULL THEN null ELSE toString(date.truncate('week', datetime({datetime: n1.`measuredAt`, timezone: CASE WHEN n1.`measuredAt` < $p1 OR n1.`measuredAt` >= $p2 THEN 'UTC' ELSE $p3 END}))) END AS k0, n1.`value_unit` AS u0, count(*) AS c, sum(n1.`value` * 1.0) AS a0, count(n1.`value`) AS a1, min(n1.`value`) AS a2, max(n1.`value`) AS a3 WITH k0, collect([u0, c, a0, a1, a2, a3]) AS parts WITH k0, parts ORDER BY k0 IS NULL, k0 LIMIT $p4 RETURN [[k0], parts]
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
