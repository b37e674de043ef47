"""graphql-transport-ws: any number of operations over one WebSocket.

    client  connection_init        subscribe {id, payload}                  complete {id}   ping   pong
    server  connection_ack         next {id, payload} …  complete {id}                      pong
                                   error {id, payload}, before execution

Whoever breaks the rules is closed with a code and the reason:

    4400 no message of the protocol     4406 another subprotocol         4409 an id that is in use
    4401 subscribe before the greeting  4408 no greeting within seconds  4429 a second greeting
    4500 a fault of the hub

Reasons begin with the protocol's own words.

Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from hub.api import frames
from hub.api.answers import Refused
from hub.api.context import ApiContext, Limits
from hub.api.masking import unexpected
from hub.api.operations import Operations

log = logging.getLogger(__name__)

PROTOCOL = "graphql-transport-ws"

INIT_SECONDS = 10.0
"""For a client to greet."""

MAX_OPERATIONS = 1_000
"""Operations under way on one connection."""

_TRY_AGAIN_LATER = 1013
"""The WebSocket close code of a server that can't serve yet."""

_MAX_REASON = 123
"""Bytes of a close frame's reason. Source: RFC 6455, 5.5."""

_STARTING = "the hub is starting or stopping; try again in a moment"


class _Close(Exception):
    """The connection is to be closed with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_MAX_REASON].decode(errors="ignore")


class Sockets:
    """The ASGI app that WebSockets are routed to."""

    def __init__(self, operations: Operations, provide: Callable[[], ApiContext | None], limits: Limits) -> None:
        self._operations = operations
        self._provide = provide
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        context = self._provide()
        offered = PROTOCOL in scope["subprotocols"]
        await socket.accept(PROTOCOL if offered else None)
        try:
            if not offered:
                raise _Close(4406, f"Subprotocol not acceptable: this address speaks {PROTOCOL} alone")
            if context is None:
                raise _Close(_TRY_AGAIN_LATER, _STARTING)
            await self._converse(socket, context)
        except _Close as close:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await socket.close(close.code, close.reason)
        except WebSocketDisconnect:
            return

    async def _converse(self, socket: WebSocket, context: ApiContext) -> None:
        try:
            await _Conversation(socket, self._operations, context, self._limits.max_body).run()
        except (_Close, WebSocketDisconnect):
            raise
        except Exception as error:
            raise _Close(4500, f"Internal server error: {unexpected(error)['message']}") from None


class _Conversation:
    """One connection, from its greeting on."""

    def __init__(self, socket: WebSocket, operations: Operations, context: ApiContext, limit: int) -> None:
        self._socket = socket
        self._operations = operations
        self._context = context
        self._limit = limit
        """Characters of a message."""
        self._running: dict[str, asyncio.Task[None]] = {}
        self._greeted = False
        self._acknowledged = False

    async def run(self) -> None:
        """Listens until the client goes, or breaks a rule (`_Close`). What is under way ends with it."""
        try:
            try:
                async with asyncio.timeout(INIT_SECONDS):
                    while not self._acknowledged:
                        await self._hear()
            except TimeoutError:
                raise _Close(
                    4408, f"Connection initialisation timeout: no connection_init within {INIT_SECONDS:g} seconds"
                ) from None
            while True:
                await self._hear()
        finally:
            await self._end(*self._running)

    async def _hear(self) -> None:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1005))
        try:
            message = frames.read(received.get("text"), self._limit)
        except frames.FrameError as error:
            raise _Close(4400, str(error)) from None
        match message["type"]:
            case "connection_init":
                await self._greet()
            case "ping":
                await self._send({"type": "pong", **_payload(message)})
            case "subscribe":
                await self._subscribe(message["id"], message["payload"])
            case "complete":
                await self._end(message["id"])

    async def _greet(self) -> None:
        if self._greeted:
            raise _Close(4429, "Too many initialisation requests: connection_init came a second time")
        self._greeted = True
        await self._send({"type": "connection_ack"})
        self._acknowledged = True

    async def _subscribe(self, id_: str, payload: Mapping[str, Any]) -> None:
        if not self._acknowledged:
            raise _Close(4401, "Unauthorized: subscribe came before connection_ack; send connection_init first")
        if id_ in self._running:
            raise _Close(4409, f"Subscriber for {id_} already exists")
        if len(self._running) >= MAX_OPERATIONS:
            many = f"{MAX_OPERATIONS} operations are under way on this connection, the most there may be; end some"
            await self._refuse(id_, [{"message": many, "extensions": {"code": "BAD_REQUEST"}}])
            return
        self._running[id_] = asyncio.create_task(self._serve(id_, payload))

    async def _serve(self, id_: str, payload: Mapping[str, Any]) -> None:
        """Sends what an operation gives. It may be gone by then, and so may the client."""
        head = f'{{"id":{orjson.dumps(id_).decode()},"type":"next","payload":'
        task = asyncio.current_task()
        try:
            async with aclosing(await self._operations.begin(self._context, frames.request(payload))) as answers:
                async for answer in answers:
                    await self._socket.send_text(f"{head}{answer}}}")
        except Refused as refused:
            self._forget(id_, task)
            await self._refuse(id_, refused.errors)
        except (WebSocketDisconnect, RuntimeError) as error:
            if not self._gone():
                raise
            log.debug("a client went away while it was told: %s", error)
        except Exception as error:
            self._forget(id_, task)
            await self._refuse(id_, [unexpected(error)])
        else:
            self._forget(id_, task)
            await self._send({"id": id_, "type": "complete"})
        finally:
            self._forget(id_, task)

    def _forget(self, id_: str, task: asyncio.Task[None] | None) -> None:
        """Frees an id before the client hears that its operation is over: it may use it again at once."""
        if self._running.get(id_) is task:
            del self._running[id_]

    async def _end(self, *ids: str) -> None:
        """Ends operations; returns when nothing more is sent of them. One that is over already is left alone."""
        ended = [task for id_ in ids if (task := self._running.pop(id_, None)) is not None]
        for task in ended:
            task.cancel()
        for result in await asyncio.gather(*ended, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("ending an operation over WebSocket", exc_info=result)

    async def _refuse(self, id_: str, errors: Any) -> None:
        await self._send({"id": id_, "type": "error", "payload": errors})

    async def _send(self, message: Mapping[str, Any]) -> None:
        try:
            await self._socket.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, RuntimeError):
            if not self._gone():
                raise

    def _gone(self) -> bool:
        states = (self._socket.client_state, self._socket.application_state)
        return WebSocketState.DISCONNECTED in states


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any]:
    return {} if message.get("payload") is None else {"payload": message["payload"]}
