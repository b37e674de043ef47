"""The MQTT hop alone: Mosquitto and the hub's client that accepts at once, beside a socket that acknowledges."""

from __future__ import annotations

from collections.abc import Mapping

from bench import floors
from bench.measure import Measure, by_turns

COUNT = 50_000


async def measure(runs: int, count: int | None) -> list[Measure]:
    """Messages a second."""

    async def hop() -> Mapping[str, float]:
        return {"hop": await floors.hop(count or COUNT, 1)}

    async def bare() -> Mapping[str, float]:
        return {"bare": await floors.bare_hop(count or COUNT, 1)}

    found = await by_turns(runs, hop, bare)
    return [Measure("MQTT hop", found["hop"], "messages/s", found["bare"], "a socket that acknowledges", runs)]
