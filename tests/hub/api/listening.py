"""A client of graphql-transport-ws, raw, for tests of what is told over it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from itertools import count
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.hub.api.conftest import Api

PATIENCE = 10.0
NUMBERS = count()


class Listener:
    """A graphql-transport-ws client with one operation."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, **message: Any) -> None:
        await self._socket.send(orjson.dumps(message).decode())

    async def send_text(self, text: str) -> None:
        await self._socket.send(text)

    def stop_reading(self) -> None:
        """Stops, with little room on the way: left to itself, a socket may take 32 MB that nobody reads."""
        room = self._socket.transport.get_extra_info("socket")
        room.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self._socket.transport.pause_reading()

    def read_on(self) -> None:
        self._socket.transport.resume_reading()

    def drop(self) -> None:
        """Goes without a word."""
        self._socket.transport.abort()

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = orjson.loads(await self._socket.recv())
            return message

    async def change(self) -> dict[str, Any]:
        message = await self.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (found,) = message["payload"]["data"].values()
        return dict(found)


@contextlib.asynccontextmanager
async def connected(api: Api) -> AsyncIterator[Listener]:
    url = f"ws://127.0.0.1:{api.port}/graphql"
    # Compressed, megabytes of the same letter would fit into any buffer.
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], compression=None) as opened:
        listener = Listener(opened)
        await listener.send(type="connection_init")
        assert (await listener.receive())["type"] == "connection_ack"
        yield listener


@contextlib.asynccontextmanager
async def listening(api: Api, query: str, variables: Mapping[str, Any] | None = None) -> AsyncIterator[Listener]:
    before = api.hub.changes.listeners
    # Under a name of its own, no other has an equal plan.
    query = query.replace("subscription", f"subscription S{next(NUMBERS)}", 1)
    async with connected(api) as listener:
        await listener.send(id="1", type="subscribe", payload={"query": query, "variables": variables})
        async with asyncio.timeout(PATIENCE):
            while api.hub.changes.listeners == before:
                await asyncio.sleep(0.001)
        yield listener
    async with asyncio.timeout(PATIENCE):
        while api.hub.changes.listeners != before:
            await asyncio.sleep(0.001)


async def listeners(api: Api, number: int) -> None:
    """Returns when so many evaluations listen to the hub's changes; equal subscriptions share one."""
    async with asyncio.timeout(PATIENCE):
        while api.hub.changes.listeners != number:
            await asyncio.sleep(0.001)
