MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [head(COLLECT {
  OPTIONAL MATCH (i5:`_Identifier` {key: $p2}) MATCH (n4:`MaterialLot` {id: coalesce(i5.thing, $p3)}) WHERE i5.thing IS NOT NULL OR n4.placeholder WITH [n4] AS a1 WITH reduce(s2 = {front: a1, seen: a1, sizes: [size(a1)], rows: [], deeper: false}, d3 IN range(1, $p1 + 1) | CASE WHEN size(s2.front) = 0 THEN s2 ELSE head([found IN [COLLECT {
    UNWIND s2.front AS x6 MATCH (x6)-[e8:`ASSEMBLED_FROM`|`PART_OF`]->(y7) WHERE e8.`_golden` AND head([k9 IN labels(x6) WHERE k9 <> 'Thing']) + ' ' + type(e8) + ' ' + head([k10 IN labels(y7) WHERE k10 <> 'Thing']) IN ['MaterialLot ASSEMBLED_FROM MaterialLot', 'MaterialSublot PART_OF MaterialLot'] RETURN [x6, y7, [0, head([k9 IN labels(x6) WHERE k9 <> 'Thing']) + ' ' + type(e8) + ' ' + head([k10 IN labels(y7) WHERE k10 <> 'Thing'])], [], [e8 {.`quantity`, .`quantity_unit`, .`job`, .`operation`, `time`: toString(e8.`time`)}], [e8.`_occurrence`]]
  } + COLLECT {
    UNWIND s2.front AS x11 MATCH (x11)<-[e13:`PRODUCED`]-(j15)-[e14:`CONSUMED`]->(y12) WHERE e13.`_golden` AND e14.`_golden` AND head([k16 IN labels(x11) WHERE k16 <> 'Thing']) + ' ' + type(e13) + ' ' + head([k17 IN labels(j15) WHERE k17 <> 'Thing']) IN ['MaterialLot PRODUCED JobResponse', 'MaterialLot PRODUCED Batch'] AND head([k18 IN labels(j15) WHERE k18 <> 'Thing']) + ' ' + type(e14) + ' ' + head([k19 IN labels(y12) WHERE k19 <> 'Thing']) IN ['JobResponse CONSUMED MaterialLot', 'Batch CONSUMED MaterialLot'] AND head([k16 IN labels(x11) WHERE k16 <> 'Thing']) + ' ' + type(e13) + ' ' + head([k17 IN labels(j15) WHERE k17 <> 'Thing']) + ' ' + head([k18 IN labels(j15) WHERE k18 <> 'Thing']) + ' ' + type(e14) + ' ' + head([k19 IN labels(y12) WHERE k19 <> 'Thing']) IN ['MaterialLot PRODUCED JobResponse JobResponse CONSUMED MaterialLot', 'MaterialLot PRODUCED Batch Batch CONSUMED MaterialLot'] RETURN [x11, y12, [1, head([k16 IN labels(x11) WHERE k16 <> 'Thing']) + ' ' + type(e13) + ' ' + head([k17 IN labels(j15) WHERE k17 <> 'Thing']) + ' ' + head([k18 IN labels(j15) WHERE k18 <> 'Thing']) + ' ' + type(e14) + ' ' + head([k19 IN labels(y12) WHERE k19 <> 'Thing'])], [j15], [e13 {.`quantity`, .`quantity_unit`, `time`: toString(e13.`time`)}, e14 {.`quantity`, .`quantity_unit`, `time`: toString(e14.`time`)}], [e13.`_occurrence`, e14.`_occurrence`]]
  } + COLLECT {
    UNWIND s2.front AS x20 MATCH (x20)<-[e22:`PRODUCED`]-(j25)<-[e23:`PART_OF`]-(j26)-[e24:`CONSUMED`]->(y21) WHERE e22.`_golden` AND e23.`_golden` AND e24.`_golden` AND head([k27 IN labels(x20) WHERE k27 <> 'Thing']) + ' ' + type(e22) + ' ' + head([k28 IN labels(j25) WHERE k28 <> 'Thing']) IN ['MaterialLot PRODUCED Batch'] AND head([k29 IN labels(j25) WHERE k29 <> 'Thing']) + ' ' + type(e23) + ' ' + head([k30 IN labels(j26) WHERE k30 <> 'Thing']) IN ['Batch PART_OF BatchStep'] AND head([k31 IN labels(j26) WHERE k31 <> 'Thing']) + ' ' + type(e24) + ' ' + head([k32 IN labels(y21) WHERE k32 <> 'Thing']) IN ['BatchStep CONSUMED MaterialLot'] AND head([k27 IN labels(x20) WHERE k27 <> 'Thing']) + ' ' + type(e22) + ' ' + head([k28 IN labels(j25) WHERE k28 <> 'Thing']) + ' ' + head([k29 IN labels(j25) WHERE k29 <> 'Thing']) + ' ' + type(e23) + ' ' + head([k30 IN labels(j26) WHERE k30 <> 'Thing']) + ' ' + head([k31 IN labels(j26) WHERE k31 <> 'Thing']) + ' ' + type(e24) + ' ' + head([k32 IN labels(y21) WHERE k32 <> 'Thing']) IN ['MaterialLot PRODUCED Batch Batch PART_OF BatchStep BatchStep CONSUMED MaterialLot'] RETURN [x20, y21, [2, head([k27 IN labels(x20) WHERE k27 <> 'Thing']) + ' ' + type(e22) + ' ' + head([k28 IN labels(j25) WHERE k28 <> 'Thing']) + ' ' + head([k29 IN labels(j25) WHERE k29 <> 'Thing']) + ' ' + type(e23) + ' ' + head([k30 IN labels(j26) WHERE k30 <> 'Thing']) + ' ' + head([k31 IN labels(j26) WHERE k31 <> 'Thing']) + ' ' + type(e24) + ' ' + head([k32 IN labels(y21) WHERE k32 <> 'Thing'])], [j25, j26], [e22 {.`quantity`, .`quantity_unit`, `time`: toString(e22.`time`)}, null, e24 {.`quantity`, .`quantity_unit`, `time`: toString(e24.`time`)}], [e22.`_occurrence`, e23.`_occurrence`, e24.`_occurrence`]]
  }] | CASE WHEN d3 > $p1 OR size(s2.seen) > $p0 THEN {front: [], seen: s2.seen, sizes: s2.sizes, rows: s2.rows + found, deeper: any(r IN found WHERE NOT r[1] IN s2.seen)} ELSE head([f IN [COLLECT {
    UNWIND found AS r WITH r[1] AS y33 WHERE NOT y33 IN s2.seen RETURN DISTINCT y33 LIMIT $p4
  }] | {front: f, seen: s2.seen + f, sizes: s2.sizes + size(f), rows: s2.rows + found, deeper: false}]) END]) END) AS s2 RETURN [s2.sizes, COLLECT {
    UNWIND s2.seen AS n34 RETURN CASE WHEN n34:`MaterialLot` THEN [0, n34.id, n34 {.`supplierLot`, _0: [COLLECT {
      MATCH (n34)<-[e36:`RECEIVED`]-(n35:`PurchaseReceipt`) WHERE e36.`_golden` WITH n35, e36 ORDER BY n35.id, e36.`_occurrence` LIMIT $p5 RETURN n35 {.`id`, _0: head(COLLECT {
        MATCH (n35)-[e38:`SUPPLIED_BY`]->(n37:`BusinessPartner`) WHERE e38.`_golden` WITH n37 ORDER BY n37.id LIMIT 1 RETURN n37 {.`name`}
      })}
    }]}] WHEN n34:`MaterialSublot` THEN [1, n34.id, n34 {.id}] END
  }, [r IN s2.rows WHERE r[1] IN s2.seen | [r[0].id, r[1].id, r[2], [j IN r[3] | j.id], r[4], r[5]]], [COLLECT {
    UNWIND COLLECT {
      UNWIND s2.rows AS r39 UNWIND r39[3] AS j40 WITH r39, j40 WHERE j40:`JobResponse` AND r39[1] IN s2.seen RETURN DISTINCT j40
    } AS n41 RETURN [n41.id, n41 {.`id`}]
  }, COLLECT {
    UNWIND COLLECT {
      UNWIND s2.rows AS r42 UNWIND r42[3] AS j43 WITH r42, j43 WHERE j43:`Batch` AND r42[1] IN s2.seen RETURN DISTINCT j43
    } AS n44 RETURN [n44.id, n44 {.`id`}]
  }, COLLECT {
    UNWIND COLLECT {
      UNWIND s2.rows AS r45 UNWIND r45[3] AS j46 WITH r45, j46 WHERE j46:`BatchStep` AND r45[1] IN s2.seen RETURN DISTINCT j46
    } AS n47 RETURN [n47.id, n47 {.`id`}]
  }], s2.deeper]
})] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
