MATCH (l:`_Lane`) WITH collect(l.token) AS before WITH before, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`identifiers`}
})] AS found RETURN found, before = COLLECT {
  MATCH (l:`_Lane`) RETURN l.token
} AS whole
