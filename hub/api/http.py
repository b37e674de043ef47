"""GraphQL over HTTP and WebSocket.

    POST /graphql             application/json, {"query", "variables"?, "operationName"?}
    GET  /graphql?query=…     questions only; a browser without a query gets GraphiQL
    WS   /graphql             graphql-transport-ws
    GET  /graphql/schema      the schema in GraphQL's schema definition language

What is no GraphQL request gets 400, 413 where it is too large, 503 while the hub starts or stops, and
`{"errors": [{"message"}]}`. An answer is 200 with `data` and, where parts of it failed, `errors`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from json import JSONDecodeError
from typing import Any, cast

import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.exceptions import NonTextMessageReceived
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from hub.api import frames, graphiql, json_values
from hub.api.context import ApiContext, Limits
from hub.api.schema import HubSchema
from schema.registry import Model

log = logging.getLogger(__name__)

PATH = "/graphql"

_BAD_REQUEST = 4400
"""The close code of graphql-transport-ws for what is no message."""

_MAX_REASON = 123
"""Bytes of a close frame's reason. Source: RFC 6455, 5.5."""

_TRY_AGAIN_LATER = 1013
"""The WebSocket close code of a server that can't serve yet."""

Provide = Callable[[], ApiContext | None]
"""Gives what requests are answered from; None while the hub starts or stops."""


def create_api(model: Model, provide: Provide, limits: Limits | None = None, path: str = PATH) -> list[BaseRoute]:
    """The routes of the API; making them builds the schema. `limits` bound what is read before a context is asked for:
    the size, depth and words of a document."""
    limits = limits or Limits()
    schema = HubSchema(model, limits)
    app = _Api(schema, provide, limits, path)

    async def serve_schema(_request: Request) -> Response:
        return PlainTextResponse(schema.as_str())

    return [
        Route(path, app),
        WebSocketRoute(path, app),
        Route(f"{path}/schema", serve_schema),
        graphiql.assets(path),
    ]


class _Socket(ASGIWebSocketAdapter):
    """Strawberry's adapter, with every message checked and a reason that a close frame can hold."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        limit = cast(_Api, self.view).max_message
        try:
            while self.ws.application_state != WebSocketState.DISCONNECTED:
                yield frames.read(await self.ws.receive_text(), limit)
        except frames.FrameError as error:
            await self.close(_BAD_REQUEST, str(error))
        except KeyError:
            raise NonTextMessageReceived from None
        except WebSocketDisconnect:
            return

    async def close(self, code: int, reason: str) -> None:
        await super().close(code, reason.encode()[:_MAX_REASON].decode(errors="ignore"))


class _Conversation(BaseGraphQLTransportWSHandler[ApiContext, None]):
    """Strawberry's handler; what is wrong with one operation is told of that one, and the others go on."""

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        return None


class _Api(GraphQL[ApiContext, None]):
    """Strawberry's view, strict about what is a request and plain about what is wrong with it."""

    websocket_adapter_class = _Socket
    graphql_transport_ws_handler_class = _Conversation

    def __init__(self, schema: HubSchema, provide: Provide, limits: Limits, path: str) -> None:
        super().__init__(schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
        self._provide = provide
        self._limits = limits
        self._path = path
        self.max_message = limits.max_body
        """Characters of a message over WebSocket."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._converse(scope, receive, send)
            return
        try:
            response = await self.run(Request(scope, _Limited(receive, self._limits.max_body)))
        except HTTPException as error:
            response = JSONResponse({"errors": [{"message": error.reason}]}, status_code=error.status_code)
        except ClientDisconnect:
            log.debug("a client went away before its request had come in whole")
            return
        await response(scope, receive, send)

    async def _converse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._provide() is None:
            socket = WebSocket(scope, receive, send)
            await socket.accept(GRAPHQL_TRANSPORT_WS_PROTOCOL)
            await socket.close(_TRY_AGAIN_LATER, "the hub is starting or stopping; try again in a moment")
        else:
            await super().__call__(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> ApiContext:
        context = self._provide()
        if context is None:
            raise HTTPException(503, "the hub is starting or stopping; try again in a moment")
        return context

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        wants_page = "text/html" in request.headers.get("accept", "")
        return request.method == "GET" and wants_page and request.query_params.get("query") is None

    async def render_graphql_ide(self, request: Request) -> Response:
        return HTMLResponse(graphiql.page(self._path))

    def parse_json(self, data: str | bytes) -> Any:
        try:
            found = json_values.loads(data)
        except JSONDecodeError as error:
            raise HTTPException(400, f"the request is no JSON: {error}") from None
        if isinstance(found, dict):
            return found
        raise HTTPException(400, 'the request is no JSON object; send {"query": "…", "variables": {…}}')

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()


class _Limited:
    """Receives a body, up to a size."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._got = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._got += len(message.get("body", b""))
        if self._got > self._limit:
            raise HTTPException(413, f"the request is larger than {self._limit} bytes; send less, or split it")
        return message
