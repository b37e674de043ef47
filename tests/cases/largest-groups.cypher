MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COUNT {
  MATCH (n1:`TestResult`)
}, COLLECT {
  MATCH (n1:`TestResult`) WITH n1.`verdict` AS k_0, count(*) AS c WITH k_0, sum(c) AS size, collect([c]) AS parts WITH k_0, parts ORDER BY size DESC, k_0 IS NULL, k_0 LIMIT $p0 RETURN [[k_0], parts]
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
