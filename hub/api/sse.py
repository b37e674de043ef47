"""graphql-sse, one operation a connection: what comes over WebSocket, over plain HTTP.

    POST /graphql/stream             application/json, {"query", "variables"?, "operationName"?}
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
from json import JSONDecodeError
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from strawberry.types.graphql import OperationType

from hub.api import frames, json_values
from hub.api.answers import Answers, Refused
from hub.api.answers import Request as Asked
from hub.api.context import ApiContext, Limits
from hub.api.masking import unexpected
from hub.api.operations import ANY, Operations

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


class _Wrong(Exception):
    """A request that is none, with its status."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.response = _problem(status, [{"message": message}], headers)


class Streams:
    """The ASGI app that the address is routed to."""

    def __init__(self, operations: Operations, provide: Callable[[], ApiContext | None], limits: Limits) -> None:
        self._operations = operations
        self._provide = provide
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest(scope, receive)
        try:
            asked, allowed = await self._read(request)
            context = self._provide()
            if context is None:
                raise _Wrong(503, _STARTING, {"retry-after": "1"})
        except ClientDisconnect:
            return
        except _Wrong as wrong:
            await wrong.response(scope, receive, send)
            return
        serving = asyncio.create_task(self._serve(context, asked, allowed, scope, receive, send))
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
        asked: Asked,
        allowed: Collection[OperationType],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        try:
            answers = await self._operations.begin(context, asked, allowed)
        except Refused as refused:
            await _problem(400, refused.errors)(scope, receive, send)
        except Exception as error:
            await _problem(500, [unexpected(error)])(scope, receive, send)
        else:
            await _stream(answers, send)

    async def _read(self, request: HttpRequest) -> tuple[Asked, Collection[OperationType]]:
        accepted = request.headers.get("accept", "")
        if not _accepts(accepted):
            raise _Wrong(406, f"this address answers with {EVENT_STREAM} alone; name it in Accept, or ask at /graphql")
        if request.method == "GET":
            return _asked(_of_query(request)), ANY - {OperationType.MUTATION}
        if request.method != "POST":
            raise _Wrong(405, f"{request.method} is not answered here; send GET or POST", {"allow": "GET, POST"})
        # A page of another site can't make a browser send JSON unasked.
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise _Wrong(415, f"the Content-Type is {kind or 'missing'}; send application/json")
        return _asked(_json(await self._body(request))), ANY

    async def _body(self, request: HttpRequest) -> bytes:
        limit, parts, size = self._limits.max_body, [], 0
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise _Wrong(413, f"the request is larger than {limit} bytes; send less, or split it")
            parts.append(part)
        return b"".join(parts)


async def _stream(answers: Answers, send: Send) -> None:
    """Sends what an operation gives, and a comment now and then where it gives nothing."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await _write(send, _COMMENT)
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
                break
            await _write(send, f"event: next\ndata: {answer}\n\n")
        await _write(send, "event: complete\ndata:\n\n", more=False)
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await answers.aclose()


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


def _of_query(request: HttpRequest) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _json(given[name].encode(), f"`{name}`") if given[name] else None
    return given


def _json(body: bytes, what: str = "the request") -> dict[str, Any]:
    try:
        found = json_values.loads(body)
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise _Wrong(400, f"{what} is no JSON: {error}") from None
    if isinstance(found, dict):
        return found
    raise _Wrong(400, f'{what} is no JSON object; send {{"query": "…", "variables": {{…}}}}')


def _asked(given: dict[str, Any]) -> Asked:
    try:
        frames.check_payload(given, "the request")
    except frames.FrameError as error:
        raise _Wrong(400, str(error)) from None
    return frames.request(given)


def _problem(status: int, errors: Sequence[Mapping[str, Any]], headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"errors": list(errors)}, status, headers)
