MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [COLLECT {
  UNWIND $p0 AS r CALL (r) { MATCH (n1:`Thing`) WHERE n1.`_issue` > r[1] AND n1.`_issue` < r[2] RETURN n1 ORDER BY n1.`_issue` LIMIT $p1 } WITH n1, r[0] AS kind ORDER BY n1.`_issue` LIMIT $p1 RETURN [kind, CASE WHEN kind IN ['MaterialLot'] THEN n1 {.`id`, .`_conflicts`, _0: head(COLLECT {
    MATCH (n1)-[e3:`DEFINED_BY`]->(n2:`MaterialDefinition`) WHERE e3.`_golden` WITH n2 ORDER BY n2.id LIMIT 1 RETURN n2 {.`name`}
  })} ELSE n1 {.`id`, .`_conflicts`} END, null, []]
}] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
