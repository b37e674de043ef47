MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [COLLECT {
  UNWIND $p0 AS r CALL (r) { MATCH (n1:`Thing`) WHERE n1.`_issue` > r[1] AND n1.`_issue` < r[2] AND $p2 IN n1.`_disputed` RETURN n1 ORDER BY n1.`_issue` LIMIT $p1 } WITH n1, r[0] AS kind ORDER BY n1.`_issue` LIMIT $p1 RETURN [kind, n1 {.`id`, .`_conflicts`}, null, []]
}] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [COLLECT {
  UNWIND $p0 AS r CALL (r) { MATCH (n1:`Thing`) WHERE n1.`_issue` > r[1] AND n1.`_issue` < r[2] AND $p2 IN n1.`_disputed` RETURN n1 ORDER BY n1.`_issue` LIMIT $p1 } WITH n1, r[0] AS kind ORDER BY n1.`_issue` LIMIT $p1 RETURN [kind, n1 {.`id`, .`_conflicts`}, null, []]
}] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [COLLECT {
  UNWIND $p0 AS r CALL (r) { MATCH (n1:`Thing`) WHERE n1.`_issue` > r[1] AND n1.`_issue` < r[2] AND EXISTS {
    MATCH (n1)<-[e]-(:`Thing`) WHERE e.`_stated` CONTAINS $p2
  } RETURN n1 ORDER BY n1.`_issue` LIMIT $p1 } WITH n1, r[0] AS kind ORDER BY n1.`_issue` LIMIT $p1 RETURN [kind, n1 {.`id`, .`_conflicts`}, COUNT {
    (n1)<--()
  }, COLLECT {
    MATCH (n1)<-[e]-(x:`Thing`) WITH e, x LIMIT 1000 WITH e, x, [label IN labels(x) WHERE label <> 'Thing'][0] AS of ORDER BY of, type(e), x.id, e.`_occurrence` LIMIT $p3 RETURN [of, type(e), x.id, e.`_stated`, x.`_records`]
  }]
}] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
