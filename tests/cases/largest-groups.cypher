MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COUNT {
  MATCH (n1:`TestResult`)
}, COLLECT {
  MATCH (n1:`TestResult`) WITH n1.`verdict` AS k0, count(*) AS c WITH k0, sum(c) AS size, collect([c]) AS parts WITH k0, parts ORDER BY size DESC, k0 IS NULL, k0 LIMIT $p0 RETURN [[k0], parts]
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
