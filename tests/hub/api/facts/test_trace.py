"""Genealogies, asked of the demo plant, against what its file says when read by hand."""

from __future__ import annotations

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASK = """
query ($id: ID!, $direction: TraceDirection!, $kind: String! = "MaterialLot", $maxDepth: Int, $first: Int) {
  trace(id: $id, direction: $direction, kind: $kind, maxDepth: $maxDepth, first: $first) {
    nodes { id depth inCycle entity { kind ... on MaterialLot { made: status of: definition { name } } } }
    edges {
      from to depth closesCycle quantity { value unit } time work { globalId }
      ways { relationships quantity { value } operation job through { kind id } }
    }
    cycles truncated truncatedBy
  }
}
"""


async def test_a_syrup_is_traced_to_its_raw_materials(plant: Api) -> None:
    answer = await plant.ask(ASK, {"id": "SYR-2602", "direction": "UPSTREAM"})
    assert (answer.errors, answer.plans) == ([], 1)
    found = answer.data["trace"]
    assert [(n["id"].split(":")[1], n["depth"]) for n in found["nodes"]] == [
        ("SYR-2602", 0),
        *((lot, 1) for lot in ("CIT-2601", "FLA-2601", "SOL-2602")),
        *((lot, 2) for lot in ("SUG-2601", "SUG-2602", "WAT-2611")),
    ]
    assert found["nodes"][3]["entity"] == {"kind": "MaterialLot", "made": "RELEASED", "of": {"name": "Sugar solution"}}
    acid = next(e for e in found["edges"] if e["from"] == "MaterialLot:CIT-2601")
    through = [("JobResponse", "JR-1007"), ("Batch", "B-2602"), ("BatchStep", "B-2602/10")]
    assert acid == {
        "from": "MaterialLot:CIT-2601", "to": "MaterialLot:SYR-2602", "depth": 1, "closesCycle": False,
        "quantity": {"value": 34, "unit": "kg"}, "time": "2026-03-10T08:30:00Z",
        "work": {"globalId": "JobResponse:JR-1007"},
        "ways": [
            {"relationships": ["ASSEMBLED_FROM"], "quantity": {"value": 34}, "operation": "MADE", "job": "JO-1007",
             "through": []},
            *({"relationships": ["CONSUMED", "PRODUCED"], "quantity": {"value": 34}, "operation": None, "job": None,
               "through": [{"kind": kind, "id": id_}]} for kind, id_ in sorted(through[:2], reverse=True)),
            {"relationships": ["CONSUMED", "PART_OF", "PRODUCED"], "quantity": {"value": 34}, "operation": None,
             "job": None, "through": [{"kind": kind, "id": id_} for kind, id_ in reversed(through[1:])]},
        ],
    }  # fmt: skip
    assert (found["cycles"], found["truncated"], found["truncatedBy"]) == ([], False, [])


async def test_rework_is_told_once_and_marked(plant: Api) -> None:
    found = (await plant.data(ASK, {"id": "SYR-2603", "direction": "UPSTREAM"}))["trace"]
    cycle = ["MaterialLot:SYR-2603", "MaterialLot:SYR-2603-R", "MaterialLot:SYR-2603-S"]
    assert found["cycles"] == [cycle]
    assert [n["id"] for n in found["nodes"] if n["inCycle"]] == cycle
    closing = [(e["from"], e["to"], e["ways"][0]["operation"]) for e in found["edges"] if e["closesCycle"]]
    assert closing == [("MaterialLot:SYR-2603", "MaterialLot:SYR-2603-S", "SPLIT")]


async def test_an_ingredient_is_followed_to_all_that_it_reached(plant: Api) -> None:
    given = {"id": "CIT-2601", "direction": "DOWNSTREAM"}
    found = (await plant.data(ASK, given))["trace"]
    assert [(n["id"].split(":")[1], n["depth"]) for n in found["nodes"]] == [
        ("CIT-2601", 0), ("SYR-2601", 1), ("SYR-2602", 1), ("BEV-2601", 2), ("BEV-2602", 2),
        ("LEM-2601", 3), ("LEM-2602", 3), ("LEM-2603", 3), ("LEM-2606", 3),
    ]  # fmt: skip
    near = (await plant.data(ASK, {**given, "maxDepth": 2}))["trace"]
    assert [n["depth"] for n in near["nodes"]] == [0, 1, 1, 2, 2]
    assert (near["truncated"], near["truncatedBy"]) == (True, ["MAX_DEPTH"])
    few = (await plant.data(ASK, {**given, "first": 2}))["trace"]
    assert [n["id"] for n in few["nodes"]] == ["MaterialLot:CIT-2601", "MaterialLot:SYR-2601"]
    assert (len(few["edges"]), few["truncatedBy"]) == (1, ["FIRST"])


async def test_both_stores_tell_the_same(plant: Api, plant_on_neo4j: Api) -> None:
    for direction in ("UPSTREAM", "DOWNSTREAM"):
        for lot in ("LEM-2604", "SYR-2603", "SUG-2602", "nothing"):
            given = {"id": lot, "direction": direction}
            answer = await plant_on_neo4j.ask(ASK, given)
            assert (answer.errors, answer.plans) == ([], 1)
            assert answer.data == await plant.data(ASK, given)


async def test_what_cannot_be_traced_is_refused(plant: Api) -> None:
    for given, said in (
        ({"kind": "JobOrder"}, "`kind` is 'JobOrder'; a genealogy is of MaterialLot or MaterialSublot"),
        ({"maxDepth": -1}, "`maxDepth` is -1; ask for 0 to 10000, or leave it out"),
        ({"first": 0}, "`first` is 0; ask for 1 to 10000"),
    ):
        answer = await plant.ask(ASK, {"id": "X", "direction": "UPSTREAM", **given})
        assert [e["message"] for e in answer.errors] == [said]
