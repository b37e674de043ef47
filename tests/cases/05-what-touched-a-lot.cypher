MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {_0: [COLLECT {
    MATCH (n1)<-[e4:`PRODUCED`]-(n3:`JobResponse`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p5 RETURN n3 {.`id`, `start`: toString(n3.`start`), `end`: toString(n3.`end`), _0: head(COLLECT {
      MATCH (n3)-[e6:`RESPONDS_TO`]->(n5:`JobOrder`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {.`id`}
    }), _1: head(COLLECT {
      MATCH (n3)-[e8:`FOLLOWS`]->(n7:`WorkMaster`) WHERE e8.`_golden` WITH n7 ORDER BY n7.id LIMIT 1 RETURN n7 {.`id`, .`version`}
    }), _2: [COLLECT {
      MATCH (n3)-[e10:`USED`]->(n9:`Equipment`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p2 RETURN [n9 {.`id`}, e10 {`start`: toString(e10.`start`), `end`: toString(e10.`end`)}, [], n9.id, e10.`_occurrence`]
    }], _3: [COLLECT {
      MATCH (n3)-[e12:`USED`]->(n11:`PhysicalAsset`) WHERE e12.`_golden` WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p3 RETURN n11 {.`id`, .`name`}
    }], _4: [COLLECT {
      MATCH (n3)-[e14:`USED`]->(n13:`Person`) WHERE e14.`_golden` WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p4 RETURN n13 {.`id`, .`name`}
    }]}
  }], _1: [COLLECT {
    MATCH (n1)<-[e16:`PRODUCED`]-(n15:`Batch`) WHERE e16.`_golden` WITH n15, e16 ORDER BY n15.id, e16.`_occurrence` LIMIT $p9 RETURN n15 {.`id`, _0: [COLLECT {
      MATCH (n15)<-[e18:`PART_OF`]-(n17:`BatchStep`) WHERE e18.`_golden` WITH n17, e18 ORDER BY n17.`position`, n17.id, e18.`_occurrence` LIMIT $p8 RETURN n17 {.`id`, .`name`, .`level`, _0: [COLLECT {
        MATCH (n17)-[e20:`USED`]->(n19:`Person`) WHERE e20.`_golden` WITH n19, e20 ORDER BY n19.id, e20.`_occurrence` LIMIT $p6 RETURN n19 {.`id`}
      }], _1: [COLLECT {
        MATCH (n17)-[e22:`USED`]->(n21:`PhysicalAsset`) WHERE e22.`_golden` WITH n21, e22 ORDER BY n21.id, e22.`_occurrence` LIMIT $p7 RETURN n21 {.`id`}
      }]}
    }]}
  }], _2: [COLLECT {
    MATCH (n1)<-[e24:`TAKEN_FROM`]-(n23:`Sample`) WHERE e24.`_golden` WITH n23, e24 ORDER BY n23.id, e24.`_occurrence` LIMIT $p11 RETURN n23 {.`id`, _0: head(COLLECT {
      MATCH (n23)-[e26:`TAKEN_BY`]->(n25:`Person`) WHERE e26.`_golden` WITH n25 ORDER BY n25.id LIMIT 1 RETURN n25 {.`name`}
    }), _1: [COLLECT {
      MATCH (n23)<-[e28:`OF`]-(n27:`TestResult`) WHERE e28.`_golden` WITH n27, e28 ORDER BY n27.id, e28.`_occurrence` LIMIT $p10 RETURN n27 {.`id`, _0: head(COLLECT {
        MATCH (n27)-[e30:`MEASURED_WITH`]->(n29:`PhysicalAsset`) WHERE e30.`_golden` WITH n29 ORDER BY n29.id LIMIT 1 RETURN n29 {.`name`}
      }), _1: head(COLLECT {
        MATCH (n27)-[e32:`MEASURED_BY`]->(n31:`Person`) WHERE e32.`_golden` WITH n31 ORDER BY n31.id LIMIT 1 RETURN n31 {.`name`}
      })}
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
