"""A graph made anew from the journal equals the one that grew as messages came; reading all of it again is no news."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from graph.ladybug.store import LadybugStore
from graph.store import GraphStore
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Journal
from hub.projection.projector import Projection
from hub.upkeep.compare import differences
from hub.upkeep.rebuild import replay
from schema.assertion import Assertion
from tests.graph.test_laws import AUTHORITY, histories
from tests.schema.strategies import SMALL_MODEL

History = tuple[list[Assertion], list[list[Assertion]]]


class Bench:
    """Two graphs for all examples, emptied between them, in one event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self.loop = asyncio.new_event_loop()
        self.lived, self.made = (self.loop.run_until_complete(self._open(name)) for name in ("lived", "made"))

    async def _open(self, name: str) -> GraphStore:
        store = await LadybugStore.open(self._folder / name, SMALL_MODEL)
        await store.migrate()
        return store

    async def journal(self) -> Journal:
        """An empty journal."""
        self._count += 1
        return await open_journal(f"sqlite:///{self._folder}/{self._count}.db")

    def close(self) -> None:
        for store in (self.lived, self.made):
            self.loop.run_until_complete(store.close())
        self.loop.close()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("law"))
    yield bench
    bench.close()


async def live(journal: Journal, store: GraphStore, batches: list[list[Assertion]]) -> None:
    """As a hub does: each batch of messages into the journal, and what is pending into the graph."""
    projection = Projection(journal, store, SMALL_MODEL, AUTHORITY)
    for time, batch in enumerate(batches, 1):
        await journal.append([AcceptedAssertion(assertion, "t", time) for assertion in batch])
        entries = await journal.pending(1000)
        await projection.apply(entries)
        await journal.applied(entries)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=histories())
def test_a_rebuilt_graph_is_the_one_that_grew(bench: Bench, history: History) -> None:
    async def compare() -> None:
        for store in (bench.lived, bench.made):
            await store.clear()
        journal = await bench.journal()
        try:
            await live(journal, bench.lived, history[1])
            await replay(journal, bench.made, SMALL_MODEL, AUTHORITY)
            assert await differences(bench.lived, bench.made) == []
            await replay(journal, bench.lived, SMALL_MODEL, AUTHORITY)
            assert await differences(bench.lived, bench.made) == []
        finally:
            await journal.close()

    bench.loop.run_until_complete(compare())
