from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from connectors.wire.address import Address
from connectors.wire.errors import BrokerError
from connectors.wire.messages import Outbound
from hub.messages import Broker
from hub.mqtt.embedded import AmqttBroker
from hub.mqtt.limits import BrokerLimits
from tests.contracts.broker import GOLDEN, LOT, BrokerContract, BrokerForm, BurstContract, LargeContract, Taker, started
from tests.hub.mqtt.packets import PUBACK, PUBLISH, PUBREC, Packet, Wire
from tests.servers import free_port


class Amqtt(BrokerForm):
    @asynccontextmanager
    async def fresh(self, folder: Path, limits: BrokerLimits) -> AsyncIterator[tuple[Broker, int]]:
        port = free_port()
        yield AmqttBroker(Address("127.0.0.1", port), "hub-1", limits, "uns/v1"), port


class TestAmqtt(Amqtt, BrokerContract):
    @pytest.mark.parametrize(("qos", "answer"), [(1, PUBACK), (2, PUBREC)])
    async def test_it_acknowledges_only_what_is_accepted(
        self, broker: Broker, port: int, take: Taker, qos: int, answer: int
    ) -> None:
        take.open.clear()
        async with Wire(port) as system:
            system.publish(LOT, b"{}", qos)
            system.send(0xC0, b"")
            await take.tried(1)
            assert (await system.receive()).kind == 0xD0
            waiting = asyncio.create_task(system.receive())
            await asyncio.wait({waiting}, timeout=0.1)
            assert not waiting.done() and not take.taken
            take.open.set()
            assert await waiting == Packet(answer, 0, b"\0\1")
            assert len(take.taken) == 1

    @pytest.mark.parametrize("qos", [1, 2])
    async def test_it_hangs_up_on_the_sender_of_what_is_not_accepted(
        self, broker: Broker, port: int, take: Taker, qos: int
    ) -> None:
        take.failing = True
        async with Wire(port) as system, Wire(port) as other:
            system.publish(LOT, b"{}", qos)
            await system.hung_up()
            take.failing = False
            await other.published(LOT, b"{}", qos)
        assert len(await take.until(1)) == 1

    async def test_other_subscribers_get_the_message_too(self, broker: Broker, port: int, take: Taker) -> None:
        async with Wire(port) as dashboard, Wire(port) as system:
            await dashboard.subscribe("uns/v1/acme/#")
            await system.published(LOT, b"{}")
            assert (await dashboard.receive(PUBLISH)).topic == LOT

    async def test_a_last_will_for_the_hub_arrives(self, broker: Broker, port: int, take: Taker) -> None:
        will = "uns/v1/acme/_state/mes"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b"\0\4MQTT\4\x0e\0\0\0\3mes" + len(will).to_bytes(2, "big") + will.encode() + b"\0\2{}"
        writer.write(bytes([0x10, len(body)]) + body)
        assert await reader.readexactly(4) == b"\x20\x02\x00\x00"
        writer.transport.abort()
        assert [m.topic for m in await take.until(1)] == [will]

    async def test_a_client_gets_retained_messages_only_of_its_own_subscriptions(
        self, broker: Broker, port: int
    ) -> None:
        await broker.publish(Outbound(GOLDEN, b"{}", retain=True))
        async with Wire(port) as dashboard:
            await dashboard.subscribe("uns/v1/acme/#")
            await dashboard.receive(PUBLISH)
            async with Wire(port) as system:
                await system.published(LOT, b"{}")

    async def test_a_client_of_mqtt_5_is_told_at_once_that_it_must_use_3_1_1(self, broker: Broker, port: int) -> None:
        async with Wire(port, level=5) as client:
            assert client.connack.body == b"\0\1"
            await client.hung_up()

    @pytest.mark.parametrize(
        "noise", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff", b"\x10\xff\xff\xff\x7f"]
    )
    async def test_what_is_not_mqtt_is_hung_up_on(
        self, broker: Broker, port: int, take: Taker, noise: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(noise)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        async with Wire(port) as system:
            await system.published(LOT, b"{}")
        assert not caplog.records

    async def test_starting_and_stopping_writes_no_noise(
        self, made: tuple[Broker, int], take: Taker, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with started(made[0], take), Wire(made[1]) as system:
            await system.subscribe("elsewhere/#", 1)
            await system.published(LOT, b"{}")
        assert not caplog.records

    async def test_a_port_in_use_is_told_with_its_holder_and_the_remedy(self, take: Taker) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            broker = AmqttBroker(Address("127.0.0.1", taken.getsockname()[1]), "hub-1", BrokerLimits(), "uns/v1")
            with pytest.raises(BrokerError, match=r"in use, held by process \d+ .*--mqtt HOST:PORT"):
                await broker.start(take)

    async def test_it_listens_on_ipv6_too(self, take: Taker) -> None:
        async with started(AmqttBroker(Address("::1", free_port()), "hub-1", BrokerLimits(), "uns/v1"), take) as broker:
            assert (await broker.status()).address.startswith("mqtt://[::1]:")


class TestBurstAtAmqtt(Amqtt, BurstContract):
    def most(self, qos: int) -> int:
        return 10


class TestLargeAtAmqtt(Amqtt, LargeContract):
    pass
