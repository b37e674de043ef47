"""The hub on Neo4j beside the bridge that is usually written by hand: one transaction a message, one by one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import orjson

from bench import floors, neo4j, neo4j_floors, parts, publisher
from bench.applied import all_applied, hub
from bench.measure import Measure, Part, by_turns
from connectors.wire.messages import Inbound

COUNT = 10_000
SHARE = 10
"""The bridge is given a tenth as many lots, or it would take most of the time."""


async def measure(runs: int, count: int | None) -> list[Measure]:
    """Publish to applied, one lot a message."""
    lots = count or COUNT
    with neo4j.server() as running:
        both = (_hub(running.url, lots), _bridge(running.url, max(1, lots // SHARE)))
        await by_turns(neo4j.WARM if count is None else 0, *both)
        found = await by_turns(runs, *both)
    of = "a bridge with one transaction a message"
    return [Measure("publish to applied", found["hub"], "objects/s", found["bridge"], of, runs)]


def _hub(url: str, count: int) -> Part:
    async def part() -> Mapping[str, float]:
        async with neo4j.empty(url):
            pass
        async with hub(url) as running:
            (first,) = await publisher.run(running.settings.mqtt.port, count, 1)
            await all_applied(running, count)
            figure = count / (time.monotonic() - first)
            await running.settled()
            return {"hub": figure}

    return part


def _bridge(url: str, count: int) -> Part:
    """Takes a message, checks nothing, merges it, acknowledges it."""

    async def part() -> Mapping[str, float]:
        async with neo4j_floors.Batches.on(url, indexed=False) as bare:
            one_at_a_time = asyncio.Lock()

            async def accept(message: Inbound) -> None:
                async with one_at_a_time:
                    lot = {**orjson.loads(message.payload), "id": message.topic.rpartition("/")[2]}
                    await bare.put([floors.row_of(lot)])

            countdown = parts.Countdown(accept, count)
            async with parts.broker(countdown) as port:
                (first,) = await publisher.run(port, count, 1)
                await countdown.done()
                return {"bridge": count / (time.monotonic() - first)}

    return part
