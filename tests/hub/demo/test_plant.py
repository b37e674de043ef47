"""The graph that the demo plant's past amounts to, against what its file says when read by hand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from graph.projection import project
from graph.thing import Key, Thing
from hub.demo.disorder import disorder
from hub.demo.file import load
from hub.demo.messages import Writer
from hub.demo.plant import Plant, Word
from schema.assertion import Assertion
from schema.model import MODEL
from tests.graph.memory import MemoryGraph
from tests.graph.oracle import graph_of
from tests.hub.demo.reading import read_all

COUNTS = {
    # domain by domain, as they stand in the file; placeholders are counted below
    "Equipment": 19, "EquipmentClass": 2, "PhysicalAsset": 15, "Person": 7, "PersonnelClass": 3,
    "MaterialClass": 3, "MaterialDefinition": 14,
    # bought 10, water 2, older syrups 4, solutions 4, syrups 5 and a split and its rework, beverages 4, finished 6
    "MaterialLot": 37,
    "BillOfMaterials": 6, "EngineeringChange": 1, "Document": 2, "WorkMaster": 6, "ProcessSegment": 7,
    "OperationsRequest": 7, "BusinessPartner": 8, "PurchaseReceipt": 8, "Shipment": 4,
    # production 24, maintenance 6; done or under way: production 20, maintenance 3
    "JobOrder": 30, "JobResponse": 23, "Batch": 5, "BatchStep": 9,
    # results: 33 entered, one taken back
    "Sample": 16, "TestSpecification": 6, "TestResult": 32, "NonConformance": 6, "CorrectiveAction": 5,
    "MaintenancePlan": 3, "Calibration": 8, "AssetCondition": 4,
    # alarms, alerts and events: 6, one taken back
    "OperationsEvent": 5, "Tag": 5,
}  # fmt: skip

CONFLICTS = {
    ("MaterialLot", "LEM-2603", "quantity"): ("mes", "erp"),
    ("MaterialLot", "LEM-2603", "status"): ("qms", "lims", "mes"),
    ("MaterialLot", "SUG-2602", "quantity"): ("mes", "erp"),
}


def said(plant: Plant, seed: int | None = None) -> list[Assertion]:
    messages = Writer(plant).history()
    arriving = messages if seed is None else disorder(messages, Random(seed))
    return [assertion for read in read_all(arriving, plant.now) for assertion in read.assertions]


@pytest.fixture(scope="module")
def plant() -> Plant:
    return load()


@pytest.fixture
async def graph(plant: Plant) -> MemoryGraph:
    graph = MemoryGraph()
    await project(graph, MODEL, plant.authority, said(plant))
    return graph


def lot(graph: MemoryGraph, id_: str) -> Thing:
    return graph.nodes[Key("MaterialLot", id_)]


def made_from(graph: MemoryGraph, id_: str) -> set[str]:
    return {edge.key.target.id for edge in lot(graph, id_).edges if edge.key.link == "assembledFrom"}


async def test_there_is_of_each_kind_what_the_file_has(graph: MemoryGraph) -> None:
    described = Counter(key.kind for key, thing in graph.nodes.items() if not thing.placeholder)
    assert dict(described) == {kind: count for kind, count in COUNTS.items() if count}


async def test_placeholders_are_those_that_are_listed(plant: Plant, graph: MemoryGraph) -> None:
    placeholders = {(key.kind, key.id) for key, thing in graph.nodes.items() if thing.placeholder}
    assert placeholders == {(item.kind, item.id) for item in plant.undescribed}
    assert placeholders == {("Person", "P-OTTO"), ("PhysicalAsset", "A-TITR-9"), ("BusinessPartner", "CAR-NORD")}


async def test_systems_disagree_where_the_story_says_so(graph: MemoryGraph) -> None:
    found = {
        (key.kind, key.id, conflict.cell): tuple(word.system for word in conflict.said)
        for key, thing in graph.nodes.items()
        for conflict in thing.conflicts
    }
    assert found == CONFLICTS


async def test_a_lot_is_one_whatever_a_system_calls_it(graph: MemoryGraph) -> None:
    assert {record.key.id for record in lot(graph, "LEM-2603").records} == {"LEM-2603", "0000104603", "LAB-2603"}
    filler = graph.nodes[Key("PhysicalAsset", "A-FIL-02")]
    assert {record.key.id for record in filler.records} == {"A-FIL-02", "VIB-FILLER-2"}


async def test_finished_lots_go_back_five_levels(graph: MemoryGraph) -> None:
    chain = ["LEM-2601", "BEV-2601", "SYR-2601", "SOL-2601", "SUG-2601"]
    for lot_id, ancestor in pairwise(chain):
        assert ancestor in made_from(graph, lot_id)


async def test_the_reworked_lot_is_its_own_ancestor(graph: MemoryGraph) -> None:
    assert "SYR-2603-R" in made_from(graph, "SYR-2603")
    assert "SYR-2603-S" in made_from(graph, "SYR-2603-R")
    assert made_from(graph, "SYR-2603-S") == {"SYR-2603"}


@pytest.mark.parametrize("seed", [1, 2])
async def test_disorder_changes_nothing(plant: Plant, graph: MemoryGraph, seed: int) -> None:
    disordered = MemoryGraph()
    messages = said(plant, seed)
    for start in range(0, len(messages), 100):
        await project(disordered, MODEL, plant.authority, messages[start : start + 100])
    assert disordered.dump() == graph.dump() == graph_of(MODEL, plant.authority, messages)


def moved(word: Word, link: str) -> dict[str, int]:
    items: Any = (word.said or {}).get(link)
    quantities = items if isinstance(items, list) else []
    return {i["id"]: i["quantity"]["value"] for i in quantities if isinstance(i, dict)}


def test_what_is_consumed_comes_from_somewhere(plant: Plant) -> None:
    """Of each lot no more is used than there ever was."""
    made: Counter[str] = Counter({"SYR-2603-S": 1000})  # split from SYR-2603
    used: Counter[str] = Counter({"SYR-2603": 1000})
    for word in plant.words:
        if word.kind in ("PurchaseReceipt", "JobResponse"):
            made.update(moved(word, "lots") | moved(word, "produced"))
            used.update(moved(word, "consumed"))
    made["SYR-2603"] += made["SYR-2603-R"]  # merged again
    short = {id_: (used[id_], made[id_]) for id_ in used if not id_.startswith("WAT") and used[id_] > made[id_]}
    assert short == {}


RATED = {"bergquell/lindau/packing/line-1": 6000, "bergquell/lindau/packing/line-2": 2400}
"""Bottles an hour."""


def running(plant: Plant, place: str, start: datetime, end: datetime) -> timedelta:
    """For how long a line produced between two times."""
    states = sorted((s for s in plant.states if s.place == place), key=lambda s: s.at)
    spans = [(s.at, until) for s, until in zip(states, [*(s.at for s in states[1:]), end], strict=True)]
    executing = [span for s, span in zip(states, spans, strict=True) if s.state == "EXECUTE"]
    return sum((max(min(b, end) - max(a, start), timedelta()) for a, b in executing), timedelta())


def test_no_line_makes_more_than_it_can(plant: Plant) -> None:
    starts = {word.id: word.at for word in reversed(plant.words) if word.system == "mes" and word.kind == "JobOrder"}
    since: dict[str, datetime] = {}
    for count in plant.counts:
        start = since.get(count.order, starts[count.order])
        hours = running(plant, count.place, start, count.at).total_seconds() / 3600
        assert count.good + count.scrap <= RATED[count.place] * hours, count
        since[count.order] = count.at
