from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.wire.address import Address, Url
from connectors.wire.connection import Connection
from connectors.wire.identity import Identity
from connectors.wire.messages import Inbound
from hub.mqtt.embedded import AmqttBroker
from hub.mqtt.limits import BrokerLimits
from tests.contracts.broker import Taker, started
from tests.hub.cli.conftest import Run
from tests.servers import Mosquitto, free_port

LOT = "uns/v1/acme/north/_source/mes/material-lot/LOT-1"


async def publish_and_take(unshub: Run, mosquitto: Mosquitto, *arguments: str) -> Inbound:
    """What a subscriber gets of `unshub publish` with these arguments."""
    taken: asyncio.Queue[Inbound] = asyncio.Queue()
    identity = Identity("subscriber", will=None, receive_maximum=10, lasting=False)
    connection = await Connection.open(
        Url.parse(mosquitto.url), identity, lambda _connection, message, _id: taken.put_nowait(message)
    )
    await connection.subscribe(["uns/v1/#"])
    ran = await asyncio.to_thread(unshub, "publish", "--broker", mosquitto.url, *arguments)
    assert ran.code == 0, ran.err
    done = "withdrawn at" if "--withdraw" in arguments else "published to"
    assert f"{done} {mosquitto.url}" in ran.out
    try:
        async with asyncio.timeout(5):
            return await taken.get()
    finally:
        await connection.close()


async def test_a_message_reaches_the_broker(unshub: Run, mosquitto: Mosquitto) -> None:
    message = await publish_and_take(
        unshub, mosquitto, LOT, '{"status": "RELEASED"}', "--event-time", "2026-01-01T00:00:00Z", "--message-id", "m1"
    )
    assert (message.topic, message.payload) == (LOT, b'{"status": "RELEASED"}')
    assert message.properties == {"eventTime": "2026-01-01T00:00:00Z", "messageId": "m1"}


async def test_the_payload_may_come_from_a_file(unshub: Run, mosquitto: Mosquitto) -> None:
    Path("lot.json").write_text("{}")
    assert (await publish_and_take(unshub, mosquitto, LOT, "@lot.json")).payload == b"{}"


async def test_the_payload_may_come_from_the_standard_input(
    unshub: Run, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b'{"name": "x"}')))
    assert (await publish_and_take(unshub, mosquitto, LOT, "-")).payload == b'{"name": "x"}'


async def test_a_withdrawal_is_asked_for(unshub: Run, mosquitto: Mosquitto) -> None:
    assert (await publish_and_take(unshub, mosquitto, LOT, "--withdraw")).payload == b""


def test_an_empty_payload_withdraws_nothing(unshub: Run) -> None:
    Path("empty.json").write_text("")
    for given in ((), ("",), ("@empty.json",)):
        ran = unshub("publish", LOT, *given)
        assert ran.code == 2
        assert "--withdraw" in ran.err


def test_a_withdrawal_with_a_payload_is_a_wrong_call(unshub: Run) -> None:
    assert unshub("publish", LOT, "{}", "--withdraw").code == 2


def test_what_the_hub_would_refuse_is_not_sent(unshub: Run) -> None:
    ran = unshub("publish", LOT, '{"status": "FINE", "quantity": 5}')
    assert ran.code == 1
    assert "not published" in ran.err
    assert "$.status" in ran.err
    assert "$.quantity" in ran.err


def test_a_broker_that_is_not_there_is_named(unshub: Run, mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    ran = unshub("publish", "--broker", mosquitto.url, LOT, "{}")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert str(mosquitto.port) in ran.err


def test_a_payload_file_that_is_not_there_is_named(unshub: Run) -> None:
    ran = unshub("publish", LOT, "@none.json")
    assert ran.code == 1
    assert "none.json" in ran.err


async def test_a_broker_that_would_lose_the_properties_gets_nothing(unshub: Run) -> None:
    at, take = Address("127.0.0.1", free_port()), Taker()
    given = ("--broker", f"mqtt://{at}", LOT, "{}")
    async with started(AmqttBroker(at, "hub-1", BrokerLimits(), "uns/v1"), take):
        ran = await asyncio.to_thread(unshub, "publish", *given, "--message-id", "m1")
        assert ran.code == 1
        assert "carries no messageId; leave them out" in ran.err
        assert (await asyncio.to_thread(unshub, "publish", *given)).code == 0
        assert len(await take.until(1)) == 1


def test_members_that_the_model_does_not_know_are_told(unshub: Run, mosquitto: Mosquitto) -> None:
    ran = unshub("publish", "--broker", mosquitto.url, LOT, '{"staus": "RELEASED"}')
    assert (ran.code, ran.err) == (0, "  staus: the model doesn't know it; kept as a property; did you mean status?\n")


def test_a_payload_that_is_no_utf_8_is_refused_with_the_place(unshub: Run) -> None:
    ran = unshub("publish", LOT, os.fsdecode(b'{"name":"\xff"}'))
    assert (ran.code, "byte 9 is not UTF-8" in ran.err) == (1, True)


@pytest.mark.parametrize("option", ["TOPIC", "--event-time", "--message-id"])
def test_what_is_no_utf_8_beside_the_payload_is_told(unshub: Run, option: str) -> None:
    wrong = os.fsdecode(b"uns/v1/a/_source/mes/material-lot/\xff")
    ran = unshub("publish", wrong, "{}") if option == "TOPIC" else unshub("publish", LOT, "{}", option, wrong)
    assert ran.code == 2
    assert option in ran.err and "character 35 is not UTF-8" in " ".join(ran.err.split())


def test_where_no_broker_answers_the_remedy_is_told(unshub: Run) -> None:
    ran = unshub("publish", "--broker", f"mqtt://127.0.0.1:{free_port()}", LOT, "{}")
    assert ran.code == 1
    assert "can't connect" in ran.err and "`unshub up` starts a hub with a broker" in " ".join(ran.err.split())
