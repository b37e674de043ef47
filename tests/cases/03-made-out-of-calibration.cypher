MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i2:`_Identifier` {key: $p0}) MATCH (n1:`Equipment` {id: coalesce(i2.thing, $p1)}) WHERE i2.thing IS NOT NULL OR n1.placeholder RETURN n1 {.`name`, _0: [COLLECT {
    MATCH (n1)-[e4:`IMPLEMENTED_BY`]->(n3:`PhysicalAsset`) WHERE e4.`_golden` WITH n3, e4 ORDER BY n3.id, e4.`_occurrence` LIMIT $p3 RETURN [n3 {.`id`, _0: [COLLECT {
      MATCH (n3)<-[e6:`CALIBRATES`]-(n5:`Calibration`) WHERE e6.`_golden` WITH n5, e6 ORDER BY n5.id, e6.`_occurrence` LIMIT $p2 RETURN n5 {.`id`, .`status`, .`outcome`, `performedAt`: toString(n5.`performedAt`), `validUntil`: toString(n5.`validUntil`)}
    }]}, e4 {`start`: toString(e4.`start`), `end`: toString(e4.`end`)}, [], n3.id, e4.`_occurrence`]
  }], _1: [COLLECT {
    MATCH (n1)<-[e8:`USED`]-(n7:`JobResponse`) WHERE e8.`_golden` AND (n7.`start` < $p4 AND n7.`end` > $p5) WITH n7, e8 ORDER BY n7.`start`, n7.id, e8.`_occurrence` LIMIT $p10 RETURN n7 {.`id`, `start`: toString(n7.`start`), `end`: toString(n7.`end`), _0: [COLLECT {
      MATCH (n7)-[e10:`PRODUCED`]->(n9:`MaterialLot`) WHERE e10.`_golden` WITH n9, e10 ORDER BY n9.id, e10.`_occurrence` LIMIT $p9 RETURN n9 {.`id`, .`status`, `quantity`: CASE WHEN n9.`quantity` IS NOT NULL THEN {value: n9.`quantity`, unit: n9.`quantity_unit`} END, _0: head(COLLECT {
        MATCH (n9)-[e12:`STORED_AT`]->(n11:`Equipment`) WHERE e12.`_golden` WITH n11 ORDER BY n11.id LIMIT 1 RETURN n11 {.`id`}
      }), _1: [COLLECT {
        MATCH (n9)<-[e14:`ASSEMBLED_FROM`]-(n13:`MaterialLot`) WHERE e14.`_golden` WITH n13, e14 ORDER BY n13.id, e14.`_occurrence` LIMIT $p8 RETURN [n13 {.`id`, .`status`, `quantity`: CASE WHEN n13.`quantity` IS NOT NULL THEN {value: n13.`quantity`, unit: n13.`quantity_unit`} END, _0: head(COLLECT {
          MATCH (n13)-[e16:`STORED_AT`]->(n15:`Equipment`) WHERE e16.`_golden` WITH n15 ORDER BY n15.id LIMIT 1 RETURN n15 {.`id`}
        }), _1: [COLLECT {
          MATCH (n13)<-[e18:`ASSEMBLED_FROM`]-(n17:`MaterialLot`) WHERE e18.`_golden` WITH n17, e18 ORDER BY n17.id, e18.`_occurrence` LIMIT $p7 RETURN n17 {.`id`, .`status`, `quantity`: CASE WHEN n17.`quantity` IS NOT NULL THEN {value: n17.`quantity`, unit: n17.`quantity_unit`} END, _0: head(COLLECT {
            MATCH (n17)-[e20:`STORED_AT`]->(n19:`Equipment`) WHERE e20.`_golden` WITH n19 ORDER BY n19.id LIMIT 1 RETURN n19 {.`id`}
          }), _1: [COLLECT {
            MATCH (n17)<-[e22:`CONTAINS`]-(n21:`Shipment`) WHERE e22.`_golden` WITH n21, e22 ORDER BY n21.id, e22.`_occurrence` LIMIT $p6 RETURN n21 {.`id`, .`status`, _0: head(COLLECT {
              MATCH (n21)-[e24:`SHIPPED_TO`]->(n23:`BusinessPartner`) WHERE e24.`_golden` WITH n23 ORDER BY n23.id LIMIT 1 RETURN n23 {.`id`}
            })}
          }]}
        }]}, e14 {.`quantity`, .`quantity_unit`, .`operation`}, [], n13.id, e14.`_occurrence`]
      }]}
    }]}
  }]}
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
