MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`name`, .`placeholder`, .`status`, _0: head(COLLECT {
    MATCH (n1)-[e4:`DEFINED_BY`]->(n3:`MaterialDefinition`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.`name`}
  })}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Sample` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`name`, .`placeholder`, .`status`, .`sampleType`, _0: head(COLLECT {
    MATCH (n1)-[e4:`TAKEN_FROM`]->(n3:`MaterialLot`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.`id`}
  })}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`PhysicalAsset` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`name`, .`placeholder`}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Sample` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`name`, .`placeholder`, .`status`, .`sampleType`, _0: head(COLLECT {
    MATCH (n1)-[e4:`TAKEN_FROM`]->(n3:`MaterialLot`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.`id`}
  })}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
