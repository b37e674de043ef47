MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`MaterialLot` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`id`, .`supplierLot`, _0: [COLLECT {
    MATCH (n1)<-[e4:`RECEIVED`]-(n3:`PurchaseReceipt`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p2 RETURN n3 {.`id`, _0: head(COLLECT {
      MATCH (n3)-[e6:`SUPPLIED_BY`]->(n5:`BusinessPartner`) WHERE e6.`_golden` WITH n5 ORDER BY n5.id LIMIT 1 RETURN n5 {.`name`}
    })}
  }], _1: [COLLECT {
    MATCH (n1)-[e8:`ASSEMBLED_FROM`]->(n7:`MaterialLot`) WHERE e8.`_golden` WITH n7, e8 ORDER BY n7.id, e8.`_occurrence` LIMIT $p10 RETURN [n7 {.`id`, .`supplierLot`, _0: [COLLECT {
      MATCH (n7)<-[e10:`RECEIVED`]-(n9:`PurchaseReceipt`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p3 RETURN n9 {.`id`, _0: head(COLLECT {
        MATCH (n9)-[e12:`SUPPLIED_BY`]->(n11:`BusinessPartner`) WHERE e12.`_golden` WITH n11 ORDER BY n11.id LIMIT 1 RETURN n11 {.`name`}
      })}
    }], _1: [COLLECT {
      MATCH (n7)-[e14:`ASSEMBLED_FROM`]->(n13:`MaterialLot`) WHERE e14.`_golden` WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p9 RETURN [n13 {.`id`, .`supplierLot`, _0: [COLLECT {
        MATCH (n13)<-[e16:`RECEIVED`]-(n15:`PurchaseReceipt`) WHERE e16.`_golden` WITH n15, e16 ORDER BY n15.id, e16.`_occurrence` LIMIT $p4 RETURN n15 {.`id`, _0: head(COLLECT {
          MATCH (n15)-[e18:`SUPPLIED_BY`]->(n17:`BusinessPartner`) WHERE e18.`_golden` WITH n17 ORDER BY n17.id LIMIT 1 RETURN n17 {.`name`}
        })}
      }], _1: [COLLECT {
        MATCH (n13)-[e20:`ASSEMBLED_FROM`]->(n19:`MaterialLot`) WHERE e20.`_golden` WITH n19, e20 ORDER BY n19.id, e20.`_occurrence` LIMIT $p8 RETURN [n19 {.`id`, .`supplierLot`, _0: [COLLECT {
          MATCH (n19)<-[e22:`RECEIVED`]-(n21:`PurchaseReceipt`) WHERE e22.`_golden` WITH n21, e22 ORDER BY n21.id, e22.`_occurrence` LIMIT $p5 RETURN n21 {.`id`, _0: head(COLLECT {
            MATCH (n21)-[e24:`SUPPLIED_BY`]->(n23:`BusinessPartner`) WHERE e24.`_golden` WITH n23 ORDER BY n23.id LIMIT 1 RETURN n23 {.`name`}
          })}
        }], _1: [COLLECT {
          MATCH (n19)-[e26:`ASSEMBLED_FROM`]->(n25:`MaterialLot`) WHERE e26.`_golden` WITH n25, e26 ORDER BY n25.id, e26.`_occurrence` LIMIT $p7 RETURN [n25 {.`id`, .`supplierLot`, _0: [COLLECT {
            MATCH (n25)<-[e28:`RECEIVED`]-(n27:`PurchaseReceipt`) WHERE e28.`_golden` WITH n27, e28 ORDER BY n27.id, e28.`_occurrence` LIMIT $p6 RETURN n27 {.`id`, _0: head(COLLECT {
              MATCH (n27)-[e30:`SUPPLIED_BY`]->(n29:`BusinessPartner`) WHERE e30.`_golden` WITH n29 ORDER BY n29.id LIMIT 1 RETURN n29 {.`name`}
            })}
          }]}, e26 {.`quantity`, .`quantity_unit`, .`job`}, [], n25.id, e26.`_occurrence`]
        }]}, e20 {.`quantity`, .`quantity_unit`, .`job`}, [], n19.id, e20.`_occurrence`]
      }]}, e14 {.`quantity`, .`quantity_unit`, .`job`}, [], n13.id, e14.`_occurrence`]
    }]}, e8 {.`quantity`, .`quantity_unit`, .`job`}, [], n7.id, e8.`_occurrence`]
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
