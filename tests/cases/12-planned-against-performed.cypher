MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`JobOrder` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.*, _0: head(COLLECT {
    MATCH (n1)-[e4:`FOLLOWS`]->(n3:`WorkMaster`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.*, _0: head(COLLECT {
      MATCH (n3)-[e6:`BASED_ON`]->(n5:`BillOfMaterials`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {.*, _0: [COLLECT {
        MATCH (n5)-[e8:`REQUIRES`]->(n7:`MaterialDefinition`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p2 RETURN [n7 {.*}, e8 {.`quantity`, .`quantity_unit`}, [], n7.id, e8.`_occurrence`]
      }]}
    }), _1: head(COLLECT {
      MATCH (n3)-[e10:`MAKES`]->(n9:`MaterialDefinition`) WHERE e10.`_golden` WITH n9 ORDER BY n9.id LIMIT 1 RETURN n9 {.*}
    }), _2: [COLLECT {
      MATCH (n3)-[e12:`REQUIRES`]->(n11:`MaterialDefinition`) WHERE e12.`_golden` WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p3 RETURN [n11 {.*}, e12 {.`quantity`, .`quantity_unit`}, [], n11.id, e12.`_occurrence`]
    }]}
  }), _1: [COLLECT {
    MATCH (n1)-[e14:`REQUIRES`]->(n13:`MaterialDefinition`) WHERE e14.`_golden` WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p4 RETURN [n13 {.*}, e14 {.`quantity`, .`quantity_unit`}, [], n13.id, e14.`_occurrence`]
  }], _2: [COLLECT {
    MATCH (n1)-[e16:`REQUIRES`]->(n15:`Equipment`) WHERE e16.`_golden` WITH n15, e16 ORDER BY n15.id, e16.`_occurrence` LIMIT $p5 RETURN [n15 {.*}, e16 {`start`: toString(e16.`start`), `end`: toString(e16.`end`)}, [], n15.id, e16.`_occurrence`]
  }], _3: [COLLECT {
    MATCH (n1)-[e18:`REQUIRES`]->(n17:`PhysicalAsset`) WHERE e18.`_golden` WITH n17, e18 ORDER BY n17.id, e18.`_occurrence` LIMIT $p6 RETURN [n17 {.*}, e18 {`start`: toString(e18.`start`), `end`: toString(e18.`end`)}, [], n17.id, e18.`_occurrence`]
  }], _4: [COLLECT {
    MATCH (n1)-[e20:`REQUIRES`]->(n19:`Person`) WHERE e20.`_golden` WITH n19, e20 ORDER BY n19.id, e20.`_occurrence` LIMIT $p7 RETURN [n19 {.*}, e20 {`start`: toString(e20.`start`), `end`: toString(e20.`end`)}, [], n19.id, e20.`_occurrence`]
  }], _5: [COLLECT {
    MATCH (n1)<-[e22:`RESPONDS_TO`]-(n21:`JobResponse`) WHERE e22.`_golden` WITH n21, e22 ORDER BY n21.id, e22.`_occurrence` LIMIT $p12 RETURN [n21 {.*, _0: head(COLLECT {
      MATCH (n21)-[e24:`PERFORMS`]->(n23:`ProcessSegment`) WHERE e24.`_golden` WITH n23 ORDER BY n23.id LIMIT 1 RETURN n23 {.*}
    }), _1: [COLLECT {
      MATCH (n21)-[e26:`CONSUMED`]->(n25:`MaterialLot`) WHERE e26.`_golden` WITH n25, e26 ORDER BY n25.id, e26.`_occurrence` LIMIT $p8 RETURN [n25 {.*, _0: head(COLLECT {
        MATCH (n25)-[e28:`DEFINED_BY`]->(n27:`MaterialDefinition`) WHERE e28.`_golden` WITH n27 ORDER BY n27.id LIMIT 1 RETURN n27 {.*}
      })}, e26 {.`quantity`, .`quantity_unit`}, [], n25.id, e26.`_occurrence`]
    }], _2: [COLLECT {
      MATCH (n21)-[e30:`USED`]->(n29:`Equipment`) WHERE e30.`_golden` WITH n29, e30 ORDER BY n29.id, e30.`_occurrence` LIMIT $p9 RETURN [n29 {.*}, e30 {`start`: toString(e30.`start`), `end`: toString(e30.`end`)}, [], n29.id, e30.`_occurrence`]
    }], _3: [COLLECT {
      MATCH (n21)-[e32:`USED`]->(n31:`PhysicalAsset`) WHERE e32.`_golden` WITH n31, e32 ORDER BY n31.id, e32.`_occurrence` LIMIT $p10 RETURN [n31 {.*}, e32 {`start`: toString(e32.`start`), `end`: toString(e32.`end`)}, [], n31.id, e32.`_occurrence`]
    }], _4: [COLLECT {
      MATCH (n21)-[e34:`USED`]->(n33:`Person`) WHERE e34.`_golden` WITH n33, e34 ORDER BY n33.id, e34.`_occurrence` LIMIT $p11 RETURN [n33 {.*}, e34 {`start`: toString(e34.`start`), `end`: toString(e34.`end`)}, [], n33.id, e34.`_occurrence`]
    }]}, null, [], n21.id, e22.`_occurrence`]
  }], _6: [COLLECT {
    MATCH (n1)<-[e36:`RESPONDS_TO`]-(n35:`Batch`) WHERE e36.`_golden` WITH n35, e36 ORDER BY n35.id, e36.`_occurrence` LIMIT $p20 RETURN [n35 {.*, _0: [COLLECT {
      MATCH (n35)-[e38:`CONSUMED`]->(n37:`MaterialLot`) WHERE e38.`_golden` WITH n37, e38 ORDER BY n37.id, e38.`_occurrence` LIMIT $p13 RETURN [n37 {.*, _0: head(COLLECT {
        MATCH (n37)-[e40:`DEFINED_BY`]->(n39:`MaterialDefinition`) WHERE e40.`_golden` WITH n39 ORDER BY n39.id LIMIT 1 RETURN n39 {.*}
      })}, e38 {.`quantity`, .`quantity_unit`}, [], n37.id, e38.`_occurrence`]
    }], _1: [COLLECT {
      MATCH (n35)-[e42:`USED`]->(n41:`Equipment`) WHERE e42.`_golden` WITH n41, e42 ORDER BY n41.id, e42.`_occurrence` LIMIT $p14 RETURN [n41 {.*}, e42 {`start`: toString(e42.`start`), `end`: toString(e42.`end`)}, [], n41.id, e42.`_occurrence`]
    }], _2: [COLLECT {
      MATCH (n35)<-[e44:`PART_OF`]-(n43:`BatchStep`) WHERE e44.`_golden` WITH n43, e44 ORDER BY n43.id, e44.`_occurrence` LIMIT $p19 RETURN [n43 {.*, _0: head(COLLECT {
        MATCH (n43)-[e46:`PERFORMS`]->(n45:`ProcessSegment`) WHERE e46.`_golden` WITH n45 ORDER BY n45.id LIMIT 1 RETURN n45 {.*}
      }), _1: [COLLECT {
        MATCH (n43)-[e48:`CONSUMED`]->(n47:`MaterialLot`) WHERE e48.`_golden` WITH n47, e48 ORDER BY n47.id, e48.`_occurrence` LIMIT $p15 RETURN [n47 {.*, _0: head(COLLECT {
          MATCH (n47)-[e50:`DEFINED_BY`]->(n49:`MaterialDefinition`) WHERE e50.`_golden` WITH n49 ORDER BY n49.id LIMIT 1 RETURN n49 {.*}
        })}, e48 {.`quantity`, .`quantity_unit`}, [], n47.id, e48.`_occurrence`]
      }], _2: [COLLECT {
        MATCH (n43)-[e52:`USED`]->(n51:`Equipment`) WHERE e52.`_golden` WITH n51, e52 ORDER BY n51.id, e52.`_occurrence` LIMIT $p16 RETURN [n51 {.*}, e52 {`start`: toString(e52.`start`), `end`: toString(e52.`end`)}, [], n51.id, e52.`_occurrence`]
      }], _3: [COLLECT {
        MATCH (n43)-[e54:`USED`]->(n53:`PhysicalAsset`) WHERE e54.`_golden` WITH n53, e54 ORDER BY n53.id, e54.`_occurrence` LIMIT $p17 RETURN [n53 {.*}, e54 {`start`: toString(e54.`start`), `end`: toString(e54.`end`)}, [], n53.id, e54.`_occurrence`]
      }], _4: [COLLECT {
        MATCH (n43)-[e56:`USED`]->(n55:`Person`) WHERE e56.`_golden` WITH n55, e56 ORDER BY n55.id, e56.`_occurrence` LIMIT $p18 RETURN [n55 {.*}, e56 {`start`: toString(e56.`start`), `end`: toString(e56.`end`)}, [], n55.id, e56.`_occurrence`]
      }]}, null, [], n43.id, e44.`_occurrence`]
    }]}, null, [], n35.id, e36.`_occurrence`]
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
