"""Two graphs of which one is damaged: what differs is found, told, and written back, in every place that a dump has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from graph.ladybug.store import LadybugStore
from graph.projection import project
from graph.thing import Delta, Key, Thing
from hub.cli.differences import lines
from hub.upkeep.compare import differences, repair
from schema.assertion import Assertion, RecordKey, Stamp
from schema.authority import EQUAL
from schema.merge import NEVER, Record
from schema.model import MODEL

WAS = [
    Assertion("erp", "MaterialDefinition", "M-1", Stamp(1, "m"), {"name": "Syrup"}),
    *(
        Assertion("mes", "MaterialLot", f"LOT-{n}", Stamp(1, "m"), {"definition": [{"to": {"id": f"M-{n % 3}"}}]})
        for n in range(9)
    ),
    *(Assertion("mes", "MaterialLot", f"GONE-{n}", Stamp(2, "m"), {}, withdraw=True) for n in range(2)),
]


@asynccontextmanager
async def graph(path: Path) -> AsyncIterator[LadybugStore]:
    store = await LadybugStore.open(path, MODEL)
    try:
        await store.migrate()
        async with store.write() as tx:
            await project(tx, MODEL, EQUAL, WAS)
        yield store
    finally:
        await store.close()


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[LadybugStore]:
    async with graph(tmp_path / "made") as store:
        yield store


@pytest.fixture
async def used(tmp_path: Path) -> AsyncIterator[LadybugStore]:
    async with graph(tmp_path / "used") as store:
        yield store


LOT, MATERIAL = Key("MaterialLot", "LOT-1"), Key("MaterialDefinition", "M-1")
FLOOR = RecordKey("MaterialLot", "mes", "GONE-1")


async def damage(store: LadybugStore, how: str) -> None:
    async with store.write() as tx:
        found = await tx.things([LOT, MATERIAL])
        lot, material = found[LOT], found[MATERIAL]
        match how:
            case "a thing is gone":
                delta = Delta(removed=frozenset({LOT}))
            case "a thing that others refer to is gone":
                delta = Delta(removed=frozenset({MATERIAL}))
            case "values are gone":
                delta = Delta(things=(replace(material, records=material.records[:0]),))
            case "an edge is gone":
                delta = Delta(cut=frozenset(edge.key for edge in lot.edges))
            case "an edge leads elsewhere":
                (edge,) = lot.edges
                target = Key("MaterialDefinition", "M-9")
                wrong = replace(edge, key=edge.key._replace(target=target))
                delta = Delta(placeholders=frozenset({target}), edges=(wrong,), cut=frozenset({edge.key}))
            case "an identifier is gone":
                delta = Delta(released=frozenset({("MaterialLot", "id:LOT-1")}))
            case "an identifier leads elsewhere":
                delta = Delta(identifiers={("MaterialLot", "id:LOT-1"): "LOT-2", ("MaterialLot", "id:X"): "LOT-3"})
            case "a stray thing":
                delta = Delta(things=(Thing(Key("MaterialLot", "STRAY"), lot.records, None),))
            case "a floor is gone":
                delta = Delta(revived=frozenset({FLOOR}))
            case _:
                floor = Record(RecordKey("MaterialLot", "lims", "X"), Stamp(3, "m"), NEVER, {})
                delta = Delta(withdrawn=(floor,))
        await tx.write(delta)


@pytest.mark.parametrize(
    "how",
    [
        "a thing is gone",
        "a thing that others refer to is gone",
        "values are gone",
        "an edge is gone",
        "an edge leads elsewhere",
        "an identifier is gone",
        "an identifier leads elsewhere",
        "a stray thing",
        "a floor is gone",
        "a stray floor",
    ],
)
async def test_damage_is_found_and_written_back(used: LadybugStore, made: LadybugStore, how: str) -> None:
    assert await differences(used, made) == []
    await damage(used, how)
    found = await differences(used, made, 1000)
    assert found
    assert all(line for difference in found for line in lines(difference.old, difference.new))
    await repair(used, made, MODEL, EQUAL, found)
    assert await differences(used, made) == []


def test_a_difference_names_the_thing_the_attribute_and_both_values() -> None:
    old = {"node": "MaterialLot", "id": "LOT-1", "status": "FREE", "name": None, "_records": [1]}
    new = {"node": "MaterialLot", "id": "LOT-1", "status": "BLOCKED", "name": "Läufer", "_records": [2]}
    assert list(lines(old, new)) == [
        "  MaterialLot LOT-1, its own records: [1] → [2]",
        '  MaterialLot LOT-1, name: nothing → "Läufer"',
        '  MaterialLot LOT-1, status: "FREE" → "BLOCKED"',
    ]
    assert list(lines(None, new)) == ["  MaterialLot LOT-1: was missing"]
    edge = {"edge": "MaterialLot.definition", "from": "LOT-1", "to": ["MaterialDefinition", "M-1"], "_occurrence": 0}
    assert list(lines(edge, None)) == ["  MaterialLot LOT-1, definition to MaterialDefinition M-1: should not be there"]
