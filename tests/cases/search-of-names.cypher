MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [COLLECT {
  MATCH (n1:`Thing`) WHERE n1.`_search` CONTAINS $p0 AND $p0 <> '' WITH n1, [label IN labels(n1) WHERE label IN ['AssetCondition', 'Batch', 'BatchStep', 'BillOfMaterials', 'BusinessPartner', 'Calibration', 'CorrectiveAction', 'Document', 'EngineeringChange', 'Equipment', 'EquipmentClass', 'JobOrder', 'JobResponse', 'MaintenancePlan', 'MaterialClass', 'MaterialDefinition', 'MaterialLot', 'MaterialSublot', 'NonConformance', 'OperationsEvent', 'OperationsRequest', 'Person', 'PersonnelClass', 'PhysicalAsset', 'ProcessSegment', 'PurchaseReceipt', 'Sample', 'Shipment', 'Tag', 'TestResult', 'TestSpecification', 'WorkMaster']][0] AS kind WHERE kind IS NOT NULL WITH n1, kind ORDER BY CASE WHEN n1.`_search` CONTAINS $p1 THEN 0 WHEN n1.`_search` CONTAINS $p2 THEN 1 ELSE 2 END, kind, n1.id LIMIT $p3 RETURN [kind, n1 {.`id`}]
}] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [COLLECT {
  MATCH (n1:`Thing`) WHERE n1.`_search` CONTAINS $p0 AND $p0 <> '' WITH n1, [label IN labels(n1) WHERE label IN ['AssetCondition', 'Batch', 'BatchStep', 'BillOfMaterials', 'BusinessPartner', 'Calibration', 'CorrectiveAction', 'Document', 'EngineeringChange', 'Equipment', 'EquipmentClass', 'JobOrder', 'JobResponse', 'MaintenancePlan', 'MaterialClass', 'MaterialDefinition', 'MaterialLot', 'MaterialSublot', 'NonConformance', 'OperationsEvent', 'OperationsRequest', 'Person', 'PersonnelClass', 'PhysicalAsset', 'ProcessSegment', 'PurchaseReceipt', 'Sample', 'Shipment', 'Tag', 'TestResult', 'TestSpecification', 'WorkMaster']][0] AS kind WHERE kind IS NOT NULL WITH n1, kind ORDER BY CASE WHEN n1.`_search` CONTAINS $p1 THEN 0 WHEN n1.`_search` CONTAINS $p2 THEN 1 ELSE 2 END, kind, n1.id LIMIT $p3 RETURN [kind, n1 {.`id`}]
}] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [COLLECT {
  MATCH (n1:`Thing`) WHERE n1.`_search` CONTAINS $p0 AND $p0 <> '' WITH n1, [label IN labels(n1) WHERE label IN ['MaterialLot', 'Sample']][0] AS kind WHERE kind IS NOT NULL WITH n1, kind ORDER BY CASE WHEN n1.`_search` CONTAINS $p1 THEN 0 WHEN n1.`_search` CONTAINS $p2 THEN 1 ELSE 2 END, kind, n1.id LIMIT $p3 RETURN [kind, n1 {.`id`}]
}] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole

MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, [COLLECT {
  MATCH (n1:`Thing`) WHERE n1.`_search` CONTAINS $p0 AND $p0 <> '' WITH n1, [label IN labels(n1) WHERE label IN ['AssetCondition', 'Batch', 'BatchStep', 'BillOfMaterials', 'BusinessPartner', 'Calibration', 'CorrectiveAction', 'Document', 'EngineeringChange', 'Equipment', 'EquipmentClass', 'JobOrder', 'JobResponse', 'MaintenancePlan', 'MaterialClass', 'MaterialDefinition', 'MaterialLot', 'MaterialSublot', 'NonConformance', 'OperationsEvent', 'OperationsRequest', 'Person', 'PersonnelClass', 'PhysicalAsset', 'ProcessSegment', 'PurchaseReceipt', 'Sample', 'Shipment', 'Tag', 'TestResult', 'TestSpecification', 'WorkMaster']][0] AS kind WHERE kind IS NOT NULL WITH n1, kind ORDER BY CASE WHEN n1.`_search` CONTAINS $p1 THEN 0 WHEN n1.`_search` CONTAINS $p2 THEN 1 ELSE 2 END, kind, n1.id LIMIT $p3 RETURN [kind, n1 {.`id`}]
}] AS found RETURN found, ended = COLLECT {
  MATCH (m:`_Commit`) RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END
} AS whole
