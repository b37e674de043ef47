"""The hub on Neo4j: journal to graph and publish to graph, beside batches written by hand on the same server."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bench import floors, neo4j_floors, parts, publisher
from bench.applied import all_applied, hub, silent
from bench.measure import Measure, Part, by_turns
from graph.neo4j.store import Neo4jStore
from hub.journal.port import Journal
from hub.projection.projector import Projection, Projector
from schema.authority import EQUAL
from schema.model import MODEL
from tests.servers.neo4j import Neo4j

COUNT = 10_000
WARM = 3
"""Runs that don't count: Java compiles what it runs often, and is three times as fast afterwards."""

HEAP = "2g"


async def measure(runs: int, count: int | None) -> list[Measure]:
    """New lots with a link each and their updates; then with everything on."""
    lots = count or COUNT
    with server() as running:
        url = running.url
        parts_ = (_projector(url, lots), _by_hand(url, lots, indexed=False), _by_hand(url, lots, indexed=True))
        everything = (*parts_, _whole(url, lots))
        await by_turns(WARM if count is None else 0, *everything)
        found = await by_turns(runs, *everything)
    return [
        Measure(f"{what}, {name}", found[f"{figure} {name}"], "objects/s", found[f"{floor} {name}"], of, runs)
        for what, figure in (("journal to applied", "applied"), ("publish to applied, all on", "whole"))
        for name in ("new", "update")
        for floor, of in (("bare", "MERGE by hand"), ("indexed", "MERGE by hand, with the indexes that queries need"))
    ]


@contextmanager
def server() -> Iterator[Neo4j]:
    """A Neo4j of its own, running."""
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as path:
        running = Neo4j(Path(path), heap=HEAP)
        running.start()
        try:
            yield running
        finally:
            running.kill()


@asynccontextmanager
async def empty(url: str) -> AsyncIterator[Neo4jStore]:
    """The store on a server, with nothing in it."""
    store = await Neo4jStore.open(url, MODEL)
    try:
        await store.clear()
        yield store
    finally:
        await store.close()


async def applied(journal: Journal, store: Neo4jStore) -> float:
    """Seconds until everything in a journal is in the graph."""
    projector = Projector(Projection(journal, store, MODEL, EQUAL), silent, batch=1000, linger=0.01)
    began = time.perf_counter()
    running = asyncio.create_task(projector.run())
    await projector.idle()
    taken = time.perf_counter() - began
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return taken


def _projector(url: str, count: int) -> Part:
    async def part() -> Mapping[str, float]:
        figures: dict[str, float] = {}
        async with empty(url) as store, parts.journal() as journal:
            reader = parts.ingest(journal)
            for version, name in enumerate(("applied new", "applied update")):
                await journal.append(parts.accepted(reader, count, version))
                figures[name] = count / await applied(journal, store)
        return figures

    return part


def _by_hand(url: str, count: int, *, indexed: bool) -> Part:
    floor = "indexed" if indexed else "bare"

    async def part() -> Mapping[str, float]:
        figures: dict[str, float] = {}
        async with neo4j_floors.Batches.on(url, indexed=indexed) as bare:
            for version, name in enumerate((f"{floor} new", f"{floor} update")):
                rows = floors.rows_of_lots(count, version)
                began = time.perf_counter()
                await bare.put(rows)
                figures[name] = count / (time.perf_counter() - began)
        return figures

    return part


def _whole(url: str, count: int) -> Part:
    async def part() -> Mapping[str, float]:
        figures: dict[str, float] = {}
        async with empty(url):
            pass
        async with hub(url) as running:
            for version, name in enumerate(("whole new", "whole update")):
                (first,) = await publisher.run(running.settings.mqtt.port, count, 1, version=version)
                await all_applied(running, count * (version + 1))
                figures[name] = count / (time.monotonic() - first)
                await running.settled()
        return figures

    return part
