MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Equipment` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`level`, _0: head(COLLECT {
    MATCH (n1)-[e4:`PART_OF`]->(n3:`Equipment`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.`id`, .`level`, _0: head(COLLECT {
      MATCH (n3)-[e6:`PART_OF`]->(n5:`Equipment`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {.`id`, .`level`, _0: head(COLLECT {
        MATCH (n5)-[e8:`PART_OF`]->(n7:`Equipment`) WHERE e8.`_golden` WITH n7 ORDER BY n7.id LIMIT 1 RETURN n7 {.`id`, .`level`, _0: head(COLLECT {
          MATCH (n7)-[e10:`PART_OF`]->(n9:`Equipment`) WHERE e10.`_golden` WITH n9 ORDER BY n9.id LIMIT 1 RETURN n9 {.`id`, .`level`, _0: head(COLLECT {
            MATCH (n9)-[e12:`PART_OF`]->(n11:`Equipment`) WHERE e12.`_golden` WITH n11 ORDER BY n11.id LIMIT 1 RETURN n11 {.`id`}
          })}
        })}
      })}
    })}
  })}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Equipment` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {_0: [COLLECT {
    MATCH (n1)<-[e4:`PART_OF`]-(n3:`Equipment`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p4 RETURN n3 {.`id`, _0: [COLLECT {
      MATCH (n3)<-[e6:`PART_OF`]-(n5:`Equipment`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p3 RETURN n5 {.`id`, _0: [COLLECT {
        MATCH (n5)-[e8:`MEMBER_OF`]->(n7:`EquipmentClass`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p2 RETURN n7 {.`name`}
      }]}
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
