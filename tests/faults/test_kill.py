"""`kill -9` of the hub at any moment: nothing that a broker has acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.load import PREFIX, Kept, message, number_of
from tests.servers import Mosquitto
from tests.system.hub_process import HubProcess, rebuild
from tests.system.sender import Sender, retained

pytestmark = pytest.mark.slow

SEED = 20260301
RATE = 250.0


@dataclass
class Killing:
    """A hub that is killed and started again, again and again."""

    hub: HubProcess
    chance: random.Random
    recoveries: list[float] = field(default_factory=list)
    """Seconds from each start after a kill until the hub was ready; none where the next kill came before that."""
    kills: int = 0

    async def kill_at(self, moment: str) -> None:
        """Starts the hub, which is not running, and kills it at a random time after some moment."""
        began = time.monotonic()
        self.hub.start()
        if moment == "starting":
            await asyncio.sleep(self.chance.uniform(0.3, 2.5))
        elif moment == "connecting":
            # The status is the first that it publishes, right before it takes what has waited.
            await self.hub.until(self._alive, "the hub answers")
            await asyncio.sleep(self.chance.uniform(0.0, 0.5))
        else:
            await self.hub.ready()
            self.recoveries.append(time.monotonic() - began)
            await asyncio.sleep(self.chance.uniform(0.0, 0.8))
        self.hub.kill()
        self.kills += 1

    async def _alive(self) -> bool:
        try:
            return (await self.hub.client.get("/livez")).status_code == 200
        except httpx.TransportError:
            return False

    async def all_in(self, sender: Sender) -> None:
        """Returns when the hub, which runs, has all that was acknowledged, in the graph and published."""
        await self.hub.ready()

        async def arrived() -> bool:
            return int((await self.hub.get("/api/status"))["accepted"]) >= len(sender.acknowledged)

        await self.hub.until(arrived, f"{len(sender.acknowledged)} messages in the journal")
        await self.hub.settled()


@asynccontextmanager
async def sending(port: int, rate: float = RATE) -> AsyncIterator[Sender]:
    """A client that sends all through the block; after it, everything sent is acknowledged."""
    sender = Sender(port, "plant", message, rate)
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def checked(killing: Killing, sender: Sender, golden: dict[str, Any]) -> None:
    """Holds what the stopped hub has kept, and showed before, against what was acknowledged."""
    assert sender.acknowledged == set(range(sender.sent))
    hub = killing.hub
    lots = await hub.every("materialLots", "id name placeholder sources { system }")
    definitions = await hub.every("materialDefinitions", "id name placeholder sources { system }")
    assert (await hub.get("/api/dead-letters"))["deadLetters"] == []
    assert hub.stop() == 0
    rebuilt = rebuild(hub)
    assert (rebuilt["assertions"], rebuilt["differences"], rebuilt["old"]) == (sender.sent, [], None)
    kept = await Kept.of(hub.data)
    numbers = [number_of(message) for message in kept.messages]
    lost, doubled = sender.acknowledged - set(numbers), kept.rows - len(set(numbers))
    _tell(killing, sender, lost=len(lost), doubled=doubled)
    assert not lost
    assert not doubled
    for kind, shown in (("MaterialLot", lots), ("MaterialDefinition", definitions)):
        described = [thing for thing in shown if not thing["placeholder"]]
        found = {t["id"]: (t["name"], frozenset(s["system"] for s in t["sources"])) for t in described}
        assert len(found) == len(described)
        assert found == kept.things(kind)
    expected = kept.golden()
    wrong = {topic for topic in golden.keys() | expected.keys() if golden.get(topic) != expected.get(topic)}
    assert not wrong, {topic: (golden.get(topic), expected.get(topic)) for topic in sorted(wrong)[:3]}


def _tell(killing: Killing, sender: Sender, *, lost: int, doubled: int) -> None:
    recoveries = sorted(killing.recoveries)
    middle = recoveries[len(recoveries) // 2] if recoveries else 0.0
    print(f"\n{'kills':>8}{'sent':>8}{'acknowledged':>14}{'lost':>6}{'doubled':>9}  seconds to recover (median, most)")
    print(
        f"{killing.kills:>8}{sender.sent:>8}{len(sender.acknowledged):>14}{lost:>6}{doubled:>9}"
        f"  {middle:.1f}, {max(recoveries, default=0.0):.1f}"
    )


async def golden_records(port: int) -> dict[str, Any]:
    """The golden records that a broker has, by topic."""
    found = await retained(port, f"{PREFIX}/#")
    return {topic: json.loads(body) for topic, body in found.items() if "/_hub/" not in topic}


async def test_twenty_kills_beside_a_broker_of_its_own(tmp_path: Path, mosquitto: Mosquitto) -> None:
    chance = random.Random(SEED)
    moments = ["starting"] * 4 + ["connecting"] * 5 + ["busy"] * 11
    chance.shuffle(moments)
    async with HubProcess(tmp_path, mosquitto.url) as hub:
        killing = Killing(hub, chance)
        async with sending(mosquitto.port) as sender:
            await asyncio.sleep(0.5)
            hub.kill()
            for moment in moments[1:]:
                await killing.kill_at(moment)
            killing.kills += 1
            await sender.finished()
        hub.start()
        await killing.all_in(sender)
        await checked(killing, sender, await golden_records(mosquitto.port))


async def test_five_kills_of_a_hub_with_the_broker_in_it(tmp_path: Path) -> None:
    """amqtt itself acknowledges before anybody has the message; the hub's handler does not."""
    chance = random.Random(SEED)
    async with HubProcess(tmp_path, "amqtt") as hub:
        killing = Killing(hub, chance)
        async with sending(hub.mqtt) as sender:
            for _ in range(5):
                await asyncio.sleep(chance.uniform(0.3, 1.0))
                hub.kill()
                killing.kills += 1
                began = time.monotonic()
                hub.start()
                await hub.ready()
                killing.recoveries.append(time.monotonic() - began)
            await sender.finished()
        await killing.all_in(sender)
        # Retained messages of this form end with the hub, so what is there now came since its last start.
        await checked(killing, sender, await golden_records(hub.mqtt))
