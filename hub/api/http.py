"""GraphQL over HTTP and WebSocket.

    POST /graphql             application/json, {"query", "variables"?, "operationName"?}
    GET  /graphql?query=…     questions only; a browser without a query gets GraphiQL
    WS   /graphql             graphql-transport-ws (`hub.api.websocket`)
    any  /graphql/stream      server-sent events (`hub.api.sse`)
    GET  /graphql/schema      the schema in GraphQL's schema definition language

`hub.api.view` answers over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from hub.api import graphiql
from hub.api.context import ApiContext, Limits
from hub.api.documents import Documents
from hub.api.operations import Operations
from hub.api.schema import HubSchema
from hub.api.sse import Streams
from hub.api.view.view import View
from hub.api.websocket import Sockets
from schema.registry import Model

PATH = "/graphql"

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
    operations = Operations(schema, documents, limits)

    async def serve_schema(_request: Request) -> Response:
        if not limits.introspection:
            return PlainTextResponse("this hub does not tell its schema (setting `introspection`)", 403)
        return PlainTextResponse(schema.as_str())

    return [
        Route(path, View(schema, provide, limits, path, documents)),
        WebSocketRoute(path, Sockets(operations, provide, limits)),
        Route(f"{path}/stream", Streams(operations, provide, limits)),
        Route(f"{path}/schema", serve_schema),
        graphiql.assets(path),
    ]
