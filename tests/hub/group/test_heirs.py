"""What waits for a hub of a group that does not come back is taken by another, once, and nothing waits any more."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from connectors.wire.address import Url
from hub.group import roster
from hub.group.heirs import Heirs
from hub.journal.postgres import PostgresJournal
from hub.mqtt import inherit
from hub.mqtt.client import MqttClient
from hub.mqtt.inherit import Inheritance
from hub.mqtt.limits import BrokerLimits
from tests.contracts.broker import Taker, started
from tests.hub.mqtt.test_group import member, publish, taken
from tests.servers import Mosquitto
from tests.servers.postgres import Postgres


@pytest.fixture
async def journals(postgres: Postgres) -> AsyncIterator[list[PostgresJournal]]:
    """The journal as three hubs have it open."""
    with postgres.schema() as url:
        opened = [await PostgresJournal.open(Url.parse(url)) for _ in range(3)]
        for journal in opened:
            await journal.migrate()
        yield opened
        for journal in opened:
            await journal.close()


def heirs(server: Mosquitto, journal: PostgresJournal, own: str, taker: Taker, patience: float = 0.2) -> Heirs:
    def session(name: str) -> Inheritance:
        return Inheritance(Url.parse(server.url), name, "plant", prefix="uns/v1", limits=BrokerLimits(in_flight=20))

    return Heirs(journal, roster.Gone(journal, own, patience), taker, session)


async def leave(server: Mosquitto, journal: PostgresJournal, count: int) -> None:
    """A hub that was there, and is gone; so many messages wait for it."""
    await roster.enrol(journal, "hub-1")
    async with started(member(server, "hub-1"), Taker()):
        pass
    await publish(server, range(count))
    await journal.release("hub-1")


async def forgotten(journal: PostgresJournal) -> None:
    async with asyncio.timeout(30):
        while await journal.checkpoints(roster.HUB):
            await asyncio.sleep(0.05)


async def test_two_heirs_take_each_message_once_and_end_the_session(
    mosquitto: Mosquitto, journals: list[PostgresJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inherit, "QUIET_SECONDS", 0.5)
    await leave(mosquitto, journals[0], 300)
    takers = Taker(), Taker()
    async with asyncio.timeout(60):
        running = [
            asyncio.create_task(heirs(mosquitto, journal, f"hub-{number}", taker).run())
            for number, journal, taker in zip((2, 3), journals[1:], takers, strict=True)
        ]
        assert await taken(*takers, count=300) == Counter({m.topic: 1 for taker in takers for m in taker.taken})
        await forgotten(journals[0])
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    # What comes now is for those who are there, and nothing is kept for the one that is gone.
    again = Taker()
    async with started(member(mosquitto, "hub-2"), again):
        await publish(mosquitto, range(300, 400))
        await taken(again, count=100)


async def test_a_hub_that_comes_back_takes_the_rest_itself(
    mosquitto: Mosquitto, journals: list[PostgresJournal]
) -> None:
    await leave(mosquitto, journals[0], 200)
    heir, back = Taker(), Taker()
    heir.open.clear()
    task = asyncio.create_task(heirs(mosquitto, journals[1], "hub-2", heir).run())
    await heir.tried(10)
    await roster.enrol(journals[0], "hub-1")
    client: MqttClient = member(mosquitto, "hub-1")
    async with started(client, back):
        heir.open.set()
        await taken(heir, back, count=200)
        await publish(mosquitto, range(200, 300))
        await taken(heir, back, count=300)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await journals[1].checkpoints(roster.HUB)).keys() == {f"{roster.HUB}hub-1"}


async def test_a_hub_that_is_away_for_a_moment_is_waited_for(
    mosquitto: Mosquitto, journals: list[PostgresJournal]
) -> None:
    await leave(mosquitto, journals[0], 10)
    heir = Taker()
    task = asyncio.create_task(heirs(mosquitto, journals[1], "hub-2", heir, patience=30).run())
    await asyncio.sleep(0.5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not heir.tries
