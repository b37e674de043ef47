from __future__ import annotations

import asyncio

import pytest

from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.errors import PublishError
from connectors.wire.identity import Identity
from connectors.wire.messages import Inbound
from hub.api.publishing import publisher
from hub.settings import Settings
from tests.servers import Mosquitto, free_port

TOPIC = "uns/v1/acme/_source/mes/person/P-1"


async def test_a_message_carries_its_event_time_and_id(mosquitto: Mosquitto) -> None:
    taken: asyncio.Queue[Inbound] = asyncio.Queue()
    subscriber = await Connection.open(
        Url.parse(mosquitto.url),
        Identity("subscriber", will=None, receive_maximum=10, lasting=False),
        lambda _connection, message, _id: taken.put_nowait(message),
    )
    await subscriber.subscribe(["uns/v1/#"])
    given = {"eventTime": "2026-03-01T12:00:00Z", "messageId": "m-1"}
    await publisher(Settings(broker=Url.parse(mosquitto.url)))(TOPIC, b"{}", given)
    async with asyncio.timeout(5):
        message = await taken.get()
    await subscriber.close()
    assert (message.topic, message.payload, message.properties) == (TOPIC, b"{}", given)


async def test_a_broker_that_is_not_there_is_named() -> None:
    port = free_port()
    with pytest.raises(PublishError, match=rf"can't publish on '{TOPIC}'.*{port}"):
        await publisher(Settings(broker="amqtt", mqtt=f"127.0.0.1:{port}"))(TOPIC, b"{}", {})
