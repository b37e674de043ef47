"""The kind `mqtt`, at a real broker: what is taken of others' topics, and when it is acknowledged."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SourceError
from connectors.kind import PushSource
from connectors.load import Connector
from connectors.mapping.messages import Message
from connectors.push.buffer import counts
from connectors.schedule import Around, always
from connectors.state import State
from connectors.wire.address import Address
from connectors.wire.connection import Connection
from connectors.wire.messages import Inbound, Outbound
from hub.mqtt.embedded import AmqttBroker
from hub.mqtt.limits import BrokerLimits
from tests.connectors.pushed import PATIENCE, at_work, until
from tests.connectors.running import Taken, letters
from tests.servers import Mosquitto, free_port
from tests.servers import mosquitto as start_mosquitto
from tests.servers.certificates import Authority

TAGS = """
kind: mqtt
system: scada
broker: {url}
{more}
streams:
  values:
    topics: plant/{{site}}/{{line}}/{{name+}}
    changed: t
    changedFormat: epoch-ms
    {stream}
    events:
      - event: tag
        location: {{from: "'acme/' & _path.site & '/' & _path.line"}}
        name: _path.name
        set: {{value: value}}
"""

Made = Callable[[str], Connector]


def tags(connector: Made, broker: Mosquitto, more: str = "", stream: str = "") -> Connector:
    return connector(TAGS.format(url=broker.url, more=more, stream=stream))


def publish(broker: Mosquitto, topic: str, payload: Any, *flags: str, qos: int = 1) -> None:
    """Publishes as any other client does."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    address = ["-h", "127.0.0.1", "-p", str(broker.port), "-q", str(qos)]
    subprocess.run(["mosquitto_pub", *address, *flags, "-t", topic, "-m", text], check=True, timeout=30)


def values(taken: Taken) -> list[tuple[str, Any]]:
    return [(message.topic.partition("/_tag/")[2], json.loads(message.payload)["value"]) for message in taken.messages]


@asynccontextmanager
async def listening(connector: Connector, folder: Path, taken: Taken, broker: Mosquitto) -> AsyncIterator[Around]:
    """A connector that has subscribed: what a probe published has come."""
    async with at_work(connector, folder, taken) as around:
        await probed(taken, broker)
        taken.messages.clear()
        yield around


async def probed(taken: Taken, broker: Mosquitto) -> None:
    """Returns when a connector has subscribed, and nothing of the probe is under way any more."""
    number = 0

    async def probe() -> None:
        nonlocal number
        number += 1
        await asyncio.to_thread(publish, broker, "plant/probe/l/p", {"value": number})

    async with asyncio.timeout(PATIENCE):
        while not any(name == "p" for name, _ in values(taken)):
            await probe()
    await probe()
    await until(lambda: ("p", number) in values(taken))


async def test_values_go_where_the_hub_takes_tags(connector: Made, mosquitto: Mosquitto, tmp_path: Path) -> None:
    taken = Taken()
    async with listening(tags(connector, mosquitto), tmp_path, taken, mosquitto):
        publish(mosquitto, "plant/north/l1/mixer/speed", {"value": 118.5, "t": 1772359200000})
        publish(mosquitto, "plant/north/l1/run", "true")
        publish(mosquitto, "plant/north/l1/recipe", "White")
        publish(mosquitto, "plant/north/toshort", "1")
        publish(mosquitto, "elsewhere/north/l1/run", "1")
        await until(lambda: len(taken.messages) == 3)
    assert taken.messages[0].topic == "uns/v1/acme/north/l1/_tag/mixer/speed"
    assert json.loads(taken.messages[0].payload) == {"value": 118.5, "timestamp": "2026-03-01T10:00:00Z"}
    assert values(taken)[1:] == [("run", True), ("recipe", "White")]


async def test_what_was_not_acknowledged_comes_again(connector: Made, mosquitto: Mosquitto, tmp_path: Path) -> None:
    """The hub's broker is away, and the connector is ended: the other broker still has what came."""
    taken = Taken()
    entered = asyncio.Event()

    async def away(_message: Message) -> None:
        entered.set()
        raise ConnectionError("away")

    async with listening(tags(connector, mosquitto), tmp_path, taken, mosquitto):
        taken.breaks = away
        for number in range(5):
            publish(mosquitto, "plant/north/l1/n", {"value": number})
        await entered.wait()
    assert taken.messages == []
    publish(mosquitto, "plant/north/l1/n", {"value": 5})
    taken.breaks = None
    async with at_work(tags(connector, mosquitto), tmp_path, taken):
        await until(lambda: len(taken.messages) >= 6)
    assert values(taken) == [("n", number) for number in range(6)]


async def test_another_hub_takes_over_the_session(connector: Made, mosquitto: Mosquitto, tmp_path: Path) -> None:
    """With the same state, and a folder of its own."""
    taken, entered = Taken(), asyncio.Event()

    async def away(_message: Message) -> None:
        entered.set()
        raise ConnectionError("away")

    found = tags(connector, mosquitto)
    async with listening(found, tmp_path, taken, mosquitto) as around:
        taken.breaks = away
        publish(mosquitto, "plant/north/l1/n", {"value": 1})
        await entered.wait()
    taken.breaks = None
    (tmp_path / "other").mkdir()
    with closing(State(tmp_path / "state.db")) as state:
        task = asyncio.create_task(always(found, replace(around, folder=tmp_path / "other", state=state)))
        await until(lambda: values(taken) == [("n", 1)])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_broker_of_ours_that_comes_back_gets_all_in_order(
    connector: Made, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    taken = Taken()
    down, entered = True, asyncio.Event()

    async def away(_message: Message) -> None:
        if down:
            entered.set()
            raise ConnectionError("away")

    async with listening(tags(connector, mosquitto, "waiting: 3"), tmp_path, taken, mosquitto):
        taken.breaks = away
        for number in range(12):
            publish(mosquitto, "plant/north/l1/n", {"value": number, "t": 1772359200000 + number})
        await entered.wait()
        down = False
        await until(lambda: len(taken.messages) >= 12)
    assert values(taken) == [("n", number) for number in range(12)]


async def test_while_paused_the_other_broker_keeps_it(
    connector: Made, mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Taken()
    closed, paused = asyncio.Event(), True
    came_while_paused = []
    close = Connection.close

    async def closing_one(connection: Connection) -> None:
        await close(connection)
        closed.set()

    async def look(_message: Message) -> None:
        came_while_paused.append(paused)

    monkeypatch.setattr(Connection, "close", closing_one)
    async with listening(tags(connector, mosquitto), tmp_path, taken, mosquitto):
        with closing(State(tmp_path / "state.db")) as state:
            state.pause("mes", True)
            await closed.wait()
            taken.breaks = look
            publish(mosquitto, "plant/north/l1/n", {"value": 1})
            paused = False
            state.pause("mes", False)
            await until(lambda: taken.messages)
    assert values(taken) == [("n", 1)]
    assert came_while_paused == [False]


async def test_the_other_broker_may_come_and_go(connector: Made, mosquitto: Mosquitto, tmp_path: Path) -> None:
    taken = Taken()
    async with listening(tags(connector, mosquitto), tmp_path, taken, mosquitto):
        mosquitto.stop()
        with closing(State(tmp_path / "state.db")) as state:

            def trouble() -> str:
                last = state.stream("mes", "values").last()
                return "" if last is None else last.error

            await until(lambda: "127.0.0.1" in trouble())
            mosquitto.start()
            publish(mosquitto, "plant/north/l1/n", {"value": 1})
            await until(lambda: taken.messages)
            await until(lambda: trouble() == "")
    assert values(taken) == [("n", 1)]


async def test_what_nobody_sends_again_waits_on_disk(connector: Made, mosquitto: Mosquitto, tmp_path: Path) -> None:
    """QoS 0, while the hub's broker is away, and the connector is ended and begins again."""
    taken = Taken()

    async def away(_message: Message) -> None:
        raise ConnectionError("away")

    async with listening(tags(connector, mosquitto), tmp_path, taken, mosquitto):
        taken.breaks = away
        for number in range(30):
            publish(mosquitto, "plant/north/l1/n", {"value": number}, qos=0)
        await until(lambda: counts(tmp_path / "mes.buffer").waiting == 30)
    taken.breaks = None
    taken.messages.clear()
    async with at_work(tags(connector, mosquitto), tmp_path, taken):
        await until(lambda: counts(tmp_path / "mes.buffer").waiting == 0)
    assert values(taken) == [("n", number) for number in range(30)]
    times = [json.loads(message.payload)["timestamp"] for message in taken.messages]
    assert times == sorted(set(times))
    assert counts(tmp_path / "mes.buffer").dropped == 0


async def test_a_buffer_that_is_full_counts_what_it_drops(
    connector: Made, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    taken = Taken()

    async def away(_message: Message) -> None:
        raise ConnectionError("away")

    small = tags(connector, mosquitto, "buffer: {size: 2KiB}")
    async with listening(small, tmp_path, taken, mosquitto):
        taken.breaks = away
        for number in range(40):
            publish(mosquitto, "plant/north/l1/n", {"value": number}, qos=0)
        await until(lambda: (found := counts(tmp_path / "mes.buffer")).waiting + found.dropped == 40)
        found = counts(tmp_path / "mes.buffer")
        assert found.dropped > 0
        taken.breaks = None
        await until(lambda: counts(tmp_path / "mes.buffer").waiting == 0)
    assert len(taken.messages) == 40 - found.dropped
    assert values(taken)[-1] == ("n", 39)


async def test_what_a_broker_had_kept_is_no_news(connector: Made, mosquitto: Mosquitto, tmp_path: Path) -> None:
    publish(mosquitto, "plant/north/l1/old", {"value": 1, "t": 1772359200000}, "-r")
    taken = Taken()
    async with at_work(tags(connector, mosquitto), tmp_path, taken):
        await probed(taken, mosquitto)
        publish(mosquitto, "plant/north/l1/new", {"value": 2}, "-r")
        await until(lambda: ("new", 2) in values(taken))
    assert [name for name, _ in values(taken) if name != "p"] == ["new"]


async def test_what_a_broker_had_kept_is_taken_where_it_is_asked_for(
    connector: Made, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    publish(mosquitto, "plant/north/l1/old", {"value": 1, "t": 1772359200000}, "-r")
    taken = Taken()
    async with at_work(tags(connector, mosquitto, stream="retained: true"), tmp_path, taken):
        await until(lambda: taken.messages)
    assert json.loads(taken.messages[0].payload)["timestamp"] == "2026-03-01T10:00:00Z"


async def test_what_can_not_be_mapped_is_set_aside_once_a_topic(
    connector: Made, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    taken = Taken()
    found = tags(connector, mosquitto, "maxPayload: 100", "payload: json")
    async with listening(found, tmp_path, taken, mosquitto):
        for _ in range(3):
            publish(mosquitto, "plant/north/l1/text", "no JSON")
        publish(mosquitto, "plant/north/l1/large", {"value": "x" * 200})
        publish(mosquitto, "plant/north/l1/object", {"value": {"a": 1}})
        publish(mosquitto, "plant/north/l1/n", {"value": 1})
        await until(lambda: taken.messages)
    told = {letter.key: letter.troubles[0] for letter in letters(found, tmp_path)}
    assert "the message is no JSON" in told["plant/north/l1/text"]
    assert "more than `maxPayload`, 100" in told["plant/north/l1/large"]
    assert "$.value" in told["plant/north/l1/object"]
    assert len(told) == 3


def test_a_look_and_an_offer(connector: Made, mosquitto: Mosquitto) -> None:
    publish(mosquitto, "plant/north/l1/speed", {"value": 1, "t": 2}, "-r")
    with closing(tags(connector, mosquitto).open()) as source:
        looks = list(source.check({}))
        assert [look.detail for look in looks] == [
            f"mqtt://127.0.0.1:{mosquitto.port} answers with MQTT 5",
            "may subscribe to plant/+/+/#",
        ]
        (offer,) = source.discover()
        assert (offer.name, offer.fields) == ("plant/north/l1/speed", {"value": "int", "t": "int"})


async def test_preview_shows_what_comes_and_takes_nothing_away(
    connector: Made, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    taken = Taken()
    async with listening(tags(connector, mosquitto), tmp_path, taken, mosquitto):
        source = tags(connector, mosquitto).open()
        assert isinstance(source, PushSource)
        watching = asyncio.create_task(asyncio.to_thread(lambda: next(source.watch(None))))
        while not watching.done():
            await asyncio.to_thread(publish, mosquitto, "plant/north/l1/n", {"value": 1})
        stream, record = await watching
        assert (stream, record["value"], record["_path"]) == ("values", 1, {"site": "north", "line": "l1", "name": "n"})
        await until(lambda: taken.messages)


def test_a_look_that_is_to_end_ends(connector: Made, mosquitto: Mosquitto) -> None:
    source = tags(connector, mosquitto).open()
    assert isinstance(source, PushSource)
    assert list(source.watch(0.2)) == []


def test_a_broker_that_is_not_there_is_told(connector: Made, mosquitto: Mosquitto) -> None:
    source = tags(connector, mosquitto).open()
    mosquitto.stop()
    with pytest.raises(Exception, match=rf"can't connect to mqtt://127\.0\.0\.1:{mosquitto.port}: Connect"):
        list(source.check({}))


async def test_a_broker_of_mqtt_3_is_heard_too(connector: Made, tmp_path: Path) -> None:
    """amqtt knows no MQTT 5, and so no receive maximum: what is not acknowledged is held back by TCP."""
    port = free_port()

    async def accept(_message: Inbound) -> None:
        return

    broker = AmqttBroker(Address("127.0.0.1", port), "hub-1", BrokerLimits(), "elsewhere")
    await broker.start(accept)
    taken = Taken()
    text = TAGS.format(url=f"mqtt://127.0.0.1:{port}", more="waiting: 2", stream="")
    try:
        async with at_work(connector(text), tmp_path, taken):
            while not taken.messages:
                await broker.publish(Outbound("plant/north/l1/probe", b"1"))
                await asyncio.sleep(0.05)
            for number in range(20):
                await broker.publish(Outbound("plant/north/l1/n", b"%d" % number))
            await until(lambda: ("n", 19) in values(taken))
    finally:
        await broker.stop()
    assert [value for name, value in values(taken) if name == "n"] == list(range(20))


def test_tls_and_a_user_with_a_password(connector: Made, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "certificates")
    certificate, key = authority.issue("broker", "127.0.0.1")
    users = tmp_path / "users"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(users), "hub", "geheim-9"], check=True)
    lines = (f"certfile {certificate}", f"keyfile {key}", f"password_file {users}", "allow_anonymous false")
    text = TAGS.format(
        url="mqtts://hub@127.0.0.1:{port}",
        more="brokerCaFile: certificates/ca.pem\nbrokerPasswordFile: password",
        stream="",
    )
    with start_mosquitto(tmp_path / "broker", *lines) as broker:
        text = text.replace("{port}", str(broker.port))
        (tmp_path / "password").write_text("geheim-9\n")
        found = connector(text)
        with closing(found.open()) as source:
            assert [look.detail for look in source.check({})][1:] == ["may subscribe to plant/+/+/#"]
        (tmp_path / "password").write_text("wrong-99\n")
        with closing(connector(text).open()) as source, pytest.raises(SourceError) as told:
            list(source.check({}))
        assert "wrong-99" not in str(told.value) and "mqtts://127.0.0.1" in str(told.value)
        source = connector(text.replace("brokerCaFile: certificates/ca.pem\n", "")).open()
        with pytest.raises(SourceError, match="name the file with its authority's certificate in `brokerCaFile`"):
            list(source.check({}))
