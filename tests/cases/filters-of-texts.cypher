MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`BusinessPartner`) WHERE n1.id IS NOT NULL AND n1.`country` = $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`BusinessPartner`) WHERE n1.id IS NOT NULL AND (n1.`country` IS NULL OR n1.`country` <> $p0) WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`BusinessPartner`) WHERE n1.id IS NOT NULL AND n1.`country` IN $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`BusinessPartner`) WHERE n1.id IS NOT NULL AND n1.`name` CONTAINS $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`BusinessPartner`) WHERE n1.id IS NOT NULL AND n1.`id` STARTS WITH $p0 WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`BusinessPartner`) WHERE n1.id IS NOT NULL AND n1.`country` IS NULL WITH n1 ORDER BY n1.id LIMIT $p0 RETURN n1 {.`id`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [[COLLECT {
  MATCH (n1:`BusinessPartner`) WHERE n1.id IS NOT NULL AND $p0 IN n1.`roles` WITH n1 ORDER BY n1.id LIMIT $p1 RETURN n1 {.`id`, .`roles`}
}]] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
