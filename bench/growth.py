"""What a message costs as the graph on Neo4j grows: graphs of several sizes, a server each, measured by turns.

Java compiles what it runs often. So each server is given as much to do before, or the larger graph would be the faster.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from bench import neo4j, parts
from bench.measure import Measure, Part, by_turns
from graph.neo4j.store import Neo4jStore
from hub.journal.port import AcceptedAssertion
from schema.assertion import Assertion, Stamp
from schema.json import Json

SIZES = (10_000, 100_000)
LARGEST = 1_000_000
"""Measured too where it is asked for (`--largest`): to fill it takes minutes."""

SHARE = 3000
"""Lots of each run: as many new ones and as many updates, spread over all that there are."""

CHUNK = 20_000
"""Lots in the journal at a time while a graph is filled."""

_START = 1_767_225_600_000_000


async def measure(runs: int, count: int | None, *, largest: bool = False) -> list[Measure]:
    """Applied a second at each size, beside that of the smallest. `count` takes the place of the smallest size."""
    sizes = (*((count, 2 * count) if count else SIZES), *((LARGEST,) if largest else ()))
    share = min(SHARE, sizes[0])
    async with AsyncExitStack() as stack:
        turns = [_part(await stack.enter_async_context(_graph(size, sizes[1])), size, share) for size in sizes]
        await by_turns(neo4j.WARM if count is None else 0, *turns)
        found = await by_turns(runs, *turns)
    return [
        Measure(f"{name} at {size:,} lots", found[f"{name} {size}"], "objects/s", found[f"{name} {sizes[0]}"], of, runs)
        for of in (f"the same at {sizes[0]:,}",)
        for name in ("new", "update")
        for size in sizes
    ]


@asynccontextmanager
async def _graph(size: int, messages: int) -> AsyncIterator[Neo4jStore]:
    """A server with so many lots that has taken so many messages, or one for each lot where these are more."""
    with neo4j.server() as running:
        async with neo4j.empty(running.url) as store:
            for start in range(0, max(size, messages), CHUNK):
                taken = range(start, min(max(size, messages), start + CHUNK))
                await _apply(store, [_lot(number % size, 0, number // size) for number in taken])
            yield store


def _part(store: Neo4jStore, size: int, share: int) -> Part:
    draw = random.Random(size)
    there = size
    version = 0

    async def part() -> Mapping[str, float]:
        nonlocal there, version
        version += 1
        known = draw.sample(range(size), share)
        new = range(there, there + share)
        there += share
        return {
            f"new {size}": share / await _apply(store, [_lot(number, 0) for number in new]),
            f"update {size}": share / await _apply(store, [_lot(number, version) for number in known]),
        }

    return part


async def _apply(store: Neo4jStore, lots: list[AcceptedAssertion]) -> float:
    async with parts.journal() as journal:
        await journal.append(lots)
        return await neo4j.applied(journal, store)


def _lot(number: int, version: int, turn: int = 0) -> AcceptedAssertion:
    """A lot of one of a thousand materials, so that no node has a share of all edges that matters.

    Of two that say the same lot, the one with the greater version counts, or of one version that with the greater turn.
    """
    said: dict[str, Json] = {
        "@path": "acme/north/packing",
        "name": f"Lot {number} of oat bars",
        "status": "RELEASED" if version % 2 else "AWAITING_RELEASE",
        "quantity": {"value": 500.0 + version + turn, "unit": "kg"},
        "producedAt": "2026-01-05T06:00:00Z",
        "definition": [{"to": {"id": f"MAT-{number % 1000}"}}],
    }
    stamp = Stamp(_START + 1_000_000 * version + turn, f"{number}-{version}-{turn}")
    return AcceptedAssertion(Assertion("mes", "MaterialLot", f"LOT-{number:07}", stamp, said), "topic", _START)
