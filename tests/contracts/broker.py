"""What every form of the broker must do. A form says how one is made, and its tests subclass the contracts."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from connectors.wire.errors import PublishError
from connectors.wire.messages import Inbound, Outbound
from hub.errors import JournalError
from hub.messages import Broker
from hub.mqtt.limits import BrokerLimits
from tests.hub.mqtt.packets import PUBACK, PUBLISH, Wire

LOT = "uns/v1/acme/north/_source/mes/material-lot/LOT-1"
GOLDEN = "uns/v1/acme/north/_material-lot/LOT-1"
SECONDS = 15.0


class Taker:
    """An `accept` that remembers. It can be told to fail, or to hold everybody until released."""

    def __init__(self) -> None:
        self.taken: list[Inbound] = []
        self.tries: list[Inbound] = []
        self.failing = False
        self.error: Exception = JournalError("the journal is full")
        self.at_once = self.most_at_once = 0
        self.open = asyncio.Event()
        self.open.set()
        self._news = asyncio.Condition()

    async def __call__(self, message: Inbound) -> None:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await self._tell(self.tries, message)
            await self.open.wait()
            if self.failing:
                raise self.error
            await self._tell(self.taken, message)
        finally:
            self.at_once -= 1

    async def _tell(self, where: list[Inbound], message: Inbound) -> None:
        where.append(message)
        async with self._news:
            self._news.notify_all()

    async def until(self, count: int, where: list[Inbound] | None = None) -> list[Inbound]:
        """What was accepted, once it is so many."""
        found = self.taken if where is None else where
        async with asyncio.timeout(SECONDS), self._news:
            await self._news.wait_for(lambda: len(found) >= count)
        return found

    async def tried(self, count: int) -> list[Inbound]:
        """What has come, accepted or not, once it is so many."""
        return await self.until(count, self.tries)


@asynccontextmanager
async def started(broker: Broker, accept: Taker) -> AsyncIterator[Broker]:
    await broker.start(accept)
    try:
        yield broker
    finally:
        accept.open.set()
        await broker.stop()


class BrokerForm:
    """Subclasses give `fresh`: a broker that is not started, and the port of the loopback address that clients use."""

    def fresh(
        self, folder: Path, limits: BrokerLimits
    ) -> AbstractAsyncContextManager[tuple[Broker, int]]:  # pragma: no cover
        raise NotImplementedError

    @pytest.fixture
    def take(self) -> Taker:
        return Taker()

    @pytest.fixture
    async def made(self, tmp_path: Path, limits: BrokerLimits) -> AsyncIterator[tuple[Broker, int]]:
        async with self.fresh(tmp_path, limits) as made:
            yield made

    @pytest.fixture
    async def broker(self, made: tuple[Broker, int], take: Taker) -> AsyncIterator[Broker]:
        async with started(made[0], take) as broker:
            yield broker

    @pytest.fixture
    def limits(self) -> BrokerLimits:
        return BrokerLimits()

    @pytest.fixture
    def port(self, made: tuple[Broker, int]) -> int:
        return made[1]


class BrokerContract(BrokerForm):
    """What holds for every form."""

    @pytest.mark.parametrize("qos", [0, 1, 2])
    async def test_a_message_of_any_qos_arrives_as_it_was_sent(
        self, broker: Broker, port: int, take: Taker, qos: int
    ) -> None:
        payload = bytes(range(256))
        async with Wire(port) as system:
            await system.published(LOT, payload, qos)
            (message,) = await take.until(1)
        assert (message.topic, message.payload, message.retained) == (LOT, payload, False)
        assert 0 < message.received < 4_000_000_000_000_000

    async def test_a_message_of_qos_0_arrives_though_its_sender_leaves_at_once(
        self, broker: Broker, port: int, take: Taker
    ) -> None:
        async with Wire(port) as system:
            system.publish(LOT, b"{}", qos=0)
            system.send(0xE0, b"")
            await system.hung_up()
        await take.until(1)

    async def test_what_was_not_accepted_comes_again(self, broker: Broker, port: int, take: Taker) -> None:
        take.failing = True
        async with Wire(port, "mes") as system:
            system.publish(LOT, b"{}")
            await take.tried(1)
            take.failing = False
            try:
                await system.receive(PUBACK)
            except (EOFError, ConnectionError):
                # Nobody has taken it, so its sender sends it again, as QoS 1 asks of it.
                async with Wire(port, "mes") as again:
                    await again.published(LOT, b"{}")
        assert {m.topic for m in await take.until(1)} == {LOT}

    async def test_what_can_be_accepted_never_is_let_go_after_three_tries(
        self, broker: Broker, port: int, take: Taker, caplog: pytest.LogCaptureFixture
    ) -> None:
        take.failing, take.error = True, RuntimeError("a fault of the hub")
        for _ in range(5):
            try:
                async with Wire(port, "mes") as system:
                    await system.published(LOT, b"poison")
                    break
            except (EOFError, ConnectionError):
                pass
        await take.tried(3)
        take.failing = False
        async with Wire(port) as system:
            await system.published(LOT, b"{}")
        await take.until(1)
        assert (len(take.tries), take.taken[0].payload) == (4, b"{}")
        assert f"lost a message of 6 bytes on '{LOT}'" in caplog.text

    async def test_bad_topics_are_seen_and_the_hubs_own_are_not(self, broker: Broker, port: int, take: Taker) -> None:
        nine, typo = "uns/v1/1/2/3/4/5/6/7/8/9/_tag/x", "uns/v1/acme/_sorce/mes/material-lot"
        async with Wire(port) as system:
            for number, topic in enumerate((GOLDEN, "uns/v1/_hub/dead-letter/x/y", "other/topic", nine, typo, LOT), 1):
                await system.published(topic, b"{}", number=number)
        await take.until(3)
        assert {m.topic for m in take.tries} == {nine, typo, LOT}

    async def test_what_the_hub_publishes_does_not_come_back(self, broker: Broker, port: int, take: Taker) -> None:
        await broker.publish(Outbound(GOLDEN, b"{}", retain=True))
        await broker.publish(Outbound("uns/v1/_hub/change/x", b"{}"))
        async with Wire(port) as system:
            await system.published(LOT, b"{}")
        await take.until(1)
        assert [m.topic for m in take.tries] == [LOT]

    async def test_a_golden_record_reaches_subscribers_and_later_ones(self, broker: Broker, port: int) -> None:
        async with Wire(port) as now:
            await now.subscribe("uns/v1/+/+/_material-lot/#")
            await broker.publish(Outbound(GOLDEN, b'{"id":"LOT-1"}', retain=True))
            news = await now.receive(PUBLISH)
            assert (news.topic, news.payload, news.retained) == (GOLDEN, b'{"id":"LOT-1"}', False)
        async with Wire(port) as later:
            await later.subscribe("uns/v1/+/+/_material-lot/#")
            kept = await later.receive(PUBLISH)
            assert (kept.topic, kept.payload, kept.retained) == (GOLDEN, b'{"id":"LOT-1"}', True)
        await broker.publish(Outbound(GOLDEN, b"", retain=True))
        async with Wire(port) as last, Wire(port) as system:
            await last.subscribe("uns/v1/acme/#")
            await system.published("uns/v1/acme/_tag/end", b"1")
            assert (await last.receive(PUBLISH)).topic == "uns/v1/acme/_tag/end"

    async def test_it_says_that_the_hub_is_there(self, broker: Broker, port: int) -> None:
        async with Wire(port) as dashboard:
            await dashboard.subscribe("uns/v1/_hub/status/+")
            status = await dashboard.receive(PUBLISH)
        assert (status.topic, status.payload) == ("uns/v1/_hub/status/hub-1", b'{"status":"online"}')

    async def test_status_tells_what_carries_the_messages(self, made: tuple[Broker, int], take: Taker) -> None:
        broker, port = made
        assert not (await broker.status()).connected
        async with started(broker, take):
            status = await broker.status()
            assert status.connected and status.guarantee and status.product
            assert status.address == f"mqtt://127.0.0.1:{port}"
        assert not (await broker.status()).connected

    @pytest.mark.parametrize("topic", ["", "a/+", "a/#", "a\0b", "x" * 65536])
    async def test_a_topic_that_no_broker_takes_is_a_publish_error(self, broker: Broker, topic: str) -> None:
        with pytest.raises(PublishError, match="65535 bytes"):
            await broker.publish(Outbound(topic, b"{}"))
        await broker.publish(Outbound(GOLDEN, b"{}"))

    async def test_publishing_without_a_broker_is_an_error_and_not_kept(
        self, made: tuple[Broker, int], take: Taker
    ) -> None:
        broker, _ = made
        with pytest.raises(PublishError, match="LOT-1"):
            await broker.publish(Outbound(GOLDEN, b"{}"))
        async with started(broker, take):
            await broker.publish(Outbound(GOLDEN, b"{}"))
        with pytest.raises(PublishError, match="LOT-1"):
            await broker.publish(Outbound(GOLDEN, b"{}"))

    async def test_stopping_lets_what_is_under_way_end(self, made: tuple[Broker, int], take: Taker) -> None:
        broker, port = made
        take.open.clear()
        async with started(broker, take), Wire(port) as system:
            system.publish(LOT, b"{}")
            await take.tried(1)
            stopping = asyncio.create_task(broker.stop())
            await asyncio.sleep(0)
            assert not stopping.done()
            take.open.set()
            await stopping
            assert len(take.taken) == 1

    async def test_it_can_be_started_again(self, made: tuple[Broker, int], take: Taker) -> None:
        broker, port = made
        for count in (1, 2):
            async with started(broker, take), Wire(port) as system:
                await system.published(LOT, b"{}")
                await take.until(count)

    async def test_payloads_above_the_limit_are_seen_and_far_above_are_cut_off(
        self, broker: Broker, port: int, take: Taker, limits: BrokerLimits
    ) -> None:
        large = os.urandom(limits.payload + 1)
        async with Wire(port) as system:
            await system.published(LOT, large)
            (message,) = await take.until(1)
            assert message.payload == large
        await self.too_large(port, limits)
        async with Wire(port) as system:
            await system.published(LOT, b"{}")
            assert (await take.until(2))[1].payload == b"{}"

    async def too_large(self, port: int, limits: BrokerLimits) -> None:
        """A packet above the broker's limit is not acknowledged, and its sender is disconnected."""
        async with Wire(port) as system:
            system.publish(LOT, bytes(limits.packet + 1))
            await system.hung_up()


class BurstContract(BrokerForm):
    """With room for few messages at once."""

    @pytest.fixture
    def limits(self) -> BrokerLimits:
        return BrokerLimits(in_flight=10)

    @pytest.mark.parametrize("qos", [0, 1])
    async def test_a_burst_is_taken_whole_and_a_few_at_once(
        self, broker: Broker, port: int, take: Taker, qos: int
    ) -> None:
        take.open.clear()
        async with Wire(port) as system:
            for number in range(1, 1001):
                system.publish(f"uns/v1/acme/_source/mes/material-lot/{number}", b"x" * 200, qos, number)
            await take.tried(10)
            take.open.set()
            taken = await take.until(1000)
            if qos:
                assert Counter([(await system.receive(PUBACK)).kind for _ in range(1000)]) == {PUBACK: 1000}
        assert len({m.topic for m in taken}) == 1000
        assert take.most_at_once <= self.most(qos)

    def most(self, qos: int) -> int:
        """How many may be under way at once: the limit, and for QoS 0 what one read from the socket brought."""
        return 10 if qos else 1000


class LargeContract(BrokerForm):
    """With room for few bytes at once."""

    @pytest.fixture
    def limits(self) -> BrokerLimits:
        return BrokerLimits(payload=16_384, memory=1_048_576)

    @pytest.mark.parametrize("qos", [0, 1])
    async def test_few_large_messages_are_under_way_at_once(
        self, broker: Broker, port: int, take: Taker, qos: int, limits: BrokerLimits
    ) -> None:
        take.open.clear()
        large = bytes(limits.payload)
        count = 4 * limits.memory // limits.payload
        async with Wire(port) as system:
            for number in range(1, count + 1):
                system.publish(LOT, large, qos, number)
            sending = asyncio.create_task(system.writer.drain())
            await take.tried(limits.memory // limits.payload)
            await asyncio.wait({sending}, timeout=0.3)
            assert len(take.tries) <= self.most(limits)
            take.open.set()
            await take.until(count)
            await sending

    def most(self, limits: BrokerLimits) -> int:
        """How many may be under way at once: the bound, and what was read from the socket already."""
        return (limits.memory + 1_048_576) // limits.payload
