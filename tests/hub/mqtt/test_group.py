"""Several hubs at one broker: each message reaches one of a group."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from connectors.wire.address import Address, Url
from connectors.wire.messages import Outbound
from hub.errors import SettingsError
from hub.mqtt import client as client_module
from hub.mqtt.client import MqttClient
from hub.mqtt.embedded import AmqttBroker
from hub.mqtt.limits import BrokerLimits
from hub.settings.load import load
from tests.contracts.broker import GOLDEN, LOT, SECONDS, Taker, started
from tests.hub.mqtt.packets import PUBACK, Wire
from tests.servers import Mosquitto, free_port


def member(server: Mosquitto, name: str, group: str | None = "plant") -> MqttClient:
    url = Url.parse(server.url)
    return MqttClient(url, client_id=name, prefix="uns/v1", limits=BrokerLimits(in_flight=20), group=group)


@pytest.fixture
def takers() -> tuple[Taker, Taker]:
    return Taker(), Taker()


@pytest.fixture
async def pair(mosquitto: Mosquitto, takers: tuple[Taker, Taker]) -> AsyncIterator[tuple[MqttClient, MqttClient]]:
    first, second = member(mosquitto, "hub-1"), member(mosquitto, "hub-2")
    async with started(first, takers[0]), started(second, takers[1]):
        yield first, second


async def publish(server: Mosquitto, numbers: range) -> None:
    """Returns when the broker has acknowledged them all."""
    async with Wire(server.port) as system:
        for number in numbers:
            system.publish(f"uns/v1/acme/north/_source/mes/material-lot/{number}", b"{}", number=number + 1)
        for _ in numbers:
            await system.receive(PUBACK)


async def taken(*takers: Taker, count: int) -> Counter[str]:
    """How often each message was taken, once there are so many different ones."""
    async with asyncio.timeout(SECONDS):
        while len(found := Counter(m.topic for taker in takers for m in taker.taken)) < count:
            await asyncio.sleep(0.01)
    return found


@pytest.mark.usefixtures("pair")
async def test_each_message_reaches_exactly_one(mosquitto: Mosquitto, takers: tuple[Taker, Taker]) -> None:
    await publish(mosquitto, range(1000))
    assert set((await taken(*takers, count=1000)).values()) == {1}
    assert min(len(taker.taken) for taker in takers) > 100


async def test_every_topic_that_is_taken_is_shared(
    mosquitto: Mosquitto, takers: tuple[Taker, Taker], pair: tuple[MqttClient, MqttClient]
) -> None:
    places = ["/".join("abcdefghi"[:depth]) for depth in range(1, 10)]
    topics = [f"uns/v1/{place}/{rest}" for place in places for rest in ("_tag/x", "_state/mes", "_count/mes")]
    topics += ["uns/v1/_tag/nowhere", LOT]
    async with Wire(mosquitto.port) as system:
        for topic in topics:
            await system.published(topic, b"{}")
    assert await taken(*takers, count=len(topics)) == Counter(topics)


async def test_what_a_group_publishes_is_not_given_to_it(
    mosquitto: Mosquitto, takers: tuple[Taker, Taker], pair: tuple[MqttClient, MqttClient]
) -> None:
    await pair[0].publish(Outbound(GOLDEN, b"{}", retain=True))
    await pair[1].publish(Outbound("uns/v1/_hub/change/material-lot", b"{}"))
    await publish(mosquitto, range(1))
    await taken(*takers, count=1)
    assert sum(len(taker.tries) for taker in takers) == 1


async def test_what_a_member_had_not_accepted_is_lost_by_nobody(
    mosquitto: Mosquitto, takers: tuple[Taker, Taker]
) -> None:
    first, second = member(mosquitto, "hub-1"), member(mosquitto, "hub-2")
    takers[0].open.clear()
    async with started(second, takers[1]):
        async with started(first, takers[0]):
            await publish(mosquitto, range(500))
            await takers[0].tried(20)
            assert first._running is not None and first._connection is not None
            first._running.cancel()
            first._connection._abort()
        again = Taker()
        async with started(member(mosquitto, "hub-1"), again):
            await taken(takers[1], again, count=500)


async def test_retained_messages_from_before_a_member_are_taken(
    mosquitto: Mosquitto, takers: tuple[Taker, Taker]
) -> None:
    async with Wire(mosquitto.port) as system:
        system.publish(LOT, b"{}", retain=True)
        await system.receive(PUBACK)
    for count in (1, 1):
        async with started(member(mosquitto, "hub-1"), takers[0]):
            await takers[0].until(count)
    assert len(takers[0].tries) == 1


async def test_a_hub_that_joins_a_group_gets_its_share_only(mosquitto: Mosquitto, takers: tuple[Taker, Taker]) -> None:
    async with started(member(mosquitto, "hub-1", group=None), Taker()):
        pass
    async with started(member(mosquitto, "hub-1"), takers[0]), started(member(mosquitto, "hub-2"), takers[1]):
        await publish(mosquitto, range(100))
        assert set((await taken(*takers, count=100)).values()) == {1}


async def test_a_broker_of_3_1_1_shares_nothing_and_is_told_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client_module, "PATIENCE_SECONDS", 0.2)
    port = free_port()
    url = Url("mqtt", "127.0.0.1", port)
    hub = MqttClient(url, client_id="hub-2", prefix="uns/v1", limits=BrokerLimits(), group="plant")
    elsewhere = AmqttBroker(Address("127.0.0.1", port), "hub-1", BrokerLimits(), "elsewhere")
    async with started(elsewhere, Taker()), started(hub, Taker()):
        assert not (await hub.status()).connected
    assert "shares no subscriptions over MQTT 3.1.1; leave `group` out" in caplog.text


def test_a_group_at_the_hubs_own_broker_is_a_fault() -> None:
    with pytest.raises(SettingsError, match=r"--group: hubs of a group .*, and they need one broker; set `broker`"):
        load({"group": "plant"})
