"""One connection to another broker after another: what is left of one that is lost, and when a session ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from connectors.kind import Reception
from connectors.kinds.mqtt.payload import Reader
from connectors.kinds.mqtt.session import Session
from connectors.kinds.mqtt.settings import MqttSettings
from connectors.kinds.mqtt.source import MqttSource, _next
from connectors.push.buffer import Buffer, counts
from connectors.push.doors import Doors
from connectors.push.forward import Forwarder
from connectors.push.inbox import Arrival, Inbox
from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError
from connectors.wire.identity import Identity
from connectors.wire.messages import Inbound
from tests.connectors.pushed import PATIENCE, until
from tests.connectors.test_mqtt import publish
from tests.servers import Mosquitto

MOST = 3


class Counting(Reader):
    """Counts what came."""

    came = 0

    def arrivals(self, message: Inbound, received: int) -> list[Arrival]:
        self.came += 1
        return super().arrivals(message, received)


def settings_for(broker: Mosquitto) -> MqttSettings:
    stream = {"topics": "plant/#", "events": [{"event": "tag", "name": "_topic", "set": {"value": "value"}}]}
    return MqttSettings.model_validate(
        {"kind": "mqtt", "system": "scada", "broker": broker.url, "location": "acme", "streams": {"values": stream}}
    )


@asynccontextmanager
async def session(broker: Mosquitto, inbox: Inbox) -> AsyncIterator[tuple[Counting, asyncio.Task[None]]]:
    reader = Counting(settings_for(broker))
    identity = Identity("unshub-test", None, MOST, lasting=True)
    task = asyncio.create_task(
        Session(Url.parse(broker.url), identity, ["plant/#"], reader, inbox, lambda _: None).run()
    )
    try:
        yield reader, task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_what_a_lost_connection_brought_is_not_kept_beside_what_comes_again(mosquitto: Mosquitto) -> None:
    inbox = Inbox(MOST)
    async with session(mosquitto, inbox) as (reader, _):
        while reader.came < MOST:
            await asyncio.to_thread(publish, mosquitto, "plant/n", 1)
        for again in (2, 3):
            mosquitto.stop()
            mosquitto.start()
            await until(lambda again=again: reader.came == again * MOST)  # type: ignore[misc]
        assert len(await inbox.some()) == MOST


async def test_a_stop_while_a_connection_is_closed_is_one(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, gate = asyncio.Event(), asyncio.Event()
    close = Connection.close

    async def slow(connection: Connection) -> None:
        entered.set()
        await gate.wait()
        await close(connection)

    async def refused(_connection: Connection, _filters: Sequence[str]) -> None:
        raise BrokerError("not authorised")

    monkeypatch.setattr(Connection, "close", slow)
    monkeypatch.setattr(Connection, "subscribe", refused)
    async with session(mosquitto, Inbox(MOST)) as (_, task):
        await entered.wait()
        task.cancel()
        await asyncio.sleep(0)
        gate.set()
        await asyncio.wait({task}, timeout=PATIENCE)
        assert task.done()


async def test_what_comes_until_the_session_ends_is_kept(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing a connection takes a while, in which the other broker goes on sending."""
    entered = asyncio.Event()
    put: list[Callable[[Arrival], None]] = []
    kept = Forwarder.put
    close = Connection.close

    async def slow(connection: Connection) -> None:
        await asyncio.sleep(0.3)
        put[0](Arrival("values", "plant/late", {"value": 2}, 2**51))
        await close(connection)

    def first(forwarder: Forwarder, arrival: Arrival) -> None:
        put.append(lambda arrival: kept(forwarder, arrival))
        kept(forwarder, arrival)
        entered.set()

    monkeypatch.setattr(Forwarder, "put", first)
    monkeypatch.setattr(Connection, "close", slow)
    source = MqttSource(settings_for(mosquitto), {}, tmp_path)

    async def identity(made: str) -> str:
        return made

    reception = Reception("mes", Inbox(MOST), Doors(), tmp_path, lambda _: None, identity)
    receiving = asyncio.create_task(source.receive(reception))
    while not entered.is_set():
        await asyncio.to_thread(publish, mosquitto, "plant/n", 1, qos=0)
    file = tmp_path / "mes.buffer"
    await until(lambda: counts(file).waiting > 0)
    receiving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await receiving
    buffer = Buffer(file, size=2**20, age=2**40)
    assert buffer.first(1000)[-1].arrival.key == "plant/late"
    buffer.close()


async def test_a_look_that_is_given_up_takes_no_message(mosquitto: Mosquitto) -> None:
    queue: asyncio.Queue[Inbound] = asyncio.Queue()
    connection = await Connection.open(
        Url.parse(mosquitto.url), Identity("unshub-look", None, MOST, lasting=False), lambda *_: None
    )
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await _next(queue, connection)
    queue.put_nowait(Inbound("plant/n", b"1", 0))
    await asyncio.sleep(0)
    assert queue.qsize() == 1
    await connection.close()
