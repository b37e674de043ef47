MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [COLLECT {
  UNWIND $p0 AS r CALL (r) { MATCH (n1:`Thing`) WHERE n1.`_issue` > r[1] AND n1.`_issue` < r[2] AND $p2 IN n1.`_disputed` RETURN n1 ORDER BY n1.`_issue` LIMIT $p1 } WITH n1, r[0] AS kind ORDER BY n1.`_issue` LIMIT $p1 RETURN [kind, n1 {.`id`, .`_conflicts`}, null, []]
}] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [COLLECT {
  UNWIND $p0 AS r CALL (r) { MATCH (n1:`Thing`) WHERE n1.`_issue` > r[1] AND n1.`_issue` < r[2] AND $p2 IN n1.`_disputed` RETURN n1 ORDER BY n1.`_issue` LIMIT $p1 } WITH n1, r[0] AS kind ORDER BY n1.`_issue` LIMIT $p1 RETURN [kind, n1 {.`id`, .`_conflicts`}, null, []]
}] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [COLLECT {
  UNWIND $p0 AS r CALL (r) { MATCH (n1:`Thing`) WHERE n1.`_issue` > r[1] AND n1.`_issue` < r[2] AND EXISTS {
    MATCH (n1)<-[e]-(:`Thing`) WHERE e.`_stated` CONTAINS $p2
  } RETURN n1 ORDER BY n1.`_issue` LIMIT $p1 } WITH n1, r[0] AS kind ORDER BY n1.`_issue` LIMIT $p1 RETURN [kind, n1 {.`id`, .`_conflicts`}, COUNT {
    (n1)<--()
  }, COLLECT {
    MATCH (n1)<-[e]-(x:`Thing`) WITH e, x LIMIT 1000 WITH e, x, [label IN labels(x) WHERE label <> 'Thing'][0] AS of ORDER BY of, type(e), x.id, e.`_occurrence` LIMIT $p3 RETURN [of, type(e), x.id, e.`_stated`, x.`_records`]
  }]
}] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
