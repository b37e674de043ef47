MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Batch` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`status`, `start`: toString(n1.`start`), `end`: toString(n1.`end`), `plannedQuantity`: CASE WHEN n1.`plannedQuantity` IS NOT NULL THEN {value: n1.`plannedQuantity`, unit: n1.`plannedQuantity_unit`} END, `quantity`: CASE WHEN n1.`quantity` IS NOT NULL THEN {value: n1.`quantity`, unit: n1.`quantity_unit`} END, .`parameters`, _0: head(COLLECT {
    MATCH (n1)-[e4:`FOLLOWS`]->(n3:`WorkMaster`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.`version`, _0: head(COLLECT {
      MATCH (n3)-[e6:`BASED_ON`]->(n5:`BillOfMaterials`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {_0: [COLLECT {
        MATCH (n5)-[e8:`REQUIRES`]->(n7:`MaterialDefinition`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p2 RETURN [n7 {.`id`}, e8 {.`position`, .`quantity`, .`quantity_unit`}, [], n7.id, e8.`_occurrence`]
      }]}
    })}
  }), _1: [COLLECT {
    MATCH (n1)-[e10:`CONSUMED`]->(n9:`MaterialLot`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p3 RETURN [n9 {.`id`, _0: head(COLLECT {
      MATCH (n9)-[e12:`DEFINED_BY`]->(n11:`MaterialDefinition`) WHERE e12.`_golden` WITH n11 ORDER BY n11.id LIMIT 1 RETURN n11 {.`id`}
    })}, e10 {`time`: toString(e10.`time`), .`quantity`, .`quantity_unit`}, [], n9.id, e10.`_occurrence`]
  }], _2: [COLLECT {
    MATCH (n1)-[e14:`PRODUCED`]->(n13:`MaterialLot`) WHERE e14.`_golden` WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p4 RETURN [n13 {.`id`}, e14 {`time`: toString(e14.`time`), .`quantity`, .`quantity_unit`}, [], n13.id, e14.`_occurrence`]
  }], _3: [COLLECT {
    MATCH (n1)<-[e16:`PART_OF`]-(n15:`BatchStep`) WHERE e16.`_golden` AND ((n15.`level` IS NULL OR n15.`level` <> $p5) AND EXISTS {
      MATCH (n15)-[l18:`PART_OF`]->(m17:`BatchStep`) WHERE l18.`_golden`
    }) WITH n15, e16 ORDER BY n15.`position`, n15.id, e16.`_occurrence` LIMIT $p9 RETURN n15 {.`id`, `start`: toString(n15.`start`), `end`: toString(n15.`end`), .`parameters`, _0: head(COLLECT {
      MATCH (n15)-[e20:`PERFORMS`]->(n19:`ProcessSegment`) WHERE e20.`_golden` WITH n19 ORDER BY n19.id LIMIT 1 RETURN n19 {.`name`, `duration`: CASE WHEN n19.`duration` IS NOT NULL THEN {value: n19.`duration`, unit: n19.`duration_unit`} END, .`parameters`}
    }), _1: [COLLECT {
      MATCH (n15)-[e22:`USED`]->(n21:`Person`) WHERE e22.`_golden` WITH n21, e22 ORDER BY n21.id, e22.`_occurrence` LIMIT $p6 RETURN n21 {.`name`}
    }], _2: [COLLECT {
      MATCH (n15)<-[e24:`PART_OF`]-(n23:`BatchStep`) WHERE e24.`_golden` WITH n23, e24 ORDER BY n23.id, e24.`_occurrence` LIMIT $p8 RETURN n23 {.`id`, .`name`, _0: [COLLECT {
        MATCH (n23)-[e26:`USED`]->(n25:`Person`) WHERE e26.`_golden` WITH n25, e26 ORDER BY n25.id, e26.`_occurrence` LIMIT $p7 RETURN n25 {.`name`}
      }]}
    }]}
  }], _4: [COLLECT {
    MATCH (n1)<-[e28:`TAKEN_DURING`]-(n27:`Sample`) WHERE e28.`_golden` WITH n27, e28 ORDER BY n27.id, e28.`_occurrence` LIMIT $p11 RETURN n27 {.`id`, _0: [COLLECT {
      MATCH (n27)<-[e30:`OF`]-(n29:`TestResult`) WHERE e30.`_golden` WITH n29, e30 ORDER BY n29.id, e30.`_occurrence` LIMIT $p10 RETURN n29 {.`id`, `value`: CASE WHEN n29.`value` IS NOT NULL THEN {value: n29.`value`, unit: n29.`value_unit`} END, .`verdict`, .`status`}
    }]}
  }], _5: [COLLECT {
    MATCH (n1)<-[e32:`CONCERNS`]-(n31:`OperationsEvent`) WHERE e32.`_golden` WITH n31, e32 ORDER BY n31.id, e32.`_occurrence` LIMIT $p12 RETURN n31 {.`id`, .`message`, .`state`, `raisedAt`: toString(n31.`raisedAt`), `clearedAt`: toString(n31.`clearedAt`), _0: head(COLLECT {
      MATCH (n31)-[e34:`ACKNOWLEDGED_BY`]->(n33:`Person`) WHERE e34.`_golden` WITH n33 ORDER BY n33.id LIMIT 1 RETURN n33 {.`name`}
    })}
  }], _6: [COUNT {
    MATCH (n1)<-[e36:`CONCERNS`]-(n35:`NonConformance`) WHERE e36.`_golden`
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
