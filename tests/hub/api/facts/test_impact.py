"""Recalls, asked of the demo plant, against what its file says when read by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASK = """
query ($of: ImpactOrigin!, $maxDepth: Int, $first: Int) {
  impact(of: $of, maxDepth: $maxDepth, first: $first) {
    origin { globalId }
    groups { kind count things { id depth entity { id ... on MaterialLot { status } }
      because { from relationships through { kind id } text } } }
    truncated truncatedBy
  }
}
"""


CIT_2601 = {
    "MaterialLot": {
        "CIT-2601", "SYR-2601", "SYR-2602", "BEV-2601", "BEV-2602", "LEM-2601", "LEM-2602", "LEM-2603", "LEM-2606",
    },
    "JobOrder": {"JO-1002", "JO-1003", "JO-1004", "JO-1005", "JO-1007", "JO-1008", "JO-1009", "JO-1014"},
    "OperationsRequest": {"CO-9001", "CO-9002", "CO-9003", "CO-9003/10", "CO-9003/20"},
    "Shipment": {"SH-7001", "SH-7002", "SH-7003"},
    "BusinessPartner": {"CUS-ALPKIOSK", "CUS-SEEMARKT"},
}  # fmt: skip
"""What the plant's file says: two syrups, their beverages and bottles, what made these, and where they went."""


def reached(found: Any) -> dict[str, set[str]]:
    return {group["kind"]: {thing["id"].split(":")[1] for thing in group["things"]} for group in found["groups"]}


def why(found: Any, id_: str) -> list[tuple[str, list[str], list[str]]]:
    """What led to a thing: from what, over which relationships, through which things."""
    things = [thing for group in found["groups"] for thing in group["things"] if thing["id"] == id_]
    assert len(things) == 1, id_
    return [(b["from"], b["relationships"], [t["id"] for t in b["through"]]) for b in things[0]["because"]]


async def recalled(api: Api, of: Mapping[str, Any], **more: Any) -> Any:
    answer = await api.ask(ASK, {"of": of, **more})
    assert (answer.errors, answer.plans) == ([], 1)
    return answer.data["impact"]


async def test_a_contaminated_lot_reaches_lots_orders_shipments_and_customers(plant: Api) -> None:
    found = await recalled(plant, {"lot": "CIT-2601"})
    assert reached(found) == CIT_2601
    assert [(group["kind"], group["count"]) for group in found["groups"]] == [
        ("MaterialLot", 9), ("JobOrder", 8), ("OperationsRequest", 5), ("Shipment", 3), ("BusinessPartner", 2)
    ]  # fmt: skip
    assert why(found, "Shipment:SH-7003") == [("MaterialLot:LEM-2603", ["CONTAINS"], [])]
    assert why(found, "JobOrder:JO-1002") == [
        ("MaterialLot:CIT-2601", ["CONSUMED", "RESPONDS_TO"], ["B-2601"]),
        ("MaterialLot:CIT-2601", ["CONSUMED", "RESPONDS_TO"], ["JR-1002"]),
    ]
    assert why(found, "MaterialLot:CIT-2601") == []
    texts = {b["text"] for group in found["groups"] for thing in group["things"] for b in thing["because"]}
    assert "Of MaterialLot LEM-2603, the shipments that have some of the lot: Shipment SH-7003." in texts
    assert (found["truncated"], found["truncatedBy"]) == (False, [])


async def test_a_suppliers_batch_is_its_lots(plant: Api) -> None:
    batch = {"number": "CC-5531"}
    found = await recalled(plant, {"supplierLot": batch})
    assert found["origin"] == [{"globalId": "MaterialLot:CIT-2601"}]
    assert reached(found) == CIT_2601
    assert await recalled(plant, {"supplierLot": {**batch, "supplier": "SUP-CITRA"}}) == found
    assert await recalled(plant, {"supplierLot": {**batch, "supplier": "SUP-SEEFELD"}}) is None
    assert reached(await recalled(plant, {"receipt": "PR-4404"})) == CIT_2601


async def test_a_mixer_out_of_calibration_touches_what_was_made_on_it_meanwhile(plant: Api) -> None:
    """From Tuesday 06:00 to Thursday 14:00; the work names the equipment whose role the asset fills."""
    window = {"from": "2026-03-10T06:00:00Z", "to": "2026-03-12T14:00:00Z"}
    found = await recalled(plant, {"asset": {"id": "A-MIX-102", **window}})
    lots = {"SYR-2602", "SYR-2603", "SYR-2603-S", "SYR-2603-R", "BEV-2602", "BEV-2603"}
    assert reached(found)["MaterialLot"] == lots | {"LEM-2603", "LEM-2604", "LEM-2606"}
    assert reached(found)["Shipment"] == {"SH-7003"}
    by_equipment = await recalled(plant, {"equipment": {"id": "MIXER-2", **window}})
    assert reached(by_equipment)["MaterialLot"] == reached(found)["MaterialLot"]
    tuesday = {"from": "2026-03-10T06:00:00Z", "to": "2026-03-10T13:00:00Z"}
    first = await recalled(plant, {"equipment": {"id": "MIXER-2", **tuesday}})
    assert reached(first)["MaterialLot"] == {"SYR-2602", "BEV-2602", "LEM-2603", "LEM-2606"}
    night = {"from": "2026-03-10T20:00:00Z", "to": "2026-03-11T04:00:00Z"}
    assert reached(await recalled(plant, {"equipment": {"id": "MIXER-2", **night}})) == {}


async def test_an_asset_counts_only_while_it_filled_the_role(plant: Api) -> None:
    """The old drive of MIXER-1 left it before what was made since. JO-1011 has no times: it may have been before."""
    week = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-13T00:00:00Z"}
    old = reached(await recalled(plant, {"asset": {"id": "A-MIX-101", **week}}))
    assert (old["JobOrder"], "MaterialLot" in old) == ({"JO-1011"}, False)
    new = reached(await recalled(plant, {"asset": {"id": "A-MIX-117", **week}}))["MaterialLot"]
    assert {"SYR-2601", "SYR-2603-R", "SYR-2604"} <= new


async def test_an_instrument_touches_the_lots_that_it_measured(plant: Api) -> None:
    found = await recalled(plant, {"asset": {"id": "A-PH-1", "from": "2026-03-08T08:00:00Z"}})
    near = {t["id"].split(":")[1] for g in found["groups"] for t in g["things"] if t["depth"] == 1}
    assert near == {"BEV-2602", "BEV-2603", "LEM-2603", "LEM-2604", "LEM-2606"}
    assert why(found, "MaterialLot:LEM-2604")[0] == (
        "PhysicalAsset:A-PH-1", ["MEASURED_WITH", "OF", "TAKEN_FROM"], ["R-2017", "S-110"]
    )  # fmt: skip


async def test_a_withdrawn_version_touches_its_lots_and_the_orders_that_plan_to_use_it(plant: Api) -> None:
    found = await recalled(plant, {"material": "FLAVOUR-B"})
    assert found["origin"] == [{"globalId": "MaterialDefinition:FLAVOUR-B"}]
    assert "FLA-2601" in reached(found)["MaterialLot"]
    assert ("MaterialDefinition:FLAVOUR-B", ["REQUIRES"], []) in why(found, "JobOrder:JO-1021")


async def test_what_is_cut_is_told(plant: Api) -> None:
    near = await recalled(plant, {"lot": "CIT-2601"}, maxDepth=1)
    assert reached(near) == {"MaterialLot": {"CIT-2601", "SYR-2601", "SYR-2602"}, "JobOrder": {"JO-1002", "JO-1007"}}
    assert near["truncatedBy"] == ["MAX_DEPTH"]
    few = await recalled(plant, {"lot": "CIT-2601"}, first=3)
    assert sum(group["count"] for group in few["groups"]) == 3
    assert few["truncatedBy"] == ["FIRST"]


async def test_both_stores_recall_the_same(plant: Api, plant_on_neo4j: Api) -> None:
    for of in (
        {"lot": "CIT-2601"},
        {"supplierLot": {"number": "CC-5531", "supplier": "SUP-CITRA"}},
        {"material": "FLAVOUR-B"},
        {"asset": {"id": "A-MIX-102", "from": "2026-03-10T06:00:00Z", "to": "2026-03-12T14:00:00Z"}},
        {"asset": {"id": "A-PH-1", "from": "2026-03-08T08:00:00Z"}},
        {"lot": "nothing"},
    ):
        assert await recalled(plant_on_neo4j, of) == await recalled(plant, of)


async def test_what_cannot_be_recalled_is_refused(plant: Api) -> None:
    window = {"id": "MIXER-2", "from": "2026-03-12T00:00:00Z", "to": "2026-03-11T00:00:00Z"}
    answer = await plant.ask(ASK, {"of": {"equipment": window}})
    assert [error["message"] for error in answer.errors] == [
        "the window of `equipment` ends at 2026-03-11T00:00:00Z, before it begins at 2026-03-12T00:00:00Z"
    ]
    assert (await plant.ask(ASK, {"of": {"lot": "A", "sublot": "B"}})).errors
