"""graphql-sse, one operation a connection: what comes over WebSocket, over plain HTTP.

    POST /graphql/stream             application/json, {"query", "variables"?, "operationName"?, "documentId"?}
    GET  /graphql/stream?query=…     not for mutations

    event: next
    data: {"data": …}

    event: complete
    data:

What is wrong before anything was executed is 400 with `{"errors": [{"message"}]}`. Lines that begin with a colon keep
the connection from being taken for idle.

Source: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from strawberry.types.graphql import OperationType

from hub.api.answers import Answers, Refused, Request
from hub.api.context import ApiContext, Limits
from hub.api.masking import unexpected
from hub.api.operations import ANY, Operations
from hub.api.view import asked
from hub.api.view.asked import Asked, Headers, header
from hub.api.view.refused import Refused as Wrong
from hub.api.view.site import check_site

EVENT_STREAM = "text/event-stream"

KEEP_ALIVE_SECONDS = 12.0
"""Proxies commonly end what was silent for 15 seconds or more."""

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]

_COMMENT = ":\n\n"

_STARTING = "the hub is starting or stopping; try again in a moment"


class Streams:
    """The ASGI app that the address is routed to."""

    def __init__(self, operations: Operations, provide: Callable[[], ApiContext | None], limits: Limits) -> None:
        self._operations = operations
        self._provide = provide
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request, allowed = await self._read(scope, receive)
            context = self._provide()
            if context is None:
                raise Wrong(503, _STARTING, {"Retry-After": "1"})
        except ClientDisconnect:
            return
        except Wrong as wrong:
            await _problem(wrong.status, [{"message": str(wrong)}], wrong.headers)(scope, receive, send)
            return
        serving = asyncio.create_task(self._serve(context, request, allowed, scope, receive, send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({serving, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            serving.cancel()
            leaving.cancel()
            await asyncio.gather(serving, leaving, return_exceptions=True)

    async def _serve(
        self,
        context: ApiContext,
        request: Request,
        allowed: Collection[OperationType],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        try:
            answers = await self._operations.begin(context, request, allowed)
        except Refused as refused:
            await _problem(400, refused.errors)(scope, receive, send)
        except Exception as error:
            await _problem(500, [unexpected(error)])(scope, receive, send)
        else:
            await _stream(answers, send)

    async def _read(self, scope: Scope, receive: Receive) -> tuple[Request, Collection[OperationType]]:
        headers: Headers = scope["headers"]
        if not _accepts(header(headers, b"accept")):
            raise Wrong(406, f"this address answers with {EVENT_STREAM} alone; name it in Accept, or ask at /graphql")
        match scope["method"]:
            case "GET":
                check_site(headers)
                return _request(asked.from_address(scope["query_string"])), ANY - {OperationType.MUTATION}
            case "POST":
                # A page of another site can't make a browser send JSON unasked.
                asked.check_content(headers)
                found = asked.from_body(await asked.body(receive, headers, self._limits.max_body))
                assert isinstance(found, Asked)
                return _request(found), ANY
            case method:
                raise Wrong(405, f"{method[:20]} is not answered here; send GET or POST", {"Allow": "GET, POST"})


async def _stream(answers: Answers, send: Send) -> None:
    """Sends what an operation gives, and a comment now and then where it gives nothing; closes it."""
    async with aclosing(answers):
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _write(send, _COMMENT)
        try:
            await _tell(answers, send)
        except Exception as error:
            await _write(send, _event(orjson.dumps({"errors": [unexpected(error)]}).decode()))
        await _write(send, "event: complete\ndata:\n\n", more=False)


async def _tell(answers: Answers, send: Send) -> None:
    coming: asyncio.Task[str | None] | None = None
    try:
        while True:
            coming = coming or asyncio.create_task(_next(answers))
            done, _ = await asyncio.wait({coming}, timeout=KEEP_ALIVE_SECONDS)
            if not done:
                await _write(send, _COMMENT)
                continue
            answer, coming = coming.result(), None
            if answer is None:
                return
            await _write(send, _event(answer))
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _event(answer: str) -> str:
    return f"event: next\ndata: {answer}\n\n"


async def _next(answers: Answers) -> str | None:
    return await anext(answers, None)


async def _write(send: Send, text: str, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _gone(receive: Receive) -> None:
    """Returns when the client has gone. Until then it has nothing more to say."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _accepts(accepted: str) -> bool:
    ranges = [part.partition(";")[0].strip().lower() for part in accepted.split(",")]
    return any(found in (EVENT_STREAM, "text/*", "*/*") for found in ranges)


def _request(found: Asked) -> Request:
    return Request(found.query or "", found.variables, found.operation_name, found.document_id)


def _problem(status: int, errors: Sequence[Mapping[str, Any]], headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"errors": list(errors)}, status, headers)
