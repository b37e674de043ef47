"""Who was away goes on at any hub of several, and misses nothing: two hubs on one broker, PostgreSQL and Neo4j."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Mosquitto
from tests.system.hub_process import PATIENCE, HubProcess
from tests.system.subscriber import Subscriber
from tests.system.test_hubs import Site, graph, journal  # noqa: F401

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto, journal: str, graph: str) -> Site:  # noqa: F811
    return Site(tmp_path, mosquitto, journal, graph)


async def lots(hub: HubProcess) -> dict[str, Any]:
    found = await hub.every("materialLots", "id name status")
    return {lot["id"]: {"name": lot["name"], "status": lot["status"]} for lot in found}


def said(turn: int, lots: range) -> list[tuple[str, str, dict[str, Any]]]:
    """What is said of lots in a turn. Every third has an id that another one says is its own, in turns."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for number in lots:
        body: dict[str, Any] = {"name": f"turn {turn}", "status": ("BLOCKED", "RELEASED")[turn % 2]}
        if number % 3 < 2:
            alike = f"S-{number // 3}" if (turn + number // 3) % 2 else f"S-{number}-own"
            body |= {"identifiers": {"serial": alike}, "$replace": True}
        found.append(("north", f"LOT-{number}", body))
    return found


async def test_one_who_was_away_goes_on_at_another_hub_than_the_one_that_was_killed(site: Site) -> None:
    async with site.pair() as (first, second):
        subscriber = Subscriber()
        async with subscriber.at(first):
            await site.say(*said(0, range(30)))
            await until(lambda: len(subscriber.lots) >= 20)

            async def load() -> None:
                for turn in range(1, 12):
                    await site.say(*said(turn, range(40)))

            loading = asyncio.create_task(load())
            await asyncio.sleep(0.7)
        assert subscriber.cursor is not None
        first.kill()
        async with subscriber.at(second):
            await loading
            # What the broker had for the hub that is gone is for it when it comes back.
            first.start()
            await first.ready()
            for hub in (first, second, first):
                await hub.settled()
            expected = await lots(second)
            assert expected and len(expected) < 40, "some are one with another"
            await until(lambda: subscriber.lots == expected)


async def until(holds: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.02)
