from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import gmqtt
import pytest

from connectors.wire.address import Address, Url
from connectors.wire.errors import PublishError
from connectors.wire.messages import Outbound
from hub.messages import Broker
from hub.mqtt import client as client_module
from hub.mqtt.client import MqttClient
from hub.mqtt.embedded import AmqttBroker
from hub.mqtt.limits import BrokerLimits
from tests.contracts.broker import GOLDEN, LOT, BrokerContract, BrokerForm, BurstContract, LargeContract, Taker, started
from tests.hub.mqtt.packets import PUBLISH, Wire
from tests.servers import Mosquitto, free_port
from tests.servers import mosquitto as start_mosquitto

HUB = Path(__file__).parent / "hub_process.py"


def client(server: Mosquitto, limits: BrokerLimits | None = None, client_id: str = "hub-1") -> MqttClient:
    return MqttClient(Url.parse(server.url), client_id=client_id, prefix="uns/v1", limits=limits or BrokerLimits())


async def until_connected(broker: Broker, connected: bool = True) -> None:
    async with asyncio.timeout(15):
        while (await broker.status()).connected is not connected:
            await asyncio.sleep(0.01)


class External(BrokerForm):
    @asynccontextmanager
    async def fresh(self, folder: Path, limits: BrokerLimits) -> AsyncIterator[tuple[Broker, int]]:
        with start_mosquitto(folder / "mosquitto") as server:
            yield client(server, limits), server.port

    async def too_large(self, port: int, limits: BrokerLimits) -> None:
        """A broker elsewhere may take it, and keeps it from the hub, which has told what it reads."""
        async with Wire(port) as system:
            await system.published(LOT, bytes(limits.packet + 1))


class TestMqttClient(External, BrokerContract):
    pass


class TestBurstAtMqttClient(External, BurstContract):
    pass


class TestLargeAtMqttClient(External, LargeContract):
    pass


@pytest.fixture
def take() -> Taker:
    return Taker()


@pytest.fixture
async def running(mosquitto: Mosquitto, take: Taker) -> AsyncIterator[MqttClient]:
    async with started(client(mosquitto), take) as broker:
        assert isinstance(broker, MqttClient)
        yield broker


@asynccontextmanager
async def publisher(server: Mosquitto, client_id: str = "mes") -> AsyncIterator[gmqtt.Client]:
    system = gmqtt.Client(client_id)
    await system.connect("127.0.0.1", server.port)
    yield system
    await system.disconnect()


async def test_what_mqtt_5_says_about_a_message_arrives(running: MqttClient, mosquitto: Mosquitto, take: Taker) -> None:
    said = [("traceparent", "00-ab"), ("ü", "☃"), ("twice", "1"), ("twice", "2")]
    async with publisher(mosquitto) as system:
        system.publish(LOT, b"\xff\0", qos=1, content_type="application/cloudevents+json", user_property=said)
        system.publish(LOT, b"", qos=1)
        rich, plain = await take.until(2)
    assert rich.properties == {"traceparent": "00-ab", "ü": "☃", "twice": "2"}
    assert (rich.content_type, rich.payload) == ("application/cloudevents+json", b"\xff\0")
    assert (dict(plain.properties), plain.content_type, plain.payload) == ({}, None, b"")


async def test_what_the_hub_publishes_has_its_properties(running: MqttClient, mosquitto: Mosquitto) -> None:
    got: asyncio.Future[dict[str, object]] = asyncio.get_running_loop().create_future()
    async with publisher(mosquitto) as dashboard:
        dashboard.on_message = lambda c, topic, payload, qos, properties: got.set_result(properties)
        subscribed = asyncio.Event()
        dashboard.on_subscribe = lambda *_: subscribed.set()
        dashboard.subscribe("uns/v1/acme/#", qos=1)
        await subscribed.wait()
        await running.publish(Outbound(GOLDEN, b"{}", properties={"a": "1", "b": "2"}, content_type="application/json"))
        properties = await asyncio.wait_for(got, 10)
    assert properties["user_property"] == [("a", "1"), ("b", "2")]
    assert properties["content_type"] == ["application/json"]


async def test_retained_assertions_from_before_the_hub_are_taken(mosquitto: Mosquitto, take: Taker) -> None:
    async with Wire(mosquitto.port) as system:
        system.publish(LOT, b"{}", retain=True)
        await system.receive()
    async with started(client(mosquitto), take):
        (message,) = await take.until(1)
        assert message.retained


async def test_messages_from_while_the_hub_was_away_are_taken(mosquitto: Mosquitto, take: Taker) -> None:
    async with started(client(mosquitto), take):
        pass
    async with Wire(mosquitto.port) as system:
        for number in range(1, 51):
            await system.published(LOT, str(number).encode(), number=number)
    async with started(client(mosquitto), take):
        await take.until(50)
    assert {m.payload for m in take.taken} == {str(n).encode() for n in range(1, 51)}


async def test_a_connection_lost_before_acceptance_brings_the_message_again(
    running: MqttClient, mosquitto: Mosquitto, take: Taker
) -> None:
    take.open.clear()
    async with Wire(mosquitto.port) as system:
        await system.published(LOT, b"{}")
        await take.tried(1)
    mosquitto.stop()
    await until_connected(running, False)
    take.open.set()
    await take.until(1)
    mosquitto.start()
    await take.tried(2)


async def test_accept_that_fails_for_a_while_loses_nothing(
    running: MqttClient, mosquitto: Mosquitto, take: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    take.failing = True
    async with Wire(mosquitto.port) as system:
        for number in range(1, 201):
            await system.published(LOT, str(number).encode(), number=number)
        await take.tried(3)
        # The hub leaves the broker for a moment, which is no fault of the broker.
        status = await running.status()
        assert status.connected or status.returning
        take.failing = False
        async with asyncio.timeout(20):
            while len({m.payload for m in take.taken}) < 200:
                await take.until(len(take.taken) + 1)
    refused = [r for r in caplog.records if "will come again" in r.message]
    assert 1 <= len(refused) < 10


async def test_a_qos_0_message_that_is_not_accepted_is_lost_with_a_word(
    running: MqttClient, mosquitto: Mosquitto, take: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    take.failing = True
    async with Wire(mosquitto.port) as system:
        await system.published(LOT, b"{}", qos=0)
        await take.tried(1)
    assert (await running.status()).connected
    assert "lost a QoS 0 message" in caplog.text


async def test_publishing_while_disconnected_says_so_and_works_again_later(
    running: MqttClient, mosquitto: Mosquitto
) -> None:
    mosquitto.stop()
    await until_connected(running, False)
    with pytest.raises(PublishError, match=r"LOT-1.*not connected to mqtt://127.0.0.1:\d+ .*again"):
        await running.publish(Outbound(GOLDEN, b"{}"))
    mosquitto.start()
    await until_connected(running)
    await running.publish(Outbound(GOLDEN, b"{}"))


async def test_what_was_not_acknowledged_when_the_broker_dies_is_an_error(
    running: MqttClient, mosquitto: Mosquitto
) -> None:
    assert mosquitto._process is not None
    os.kill(mosquitto._process.pid, signal.SIGSTOP)
    publishing = [asyncio.create_task(running.publish(Outbound(GOLDEN, b"{}"))) for _ in range(100)]
    await asyncio.wait(publishing, timeout=0.05)
    mosquitto.kill()
    results = await asyncio.gather(*publishing, return_exceptions=True)
    assert {type(r) for r in results} == {PublishError}


async def test_more_publications_than_the_broker_takes_at_once_wait_their_turn(
    running: MqttClient, mosquitto: Mosquitto
) -> None:
    await asyncio.gather(*(running.publish(Outbound(GOLDEN, str(n).encode())) for n in range(3000)))


async def test_a_forgotten_session_is_told_and_subscribed_anew(
    running: MqttClient, mosquitto: Mosquitto, take: Taker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mosquitto.kill()
    (tmp_path / "mosquitto" / "mosquitto.db").unlink(missing_ok=True)
    await until_connected(running, False)
    mosquitto.start()
    await until_connected(running)
    assert "has forgotten the hub's session" in caplog.text
    async with Wire(mosquitto.port) as system:
        await system.published(LOT, b"{}")
    await take.until(1)


async def test_a_second_hub_with_the_same_client_id_is_told_of(
    running: MqttClient, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    async with publisher(mosquitto, "hub-1"):
        await until_connected(running, False)
    assert "another client may have the id 'hub-1'" in caplog.text
    await until_connected(running)


async def test_a_broker_that_is_not_there_is_waited_for(
    mosquitto: Mosquitto, take: Taker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client_module, "PATIENCE_SECONDS", 0.2)
    mosquitto.stop()
    async with started(client(mosquitto), take) as broker:
        assert "can't connect to mqtt://127.0.0.1" in caplog.text
        with pytest.raises(PublishError, match="can't connect"):
            await broker.publish(Outbound(GOLDEN, b"{}"))
        mosquitto.start()
        await until_connected(broker)


async def test_a_refusal_is_told_without_the_password(
    tmp_path: Path, take: Taker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client_module, "PATIENCE_SECONDS", 0.5)
    with start_mosquitto(tmp_path / "mosquitto") as server:
        server.stop()
        config = tmp_path / "mosquitto" / "mosquitto.conf"
        process = await asyncio.create_subprocess_exec(
            server._command, "-c", str(_without_anonymous(config)), stderr=asyncio.subprocess.DEVNULL
        )
        url = Url("mqtt", "127.0.0.1", server.port, "hub", "secret")
        broker = MqttClient(url, client_id="hub-1", prefix="uns/v1", limits=BrokerLimits())
        async with started(broker, take):
            async with asyncio.timeout(10):
                while "uthori" not in caplog.text:
                    await asyncio.sleep(0.01)
            assert not (await broker.status()).connected
        process.terminate()
        await process.wait()
    assert "secret" not in caplog.text


def _without_anonymous(config: Path) -> Path:
    strict = config.with_name("strict.conf")
    strict.write_text(config.read_text().replace("allow_anonymous true", "allow_anonymous false"))
    return strict


async def test_it_falls_back_to_mqtt_3_1_1(take: Taker) -> None:
    port = free_port()
    url = Url("mqtt", "127.0.0.1", port)
    broker = MqttClient(url, client_id="hub-2", prefix="uns/v1", limits=BrokerLimits(in_flight=5))
    async with (
        started(AmqttBroker(Address("127.0.0.1", port), "hub-1", BrokerLimits(), "elsewhere"), Taker()),
        started(broker, take),
        Wire(port) as system,
    ):
        assert (await broker.status()).product == "external broker, MQTT 3.1.1"
        take.open.clear()
        for number in range(1, 301):
            await system.published(LOT, b"x" * 1000, number=number)
        await take.tried(6)
        take.open.set()
        await take.until(300)
        await broker.publish(Outbound(GOLDEN, b"{}"))


class TestKilled:
    """The hub's process, ended by `kill -9`."""

    @pytest.fixture
    def server(self, tmp_path: Path) -> Iterator[Mosquitto]:
        with start_mosquitto(tmp_path / "mosquitto") as server:
            yield server

    async def test_kill_9_of_the_hub_loses_nothing_and_its_last_will_is_published(
        self, server: Mosquitto, tmp_path: Path
    ) -> None:
        journal = tmp_path / "journal"
        async with Wire(server.port) as system, Wire(server.port) as dashboard:
            await dashboard.subscribe("uns/v1/_hub/status/#")
            number = 0
            for _ in range(4):
                hub = await asyncio.create_subprocess_exec(sys.executable, str(HUB), server.url, str(journal))
                assert (await dashboard.receive(PUBLISH)).payload == b'{"status":"online"}'
                for _ in range(300):
                    number += 1
                    await system.published(LOT, str(number).encode(), number=number)
                hub.kill()
                await hub.wait()
                assert (await dashboard.receive(PUBLISH)).payload == b'{"status":"offline"}'
            hub = await asyncio.create_subprocess_exec(sys.executable, str(HUB), server.url, str(journal))
            async with asyncio.timeout(15):
                while set(journal.read_text().split()) != {str(n) for n in range(1, number + 1)}:
                    await asyncio.sleep(0.02)
            hub.terminate()
            await hub.wait()
            assert (await dashboard.receive(PUBLISH)).payload == b'{"status":"online"}'
            assert (await dashboard.receive(PUBLISH)).payload == b'{"status":"offline"}'
