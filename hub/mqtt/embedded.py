"""amqtt inside the hub's process: a broker where nothing else is installed. The only file that knows amqtt.

amqtt acknowledges a message before anybody has it. Here the connection's handler first hands it to `accept`, and goes
on to acknowledge (PUBACK, or PUBREC for QoS 2) only once that has returned; where it raises, the client is disconnected
without an acknowledgement and will send again. So messages reach the hub from the handler, not by a subscription.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from functools import partial
from importlib.metadata import version
from typing import Any

from amqtt.adapters import ReaderAdapter, StreamReaderAdapter, StreamWriterAdapter, WriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType
from amqtt.errors import AMQTTError, MQTTError
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.mqtt.publish import PublishPacket
from amqtt.session import INCOMING, IncomingApplicationMessage, OutgoingApplicationMessage, Session

from connectors.wire.address import Address
from connectors.wire.errors import BrokerError, PublishError
from connectors.wire.messages import Inbound, Outbound
from connectors.wire.topics import check_publishable
from hub.messages import Accept, BrokerStatus
from hub.mqtt.first_packet import UNSUPPORTED_VERSION, read_first_packet, speaks_3_1_1
from hub.mqtt.limits import BrokerLimits
from hub.mqtt.poison import Poison
from hub.mqtt.processes import check_port
from hub.mqtt.topics import for_hub, status_topic

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
DRAIN_SECONDS = 30.0
BACKLOG = 10_000
BACKLOG_SECONDS = 20.0
LISTENER = "default"
TELL_SECONDS = 1.0
"""How often the log tells of messages that could not be accepted."""

GUARANTEE = (
    "a QoS 1 or 2 message for the hub is acknowledged only once it is in the journal; retained messages and what waits "
    "for other subscribers are in memory, gone when the hub stops; MQTT 3.1.1 only, for a first look and small plants"
)


class AmqttBroker:
    """The `Broker` port on amqtt in this process."""

    def __init__(self, listen: Address, client_id: str, limits: BrokerLimits, prefix: str) -> None:
        self._listen = listen
        self._limits = limits
        self._memory = _Memory(limits.memory)
        self._prefix = prefix
        self._status_topic = status_topic(client_id, prefix)
        self._broker: _Broker | None = None
        self._server: asyncio.Server | None = None
        self._delivery: _Delivery | None = None
        self._connections: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}

    async def start(self, accept: Accept) -> None:
        check_port(self._listen.host, self._listen.port)
        # They write a line a connection and a traceback a lost client; what matters of that is logged here.
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.CRITICAL)
        self._delivery = _Delivery(accept, self._prefix)
        self._broker = broker = _Broker(self._delivery)
        await broker.start()
        try:
            self._server = await asyncio.start_server(self._connected, self._listen.host, self._listen.port)
        except OSError as error:
            await broker.shutdown()
            self._broker = None
            raise BrokerError(f"can't listen for MQTT on {self._listen}: {error.strerror or error}") from None
        await self.publish(Outbound(self._status_topic, b'{"status":"online"}', retain=True))

    async def publish(self, message: Outbound) -> None:
        """Gives a message to every subscriber, at the QoS it asked for; the hub itself is none of them."""
        check_publishable(message.topic)
        broker = self._broker
        if broker is None:
            raise PublishError(f"can't publish on {message.topic!r}: the broker is not running")
        try:
            async with asyncio.timeout(BACKLOG_SECONDS):
                while broker.backlog > BACKLOG:
                    await asyncio.sleep(0.002)
        except TimeoutError:
            raise PublishError(f"can't publish on {message.topic!r}: the subscribers take too long") from None
        if message.retain:
            await broker.retain_message(None, message.topic, message.payload, message.qos)
        await broker.internal_message_broadcast(message.topic, message.payload)

    async def status(self) -> BrokerStatus:
        product = f"amqtt {version('amqtt')}, in the hub's process, MQTT 3.1.1"
        return BrokerStatus(self._broker is not None, product, f"mqtt://{self._listen}", GUARANTEE, retains=False)

    async def stop(self) -> None:
        broker, server, delivery = self._broker, self._server, self._delivery
        self._broker = self._server = None
        if broker is None or server is None or delivery is None:
            return
        server.close()
        await delivery.drain()
        await broker.shutdown()
        for writer in self._connections.values():
            writer.transport.abort()
        if self._connections:
            await asyncio.wait(list(self._connections), timeout=DRAIN_SECONDS)
        await server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                first = await read_first_packet(reader, self._limits.packet)
            if not speaks_3_1_1(first):
                # amqtt would take the properties of MQTT 5 for the client id, and wait for the rest of it for ever.
                writer.write(UNSUPPORTED_VERSION)
            elif self._broker is not None:
                limited = _Reader(reader, self._limits, self._memory, first)
                await self._broker.external_connected(limited, StreamWriterAdapter(writer), LISTENER)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            log.debug("a connection from %s came to nothing: %s", writer.get_extra_info("peername"), error)
        except Exception:
            log.exception("the connection from %s failed", writer.get_extra_info("peername"))
        finally:
            writer.close()
            # amqtt may cancel the very future that is waited for here.
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            del self._connections[task]


class _Delivery:
    """Hands messages to `accept`, each in a task of its own, which goes on when the client that sent it has gone."""

    def __init__(self, accept: Accept, prefix: str) -> None:
        self._accept = accept
        self._prefix = prefix
        self._under_way: set[asyncio.Task[None]] = set()
        self._poison = Poison()
        self._failed = 0
        self._told = -TELL_SECONDS

    def begin(self, topic: str, payload: bytes) -> asyncio.Task[None] | None:
        """None where the message is not for the hub."""
        if not for_hub(topic, self._prefix):
            return None
        message = Inbound(topic, payload, time.time_ns() // 1000)
        task = asyncio.ensure_future(self._hand_over(message))
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return task

    async def drain(self) -> None:
        """Waits until what is under way is accepted or has failed."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()

    async def _hand_over(self, message: Inbound) -> None:
        try:
            await self._accept(message)
        except Exception as error:
            if not self._poison.given_up(message, error):
                raise

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        # A client that is not answered sends again at once, thousands of times a second.
        self._failed += 1
        if time.monotonic() - self._told >= TELL_SECONDS:
            log.warning("%d messages could not be accepted and are not acknowledged: %s", self._failed, error)
            self._failed, self._told = 0, time.monotonic()


class _Memory:
    """How many bytes of payloads are under way, of all connections together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._freed = asyncio.Event()

    async def room(self) -> None:
        """Returns when there are not too many."""
        while self._held > self._most:
            self._freed.clear()
            await self._freed.wait()

    def hold(self, size: int) -> None:
        self._held += size

    def release(self, size: int) -> None:
        self._held -= size
        self._freed.set()


class _Reader(StreamReaderAdapter):
    """Reads no packet above the limit, and nothing at all while too much is under way."""

    def __init__(self, reader: asyncio.StreamReader, limits: BrokerLimits, memory: _Memory, first: bytes) -> None:
        """`first` are bytes that were read already."""
        super().__init__(reader)
        self._first = first
        self._limits = limits
        self._memory = memory
        self._held = 0
        self._room = asyncio.Event()

    async def read(self, n: int = -1) -> bytes:
        if n > self._limits.packet:
            log.warning("disconnected a client that sent %d bytes; %d are allowed", n, self._limits.packet)
            raise AMQTTError("packet too large")
        if self._first:
            taken, self._first = self._first[:n], self._first[n:]
            return taken
        while self._held >= self._limits.in_flight:
            self._room.clear()
            await self._room.wait()
        await self._memory.room()
        return await super().read(n)

    def hold(self, size: int) -> None:
        """Counts a message of so many bytes as under way."""
        self._held += 1
        self._memory.hold(size)

    def release(self, size: int, _task: object = None) -> None:
        """Takes a message as done with."""
        self._held -= 1
        self._room.set()
        self._memory.release(size)


class _Handler(BrokerProtocolHandler):
    """The server's side of one connection."""

    def __init__(self, plugins: Any, delivery: _Delivery, reader: _Reader) -> None:
        super().__init__(plugins)
        self._delivery = delivery
        self._limited = reader

    def handle_publish(self, publish_packet: PublishPacket) -> Coroutine[Any, Any, None]:
        # Called before its task runs: the reader would else take all that has come before the first is counted.
        self._limited.hold(len(publish_packet.data or b""))
        return self._publish(publish_packet)

    async def _publish(self, publish_packet: PublishPacket) -> None:
        self._limited.release(len(publish_packet.data or b""))
        try:
            await super().handle_publish(publish_packet)
        except (AMQTTError, MQTTError, ValueError) as error:
            log.warning("a message on %r went wrong: %s", publish_packet.topic_name, error)
            await self.handle_connection_closed()

    async def _handle_message_flow(self, app_message: IncomingApplicationMessage | OutgoingApplicationMessage) -> None:
        if app_message.direction == INCOMING and not await self._accepted(app_message):
            await self.handle_connection_closed()
            return
        await super()._handle_message_flow(app_message)

    async def _accepted(self, message: IncomingApplicationMessage | OutgoingApplicationMessage) -> bool:
        if message.qos == 2 and message.pubrec_packet is not None:
            return True
        task = self._delivery.begin(message.topic, bytes(message.data))
        if task is None:
            return True
        self._limited.hold(len(message.data))
        task.add_done_callback(partial(self._limited.release, len(message.data)))
        if message.qos == 0:
            # Its sender may be gone at once; the other subscribers' copies must not wait for the journal.
            return True
        await asyncio.wait({task})
        return not task.cancelled() and task.exception() is None


class _Broker(Broker):
    """amqtt's broker with the hub's handlers, behind a server of the hub's own."""

    def __init__(self, delivery: _Delivery) -> None:
        listener = ListenerConfig(type=ListenerType.EXTERNAL, bind="the hub's own server")
        plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        super().__init__(BrokerConfig(listeners={LISTENER: listener}, plugins=plugins))
        self._delivery = delivery

    @property
    def backlog(self) -> int:
        """How many copies are on their way to subscribers."""
        return self._broadcast_queue.qsize() + len(self._tasks_queue)

    async def _initialize_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, remote_address: str, remote_port: int
    ) -> tuple[BrokerProtocolHandler, Session]:
        _, session = await super()._initialize_client_session(reader, writer, remote_address, remote_port)
        # amqtt ends a read in the middle of a packet when the keep-alive time is over, and then reads on as if nothing
        # had been read. On the loopback address no connection dies unseen.
        session.keep_alive = 0
        assert isinstance(reader, _Reader)
        return _Handler(self.plugins_manager, self._delivery, reader), session

    async def _broadcast_message(
        self, session: Session | None, topic: str | None, data: bytes | bytearray | None, force_qos: int | None = None
    ) -> None:
        # With a session and a QoS, it is a last will: the only message of a client that no handler has seen.
        if session is not None and force_qos is not None and topic:
            self._delivery.begin(topic, bytes(data or b""))
        await super()._broadcast_message(session, topic, data, force_qos)

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        # At every connect, amqtt asks for this with every subscription of every client.
        if any(own.client_id == session.client_id for own, _ in self._subscriptions.get(subscription[0], ())):
            await super()._publish_retained_messages_for_subscription(subscription, session)
