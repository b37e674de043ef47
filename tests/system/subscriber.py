"""A client of a hub's subscriptions that keeps a list of lots, goes away, and comes back at any hub."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.system.hub_process import HubProcess

_QUERY = """subscription Lots($since: String) {
  changes(kinds: ["MaterialLot"], since: $since) { id change cursor entity { ... on MaterialLot { name status } } }
}"""


class Subscriber:
    """What it knows of the lots, and the cursor up to which it knows it."""

    def __init__(self) -> None:
        self.lots: dict[str, Any] = {}
        self.cursor: str | None = None
        self.lagged = 0

    @asynccontextmanager
    async def at(self, hub: HubProcess) -> AsyncIterator[None]:
        """Listens at a hub, from its cursor on, for the block."""
        url, protocol = f"ws://127.0.0.1:{hub.http}/graphql", Subprotocol("graphql-transport-ws")
        async with connect(url, subprotocols=[protocol], proxy=None) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            begun = asyncio.Event()
            listening = asyncio.create_task(self._listen(socket, begun))
            try:
                await begun.wait()
                yield
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, socket: ClientConnection, begun: asyncio.Event) -> None:
        number = 0
        while True:
            number += 1
            payload = {"query": _QUERY, "variables": {"since": self.cursor}}
            await socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
            await socket.send(json.dumps({"type": "ping"}))
            while True:
                message = json.loads(await socket.recv())
                if message["type"] == "pong":
                    begun.set()
                    continue
                assert message["type"] == "next", message
                assert "errors" not in message["payload"], message
                change = message["payload"]["data"]["changes"]
                self.cursor = change["cursor"]
                if change["change"] == "LAGGED":
                    self.lagged += 1
                    await socket.send(json.dumps({"id": str(number), "type": "complete"}))
                    break
                self._take(change)

    def _take(self, change: dict[str, Any]) -> None:
        if change["entity"] is None:
            self.lots.pop(change["id"], None)
        else:
            self.lots[change["id"]] = change["entity"]
