"""The laws of the graph: a pure function of the set of accepted messages, whatever their order, number and batching."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.ladybug.store import LadybugStore
from graph.neo4j.store import Neo4jStore
from graph.projection import Changed, project
from graph.store import GraphStore, WriteTransaction
from graph.thing import Delta
from schema.assertion import Assertion, Stamp
from schema.authority import Authority
from tests.graph.memory import MemoryGraph
from tests.graph.oracle import graph_of
from tests.schema.strategies import SMALL_MODEL, SYSTEMS, messages
from tests.servers.neo4j import Neo4jPool

AUTHORITY = Authority({(None, None): ("mes",), ("Lot", "state"): ("lims", "erp")})


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Assertion], list[list[Assertion]]]:
    """Messages, and the same messages in another order, some of them twice, cut into batches."""
    said = draw(messages())
    again = draw(st.lists(st.sampled_from(said), max_size=4)) if said else []
    order = draw(st.permutations([*said, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(order))), max_size=4)))
    edges = [0, *cuts, len(order)]
    return said, [batch for a, b in itertools.pairwise(edges) if (batch := list(order[a:b]))]


async def apply(tx: WriteTransaction, batch: Sequence[Assertion]) -> tuple[Changed, ...]:
    return await project(tx, SMALL_MODEL, AUTHORITY, batch)


def memory(batches: Sequence[Sequence[Assertion]]) -> MemoryGraph:
    async def run() -> MemoryGraph:
        graph = MemoryGraph()
        for batch in batches:
            await apply(graph, batch)
        return graph

    return asyncio.run(run())


@settings(max_examples=150, deadline=None)
@given(histories())
def test_any_order_duplication_and_batching_gives_the_graph_of_the_set(
    history: tuple[list[Assertion], list[list[Assertion]]],
) -> None:
    said, batches = history
    assert memory(batches).dump() == graph_of(SMALL_MODEL, AUTHORITY, said)


@settings(max_examples=80, deadline=None)
@given(messages())
def test_replaying_everything_changes_nothing(said: list[Assertion]) -> None:
    class Watched(MemoryGraph):
        deltas: list[Delta]

        async def write(self, delta: Delta) -> Any:
            self.deltas.append(delta)
            return await super().write(delta)

    async def run() -> None:
        graph = Watched()
        graph.deltas = []
        for one in said:
            await apply(graph, [one])
        graph.deltas = []
        for batch in ([one] for one in said):
            assert await apply(graph, batch) == ()
        assert await apply(graph, said) == ()
        assert graph.deltas == []

    asyncio.run(run())


@settings(max_examples=120, deadline=None)
@given(histories(), st.sampled_from(SYSTEMS))
def test_withdrawing_all_that_a_system_said_gives_the_graph_as_if_it_had_never_spoken(
    history: tuple[list[Assertion], list[list[Assertion]]], silent: str
) -> None:
    said, batches = history
    later = Stamp(max((a.stamp.time for a in said), default=0) + 1, "later")
    spoken = {a.key for a in said if a.system == silent}
    withdrawals = [Assertion(silent, key.kind, key.id, later, {}, withdraw=True) for key in sorted(spoken)]
    others = [a for a in said if a.system != silent]
    for order in ([*batches, withdrawals], [withdrawals, *batches]):
        assert memory(order).dump() == graph_of(SMALL_MODEL, AUTHORITY, others)


@settings(max_examples=120, deadline=None)
@given(histories())
def test_changes_tell_every_thing_that_is_different_and_no_other(
    history: tuple[list[Assertion], list[list[Assertion]]],
) -> None:
    async def run() -> None:
        graph = MemoryGraph()
        for batch in history[1]:
            before = {key: thing for key, thing in graph.nodes.items() if not thing.placeholder}
            changed = await apply(graph, batch)
            after = {key: thing for key, thing in graph.nodes.items() if not thing.placeholder}
            different = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
            assert {c.key for c in changed} == different
            for change in changed:
                assert (change.before is None) == (change.key not in before)
                assert change.after == after.get(change.key)

    asyncio.run(run())


class RealStore:
    """One store for all examples, emptied between them, and one event loop that it lives in."""

    def __init__(self, opening: Awaitable[GraphStore]) -> None:
        self._loop = asyncio.new_event_loop()
        self._store = self._loop.run_until_complete(_ready(opening))

    def dump(self, batches: Sequence[Sequence[Assertion]]) -> list[Any]:
        return self._loop.run_until_complete(self._dump(batches))

    async def _dump(self, batches: Sequence[Sequence[Assertion]]) -> list[Any]:
        await self._store.clear()
        for batch in batches:
            async with self._store.write() as tx:
                await apply(tx, batch)
        return [entry async for entry in self._store.dump()]

    def close(self) -> None:
        self._loop.run_until_complete(self._store.close())
        self._loop.close()


async def _ready(opening: Awaitable[GraphStore]) -> GraphStore:
    store = await opening
    await store.migrate()
    return store


@pytest.fixture(scope="module", params=["ladybug", "neo4j"])
def real_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStore]:
    if request.param == "ladybug":
        store = RealStore(LadybugStore.open(tmp_path_factory.mktemp("laws") / "graph", SMALL_MODEL))
    else:
        pool: Neo4jPool = request.getfixturevalue("neo4j_pool")
        store = RealStore(Neo4jStore.open(pool.server(0).url, SMALL_MODEL))
    yield store
    store.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_a_real_store_holds_the_same_graph_whatever_the_order(
    real_store: RealStore, history: tuple[list[Assertion], list[list[Assertion]]]
) -> None:
    said, batches = history
    once = real_store.dump([said] if said else [])
    assert real_store.dump(batches) == once
    nodes = [entry for entry in once if "node" in entry]
    assert {(n["node"], n["id"]) for n in nodes} == set(graph_of(SMALL_MODEL, AUTHORITY, said)["nodes"])
