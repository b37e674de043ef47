"""The connectors' way to the broker: a connection of their own, made anew whenever it is lost.

The hub's own connection would not do: with MQTT 5 a hub does not hear what it publishes itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from connectors.mapping.messages import Message
from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.errors import BrokerError, PublishError
from connectors.wire.identity import Identity
from connectors.wire.messages import Outbound
from connectors.wire.tls import Tls
from hub.settings import Settings
from hub.settings.named_files import broker_tls


class Publisher:
    """Publishes messages with QoS 1. Make one with `publisher`."""

    def __init__(self, url: Url, name: str, tls: Tls) -> None:
        self._url = url
        self._identity = Identity(
            f"{name}-connectors-{uuid4().hex[:8]}", will=None, receive_maximum=1, lasting=False, tls=tls
        )
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()

    async def publish(self, message: Message) -> None:
        """Returns when the broker has acknowledged the message; `PublishError` where it does not."""
        connection = await self._connected()
        await connection.publish(Outbound(message.topic, message.payload))

    async def close(self) -> None:
        """Disconnects."""
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> Connection:
        async with self._connecting:
            connection = self._connection
            if connection is None or connection.lost.done():
                try:
                    connection = await Connection.open(self._url, self._identity, lambda *_: None)
                except BrokerError as error:
                    raise PublishError(f"can't publish: {error}") from error
                self._connection = connection
            return connection


def broker_of(settings: Settings) -> Url:
    """Where the broker is reached, the hub's own as well as any other."""
    if isinstance(settings.broker, Url):
        return settings.broker
    return Url("mqtt", settings.mqtt.host, settings.mqtt.port)


@asynccontextmanager
async def publisher(settings: Settings) -> AsyncIterator[Publisher]:
    """A publisher to the hub's broker; it connects at the first message."""
    found = Publisher(broker_of(settings), settings.name, broker_tls(settings))
    try:
        yield found
    finally:
        await found.close()
