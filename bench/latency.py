"""From a publish to the event of a GraphQL subscription, at a steady light load, on files and on servers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench import floors, neo4j_floors, parts, postgres_floors, publisher, sample
from bench.measure import Measure, Part, by_turns
from bench.site import Servers, servers, site
from connectors.wire.messages import Inbound
from hub.journal.rows import encode
from hub.journal.sqlite import SqliteJournal
from tests.system.hub_process import HubProcess

COUNT = 300
WARM = 100
"""Lots that are said before, and waited for: a hub's first messages wait for statements to be planned, once."""

RATE = 50.0
"""Messages a second."""

_QUERY = 'subscription { changes(kinds: ["MaterialLot"]) { id } }'
_FORMS = {"files": "SQLite and Ladybug", "servers": "PostgreSQL and Neo4j"}


@dataclass(frozen=True, slots=True)
class Rows:
    """The sample's lots as they are written by hand: into a journal, and into a graph."""

    journal: Sequence[Sequence[Any]]
    graph: Sequence[dict[str, Any]]


async def measure(runs: int, count: int | None) -> list[Measure]:
    """The median and the 99th percentile, beside one hop, one journal commit and one graph commit in turn."""
    lots = count or COUNT
    with servers() as on:
        turns = (_of_files(lots), _of_servers(on, lots), _least(on, lots))
        await by_turns(1 if count is None else 0, *turns)
        found = await by_turns(runs, *turns)
    return [
        Measure(
            f"publish to subscription event, {form}, {name}",
            found[f"event {form} {name}"],
            "ms",
            found[f"least {form} {name}"],
            f"hop, bare commits of one row to {stores}",
            runs,
        )
        for form, stores in _FORMS.items()
        for name in ("p50", "p99")
    ]


def _of_files(count: int) -> Part:
    async def part() -> Mapping[str, float]:
        with parts.folder() as path:
            async with HubProcess(path, "mosquitto") as hub:
                return _spread("event files", await _events(hub, hub.mqtt, count))

    return part


def _of_servers(on: Servers, count: int) -> Part:
    async def part() -> Mapping[str, float]:
        async with site(on) as plant, plant.hubs(1) as (hub,):
            return _spread("event servers", await _events(hub, plant.broker.port, count))

    return part


def _least(on: Servers, count: int) -> Part:
    async def part() -> Mapping[str, float]:
        hops, rows = await _hops(count), await _rows(count)
        by_form = {"files": await _commits_to_files(rows), "servers": await _commits_to_servers(on, rows)}
        figures: dict[str, float] = {}
        for form, commits in by_form.items():
            steps = zip(hops, commits, strict=True)
            figures |= _spread(f"least {form}", [hop + commit for hop, commit in steps])
        return figures

    return part


async def _events(hub: HubProcess, port: int, count: int) -> list[float]:
    """Milliseconds from each publish to the event that a subscriber is sent."""
    await publisher.run(port, min(count, WARM), 1, rate=RATE)
    await hub.settled()
    async with _subscription(hub) as events:
        watching = asyncio.create_task(_watch(events, count))
        # The lots of before are updated, the others are new.
        sent = await publisher.run(port, count, 1, version=1, rate=RATE)
        seen = await watching
    return [1000 * (seen[sample.lot(number, 0)["id"]] - time_) for number, time_ in enumerate(sent)]


@asynccontextmanager
async def _subscription(hub: HubProcess) -> AsyncIterator[ClientConnection]:
    """A connection on which the events of a subscription come, from now on."""
    url, protocol = f"ws://127.0.0.1:{hub.http}/graphql", Subprotocol("graphql-transport-ws")
    async with connect(url, subprotocols=[protocol], proxy=None) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": _QUERY}}))
        # What is answered comes after all that was asked before.
        await socket.send(json.dumps({"type": "ping"}))
        await socket.recv()
        yield socket


async def _watch(events: ClientConnection, count: int) -> Mapping[str, float]:
    """When each lot was first told, until that was so of `count` lots."""
    seen: dict[str, float] = {}
    while len(seen) < count:
        text = await events.recv()
        seen.setdefault(json.loads(text)["payload"]["data"]["changes"]["id"], time.monotonic())
    return seen


async def _hops(count: int) -> list[float]:
    """Milliseconds from each publish to the hub's client."""
    seen: list[float] = []

    async def accept(message: Inbound) -> None:
        seen.append(time.monotonic())

    countdown = parts.Countdown(accept, count)
    async with parts.broker(countdown) as port:
        sent = await publisher.run(port, count, 1, rate=RATE)
        await countdown.done()
    return [1000 * (there - time_) for there, time_ in zip(seen, sent, strict=True)]


async def _rows(count: int) -> Rows:
    async with parts.journal() as journal:
        said = parts.accepted(parts.ingest(journal), count)
    return Rows(encode(said, (), ()).assertions, floors.rows_of_lots(count, 0))


async def _commits_to_files(rows: Rows) -> list[float]:
    """Milliseconds for one row into SQLite and one lot with its link into Ladybug, each by hand."""
    with parts.folder() as path:
        journal = await SqliteJournal.open(path / "journal.db")
        await journal.migrate()
        await journal.close()
        inserts, batches = floors.Inserts(path / "journal.db"), floors.Batches(path / "graph")
        found: list[float] = []
        for row, lot in zip(rows.journal, rows.graph, strict=True):
            began = time.perf_counter()
            inserts.put([row])
            batches.put([lot])
            found.append(1000 * (time.perf_counter() - began))
        inserts.close()
        batches.close()
    return found


async def _commits_to_servers(on: Servers, rows: Rows) -> list[float]:
    """The same into PostgreSQL and Neo4j."""
    found: list[float] = []
    with on.postgres.schema() as url:
        async with (
            postgres_floors.Inserts.on(url) as inserts,
            neo4j_floors.Batches.on(on.neo4j.url, indexed=False) as batches,
        ):
            for row, lot in zip(rows.journal, rows.graph, strict=True):
                began = time.perf_counter()
                await inserts.put(row)
                await batches.put([lot])
                found.append(1000 * (time.perf_counter() - began))
    return found


def _spread(name: str, times: list[float]) -> dict[str, float]:
    return {f"{name} p50": median(times), f"{name} p99": quantiles(times, n=100, method="inclusive")[-1]}
