MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COUNT {
  MATCH (n1:`TestResult`)
}, COLLECT {
  MATCH (n1:`TestResult`) WITH n1.`verdict` AS k_0, count(*) AS c WITH k_0, sum(c) AS size, collect([c]) AS parts WITH k_0, parts ORDER BY size DESC, k_0 IS NULL, k_0 LIMIT $p0 RETURN [[k_0], parts]
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
