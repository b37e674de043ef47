MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND (n1.`quantity` >= $p0 AND n1.`quantity_unit` = $p1) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, `quantity`: CASE WHEN n1.`quantity` IS NOT NULL THEN {value: n1.`quantity`, unit: n1.`quantity_unit`} END}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND (n1.`quantity` > $p0 AND n1.`quantity` <= $p1 AND n1.`quantity_unit` = $p2) WITH n1 ORDER BY n1.id LIMIT $p3 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND (n1.`quantity` < $p0 AND n1.`quantity_unit` IN $p1) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`MaterialLot`) WHERE n1.id IS NOT NULL AND n1.`quantity` IS NULL WITH n1 ORDER BY n1.id LIMIT $p0 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`OperationsRequest`) WHERE n1.id IS NOT NULL AND n1.`priority` IN $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`, .`priority`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`OperationsRequest`) WHERE n1.id IS NOT NULL AND (n1.`priority` IS NULL OR n1.`priority` <> $p0) WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`AssetCondition`) WHERE n1.id IS NOT NULL AND (n1.`healthScore` >= $p0 AND n1.`healthScore` < $p1) WITH n1 ORDER BY n1.id LIMIT $p2 RETURN n1 {.`id`, .`healthScore`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
