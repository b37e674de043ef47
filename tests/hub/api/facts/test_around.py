"""What is near a thing and how two are connected, asked of the demo plant, against its file when read by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEAR = """
query ($center: ID!, $depth: Int, $kinds: [String!], $relationships: [String!], $limit: Int) {
  neighbourhood(center: $center, depth: $depth, kinds: $kinds, relationships: $relationships, limit: $limit) {
    nodes { id kind label depth entity { __typename kind id ... on MaterialLot { status } } }
    edges { from to relationship name values text }
    truncated
  }
}
"""

PATH = """
query ($from: ID!, $to: ID!, $maxDepth: Int, $avoidKinds: [String!], $avoidRelationships: [String!]) {
  path(from: $from, to: $to, maxDepth: $maxDepth, avoidKinds: $avoidKinds, avoidRelationships: $avoidRelationships) {
    length
    nodes { id depth entity { ... on JobOrder { status } } }
    edges { from to relationship name forward values text }
  }
}
"""


async def asked(api: Api, ask: str, **given: Any) -> Any:
    answer = await api.ask(ask, given)
    assert (answer.errors, answer.plans) == ([], 1)
    (found,) = answer.data.values()
    return found


async def refused(api: Api, ask: str, **given: Any) -> str:
    (error,) = (await api.ask(ask, given)).errors
    return str(error["message"])


async def test_what_a_lot_was_made_of_is_near_it(plant: Api) -> None:
    given = {"center": "MaterialLot:SYR-2604", "depth": 1, "kinds": ["MaterialLot"]}
    found = await asked(plant, NEAR, **given)
    assert [(node["id"], node["depth"]) for node in found["nodes"]] == [
        ("MaterialLot:SYR-2604", 0),
        ("MaterialLot:BEV-2604", 1),
        ("MaterialLot:CIT-2602", 1),
        ("MaterialLot:FLA-2602", 1),
        ("MaterialLot:SOL-2603", 1),
    ]
    assert found["nodes"][0]["entity"] == {
        "__typename": "MaterialLot", "kind": "MaterialLot", "id": "SYR-2604", "status": "CONSUMED",
    }  # fmt: skip
    assert found["edges"][0] == {
        "from": "MaterialLot:BEV-2604", "to": "MaterialLot:SYR-2604", "relationship": "ASSEMBLED_FROM",
        "name": "assembledFrom",
        "text": "Of MaterialLot BEV-2604, the lots that it was made from: MaterialLot SYR-2604.",
        "values": {
            "quantity": {"value": 4000, "unit": "kg"}, "job": "JO-1017", "operation": "MADE",
            "time": "2026-03-13T01:30:00Z",
        },
    }  # fmt: skip
    assert len(found["edges"]) == 4 and not found["truncated"]


async def test_of_many_the_nearest_are_given_and_the_rest_told(plant: Api) -> None:
    found = await asked(plant, NEAR, center="Equipment:MIXER-1", depth=2, limit=5)
    assert len(found["nodes"]) == 5 and found["truncated"]
    assert found["nodes"][0]["label"] == "Mixer 1"
    over = await asked(plant, NEAR, center="Equipment:MIXER-1", depth=2, relationships=["IMPLEMENTED_BY"])
    assert [node["id"] for node in over["nodes"]] == [
        "Equipment:MIXER-1", "PhysicalAsset:A-MIX-101", "PhysicalAsset:A-MIX-117",
    ]  # fmt: skip
    assert [edge["values"] for edge in over["edges"]] == [
        {"start": "2025-05-17T06:00:00Z", "end": "2026-03-05T10:00:00Z"},
        {"start": "2026-03-05T13:00:00Z"},
    ]


async def test_a_complaint_is_connected_to_the_repair(plant: Api) -> None:
    found = await asked(plant, PATH, **{"from": "NonConformance:NC-101", "to": "JobOrder:MO-501"})
    assert [node["id"] for node in found["nodes"]] == [
        "NonConformance:NC-101", "CorrectiveAction:CA-11", "JobOrder:MO-501",
    ]  # fmt: skip
    assert found["nodes"][2]["entity"] == {"status": "COMPLETED"}
    first, second = found["edges"]
    assert (first["name"], first["forward"]) == ("correctiveActions", False)
    assert (second["from"], second["to"], second["forward"]) == ("CorrectiveAction:CA-11", "JobOrder:MO-501", True)
    around = await asked(
        plant, PATH, **{"from": "NonConformance:NC-101", "to": "JobOrder:MO-501", "avoidKinds": ["CorrectiveAction"]}
    )
    assert [node["id"] for node in around["nodes"]][1:-1] == ["Equipment:CAPPER-1"]


async def test_what_is_not_connected_has_no_way(plant: Api) -> None:
    ends = {"from": "NonConformance:NC-101", "to": "JobOrder:MO-501"}
    assert await asked(plant, PATH, **ends, maxDepth=1) is None
    assert (await asked(plant, PATH, **{**ends, "to": ends["from"]}))["length"] == 0


async def test_both_stores_say_the_same(plant: Api, plant_on_neo4j: Api) -> None:
    for given in (
        {"center": "MaterialLot:SYR-2603", "depth": 3},
        {"center": "Equipment:LINE-1", "depth": 2, "limit": 40},
        {"center": "MaterialLot:LAB-2603", "depth": 1, "kinds": ["Sample", "TestResult", "Shipment"]},
        {"center": "MaterialLot:nothing"},
    ):
        assert await asked(plant_on_neo4j, NEAR, **given) == await asked(plant, NEAR, **given)
    for ends in (
        {"from": "NonConformance:NC-101", "to": "JobOrder:MO-501"},
        {"from": "BusinessPartner:SUP-CITRA", "to": "BusinessPartner:CUS-SEEMARKT"},
        {"from": "Person:P-DENIZ", "to": "MaintenancePlan:MP-FIL", "avoidKinds": ["Equipment"]},
        {"from": "Tag:MIXER-2.TEMP", "to": "TestSpecification:SPEC-CO2", "avoidRelationships": ["PART_OF"]},
    ):
        found = await asked(plant, PATH, **ends)
        assert found is not None
        assert await asked(plant_on_neo4j, PATH, **ends) == found


async def test_what_cannot_be_asked_is_refused(plant: Api) -> None:
    lot = "MaterialLot:SYR-2603"
    assert "give a thing's `globalId`" in await refused(plant, NEAR, center="SYR-2603")
    assert (await refused(plant, NEAR, center="Lot:1")).startswith("there is no kind 'Lot'")
    assert (await refused(plant, NEAR, center=lot, kinds=["Lot"])).startswith("there is no kind 'Lot'")
    assert (await refused(plant, NEAR, center=lot, relationships=["X"])).startswith("there is no relationship 'X'")
    assert await refused(plant, NEAR, center=lot, limit=0) == "`limit` is 0; ask for 1 to 1000"
    assert await refused(plant, PATH, **{"from": lot, "to": "MaterialLot:nothing"}) == (
        "there is no thing 'MaterialLot:nothing' to find a connection of"
    )
