MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`MaterialDefinition`) WHERE n1.id IS NOT NULL AND n1.`id` IN $p0 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, _0: [head(COLLECT {
    MATCH (n1)<-[e3:`DEFINED_BY`]-(n2:`MaterialLot`) WHERE e3.`_golden` WITH n2.`quantity_unit` AS u0, count(*) AS c, sum(n2.`quantity` * 1.0) AS a0, count(n2.`quantity`) AS a1 WITH collect([u0, c, a0, a1]) AS parts RETURN parts
  }), COLLECT {
    MATCH (n1)<-[e3:`DEFINED_BY`]-(n2:`MaterialLot`) WHERE e3.`_golden` WITH n2.`status` AS k0, n2.`quantity_unit` AS u0, count(*) AS c, sum(n2.`quantity` * 1.0) AS a0, count(n2.`quantity`) AS a1 WITH k0, collect([u0, c, a0, a1]) AS parts WITH k0, parts ORDER BY k0 IS NULL, k0 LIMIT $p1 RETURN [[k0], parts]
  }]}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [[COLLECT {
  MATCH (n1:`Shipment`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`, _0: [head(COLLECT {
    MATCH (n1)-[e3:`CONTAINS`]->(n2:`MaterialLot`) WHERE e3.`_golden` WITH e3.`quantity_unit` AS u0, count(*) AS c, sum(e3.`quantity` * 1.0) AS a0, count(e3.`quantity`) AS a1, max(e3.`quantity`) AS a2 WITH collect([u0, c, a0, a1, a2]) AS parts RETURN parts
  })], _1: [COUNT {
    MATCH (n1)-[e5:`CONTAINS`]->(n4:`MaterialLot`) WHERE e5.`_golden` AND e5.`quantity` >= $p0
  }]}
}]] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole

MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`JobResponse` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {_0: [head(COLLECT {
    MATCH (n1)-[e4:`CONSUMED`]->(n3:`MaterialLot`) WHERE e4.`_golden` WITH e4.`quantity_unit` AS u0, count(*) AS c, sum(e4.`quantity` * 1.0) AS a0, count(e4.`quantity`) AS a1, min(e4.`time`) AS a2 WITH collect([u0, c, a0, a1, toString(a2)]) AS parts RETURN parts
  }), COLLECT {
    MATCH (n1)-[e4:`CONSUMED`]->(n3:`MaterialLot`) WHERE e4.`_golden` OPTIONAL MATCH (n3)-[`n3_definition_by`:`DEFINED_BY`]->(`n3_definition`:`MaterialDefinition`) WHERE `n3_definition_by`.`_golden` WITH `n3_definition`.`id` AS k0, e4.`quantity_unit` AS u0, count(*) AS c, sum(e4.`quantity` * 1.0) AS a0, count(e4.`quantity`) AS a1 WITH k0, sum(c) AS size, collect([u0, c, a0, a1]) AS parts WITH k0, parts ORDER BY size DESC, k0 IS NULL, k0 LIMIT $p2 RETURN [[k0], parts]
  }]}
})] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
