"""Ten thousand documents made at random and ten thousand made wrong: each answered or refused, none with a fault.

They are asked of the app itself, without a socket between.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import orjson
import pytest
from graphql import parse, validate
from starlette.types import Message, Scope

from graph.store import GraphStore
from hub.api.complexity import Estimates
from hub.api.context import ApiContext
from hub.api.documents import Documents
from hub.api.schema import HubSchema
from hub.api.serving import context_of, limits_of
from hub.api.view.accepted import GRAPHQL_JSON
from hub.api.view.view import View
from schema.model import MODEL
from tests.hub.api.conftest import Api
from tests.hub.api.view.making import document, wrong_body, wrong_document

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

HOW_MANY = 10_000
FEW = 200
LOT = '{ materialLot(id: "LOT-1") { id status quantity { value } samples(first: 2) { nodes { id } } } }'
STATUSES = {200, 400, 405, 413, 415}


class Asking:
    """The view of a hub, asked without a socket."""

    def __init__(self, api: Api, store: GraphStore | None = None) -> None:
        self.limits = limits_of(api.hub.settings)
        self.schema = HubSchema(MODEL, self.limits)
        context = replace(context_of(api.hub, self.limits), store=store or api.hub.store)
        self._view = View(self.schema, lambda: context, self.limits, "/graphql", Documents())

    async def __call__(self, body: bytes) -> tuple[int, Any]:
        """The status of a POST with a body, and what came back."""
        sent: list[Message] = []
        headers = [(b"content-type", b"application/json"), (b"accept", GRAPHQL_JSON.encode())]
        scope: Scope = {"type": "http", "method": "POST", "headers": headers, "query_string": b""}

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._view(scope, receive, send)
        return sent[0]["status"], orjson.loads(sent[1]["body"])


@pytest.fixture
def asking_neo4j(api: Api, on_neo4j: ApiContext, caplog: pytest.LogCaptureFixture) -> Iterator[Asking]:
    caplog.set_level(logging.ERROR)
    yield Asking(api, on_neo4j.store)
    assert caplog.records == []


@pytest.fixture
def asking(api: Api, caplog: pytest.LogCaptureFixture) -> Iterator[Asking]:
    caplog.set_level(logging.ERROR)
    yield Asking(api)
    assert caplog.records == []


async def check(asking: Asking, body: bytes) -> Any:
    """Asks, and finds the answer one that a client may have."""
    status, answer = await asking(body)
    assert status in STATUSES, (body, answer)
    assert answer.keys() <= {"data", "errors"}, (body, answer)
    for error in answer.get("errors", ()):
        assert error["message"], body
        assert "INTERNAL" not in str(error), (body, error)
    return answer


async def test_documents_made_at_random_are_answered(asking: Asking) -> None:
    random = Random(5)
    answered = 0
    for _ in range(HOW_MANY):
        text = document(random, asking.schema.core)
        answered += (await check(asking, orjson.dumps({"query": text}))).get("data") is not None
    assert answered > HOW_MANY / 2


async def test_documents_made_wrong_are_refused_in_plain_words(asking: Asking) -> None:
    random = Random(6)
    for number in range(HOW_MANY // 2):
        text = LOT if number % 2 else document(random, asking.schema.core)
        await check(asking, orjson.dumps({"query": wrong_document(random, text)}, default=str))


async def test_documents_made_at_random_or_wrong_are_answered_or_refused_on_neo4j(asking_neo4j: Asking) -> None:
    """Fewer, as each is a statement of its own, which a server takes long to plan."""
    random = Random(9)
    answered = 0
    for _ in range(FEW):
        text = document(random, asking_neo4j.schema.core)
        answered += (await check(asking_neo4j, orjson.dumps({"query": text}))).get("data") is not None
        await check(asking_neo4j, orjson.dumps({"query": wrong_document(random, text)}, default=str))
    assert answered > FEW / 2


async def test_bodies_made_wrong_are_refused_in_plain_words(asking: Asking) -> None:
    random = Random(7)
    query = "query Q($id: ID!, $w: MaterialLotWhere, $j: JSON) { materialLot(id: $id) { id } materialLots(where: $w) "
    whole = {
        "query": query + '{ totalCount } ...F @skip(if: true) } fragment F on Query { search(text: "x") { id } }',
        "operationName": "Q",
        "variables": {"id": "LOT-1", "w": {"id": {"in": ["a", "b"]}, "not": {"status": {"eq": "RELEASED"}}}},
        "extensions": {},
    }
    for _ in range(HOW_MANY // 2):
        await check(asking, wrong_body(random, orjson.dumps(whole)))


async def test_a_variable_nested_as_deep_as_can_be_is_refused_in_plain_words(asking: Asking) -> None:
    for levels in (50, 150, 240, 300, 500, 900, 1_020, 5_000, 100_000):
        for opening, closing in (('{"not":', "}"), ("[", "]"), ('{"and":[', "]}")):
            for name, type_ in (("w", "MaterialLotWhere"), ("j", "JSON")):
                nested = opening * levels + "{}" + closing * levels
                field = "materialLots(where: $w) { totalCount }" if name == "w" else "__typename"
                query = f"query ($%s: %s) {{ {field} }}" % (name, type_)
                body = f'{{"query": "{query}", "variables": {{"{name}": {nested}}}}}'
                await check(asking, body.encode())


async def test_what_is_reckoned_of_a_document_holds_for_its_answer(asking: Asking) -> None:
    """The estimate is the most: an answer never has more objects, but for lists that take no `first`."""
    random = Random(8)
    for _ in range(500):
        text = document(random, asking.schema.core)
        parsed = parse(text)
        if validate(asking.schema.core, parsed) or "sources" in text or "namespace" in text or "conflicts" in text:
            continue
        answer = await check(asking, orjson.dumps({"query": text}))
        most = Estimates(lambda: asking.schema.core, 1).of(text, parsed, None).of({}, asking.limits)
        assert objects(answer.get("data")) <= most + text.count("Count") * 20 + 60, text


def objects(value: Any) -> int:
    """The objects in a value, its own root left out."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(isinstance(each, dict) + objects(each) for each in inner)
