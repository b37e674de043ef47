"""Another broker as a source."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import orjson

from connectors.errors import SourceError
from connectors.kind import Look, Offer, Reception
from connectors.kinds.mqtt.payload import PATH, TOPIC, Reader
from connectors.kinds.mqtt.session import Session
from connectors.kinds.mqtt.settings import MqttSettings
from connectors.push.buffer import buffer_of
from connectors.push.forward import Forwarder
from connectors.records import Record
from connectors.secret import Secret
from connectors.wire.address import Url
from connectors.wire.connection import Connection, Take
from connectors.wire.errors import BrokerError
from connectors.wire.identity import Identity, shown
from connectors.wire.messages import Inbound
from connectors.wire.tls import Tls

T = TypeVar("T")

DISCOVER_SECONDS = 3.0
MOST_TOPICS = 100


class MqttKind:
    """Other brokers."""

    name = "mqtt"
    settings = MqttSettings
    over_http = False

    def open(self, settings: MqttSettings, secrets: Mapping[str, Secret], folder: Path) -> MqttSource:
        return MqttSource(settings, secrets, folder)


class MqttSource:
    """Another broker."""

    def __init__(self, settings: MqttSettings, secrets: Mapping[str, Secret], folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._url = _url(settings, secrets)
        self._reader = Reader(settings)

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        version, refused = _ran(self._look())
        yield Look("connection", f"{shown(self._url)} answers with MQTT {version}")
        for name, patterns in self._settings.patterns.items():
            for each in patterns:
                if (why := refused.get(each.filter)) is not None:
                    yield Look(name, why, "have the broker allow this user to read it")
                else:
                    yield Look(name, f"may subscribe to {each.filter}")

    def discover(self) -> Iterator[Offer]:
        for topic, record in _ran(self._listen(DISCOVER_SECONDS)).items():
            fields = {name: type(value).__name__ for name, value in record.items() if name not in (TOPIC, PATH)}
            yield Offer(topic, fields, {"topics": topic})

    async def receive(self, reception: Reception) -> None:
        settings = self._settings
        identity = Identity(
            settings.client_id or await reception.identity(f"unshub-{uuid4().hex[:16]}"),
            will=None,
            receive_maximum=settings.waiting,
            lasting=True,
            expiry=int(settings.session_expiry),
            tls=self._tls(),
        )
        session = Session(self._url, identity, self._filters, self._reader, reception.inbox, reception.trouble)
        file = buffer_of(reception.folder, reception.connector)
        forwarder = session.forwarder = Forwarder(file, settings.buffer, reception.inbox, session.hold)
        async with asyncio.TaskGroup() as tasks:
            forwarding = tasks.create_task(forwarder.run())
            try:
                await session.run()
            finally:
                # Not before: what the session takes until it ends is for the disk too.
                forwarding.cancel()

    def watch(self, seconds: float | None) -> Iterator[tuple[str, Record]]:
        queue: asyncio.Queue[Inbound] = asyncio.Queue()
        with asyncio.Runner() as runner:
            try:
                connection = runner.run(self._connected(_into(queue), self._filters))
                try:
                    until = None if seconds is None else time.monotonic() + seconds
                    while message := runner.run(_before(until, queue, connection)):
                        for arrival in self._reader.arrivals(message, message.received):
                            yield arrival.stream, arrival.record
                finally:
                    runner.run(connection.close())
            except BrokerError as error:
                raise SourceError(str(error)) from None

    def sample(self, data: bytes) -> Iterator[tuple[str, Record]]:
        for number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                message = _sampled(line, number)
                for arrival in self._reader.arrivals(message, 0):
                    yield arrival.stream, arrival.record

    def close(self) -> None:
        """Nothing is held open."""

    @property
    def _filters(self) -> Sequence[str]:
        patterns = self._settings.patterns.values()
        return tuple(dict.fromkeys(each.filter for stream in patterns for each in stream))

    def _tls(self) -> Tls:
        settings = self._settings
        files = (
            settings.broker_ca_file,
            settings.broker_certificate_file,
            settings.broker_key_file,
            settings.broker_key_password_file,
        )
        return Tls(*(None if file is None else self._folder / file.expanduser() for file in files))

    async def _connected(self, take: Take, filters: Sequence[str] = ()) -> Connection:
        """A connection of its own, which leaves what the session waits for."""
        identity = Identity(f"unshub-{uuid4().hex[:12]}", None, 100, lasting=False, tls=self._tls())
        connection = await Connection.open(self._url, identity, take)
        if filters:
            await connection.subscribe(filters)
        return connection

    async def _look(self) -> tuple[str, dict[str, str]]:
        connection = await self._connected(lambda *_: None)
        refused = {}
        try:
            for each in self._filters:
                try:
                    await connection.subscribe([each])
                except BrokerError as error:
                    refused[each] = str(error)
            return connection.version, refused
        finally:
            await connection.close()

    async def _listen(self, seconds: float) -> dict[str, Record]:
        """A record of each topic that is told of in a while, those that the broker has kept too."""
        queue: asyncio.Queue[Inbound] = asyncio.Queue()
        connection = await self._connected(_into(queue), ["#"])
        found: dict[str, Record] = {}
        try:
            async with asyncio.timeout(seconds):
                while len(found) < MOST_TOPICS:
                    message = await _next(queue, connection)
                    found[message.topic] = _fields(message)
        except TimeoutError:
            pass
        finally:
            await connection.close()
        return dict(sorted(found.items()))


def _url(settings: MqttSettings, secrets: Mapping[str, Secret]) -> Url:
    url = Url.parse(settings.broker)
    secret = secrets.get("brokerPasswordFile")
    return url if secret is None else Url(url.scheme, url.host, url.port, url.user, secret.reveal(), url.path)


def _ran(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except BrokerError as error:
        raise SourceError(str(error)) from None


def _into(queue: asyncio.Queue[Inbound]) -> Take:
    def take(connection: Connection, message: Inbound, identifier: int | None) -> None:
        queue.put_nowait(message)
        if identifier is not None:
            connection.acknowledge(identifier)

    return take


async def _next(queue: asyncio.Queue[Inbound], connection: Connection) -> Inbound:
    """The next message; `BrokerError` where the connection is lost before."""
    waiting = asyncio.ensure_future(queue.get())
    ends: set[asyncio.Future[Any]] = {waiting, connection.lost}
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
    finally:
        waiting.cancel()
    raise BrokerError(f"lost the connection: {connection.lost.result()}")


async def _before(until: float | None, queue: asyncio.Queue[Inbound], connection: Connection) -> Inbound | None:
    """The next message; None where none comes until then."""
    try:
        async with asyncio.timeout(None if until is None else max(0.0, until - time.monotonic())):
            return await _next(queue, connection)
    except TimeoutError:
        return None


def _fields(message: Inbound) -> Record:
    try:
        value = orjson.loads(message.payload)
    except orjson.JSONDecodeError:
        value = message.payload.decode(errors="replace")
    return value if isinstance(value, dict) else {"value": value}


def _sampled(line: bytes, number: int) -> Inbound:
    """A message from a line of a file: an object with `topic` and `payload`."""
    try:
        found = orjson.loads(line)
        topic, payload = found["topic"], found["payload"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise SourceError(
            f'line {number} is no message; write one a line, as {{"topic": "a/b", "payload": {{"value": 1}}}}'
        ) from None
    return Inbound(str(topic), payload.encode() if isinstance(payload, str) else orjson.dumps(payload), 0)
