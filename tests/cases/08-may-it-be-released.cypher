MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.*, _0: head(COLLECT {
    MATCH (n1)-[e4:`DEFINED_BY`]->(n3:`MaterialDefinition`) WHERE e4.`_golden` WITH n3 ORDER BY n3.id LIMIT 1 RETURN n3 {.*, _0: [COLLECT {
      MATCH (n3)<-[e6:`APPLIES_TO`]-(n5:`TestSpecification`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p2 RETURN [n5 {.*}, null, [], n5.id, e6.`_occurrence`]
    }], _1: [COLLECT {
      MATCH (n3)-[e8:`MEMBER_OF`]->(n7:`MaterialClass`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p4 RETURN [n7 {.*, _0: [COLLECT {
        MATCH (n7)<-[e10:`APPLIES_TO`]-(n9:`TestSpecification`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p3 RETURN [n9 {.*}, null, [], n9.id, e10.`_occurrence`]
      }]}, null, [], n7.id, e8.`_occurrence`]
    }], _2: [COLLECT {
      MATCH (n3)<-[e12:`CONCERNS`]-(n11:`NonConformance`) WHERE e12.`_golden` AND (n11.`status` IS NULL OR NOT (n11.`status` IN $p5)) WITH n11, e12 ORDER BY n11.id, e12.`_occurrence` LIMIT $p6 RETURN [n11 {.*}, null, [], n11.id, e12.`_occurrence`]
    }]}
  }), _1: [COLLECT {
    MATCH (n1)<-[e14:`TAKEN_FROM`]-(n13:`Sample`) WHERE e14.`_golden` WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p16 RETURN [n13 {.*, _0: [COLLECT {
      MATCH (n13)<-[e16:`OF`]-(n15:`TestResult`) WHERE e16.`_golden` WITH n15, e16 ORDER BY n15.id, e16.`_occurrence` LIMIT $p10 RETURN [n15 {.*, _0: head(COLLECT {
        MATCH (n15)-[e18:`AGAINST`]->(n17:`TestSpecification`) WHERE e18.`_golden` WITH n17 ORDER BY n17.id LIMIT 1 RETURN n17 {.*}
      }), _1: head(COLLECT {
        MATCH (n15)-[e20:`MEASURED_WITH`]->(n19:`PhysicalAsset`) WHERE e20.`_golden` WITH n19 ORDER BY n19.id LIMIT 1 RETURN n19 {.*, _0: [COLLECT {
          MATCH (n19)<-[e22:`CALIBRATES`]-(n21:`Calibration`) WHERE e22.`_golden` WITH n21, e22 ORDER BY n21.id, e22.`_occurrence` LIMIT $p7 RETURN [n21 {.*}, null, [], n21.id, e22.`_occurrence`]
        }]}
      }), _2: [COLLECT {
        MATCH (n15)<-[e24:`CONCERNS`]-(n23:`NonConformance`) WHERE e24.`_golden` AND (n23.`status` IS NULL OR NOT (n23.`status` IN $p8)) WITH n23, e24 ORDER BY n23.id, e24.`_occurrence` LIMIT $p9 RETURN [n23 {.*}, null, [], n23.id, e24.`_occurrence`]
      }]}, null, [], n15.id, e16.`_occurrence`]
    }], _1: [COLLECT {
      MATCH (n13)<-[e26:`PART_OF`]-(n25:`Sample`) WHERE e26.`_golden` WITH n25, e26 ORDER BY n25.id, e26.`_occurrence` LIMIT $p15 RETURN [n25 {.*, _0: [COLLECT {
        MATCH (n25)<-[e28:`OF`]-(n27:`TestResult`) WHERE e28.`_golden` WITH n27, e28 ORDER BY n27.id, e28.`_occurrence` LIMIT $p14 RETURN [n27 {.*, _0: head(COLLECT {
          MATCH (n27)-[e30:`AGAINST`]->(n29:`TestSpecification`) WHERE e30.`_golden` WITH n29 ORDER BY n29.id LIMIT 1 RETURN n29 {.*}
        }), _1: head(COLLECT {
          MATCH (n27)-[e32:`MEASURED_WITH`]->(n31:`PhysicalAsset`) WHERE e32.`_golden` WITH n31 ORDER BY n31.id LIMIT 1 RETURN n31 {.*, _0: [COLLECT {
            MATCH (n31)<-[e34:`CALIBRATES`]-(n33:`Calibration`) WHERE e34.`_golden` WITH n33, e34 ORDER BY n33.id, e34.`_occurrence` LIMIT $p11 RETURN [n33 {.*}, null, [], n33.id, e34.`_occurrence`]
          }]}
        }), _2: [COLLECT {
          MATCH (n27)<-[e36:`CONCERNS`]-(n35:`NonConformance`) WHERE e36.`_golden` AND (n35.`status` IS NULL OR NOT (n35.`status` IN $p12)) WITH n35, e36 ORDER BY n35.id, e36.`_occurrence` LIMIT $p13 RETURN [n35 {.*}, null, [], n35.id, e36.`_occurrence`]
        }]}, null, [], n27.id, e28.`_occurrence`]
      }]}, null, [], n25.id, e26.`_occurrence`]
    }]}, null, [], n13.id, e14.`_occurrence`]
  }], _2: [COLLECT {
    MATCH (n1)<-[e38:`PART_OF`]-(n37:`MaterialSublot`) WHERE e38.`_golden` WITH n37, e38 ORDER BY n37.id, e38.`_occurrence` LIMIT $p22 RETURN [n37 {.*, _0: [COLLECT {
      MATCH (n37)<-[e40:`TAKEN_FROM`]-(n39:`Sample`) WHERE e40.`_golden` WITH n39, e40 ORDER BY n39.id, e40.`_occurrence` LIMIT $p21 RETURN [n39 {.*, _0: [COLLECT {
        MATCH (n39)<-[e42:`OF`]-(n41:`TestResult`) WHERE e42.`_golden` WITH n41, e42 ORDER BY n41.id, e42.`_occurrence` LIMIT $p20 RETURN [n41 {.*, _0: head(COLLECT {
          MATCH (n41)-[e44:`AGAINST`]->(n43:`TestSpecification`) WHERE e44.`_golden` WITH n43 ORDER BY n43.id LIMIT 1 RETURN n43 {.*}
        }), _1: head(COLLECT {
          MATCH (n41)-[e46:`MEASURED_WITH`]->(n45:`PhysicalAsset`) WHERE e46.`_golden` WITH n45 ORDER BY n45.id LIMIT 1 RETURN n45 {.*, _0: [COLLECT {
            MATCH (n45)<-[e48:`CALIBRATES`]-(n47:`Calibration`) WHERE e48.`_golden` WITH n47, e48 ORDER BY n47.id, e48.`_occurrence` LIMIT $p17 RETURN [n47 {.*}, null, [], n47.id, e48.`_occurrence`]
          }]}
        }), _2: [COLLECT {
          MATCH (n41)<-[e50:`CONCERNS`]-(n49:`NonConformance`) WHERE e50.`_golden` AND (n49.`status` IS NULL OR NOT (n49.`status` IN $p18)) WITH n49, e50 ORDER BY n49.id, e50.`_occurrence` LIMIT $p19 RETURN [n49 {.*}, null, [], n49.id, e50.`_occurrence`]
        }]}, null, [], n41.id, e42.`_occurrence`]
      }]}, null, [], n39.id, e40.`_occurrence`]
    }]}, null, [], n37.id, e38.`_occurrence`]
  }], _3: [COLLECT {
    MATCH (n1)<-[e52:`OF`]-(n51:`TestResult`) WHERE e52.`_golden` WITH n51, e52 ORDER BY n51.id, e52.`_occurrence` LIMIT $p26 RETURN [n51 {.*, _0: head(COLLECT {
      MATCH (n51)-[e54:`AGAINST`]->(n53:`TestSpecification`) WHERE e54.`_golden` WITH n53 ORDER BY n53.id LIMIT 1 RETURN n53 {.*}
    }), _1: head(COLLECT {
      MATCH (n51)-[e56:`MEASURED_WITH`]->(n55:`PhysicalAsset`) WHERE e56.`_golden` WITH n55 ORDER BY n55.id LIMIT 1 RETURN n55 {.*, _0: [COLLECT {
        MATCH (n55)<-[e58:`CALIBRATES`]-(n57:`Calibration`) WHERE e58.`_golden` WITH n57, e58 ORDER BY n57.id, e58.`_occurrence` LIMIT $p23 RETURN [n57 {.*}, null, [], n57.id, e58.`_occurrence`]
      }]}
    }), _2: [COLLECT {
      MATCH (n51)<-[e60:`CONCERNS`]-(n59:`NonConformance`) WHERE e60.`_golden` AND (n59.`status` IS NULL OR NOT (n59.`status` IN $p24)) WITH n59, e60 ORDER BY n59.id, e60.`_occurrence` LIMIT $p25 RETURN [n59 {.*}, null, [], n59.id, e60.`_occurrence`]
    }]}, null, [], n51.id, e52.`_occurrence`]
  }], _4: [COLLECT {
    MATCH (n1)<-[e62:`CONCERNS`]-(n61:`NonConformance`) WHERE e62.`_golden` WITH n61, e62 ORDER BY n61.id, e62.`_occurrence` LIMIT $p27 RETURN [n61 {.*}, e62 {.`quantity`, .`quantity_unit`}, [], n61.id, e62.`_occurrence`]
  }], _5: [COLLECT {
    MATCH (n1)-[e64:`ASSEMBLED_FROM`]->(n63:`MaterialLot`) WHERE e64.`_golden` WITH n63, e64 ORDER BY n63.id, e64.`_occurrence` LIMIT $p32 RETURN [n63 {.*, _0: head(COLLECT {
      MATCH (n63)-[e66:`DEFINED_BY`]->(n65:`MaterialDefinition`) WHERE e66.`_golden` WITH n65 ORDER BY n65.id LIMIT 1 RETURN n65 {.*, _0: [COLLECT {
        MATCH (n65)<-[e68:`CONCERNS`]-(n67:`NonConformance`) WHERE e68.`_golden` AND (n67.`status` IS NULL OR NOT (n67.`status` IN $p28)) WITH n67, e68 ORDER BY n67.id, e68.`_occurrence` LIMIT $p29 RETURN [n67 {.*}, null, [], n67.id, e68.`_occurrence`]
      }]}
    }), _1: [COLLECT {
      MATCH (n63)<-[e70:`CONCERNS`]-(n69:`NonConformance`) WHERE e70.`_golden` AND (n69.`status` IS NULL OR NOT (n69.`status` IN $p30)) WITH n69, e70 ORDER BY n69.id, e70.`_occurrence` LIMIT $p31 RETURN [n69 {.*}, null, [], n69.id, e70.`_occurrence`]
    }]}, e64 {.`operation`, `time`: toString(e64.`time`)}, [], n63.id, e64.`_occurrence`]
  }], _6: [COLLECT {
    MATCH (n1)<-[e72:`PRODUCED`]-(n71:`JobResponse`) WHERE e72.`_golden` WITH n71, e72 ORDER BY n71.id, e72.`_occurrence` LIMIT $p58 RETURN [n71 {.*, _0: head(COLLECT {
      MATCH (n71)-[e74:`RESPONDS_TO`]->(n73:`JobOrder`) WHERE e74.`_golden` WITH n73 ORDER BY n73.id LIMIT 1 RETURN n73 {.*, _0: head(COLLECT {
        MATCH (n73)-[e76:`FOLLOWS`]->(n75:`WorkMaster`) WHERE e76.`_golden` WITH n75 ORDER BY n75.id LIMIT 1 RETURN n75 {.*, _0: head(COLLECT {
          MATCH (n75)-[e78:`BASED_ON`]->(n77:`BillOfMaterials`) WHERE e78.`_golden` WITH n77 ORDER BY n77.id LIMIT 1 RETURN n77 {.*, _0: [COLLECT {
            MATCH (n77)-[e80:`REQUIRES`]->(n79:`MaterialDefinition`) WHERE e80.`_golden` WITH n79, e80 ORDER BY n79.id, e80.`_occurrence` LIMIT $p33 RETURN [n79 {.*}, e80 {.`quantity`, .`quantity_unit`}, [], n79.id, e80.`_occurrence`]
          }]}
        })}
      }), _1: [COLLECT {
        MATCH (n73)<-[e82:`CONCERNS`]-(n81:`NonConformance`) WHERE e82.`_golden` AND (n81.`status` IS NULL OR NOT (n81.`status` IN $p34)) WITH n81, e82 ORDER BY n81.id, e82.`_occurrence` LIMIT $p35 RETURN [n81 {.*}, null, [], n81.id, e82.`_occurrence`]
      }], _2: [COLLECT {
        MATCH (n73)-[e84:`REQUIRES`]->(n83:`MaterialDefinition`) WHERE e84.`_golden` WITH n83, e84 ORDER BY n83.id, e84.`_occurrence` LIMIT $p36 RETURN [n83 {.*}, e84 {.`quantity`, .`quantity_unit`}, [], n83.id, e84.`_occurrence`]
      }], _3: [COLLECT {
        MATCH (n73)<-[e86:`RESPONDS_TO`]-(n85:`JobResponse`) WHERE e86.`_golden` WITH n85, e86 ORDER BY n85.id, e86.`_occurrence` LIMIT $p38 RETURN [n85 {.*, _0: [COLLECT {
          MATCH (n85)-[e88:`CONSUMED`]->(n87:`MaterialLot`) WHERE e88.`_golden` WITH n87, e88 ORDER BY n87.id, e88.`_occurrence` LIMIT $p37 RETURN [n87 {.*, _0: head(COLLECT {
            MATCH (n87)-[e90:`DEFINED_BY`]->(n89:`MaterialDefinition`) WHERE e90.`_golden` WITH n89 ORDER BY n89.id LIMIT 1 RETURN n89 {.*}
          })}, e88 {.`quantity`, .`quantity_unit`}, [], n87.id, e88.`_occurrence`]
        }]}, null, [], n85.id, e86.`_occurrence`]
      }]}
    }), _1: head(COLLECT {
      MATCH (n71)-[e92:`FOLLOWS`]->(n91:`WorkMaster`) WHERE e92.`_golden` WITH n91 ORDER BY n91.id LIMIT 1 RETURN n91 {.*}
    }), _2: head(COLLECT {
      MATCH (n71)-[e94:`PERFORMS`]->(n93:`ProcessSegment`) WHERE e94.`_golden` WITH n93 ORDER BY n93.id LIMIT 1 RETURN n93 {.*}
    }), _3: [COLLECT {
      MATCH (n71)-[e96:`CONSUMED`]->(n95:`MaterialLot`) WHERE e96.`_golden` WITH n95, e96 ORDER BY n95.id, e96.`_occurrence` LIMIT $p43 RETURN [n95 {.*, _0: head(COLLECT {
        MATCH (n95)-[e98:`DEFINED_BY`]->(n97:`MaterialDefinition`) WHERE e98.`_golden` WITH n97 ORDER BY n97.id LIMIT 1 RETURN n97 {.*, _0: [COLLECT {
          MATCH (n97)<-[e100:`CONCERNS`]-(n99:`NonConformance`) WHERE e100.`_golden` AND (n99.`status` IS NULL OR NOT (n99.`status` IN $p39)) WITH n99, e100 ORDER BY n99.id, e100.`_occurrence` LIMIT $p40 RETURN [n99 {.*}, null, [], n99.id, e100.`_occurrence`]
        }]}
      }), _1: [COLLECT {
        MATCH (n95)<-[e102:`CONCERNS`]-(n101:`NonConformance`) WHERE e102.`_golden` AND (n101.`status` IS NULL OR NOT (n101.`status` IN $p41)) WITH n101, e102 ORDER BY n101.id, e102.`_occurrence` LIMIT $p42 RETURN [n101 {.*}, null, [], n101.id, e102.`_occurrence`]
      }]}, e96 {`time`: toString(e96.`time`)}, [], n95.id, e96.`_occurrence`]
    }], _4: [COLLECT {
      MATCH (n71)-[e104:`USED`]->(n103:`Equipment`) WHERE e104.`_golden` WITH n103, e104 ORDER BY n103.id, e104.`_occurrence` LIMIT $p52 RETURN [n103 {.*, _0: [COLLECT {
        MATCH (n103)<-[e106:`MAINTAINS`]-(n105:`MaintenancePlan`) WHERE e106.`_golden` WITH n105, e106 ORDER BY n105.id, e106.`_occurrence` LIMIT $p44 RETURN [n105 {.*}, null, [], n105.id, e106.`_occurrence`]
      }], _1: [COLLECT {
        MATCH (n103)<-[e108:`MAINTAINS`]-(n107:`JobOrder`) WHERE e108.`_golden` AND (n107.`status` IS NULL OR NOT (n107.`status` IN $p45)) WITH n107, e108 ORDER BY n107.id, e108.`_occurrence` LIMIT $p46 RETURN [n107 {.*}, null, [], n107.id, e108.`_occurrence`]
      }], _2: [COLLECT {
        MATCH (n103)-[e110:`IMPLEMENTED_BY`]->(n109:`PhysicalAsset`) WHERE e110.`_golden` WITH n109, e110 ORDER BY n109.id, e110.`_occurrence` LIMIT $p51 RETURN [n109 {.*, _0: [COLLECT {
          MATCH (n109)<-[e112:`CALIBRATES`]-(n111:`Calibration`) WHERE e112.`_golden` WITH n111, e112 ORDER BY n111.id, e112.`_occurrence` LIMIT $p47 RETURN [n111 {.*}, null, [], n111.id, e112.`_occurrence`]
        }], _1: [COLLECT {
          MATCH (n109)<-[e114:`MAINTAINS`]-(n113:`MaintenancePlan`) WHERE e114.`_golden` WITH n113, e114 ORDER BY n113.id, e114.`_occurrence` LIMIT $p48 RETURN [n113 {.*}, null, [], n113.id, e114.`_occurrence`]
        }], _2: [COLLECT {
          MATCH (n109)<-[e116:`MAINTAINS`]-(n115:`JobOrder`) WHERE e116.`_golden` AND (n115.`status` IS NULL OR NOT (n115.`status` IN $p49)) WITH n115, e116 ORDER BY n115.id, e116.`_occurrence` LIMIT $p50 RETURN [n115 {.*}, null, [], n115.id, e116.`_occurrence`]
        }]}, e110 {`start`: toString(e110.`start`), `end`: toString(e110.`end`)}, [], n109.id, e110.`_occurrence`]
      }]}, e104 {`start`: toString(e104.`start`), `end`: toString(e104.`end`)}, [], n103.id, e104.`_occurrence`]
    }], _5: [COLLECT {
      MATCH (n71)-[e118:`USED`]->(n117:`PhysicalAsset`) WHERE e118.`_golden` WITH n117, e118 ORDER BY n117.id, e118.`_occurrence` LIMIT $p57 RETURN [n117 {.*, _0: [COLLECT {
        MATCH (n117)<-[e120:`CALIBRATES`]-(n119:`Calibration`) WHERE e120.`_golden` WITH n119, e120 ORDER BY n119.id, e120.`_occurrence` LIMIT $p53 RETURN [n119 {.*}, null, [], n119.id, e120.`_occurrence`]
      }], _1: [COLLECT {
        MATCH (n117)<-[e122:`MAINTAINS`]-(n121:`MaintenancePlan`) WHERE e122.`_golden` WITH n121, e122 ORDER BY n121.id, e122.`_occurrence` LIMIT $p54 RETURN [n121 {.*}, null, [], n121.id, e122.`_occurrence`]
      }], _2: [COLLECT {
        MATCH (n117)<-[e124:`MAINTAINS`]-(n123:`JobOrder`) WHERE e124.`_golden` AND (n123.`status` IS NULL OR NOT (n123.`status` IN $p55)) WITH n123, e124 ORDER BY n123.id, e124.`_occurrence` LIMIT $p56 RETURN [n123 {.*}, null, [], n123.id, e124.`_occurrence`]
      }]}, e118 {`start`: toString(e118.`start`), `end`: toString(e118.`end`)}, [], n117.id, e118.`_occurrence`]
    }]}, null, [], n71.id, e72.`_occurrence`]
  }], _7: [COLLECT {
    MATCH (n1)<-[e126:`PRODUCED`]-(n125:`Batch`) WHERE e126.`_golden` WITH n125, e126 ORDER BY n125.id, e126.`_occurrence` LIMIT $p81 RETURN [n125 {.*, _0: head(COLLECT {
      MATCH (n125)-[e128:`RESPONDS_TO`]->(n127:`JobOrder`) WHERE e128.`_golden` WITH n127 ORDER BY n127.id LIMIT 1 RETURN n127 {.*}
    }), _1: head(COLLECT {
      MATCH (n125)-[e130:`FOLLOWS`]->(n129:`WorkMaster`) WHERE e130.`_golden` WITH n129 ORDER BY n129.id LIMIT 1 RETURN n129 {.*}
    }), _2: [COLLECT {
      MATCH (n125)<-[e132:`CONCERNS`]-(n131:`NonConformance`) WHERE e132.`_golden` AND (n131.`status` IS NULL OR NOT (n131.`status` IN $p59)) WITH n131, e132 ORDER BY n131.id, e132.`_occurrence` LIMIT $p60 RETURN [n131 {.*}, null, [], n131.id, e132.`_occurrence`]
    }], _3: [COLLECT {
      MATCH (n125)-[e134:`CONSUMED`]->(n133:`MaterialLot`) WHERE e134.`_golden` WITH n133, e134 ORDER BY n133.id, e134.`_occurrence` LIMIT $p65 RETURN [n133 {.*, _0: head(COLLECT {
        MATCH (n133)-[e136:`DEFINED_BY`]->(n135:`MaterialDefinition`) WHERE e136.`_golden` WITH n135 ORDER BY n135.id LIMIT 1 RETURN n135 {.*, _0: [COLLECT {
          MATCH (n135)<-[e138:`CONCERNS`]-(n137:`NonConformance`) WHERE e138.`_golden` AND (n137.`status` IS NULL OR NOT (n137.`status` IN $p61)) WITH n137, e138 ORDER BY n137.id, e138.`_occurrence` LIMIT $p62 RETURN [n137 {.*}, null, [], n137.id, e138.`_occurrence`]
        }]}
      }), _1: [COLLECT {
        MATCH (n133)<-[e140:`CONCERNS`]-(n139:`NonConformance`) WHERE e140.`_golden` AND (n139.`status` IS NULL OR NOT (n139.`status` IN $p63)) WITH n139, e140 ORDER BY n139.id, e140.`_occurrence` LIMIT $p64 RETURN [n139 {.*}, null, [], n139.id, e140.`_occurrence`]
      }]}, e134 {`time`: toString(e134.`time`)}, [], n133.id, e134.`_occurrence`]
    }], _4: [COLLECT {
      MATCH (n125)-[e142:`USED`]->(n141:`Equipment`) WHERE e142.`_golden` WITH n141, e142 ORDER BY n141.id, e142.`_occurrence` LIMIT $p74 RETURN [n141 {.*, _0: [COLLECT {
        MATCH (n141)<-[e144:`MAINTAINS`]-(n143:`MaintenancePlan`) WHERE e144.`_golden` WITH n143, e144 ORDER BY n143.id, e144.`_occurrence` LIMIT $p66 RETURN [n143 {.*}, null, [], n143.id, e144.`_occurrence`]
      }], _1: [COLLECT {
        MATCH (n141)<-[e146:`MAINTAINS`]-(n145:`JobOrder`) WHERE e146.`_golden` AND (n145.`status` IS NULL OR NOT (n145.`status` IN $p67)) WITH n145, e146 ORDER BY n145.id, e146.`_occurrence` LIMIT $p68 RETURN [n145 {.*}, null, [], n145.id, e146.`_occurrence`]
      }], _2: [COLLECT {
        MATCH (n141)-[e148:`IMPLEMENTED_BY`]->(n147:`PhysicalAsset`) WHERE e148.`_golden` WITH n147, e148 ORDER BY n147.id, e148.`_occurrence` LIMIT $p73 RETURN [n147 {.*, _0: [COLLECT {
          MATCH (n147)<-[e150:`CALIBRATES`]-(n149:`Calibration`) WHERE e150.`_golden` WITH n149, e150 ORDER BY n149.id, e150.`_occurrence` LIMIT $p69 RETURN [n149 {.*}, null, [], n149.id, e150.`_occurrence`]
        }], _1: [COLLECT {
          MATCH (n147)<-[e152:`MAINTAINS`]-(n151:`MaintenancePlan`) WHERE e152.`_golden` WITH n151, e152 ORDER BY n151.id, e152.`_occurrence` LIMIT $p70 RETURN [n151 {.*}, null, [], n151.id, e152.`_occurrence`]
        }], _2: [COLLECT {
          MATCH (n147)<-[e154:`MAINTAINS`]-(n153:`JobOrder`) WHERE e154.`_golden` AND (n153.`status` IS NULL OR NOT (n153.`status` IN $p71)) WITH n153, e154 ORDER BY n153.id, e154.`_occurrence` LIMIT $p72 RETURN [n153 {.*}, null, [], n153.id, e154.`_occurrence`]
        }]}, e148 {`start`: toString(e148.`start`), `end`: toString(e148.`end`)}, [], n147.id, e148.`_occurrence`]
      }]}, e142 {`start`: toString(e142.`start`), `end`: toString(e142.`end`)}, [], n141.id, e142.`_occurrence`]
    }], _5: [COLLECT {
      MATCH (n125)<-[e156:`PART_OF`]-(n155:`BatchStep`) WHERE e156.`_golden` WITH n155, e156 ORDER BY n155.id, e156.`_occurrence` LIMIT $p80 RETURN [n155 {.*, _0: head(COLLECT {
        MATCH (n155)-[e158:`PERFORMS`]->(n157:`ProcessSegment`) WHERE e158.`_golden` WITH n157 ORDER BY n157.id LIMIT 1 RETURN n157 {.*}
      }), _1: [COLLECT {
        MATCH (n155)-[e160:`USED`]->(n159:`PhysicalAsset`) WHERE e160.`_golden` WITH n159, e160 ORDER BY n159.id, e160.`_occurrence` LIMIT $p79 RETURN [n159 {.*, _0: [COLLECT {
          MATCH (n159)<-[e162:`CALIBRATES`]-(n161:`Calibration`) WHERE e162.`_golden` WITH n161, e162 ORDER BY n161.id, e162.`_occurrence` LIMIT $p75 RETURN [n161 {.*}, null, [], n161.id, e162.`_occurrence`]
        }], _1: [COLLECT {
          MATCH (n159)<-[e164:`MAINTAINS`]-(n163:`MaintenancePlan`) WHERE e164.`_golden` WITH n163, e164 ORDER BY n163.id, e164.`_occurrence` LIMIT $p76 RETURN [n163 {.*}, null, [], n163.id, e164.`_occurrence`]
        }], _2: [COLLECT {
          MATCH (n159)<-[e166:`MAINTAINS`]-(n165:`JobOrder`) WHERE e166.`_golden` AND (n165.`status` IS NULL OR NOT (n165.`status` IN $p77)) WITH n165, e166 ORDER BY n165.id, e166.`_occurrence` LIMIT $p78 RETURN [n165 {.*}, null, [], n165.id, e166.`_occurrence`]
        }]}, e160 {`start`: toString(e160.`start`), `end`: toString(e160.`end`)}, [], n159.id, e160.`_occurrence`]
      }]}, null, [], n155.id, e156.`_occurrence`]
    }]}, null, [], n125.id, e126.`_occurrence`]
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
