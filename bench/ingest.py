"""From a system's first publish until the hub has acknowledged the last message, all of it in the journal."""

from __future__ import annotations

import time
from collections.abc import Mapping

from bench import floors, parts, publisher
from bench.measure import Measure, Part, by_turns
from hub.journal.rows import encode
from hub.journal.sqlite import SqliteJournal

COUNT = 20_000


async def measure(runs: int, count: int | None) -> list[Measure]:
    """Objects alone and in arrays of a hundred, beside bare inserts and beside the bare MQTT hop."""
    measures: list[Measure] = []
    for size, what in ((1, "one a message"), (100, "a hundred a message")):
        lots = (count or COUNT) * (1 if size == 1 else 5)
        found = await by_turns(runs, _hub(lots, size), inserts(lots), _hop(lots, size))
        name = f"ingest to acknowledged, {what}"
        measures += [
            Measure(name, found["hub"], "objects/s", found["inserts"], "bare SQLite inserts of the same rows", runs),
            Measure(f"{name}, beside MQTT", found["hub"], "objects/s", found["hop"], "the bare MQTT hop", runs),
        ]
    return measures


def _hub(count: int, size: int) -> Part:
    async def part() -> Mapping[str, float]:
        async with parts.journal() as journal:
            countdown = parts.Countdown(parts.ingest(journal).accept, -(-count // size))
            async with parts.broker(countdown) as port:
                (first,) = await publisher.run(port, count, size)
                await countdown.done()
                return {"hub": count / (time.monotonic() - first)}

    return part


def inserts(count: int) -> Part:
    """Bare inserts of the sample's rows into a journal's tables."""

    async def part() -> Mapping[str, float]:
        async with parts.journal() as journal:
            rows = encode(parts.accepted(parts.ingest(journal), count), (), ()).assertions
        with parts.folder() as path:
            journal = await SqliteJournal.open(path / "journal.db")
            await journal.migrate()
            await journal.close()
            bare = floors.Inserts(path / "journal.db")
            began = time.perf_counter()
            bare.put(rows)
            took = time.perf_counter() - began
            bare.close()
            return {"inserts": count / took}

    return part


def _hop(count: int, size: int) -> Part:
    async def part() -> Mapping[str, float]:
        return {"hop": await floors.hop(count, size)}

    return part
