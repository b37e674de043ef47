"""From the journal to the graph, and the whole way from a publish to the golden records on the broker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from bench import floors, parts, publisher
from bench.ingest import inserts
from bench.measure import Measure, Part, by_turns
from graph.ladybug.store import LadybugStore
from graph.projection import Changed
from hub.app import Hub, open_hub
from hub.projection.projector import Projection, Projector
from hub.settings import Settings
from schema.authority import EQUAL
from schema.model import MODEL

COUNT = 10_000


async def measure(runs: int, count: int | None) -> list[Measure]:
    """New lots with a link each and their updates, beside batches written by hand; then everything on."""
    lots = count or COUNT
    found = await by_turns(runs, _projector(lots), _by_hand(lots), _whole(lots), inserts(lots), _hop(lots))
    by_hand, all_floors = "hand-written Ladybug batches", "MQTT hop, bare inserts, batches by hand in turn"
    in_turn = 1 / (1 / found["hop"] + 1 / found["inserts"] + 1 / found["new by hand"])
    return [
        Measure("journal to applied, new", found["new"], "objects/s", found["new by hand"], by_hand, runs),
        Measure("journal to applied, update", found["update"], "objects/s", found["update by hand"], by_hand, runs),
        Measure("publish to acknowledged, all on", found["acknowledged"], "objects/s", found["hop"], "the hop", runs),
        Measure("publish to golden records", found["golden"], "objects/s", in_turn, all_floors, runs),
    ]


def _projector(count: int) -> Part:
    async def part() -> Mapping[str, float]:
        with parts.folder() as path:
            async with parts.journal() as journal:
                store = await LadybugStore.open(path / "graph", MODEL)
                await store.migrate()
                reader = parts.ingest(journal)
                figures: dict[str, float] = {}
                for version, name in enumerate(("new", "update")):
                    await journal.append(parts.accepted(reader, count, version))
                    projector = Projector(Projection(journal, store, MODEL, EQUAL), silent, batch=1000, linger=0.01)
                    began = time.perf_counter()
                    running = asyncio.create_task(projector.run())
                    await projector.idle()
                    figures[name] = count / (time.perf_counter() - began)
                    running.cancel()
                await store.close()
                return figures

    return part


async def silent(changed: Sequence[Changed], through: int) -> None:
    """Announces nothing."""


def _by_hand(count: int) -> Part:
    async def part() -> Mapping[str, float]:
        with parts.folder() as path:
            bare = floors.Batches(path / "graph")
            figures: dict[str, float] = {}
            for version, name in enumerate(("new by hand", "update by hand")):
                rows = floors.rows_of_lots(count, version)
                began = time.perf_counter()
                bare.put(rows)
                figures[name] = count / (time.perf_counter() - began)
            bare.close()
            return figures

    return part


def _whole(count: int) -> Part:
    async def part() -> Mapping[str, float]:
        async with hub() as running:
            assert running.settings.mqtt.port
            publishing = asyncio.create_task(publisher.run(running.settings.mqtt.port, count, 1))
            while running.ingest.tally.assertions < count:
                await asyncio.sleep(0.005)
            acknowledged = time.monotonic()
            (first,) = await publishing
            await running.settled()
            golden = time.monotonic()
            return {"acknowledged": count / (acknowledged - first), "golden": count / (golden - first)}

    return part


@asynccontextmanager
async def hub(graph: str | None = None) -> AsyncIterator[Hub]:
    """A hub on its defaults, with Mosquitto and files of its own; the graph is where a URL says, if one is given."""
    with parts.folder() as path:
        place = graph or f"ladybug:///{path / 'graph'}"
        async with open_hub(Settings(data=path, mqtt=parts.address(), broker="mosquitto", graph=place)) as running:
            yield running


async def all_applied(running: Hub, count: int) -> None:
    """Returns when a hub has taken in so many lots, and all of them are in the graph."""
    while running.ingest.tally.assertions < count:
        await asyncio.sleep(0.005)
    await running.projector.idle()


def _hop(count: int) -> Part:
    async def part() -> Mapping[str, float]:
        return {"hop": await floors.hop(count, 1)}

    return part
