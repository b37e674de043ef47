MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialDefinition`) MATCH (n1)-[l3:`MEMBER_OF`]->(m2:`MaterialClass`) WHERE n1.id IS NOT NULL AND l3.`_golden` AND m2.`id` = $p0 WITH DISTINCT n1 WITH n1 ORDER BY n1.id LIMIT $p4 RETURN n1 {.`id`, .`status`, _0: [COLLECT {
    MATCH (n1)<-[e5:`DEFINED_BY`]-(n4:`MaterialLot`) WHERE e5.`_golden` WITH n4, e5 ORDER BY n4.`expiresAt`, n4.id, e5.`_occurrence` LIMIT $p3 RETURN n4 {.`id`, .`status`, `quantity`: CASE WHEN n4.`quantity` IS NOT NULL THEN {value: n4.`quantity`, unit: n4.`quantity_unit`} END, `expiresAt`: toString(n4.`expiresAt`), _0: head(COLLECT {
      MATCH (n4)-[e7:`STORED_AT`]->(n6:`Equipment`) WHERE e7.`_golden` WITH n6 ORDER BY n6.id LIMIT 1 RETURN n6 {.`id`}
    }), _1: [COLLECT {
      MATCH (n4)<-[e9:`RESERVES`]-(n8:`JobOrder`) WHERE e9.`_golden` AND n8.`status` IN $p1 WITH n8, e9 ORDER BY n8.id, e9.`_occurrence` LIMIT $p2 RETURN [n8 {.`id`, `plannedStart`: toString(n8.`plannedStart`)}, e9 {.`quantity`, .`quantity_unit`}, [], n8.id, e9.`_occurrence`]
    }]}
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialDefinition` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`status`, _0: [COLLECT {
    MATCH (n1)<-[e4:`DEFINED_BY`]-(n3:`MaterialLot`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.`expiresAt`, n3.id, e4.`_occurrence` LIMIT $p4 RETURN n3 {.`id`, .`status`, `quantity`: CASE WHEN n3.`quantity` IS NOT NULL THEN {value: n3.`quantity`, unit: n3.`quantity_unit`} END, `expiresAt`: toString(n3.`expiresAt`), _0: head(COLLECT {
      MATCH (n3)-[e6:`STORED_AT`]->(n5:`Equipment`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {.`id`}
    }), _1: [COLLECT {
      MATCH (n3)<-[e8:`RESERVES`]-(n7:`JobOrder`) WHERE e8.`_golden` AND n7.`status` IN $p2 WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p3 RETURN [n7 {.`id`, `plannedStart`: toString(n7.`plannedStart`)}, e8 {.`quantity`, .`quantity_unit`}, [], n7.id, e8.`_occurrence`]
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
