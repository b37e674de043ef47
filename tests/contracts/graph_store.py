"""What writing must do in every graph store; `graph_whole` has the rest. Tests subclass this and say how one is opened.

A subclass can be imported and its `open` takes a place, so that a second process can open the same store.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import WriteFailed
from graph.plan import Many, Own, Page, Paging, Plan, Row, Select, Value
from graph.store import GraphStore
from graph.thing import Conflict, Delta, Edge, EdgeKey, Key, Stated, Thing
from schema.assertion import Assertion, RecordKey, Stamp
from schema.json import Json
from schema.merge import NEVER, Cell, Golden, Record, Said
from schema.model.base import instant_text
from schema.registry import Attribute, AttributeType
from tests.contracts.graph_opened import OpenedGraph
from tests.contracts.graph_world import GADGET, HOLDS, OWNER, PARTS, START, many_gadgets, said, tell

LAW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_INTEGER = st.integers(-(2**63), 2**63 - 1)
_FLOAT = st.floats(allow_nan=False, allow_infinity=False)
_VALUES: Mapping[AttributeType, st.SearchStrategy[Any]] = {
    AttributeType.STRING: _TEXT,
    AttributeType.INTEGER: _INTEGER,
    AttributeType.FLOAT: _FLOAT,
    AttributeType.BOOLEAN: st.booleans(),
    AttributeType.INSTANT: st.datetimes(timezones=st.just(UTC)).map(instant_text),
    AttributeType.DATE: st.dates().map(lambda day: day.isoformat()),
    AttributeType.ENUM: st.sampled_from(["RED", "GREEN", "BLUE"]),
    AttributeType.QUANTITY: st.fixed_dictionaries({"value": _FLOAT, "unit": _TEXT}),
    AttributeType.STRINGS: st.lists(_TEXT, max_size=3),
    AttributeType.PARAMETERS: st.lists(st.fixed_dictionaries({"id": _TEXT, "value": _INTEGER | _FLOAT | _TEXT})),
}


def values_of(attributes: Iterable[Attribute]) -> st.SearchStrategy[dict[str, Json]]:
    """Values of every attribute, any of them missing."""
    return st.fixed_dictionaries({}, optional={a.name: _VALUES[a.data_type] for a in attributes})


def gadget(id_: str, *edges: Edge, **values: Json) -> Thing:
    """A gadget as the projection would hand it over, with a record that says nothing in particular."""
    record = Record(RecordKey("Gadget", "mes", id_), Stamp(START, "m"), NEVER, {"note": Cell(START, "m", "x")})
    words = {name: Said("mes", id_, START, value) for name, value in values.items()}
    return Thing(Key("Gadget", id_), (record,), Golden(words, {}, (), frozenset({f"id:{id_}"})), edges)


def part(source: str, target: str, occurrence: int = 0, golden: bool = True, **attributes: Json) -> Edge:
    key = EdgeKey("parts", Key("Gadget", source), Key("Gadget", target), occurrence)
    return Edge(key, (Stated("mes", source, f"id:{target}"),), attributes, golden)


ALL = Plan((Page("all", Select(GADGET, (Value("id", Own.ID), Value("ghost", Own.PLACEHOLDER))), Paging()),))


async def write(store: GraphStore, delta: Delta) -> frozenset[Key]:
    async with store.write() as tx:
        return await tx.write(delta)


async def ids(store: GraphStore) -> list[str]:
    """The ids of all gadgets, in order, placeholders in brackets."""
    rows = (await store.read(ALL, {"first": 100_000}))["all"]["rows"]
    return [f"({row['node']['id']})" if row["node"]["ghost"] else row["node"]["id"] for row in rows]


async def dump(store: GraphStore) -> list[Mapping[str, Any]]:
    return [row async for row in store.dump()]


class GraphStoreContract(OpenedGraph):
    """Subclasses give `open`: a store for the model `WORLD`. What was at a place is there again."""

    async def test_a_second_migration_has_nothing_to_do(self, store: GraphStore) -> None:
        assert await store.migrate() == ()

    async def test_is_healthy_and_says_what_it_is(self, store: GraphStore) -> None:
        health = await store.health()
        assert health.ok and health.detail

    @LAW
    @given(values=values_of(GADGET.attributes.values()))
    async def test_values_of_every_type_survive(self, store: GraphStore, values: dict[str, Json]) -> None:
        await write(store, Delta(things=(gadget("G", **values),)))
        select = Select(GADGET, tuple(Value(a.name, a) for a in GADGET.attributes.values()))
        plan = Plan((Page("all", select, Paging()),))
        ((row,),) = [page["rows"] for page in (await store.read(plan, {"first": 9})).values()]
        assert row["node"] == {name: values.get(name) for name in GADGET.attributes}

    @LAW
    @given(attributes=st.lists(values_of(PARTS.link.attributes), min_size=1, max_size=3))
    async def test_link_attributes_of_every_type_survive(
        self, store: GraphStore, attributes: list[dict[str, Json]]
    ) -> None:
        edges = tuple(part("G", "P", n, **values) for n, values in enumerate(attributes))
        await write(store, Delta(removed=frozenset({Key("Gadget", "G"), Key("Gadget", "P")})))
        await write(store, Delta(things=(gadget("G", *edges), gadget("P")), edges=edges))
        edge = tuple(Value(a.name, a) for a in PARTS.link.attributes)
        many = Many("parts", PARTS, Select(GADGET), edge)
        page: Row = await store.read(Plan((Page("all", Select(GADGET, (), (), (many,)), Paging()),)), {"first": 9})
        found = [row["edge"] for row in page["all"]["rows"][0]["node"]["parts"]["rows"]]
        assert found == [{a.name: values.get(a.name) for a in PARTS.link.attributes} for values in attributes]

    async def test_gives_back_a_things_state_unchanged(self, store: GraphStore) -> None:
        conflict = Conflict("note", (Said("erp", "X", START, "a"), Said("mes", "G", START, "b")))
        edges = (part("G", "P", 0, note="x"), part("G", "P", 1, golden=False))
        thing = gadget("G", *edges, note="ä\u0000")
        thing = Thing(thing.key, thing.records, thing.golden, edges, (conflict,))
        ghost = Key("Gadget", "P")
        await write(store, Delta(things=(thing,), placeholders=frozenset({ghost}), edges=edges))
        async with store.write() as tx:
            found = await tx.things([thing.key, ghost, Key("Owner", "G"), Key("Gadget", "none")])
        assert found == {thing.key: Thing(thing.key, thing.records, None, edges, (conflict,)), ghost: Thing(ghost)}

    async def test_a_later_write_replaces_every_value(self, store: GraphStore) -> None:
        await write(
            store, Delta(things=(gadget("G", note="x", count=1, tags=["a"], amount={"value": 1, "unit": "kg"}),))
        )
        await write(store, Delta(things=(gadget("G", ratio=2.0), gadget("H"))))
        select = Select(
            GADGET, tuple(Value(n, GADGET.attributes[n]) for n in ("note", "count", "tags", "amount", "ratio"))
        )
        rows = (await store.read(Plan((Page("all", select, Paging()),)), {"first": 9}))["all"]["rows"]
        assert rows[0]["node"] == {"note": None, "count": None, "tags": None, "amount": None, "ratio": 2.0}
        assert len(rows) == 2

    async def test_identifiers_lead_where_they_were_last_written(self, store: GraphStore) -> None:
        names = {("Gadget", "id:G"): "G", ("Gadget", "serial:a|b"): "G", ("Owner", "id:G"): "O"}
        await write(store, Delta(identifiers=names))
        async with store.write() as tx:
            assert await tx.resolve([*names, ("Owner", "serial:a|b"), ("Gadget", "id:H")]) == names
            await tx.write(Delta(identifiers={("Gadget", "id:G"): "H"}, released=frozenset({("Owner", "id:G")})))
            assert await tx.resolve(names) == {("Gadget", "id:G"): "H", ("Gadget", "serial:a|b"): "G"}

    async def test_finds_everything_that_refers_to_a_node(self, store: GraphStore) -> None:
        await tell(store, [said("Gadget", "G", parts=["P", "P", "Q"], owner=["O"]), said("Gadget", "H", parts=["P"])])
        await tell(
            store, [said("Owner", "O"), said("Owner", "N", boss=["O"]), said("Gadget", "G", 1, "erp", owner=["N"])]
        )
        g, h, p, o, n = Key("Gadget", "G"), Key("Gadget", "H"), Key("Gadget", "P"), Key("Owner", "O"), Key("Owner", "N")
        async with store.write() as tx:
            assert await tx.referrers([p, o, n, g]) == {p: {g, h}, o: {g, n}, n: {g}, g: frozenset()}

    async def test_keeps_floors_of_withdrawn_records(self, store: GraphStore) -> None:
        keys = [RecordKey("Gadget", "a", "b|c"), RecordKey("Gadget", "a|b", "c"), RecordKey("Owner", "a", "b|c")]
        floors = {key: Record(key, NEVER, Stamp(START + n, "m"), {}) for n, key in enumerate(keys)}
        before = await dump(store)
        async with store.write() as tx:
            await tx.write(Delta(withdrawn=tuple(floors.values())))
            assert await tx.withdrawn([*keys, RecordKey("Gadget", "x", "y")]) == floors
            await tx.write(Delta(revived=frozenset(keys[:1])))
            assert await tx.withdrawn(keys) == {key: floors[key] for key in keys[1:]}
        assert await dump(store) == before

    async def test_edges_are_cut_changed_and_added(self, store: GraphStore) -> None:
        first = (part("G", "P", 0, note="a"), part("G", "P", 1, note="b"), part("G", "G", 0), part("P", "G", 0))
        await write(store, Delta(things=(gadget("G"), gadget("P")), edges=first))
        changed = part("G", "P", 1, note="c")
        await write(store, Delta(edges=(changed, part("G", "P", 2)), cut=frozenset({first[0].key, first[2].key})))
        edges = [row for row in await dump(store) if "edge" in row]
        assert [(e["from"], e["to"][1], e["_occurrence"], e["note"]) for e in edges] == [
            ("G", "P", 1, "c"),
            ("G", "P", 2, None),
            ("P", "G", 0, None),
        ]

    async def test_removing_a_node_removes_its_edges(self, store: GraphStore) -> None:
        edges = (part("G", "P"), part("P", "Q"))
        await write(store, Delta(things=(gadget("G"), gadget("P"), gadget("Q")), edges=edges))
        await write(store, Delta(removed=frozenset({Key("Gadget", "P"), Key("Gadget", "never there")})))
        assert await ids(store) == ["G", "Q"]
        assert not [row for row in await dump(store) if "edge" in row]

    async def test_sweeps_placeholders_that_nothing_refers_to(self, store: GraphStore) -> None:
        ghosts = [Key("Gadget", id_) for id_ in "PQR"]
        edges = (part("G", "P"), part("G", "Q"), part("H", "Q"), part("G", "H"))
        things = (gadget("G"), gadget("H"))
        assert await write(store, Delta(things=things, placeholders=frozenset(ghosts), edges=edges)) == frozenset()
        cut = frozenset(edge.key for edge in edges if edge.key.source.id == "G")
        touched = frozenset({*ghosts, Key("Gadget", "H"), Key("Gadget", "none")})
        assert await write(store, Delta(cut=cut, unreferred=touched)) == {ghosts[0], ghosts[2]}
        assert await ids(store) == ["G", "H", "(Q)"]

    async def test_a_thing_becomes_a_placeholder_and_a_thing_again(self, store: GraphStore) -> None:
        key = Key("Gadget", "G")
        edge = part("H", "G")
        await write(store, Delta(things=(gadget("G", note="x", tags=["a"]), gadget("H")), edges=(edge,)))
        await write(store, Delta(placeholders=frozenset({key})))
        select = Select(GADGET, (Value("note", GADGET.attributes["note"]), Value("tags", GADGET.attributes["tags"])))
        plan = Plan((Page("all", select, Paging()),))
        assert (await store.read(plan, {"first": 1}))["all"]["rows"][0]["node"] == {"note": None, "tags": None}
        assert await ids(store) == ["(G)", "H"]
        assert await write(store, Delta(things=(gadget("G", note="y"),), unreferred=frozenset({key}))) == frozenset()
        assert await ids(store) == ["G", "H"]
        assert len([row for row in await dump(store) if "edge" in row]) == 1

    async def test_an_edge_without_its_nodes_is_refused(self, store: GraphStore) -> None:
        with pytest.raises(WriteFailed, match=r"Gadget\.parts"):
            await write(store, Delta(things=(gadget("G"),), edges=(part("G", "nowhere"),)))
        assert await ids(store) == []

    async def test_rolls_back_when_the_block_raises(self, store: GraphStore) -> None:
        await write(store, Delta(things=(gadget("A"),)))
        before = await dump(store)
        with pytest.raises(ZeroDivisionError):
            async with store.write() as tx:
                await tx.write(
                    Delta(things=(gadget("A", note="x"), gadget("B")), identifiers={("Gadget", "id:B"): "B"})
                )
                raise ZeroDivisionError
        assert await dump(store) == before
        await write(store, Delta(things=(gadget("C"),)))
        assert await ids(store) == ["A", "C"]

    async def test_a_cancelled_write_leaves_nothing_behind(self, store: GraphStore) -> None:
        many = Delta(things=tuple(gadget(f"X{n}") for n in range(3000)))
        for delay in (0.0, 0.002, 0.01, 0.05):
            task = asyncio.create_task(write(store, many))
            await asyncio.sleep(delay)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await ids(store) == []
        await write(store, Delta(things=(gadget("G"),)))
        assert await ids(store) == ["G"]

    async def test_a_cancelled_read_leaves_the_store_usable(self, store: GraphStore) -> None:
        await write(store, Delta(things=tuple(gadget(f"X{n}") for n in range(3000))))
        for delay in (0.0, 0.001, 0.01):
            tasks = [asyncio.create_task(ids(store)) for _ in range(8)]
            await asyncio.sleep(delay)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert len(await ids(store)) == 3000

    async def test_reads_see_whole_writes_only_and_do_not_wait(self, store: GraphStore) -> None:
        await write(store, Delta(things=(gadget("A"),)))
        async with store.write() as tx:
            await tx.write(Delta(things=(gadget("B"), gadget("C"))))
            assert await asyncio.wait_for(ids(store), 5) == ["A"]
        assert await ids(store) == ["A", "B", "C"]

    async def test_a_read_sees_one_state_of_the_graph(self, store: GraphStore) -> None:
        """Each write adds a gadget and its owner; a read that starts from gadgets must find every owner.

        A store may try a read again where something was committed during it, and not without end: so only a few writes
        are committed during one read, however slow the machine.
        """
        select = Select(OWNER, (), (), (Many("gadgets", HOLDS, Select(GADGET), (), Paging(total=True)),))
        plan = Plan((Page("gadgets", Select(GADGET), Paging(rows=False, total=True)), Page("owners", select, Paging())))

        ended = asyncio.Event()

        async def writing() -> None:
            for n in range(40):
                if n % 5 == 4:
                    ended.clear()
                    await ended.wait()
                await tell(store, [said("Gadget", f"G{n}", owner=["O"]), said("Owner", "O", n)])

        task = asyncio.create_task(writing())
        while not task.done():
            read = await store.read(plan, {"first": 1})
            ended.set()
            held = sum(row["node"]["gadgets"]["total"] for row in read["owners"]["rows"])
            assert held == read["gadgets"]["total"]
        await task

    async def test_writes_take_turns(self, store: GraphStore) -> None:
        async def count_up() -> None:
            async with store.write() as tx:
                found = await tx.resolve([("Gadget", "counter")])
                await asyncio.sleep(0)
                number = int(found.get(("Gadget", "counter"), "0"))
                await tx.write(Delta(identifiers={("Gadget", "counter"): str(number + 1)}))

        await asyncio.gather(*(count_up() for _ in range(20)))
        async with store.write() as tx:
            assert await tx.resolve([("Gadget", "counter")]) == {("Gadget", "counter"): "20"}

    async def test_what_was_committed_is_there_when_opened_again(self, tmp_path: Path) -> None:
        place = tmp_path / "again"
        store = await self.open(place)
        await tell(store, many_gadgets(10))
        before = await dump(store)
        await store.close()
        store = await self.open(place)
        assert await dump(store) == before
        await store.close()

    async def test_kill_9_keeps_whole_what_was_committed(self, tmp_path: Path) -> None:
        place, name = tmp_path / "killed", f"{type(self).__module__}:{type(self).__name__}"
        known = 0
        for stop in (1, 4):
            program = [sys.executable, "-m", "tests.contracts.graph_writer", name, str(place), str(known)]
            process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
            assert process.stdout is not None
            for _ in range(stop):
                known = int(await process.stdout.readline()) + 1
            process.kill()
            rest = (await process.communicate())[0].split()
            known = int(rest[-1]) + 1 if rest else known
            store = await self.open(place)
            found = await ids(store)
            edges = [row for row in await dump(store) if "edge" in row]
            await store.close()
            batches, left = divmod(len(found), 100)
            assert left == 0 and batches in (known, known + 1) and len(edges) == len(found)
            known = batches

    async def test_equal_sets_of_messages_give_equal_dumps(self, store: GraphStore, tmp_path: Path) -> None:
        messages: list[Assertion] = [*many_gadgets(20), said("Gadget", "G01", 9, "erp", note="other", owner=["O1"])]
        await tell(store, messages)
        other = await self.open(tmp_path / "other")
        for message in reversed(messages):
            await tell(other, [message])
        assert await dump(other) == await dump(store)
        await tell(other, [said("Gadget", "G01", 10, note="more")])
        assert await dump(other) != await dump(store)
        await other.close()

    async def test_a_dump_holds_everything_in_order(self, store: GraphStore) -> None:
        await tell(store, [said("Gadget", f"G{n:04}", owner=["O"], parts=["P", "P"]) for n in range(2100)])
        found = await dump(store)
        nodes = [row["id"] for row in found if row.get("node") == "Gadget"]
        assert nodes == [*(f"G{n:04}" for n in range(2100)), "P"]
        parts = [(row["from"], row["_occurrence"]) for row in found if row.get("edge") == "Gadget.parts"]
        assert parts == [(f"G{n:04}", k) for n in range(2100) for k in (0, 1)]
        assert [row["thing"] for row in found if "identifier" in row] == nodes[:-1]
