"""GraphQL over HTTP as an ASGI app: POST, GET for questions, and the query editor for a browser."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from hub.api import graphiql
from hub.api.context import ApiContext, Batch, Limits
from hub.api.documents import Documents
from hub.api.schema import HubSchema
from hub.api.view import answered, asked
from hub.api.view.accepted import JSON, media, takes_gzip, wants_page
from hub.api.view.answer import Answer, together
from hub.api.view.answering import BY_GET, BY_POST, answer
from hub.api.view.asked import Asked, Headers, header
from hub.api.view.patience import Patience
from hub.api.view.refused import Refused
from hub.api.view.site import check_site

log = logging.getLogger(__name__)

METHODS = {"Allow": "GET, HEAD, POST, OPTIONS"}

TELL = b"unshub-tell"
"""A request's header: `Unshub-Tell: complexity` has the answer tell that in its `extensions`."""


class View:
    """Answers HTTP requests at the API's path. Whatever comes, the response is GraphQL's JSON."""

    def __init__(
        self,
        schema: HubSchema,
        provide: Callable[[], ApiContext | None],
        limits: Limits,
        path: str,
        documents: Documents,
    ) -> None:
        self._schema = schema
        self._provide = provide
        self._limits = limits
        self._path = path
        self._documents = documents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Headers = scope["headers"]
        accepted = media(header(headers, b"accept"))
        try:
            await self._serve(scope, headers, accepted, receive, send)
        except Refused as refused:
            await answered.send_refusal(send, refused, accepted or JSON)
        except ClientDisconnect:
            log.debug("a client went away before its answer was there")
        except Exception:
            number = uuid4().hex[:12]
            log.exception("error %s: GraphQL over HTTP, %s", number, scope["method"])
            fault = Refused(500, f"an internal error; the hub's log has it under the id {number}")
            await answered.send_refusal(send, fault, accepted or JSON)

    async def _serve(self, scope: Scope, headers: Headers, accepted: str | None, receive: Receive, send: Send) -> None:
        match scope["method"]:
            case "POST":
                await self._post(headers, _acceptable(accepted), receive, send)
            case "GET" | "HEAD" if self._is_for_page(scope, headers):
                await HTMLResponse(graphiql.page(self._path), headers={"Vary": "Accept"})(scope, receive, send)
            case "GET" | "HEAD":
                await self._get(scope, headers, _acceptable(accepted), receive, send)
            case "OPTIONS":
                await Response(status_code=204, headers=METHODS)(scope, receive, send)
            case method:
                raise Refused(405, f"there is nothing to {method[:20]} here; send a question by POST or GET", METHODS)

    async def _post(self, headers: Headers, accepted: str, receive: Receive, send: Send) -> None:
        asked.check_content(headers)
        limits = self._limits
        question = asked.from_body(await asked.body(receive, headers, limits.max_body), limits.max_batch)
        context = self._context(headers)
        async with Patience(receive, limits.max_seconds):
            if isinstance(question, Asked):
                found = await answer(self._schema, question, context, self._documents, BY_POST)
            else:
                found = await self._batch(question, context)
        gzipped = takes_gzip(header(headers, b"accept-encoding"))
        await answered.send_answer(send, found, accepted, gzipped=gzipped)

    async def _batch(self, questions: list[Asked], context: ApiContext) -> Answer:
        """One after the other, as a client would send them that waits for each."""
        context = replace(context, batch=Batch())
        return together([await answer(self._schema, each, context, self._documents, BY_POST) for each in questions])

    async def _get(self, scope: Scope, headers: Headers, accepted: str, receive: Receive, send: Send) -> None:
        check_site(headers)
        question = asked.from_address(scope["query_string"])
        context = self._context(headers)
        await asked.body(receive, headers, self._limits.max_body)
        async with Patience(receive, self._limits.max_seconds):
            found = await answer(self._schema, question, context, self._documents, BY_GET)
        gzipped = takes_gzip(header(headers, b"accept-encoding"))
        await answered.send_kept(send, found, accepted, header(headers, b"if-none-match"), gzipped=gzipped)

    def _is_for_page(self, scope: Scope, headers: Headers) -> bool:
        return wants_page(header(headers, b"accept")) and not asked.asks(scope["query_string"])

    def _context(self, headers: Headers) -> ApiContext:
        context = self._provide()
        if context is None:
            raise Refused(503, "the hub is starting or stopping; try again in a moment", {"Retry-After": "1"})
        return replace(context, told=True) if header(headers, TELL) == "complexity" else context


def _acceptable(accepted: str | None) -> str:
    if accepted is None:
        raise Refused(
            406, "the request's Accept takes none of application/graphql-response+json and application/json; add one"
        )
    return accepted
