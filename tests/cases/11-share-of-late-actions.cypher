MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`Equipment`) WHERE n1.id IS NOT NULL AND n1.`level` = $p0 WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, _0: [COUNT {
    MATCH (n1)<-[e3:`CONCERNS`]-(n2:`NonConformance`) WHERE e3.`_golden`
  }], _1: [COUNT {
    MATCH (n1)<-[e5:`CONCERNS`]-(n4:`NonConformance`) WHERE e5.`_golden` AND EXISTS {
      MATCH (n4)<-[l7:`RESOLVES`]-(m6:`CorrectiveAction`) WHERE l7.`_golden` AND (m6.`dueAt` < $p1 AND m6.`completedAt` IS NULL)
    }
  }]}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COUNT {
  MATCH (n1:`NonConformance`) WHERE (EXISTS {
    MATCH (n1)-[l3:`CONCERNS`]->(m2:`MaterialDefinition`) WHERE l3.`_golden` AND m2.`id` = $p0
  } OR EXISTS {
    MATCH (n1)-[l5:`CONCERNS`]->(m4:`MaterialLot`) WHERE l5.`_golden` AND EXISTS {
      MATCH (m4)-[l7:`DEFINED_BY`]->(m6:`MaterialDefinition`) WHERE l7.`_golden` AND m6.`id` = $p1
    }
  })
}, COLLECT {
  MATCH (n1:`NonConformance`) WHERE (EXISTS {
    MATCH (n1)-[l3:`CONCERNS`]->(m2:`MaterialDefinition`) WHERE l3.`_golden` AND m2.`id` = $p0
  } OR EXISTS {
    MATCH (n1)-[l5:`CONCERNS`]->(m4:`MaterialLot`) WHERE l5.`_golden` AND EXISTS {
      MATCH (m4)-[l7:`DEFINED_BY`]->(m6:`MaterialDefinition`) WHERE l7.`_golden` AND m6.`id` = $p1
    }
  }) WITH n1.`severity` AS k_0, count(*) AS c WITH k_0, collect([c]) AS parts WITH k_0, parts ORDER BY k_0 IS NULL, k_0 LIMIT $p2 RETURN [[k_0], parts]
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COUNT {
  MATCH (n1:`NonConformance`) WHERE (EXISTS {
    MATCH (n1)-[l3:`CONCERNS`]->(m2:`MaterialDefinition`) WHERE l3.`_golden` AND m2.`id` = $p0
  } OR EXISTS {
    MATCH (n1)-[l5:`CONCERNS`]->(m4:`MaterialLot`) WHERE l5.`_golden` AND EXISTS {
      MATCH (m4)-[l7:`DEFINED_BY`]->(m6:`MaterialDefinition`) WHERE l7.`_golden` AND m6.`id` = $p1
    }
  })
}, COLLECT {
  MATCH (n1:`NonConformance`) WHERE (EXISTS {
    MATCH (n1)-[l3:`CONCERNS`]->(m2:`MaterialDefinition`) WHERE l3.`_golden` AND m2.`id` = $p0
  } OR EXISTS {
    MATCH (n1)-[l5:`CONCERNS`]->(m4:`MaterialLot`) WHERE l5.`_golden` AND EXISTS {
      MATCH (m4)-[l7:`DEFINED_BY`]->(m6:`MaterialDefinition`) WHERE l7.`_golden` AND m6.`id` = $p1
    }
  }) WITH n1.`severity` AS k_0, count(*) AS c WITH k_0, collect([c]) AS parts WITH k_0, parts ORDER BY k_0 IS NULL, k_0 LIMIT $p2 RETURN [[k_0], parts]
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[head(COLLECT {
  MATCH (n1:`CorrectiveAction`) WHERE (n1.`dueAt` < $p0 AND n1.`completedAt` IS NULL) WITH count(*) AS c, min(n1.`dueAt`) AS a_0 WITH collect([c, toString(a_0)]) AS parts RETURN parts
})]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
