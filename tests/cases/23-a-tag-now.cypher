MATCH (n:`Thing`) WHERE (n.path = $path OR n.path STARTS WITH $below) AND NOT n.placeholder WITH n.path AS path, [label IN labels(n) WHERE label IN $kinds][0] AS kind WHERE kind IS NOT NULL RETURN path, kind, count(*) ORDER BY path, kind

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Tag` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`unit`, `highLimit`: CASE WHEN n1.`highLimit` IS NOT NULL THEN {value: n1.`highLimit`, unit: n1.`highLimit_unit`} END, _0: head(COLLECT {
    MATCH (n1)-[e4:`MEASURED_AT`]->(n3:`Equipment`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.`name`, _0: [COLLECT {
      MATCH (n3)<-[e6:`USED`]-(n5:`JobResponse`) WHERE e6.`_golden` AND n5.`status` = $p2 WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p4 RETURN n5 {.`id`, _0: head(COLLECT {
        MATCH (n5)-[e8:`RESPONDS_TO`]->(n7:`JobOrder`) WHERE e8.`_golden` WITH n7 ORDER BY n7.id LIMIT 1 RETURN n7 {.`id`, _0: head(COLLECT {
          MATCH (n7)-[e10:`FOLLOWS`]->(n9:`WorkMaster`) WHERE e10.`_golden` WITH n9 ORDER BY n9.id LIMIT 1 RETURN n9 {.`id`}
        })}
      }), _1: [COLLECT {
        MATCH (n5)-[e12:`PRODUCED`]->(n11:`MaterialLot`) WHERE e12.`_golden` WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p3 RETURN n11 {.`id`, .`status`}
      }]}
    }]}
  })}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
