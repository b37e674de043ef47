"""The plant's systems as clients of the broker: one connection each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from connectors.wire.address import Url
from connectors.wire.connection import Connection
from connectors.wire.identity import Identity
from connectors.wire.messages import Outbound
from hub.demo.messages import Message

IN_FLIGHT = 400
"""How many messages of all systems together may wait for the broker's acknowledgement."""

Progress = Callable[[int], None]
"""Is told how many messages the broker has acknowledged so far."""


class Fleet:
    """Connected systems."""

    def __init__(self, connections: dict[str, Connection]) -> None:
        self._connections = connections

    async def publish(self, message: Message) -> None:
        """Publishes as the message's system; returns when the broker has acknowledged it. `PublishError` if not."""
        await self._connections[message.system].publish(Outbound(message.topic, message.payload))

    async def publish_all(self, messages: Sequence[Message], progress: Progress) -> None:
        """Publishes many messages, each system's in their order, without waiting for each to be acknowledged."""
        room = asyncio.Semaphore(IN_FLIGHT)
        done = 0

        async def send(message: Message) -> None:
            nonlocal done
            try:
                await self.publish(message)
                done += 1
                progress(done)
            finally:
                room.release()

        async with asyncio.TaskGroup() as tasks:
            for message in messages:
                await room.acquire()
                tasks.create_task(send(message))


@asynccontextmanager
async def connect(systems: Iterable[str], url: Url) -> AsyncIterator[Fleet]:
    """Connects every system with a client of its own; `BrokerError` where the broker can't be reached."""
    async with AsyncExitStack() as stack:
        connections = {}
        for system in systems:
            identity = Identity(f"demo-{system}", will=None, receive_maximum=1, lasting=False)
            connections[system] = connection = await Connection.open(url, identity, lambda *_: None)
            stack.push_async_callback(connection.close)
        yield Fleet(connections)
