"""Two hub processes beside one, on one PostgreSQL, Neo4j and Mosquitto, and who takes the machine's cores meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence

from bench import publisher
from bench.measure import Measure, Part, by_turns
from bench.site import Servers, servers, site
from tests.system.hub_process import HubProcess

COUNT = 10_000
VERSIONS = ("new", "update")
_NAMES = {1: "one hub", 2: "two hubs"}
_POLL_SECONDS = 0.05


async def measure(runs: int, count: int | None) -> list[Measure]:
    """Publish to applied, one lot a message: new lots with a link each, then their updates."""
    lots = count or COUNT
    with servers() as on:
        parts = [_part(on, number, lots) for number in _NAMES]
        await by_turns(1 if count is None else 0, *parts)
        found = await by_turns(runs, *parts)
    return [
        Measure(
            f"publish to applied, two hubs, {version}",
            found[f"2 {version}"],
            "objects/s",
            found[f"1 {version}"],
            _NAMES[1],
            runs,
            {name: _shares(found, f"{number} {version} ") for number, name in _NAMES.items()},
        )
        for version in VERSIONS
    ]


def _shares(found: Mapping[str, float], beginning: str) -> Mapping[str, float]:
    return {name.removeprefix(beginning): value for name, value in found.items() if name.startswith(beginning)}


def _part(on: Servers, number: int, count: int) -> Part:
    async def part() -> Mapping[str, float]:
        figures: dict[str, float] = {}
        async with site(on) as plant, plant.hubs(number) as hubs:
            for version, name in enumerate(VERSIONS):
                shares = plant.shares(hubs)
                (first,) = await publisher.run(plant.broker.port, count, 1, version=version)
                await _all_applied(hubs[0], count * (version + 1))
                figures[f"{number} {name}"] = count / (time.monotonic() - first)
                figures |= {f"{number} {name} {part}": share for part, share in shares.taken().items()}
                await _published(hubs)
        return figures

    return part


async def _all_applied(hub: HubProcess, count: int) -> None:
    """Returns when so many assertions were accepted, by whichever hub, and all are in the graph."""

    async def holds() -> bool:
        status = await hub.get("/api/status")
        await asyncio.sleep(_POLL_SECONDS)
        return bool(status["accepted"] >= count and not status["pending"])

    await hub.until(holds, "everything is in the graph")


async def _published(hubs: Sequence[HubProcess]) -> None:
    for hub in hubs:
        await hub.settled()
