"""From a publish until the graph shows it, at a steady light load."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from statistics import median, quantiles

from bench import floors, parts, publisher, sample
from bench.applied import hub
from bench.measure import Measure, by_turns
from hub.announcing.live import Change, Changes
from hub.journal.rows import encode
from hub.journal.sqlite import SqliteJournal
from hub.messages import Inbound

COUNT = 300
WARM = 10
"""Messages at the beginning that don't count: the first of a kind wait for statements to be planned, once."""

RATE = 50.0
"""Messages a second."""


async def measure(runs: int, count: int | None) -> list[Measure]:
    """The median and the 99th percentile, beside one hop, one journal commit and one graph commit in turn."""
    lots = count or COUNT

    async def visible() -> Mapping[str, float]:
        return _spread("visible", await _visible(lots))

    async def least() -> Mapping[str, float]:
        steps = zip(await _hop(lots), await _commits(lots), strict=True)
        return _spread("least", [hop + commits for hop, commits in steps])

    found = await by_turns(runs, visible, least)
    return [
        Measure(
            f"publish to visible, {name}",
            found[f"visible {name}"],
            "ms",
            found[f"least {name}"],
            "hop, bare journal commit and graph commit of one row",
            runs,
        )
        for name in ("p50", "p99")
    ]


async def _visible(count: int) -> list[float]:
    """Milliseconds from each publish to the commit that makes it visible."""
    async with hub() as running:
        seen: dict[str, float] = {}
        watching = asyncio.create_task(_watch(running.changes, seen, count))
        sent = await publisher.run(running.settings.mqtt.port, count, 1, rate=RATE)
        await watching
    return [1000 * (seen[sample.lot(number, 0)["id"]] - time_) for number, time_ in enumerate(sent)]


async def _watch(changes: Changes, seen: dict[str, float], count: int) -> None:
    """Notes when each lot was first changed, until that was so of `count` lots."""
    async for change in changes.subscribe():
        if isinstance(change, Change) and change.kind == "MaterialLot":
            seen.setdefault(change.id, time.monotonic())
        if len(seen) == count:
            break


async def _hop(count: int) -> list[float]:
    """Milliseconds from each publish to the hub's client."""
    seen: list[float] = []

    async def accept(message: Inbound) -> None:
        seen.append(time.monotonic())

    countdown = parts.Countdown(accept, count)
    async with parts.broker(countdown) as port:
        sent = await publisher.run(port, count, 1, rate=RATE)
        await countdown.done()
    return [1000 * (there - time_) for there, time_ in zip(seen, sent, strict=True)]


async def _commits(count: int) -> list[float]:
    """Milliseconds for one row into the journal and one lot with its link into a graph, each by hand."""
    with parts.folder() as path:
        journal = await SqliteJournal.open(path / "journal.db")
        await journal.migrate()
        rows = encode(parts.accepted(parts.ingest(journal), count), (), ()).assertions
        await journal.close()
        inserts, batches = floors.Inserts(path / "journal.db"), floors.Batches(path / "graph")
        found: list[float] = []
        for row, lot in zip(rows, floors.rows_of_lots(count, 0), strict=True):
            began = time.perf_counter()
            inserts.put([row])
            batches.put([lot])
            found.append(1000 * (time.perf_counter() - began))
        inserts.close()
        batches.close()
    return found


def _spread(name: str, times: list[float]) -> dict[str, float]:
    counted = times[WARM:] or times
    return {f"{name} p50": median(counted), f"{name} p99": quantiles(counted, n=100, method="inclusive")[-1]}
