"""GraphQL over HTTP and WebSocket.

    POST /graphql             application/json, {"query", "variables"?, "operationName"?}
    GET  /graphql?query=…     questions only; a browser without a query gets GraphiQL
    WS   /graphql             graphql-transport-ws
    GET  /graphql/schema      the schema in GraphQL's schema definition language

`hub.api.view` answers over HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import cast

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http.exceptions import NonTextMessageReceived
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from hub.api import frames, graphiql
from hub.api.context import ApiContext, Limits
from hub.api.documents import Documents
from hub.api.schema import HubSchema
from hub.api.view.view import View
from schema.registry import Model

PATH = "/graphql"

_BAD_REQUEST = 4400
"""The close code of graphql-transport-ws for what is no message."""

_MAX_REASON = 123
"""Bytes of a close frame's reason. Source: RFC 6455, 5.5."""

_TRY_AGAIN_LATER = 1013
"""The WebSocket close code of a server that can't serve yet."""

Provide = Callable[[], ApiContext | None]
"""Gives what requests are answered from; None while the hub starts or stops."""


def create_api(
    model: Model,
    provide: Provide,
    limits: Limits | None = None,
    path: str = PATH,
    documents: Documents | None = None,
) -> list[BaseRoute]:
    """The routes of the API; making them builds the schema. `limits` bound what is read before a context is asked for:
    the size, depth and words of a document. `documents` are those that may be asked for by their id."""
    limits, documents = limits or Limits(), documents or Documents()
    schema = HubSchema(model, limits, documents)

    async def serve_schema(_request: Request) -> Response:
        if not limits.introspection:
            return PlainTextResponse("this hub does not tell its schema (setting `introspection`)", 403)
        return PlainTextResponse(schema.as_str())

    return [
        Route(path, View(schema, provide, limits, path, documents)),
        WebSocketRoute(path, _Api(schema, provide, limits)),
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
    """Strawberry's view, of which the WebSocket is used."""

    websocket_adapter_class = _Socket
    graphql_transport_ws_handler_class = _Conversation

    def __init__(self, schema: HubSchema, provide: Provide, limits: Limits) -> None:
        super().__init__(schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
        self._provide = provide
        self.max_message = limits.max_body
        """Characters of a message over WebSocket."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._converse(scope, receive, send)

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
            raise WebSocketDisconnect(_TRY_AGAIN_LATER)
        return context

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()
