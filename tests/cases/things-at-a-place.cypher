MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Equipment`:`Thing`) WHERE n1.id IS NOT NULL AND n1.`path` STARTS WITH $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`, .`path`, .`level`}
}, COUNT {
  MATCH (n1:`Equipment`:`Thing`) WHERE n1.id IS NOT NULL AND n1.`path` STARTS WITH $p2
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
