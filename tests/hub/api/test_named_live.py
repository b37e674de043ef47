"""Documents by their id over WebSocket and server-sent events: the same answers and refusals as over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from hub.api.documents import sha256
from hub.settings.limits import LimitSettings
from tests.hub.api.conftest import Api
from tests.hub.api.listening import listeners
from tests.hub.api.view.test_limits import asking

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOT = "query Lot($id: ID!) { materialLot(id: $id) { id } }"
LISTEN = "subscription Named { changes { id } }"
ONE = {"variables": {"id": "LOT-1"}}
FOUND = {"data": {"materialLot": {"id": "LOT-1"}}}

Told = tuple[bool, Any]
"""Whether there is an answer, and the answer or the errors."""


async def by_socket(client: httpx.AsyncClient, payload: dict[str, Any]) -> Told:
    async with socket_of(client) as socket:
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        message = json.loads(await socket.recv())
        return message["type"] == "next", message["payload"]


async def by_events(client: httpx.AsyncClient, payload: dict[str, Any]) -> Told:
    accept = {"accept": "text/event-stream"}
    response = await client.post("/graphql/stream", json=payload, headers=accept)
    if response.status_code != 200:
        return False, response.json()["errors"]
    return True, json.loads(response.text.split("data: ", 1)[1].split("\n", 1)[0])


async def by_address(client: httpx.AsyncClient, payload: dict[str, Any]) -> Told:
    params = {key: value if isinstance(value, str) else json.dumps(value) for key, value in payload.items()}
    response = await client.get("/graphql/stream", params=params, headers={"accept": "text/event-stream"})
    if response.status_code != 200:
        return False, response.json()["errors"]
    return True, json.loads(response.text.split("data: ", 1)[1].split("\n", 1)[0])


@asynccontextmanager
async def socket_of(client: httpx.AsyncClient) -> AsyncIterator[ClientConnection]:
    address = f"ws://{client.base_url.host}:{client.base_url.port}/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send('{"type": "connection_init"}')
        await socket.recv()
        yield socket


WAYS = pytest.mark.parametrize("way", [by_socket, by_events, by_address], ids=lambda way: way.__name__)
Way = Callable[[httpx.AsyncClient, dict[str, Any]], Awaitable[Told]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps({"lot": LOT, "listen": LISTEN}))
    return path


@WAYS
async def test_a_document_is_asked_for_by_its_id(api: Api, file: Path, way: Way) -> None:
    async with asking(api, documents=file) as client:
        for named in ({"documentId": "lot"}, {"documentId": sha256(LOT)}, {"documentId": "lot", "query": LOT}):
            assert await way(client, {**named, **ONE}) == (True, FOUND)
        for named in ({"documentId": "other"}, {"documentId": "lot", "query": "{ hub { version } }"}):
            there, errors = await way(client, {**named, **ONE})
            assert not there and "document" in errors[0]["message"]


@WAYS
async def test_a_hub_that_answers_trusted_documents_alone_answers_no_others(api: Api, file: Path, way: Way) -> None:
    async with asking(api, documents=file, trusted_documents=True) as client:
        assert await way(client, {"documentId": "lot", **ONE}) == (True, FOUND)
        assert await way(client, {"query": LOT, **ONE}) == (True, FOUND)
        for query in ("{ __typename }", f"{LOT} ", "subscription { changes { id } }", "{"):
            there, errors = await way(client, {"query": query})
            assert not there and "trustedDocuments" in errors[0]["message"]


async def test_a_subscription_is_asked_for_by_its_id_and_shares_its_evaluation(api: Api, file: Path) -> None:
    async with asking(api, documents=file, trusted_documents=True) as client, socket_of(client) as socket:
        await listeners(api, 0)
        for id_, payload in (("1", {"documentId": "listen"}), ("2", {"query": LISTEN})):
            await socket.send(json.dumps({"type": "subscribe", "id": id_, "payload": payload}))
        # What is answered after them was asked after them.
        await socket.send(json.dumps({"type": "subscribe", "id": "3", "payload": {"documentId": "lot", **ONE}}))
        assert [json.loads(await socket.recv())["type"] for _ in range(2)] == ["next", "complete"]
        await listeners(api, 1)
        await api.take("acme/_source/mes/person/NAMED-1", {"name": "Ada"}, 1)
        told = [json.loads(await socket.recv()) for _ in range(2)]
        assert {message["id"] for message in told} == {"1", "2"}
        assert all(message["payload"] == {"data": {"changes": {"id": "NAMED-1"}}} for message in told)


@pytest.mark.parametrize("tokens", [100, 6_000])
async def test_a_subscription_has_as_many_words_as_the_settings_say(api: Api, tokens: int) -> None:
    def document(words: int) -> str:
        values = " ".join(['"WORDS"'] * (words - 25))
        return f"subscription {{ personChanged(where: {{id: {{in: [{values}]}}}}) {{ id }} }}"

    await listeners(api, 0)
    async with asking(api, limits=LimitSettings(tokens=tokens, values=tokens)) as client, socket_of(client) as socket:
        payload = {"query": document(tokens + 20)}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        message = json.loads(await socket.recv())
        assert message["type"] == "error" and f"more than {tokens} tokens" in message["payload"][0]["message"]
        payload = {"query": document(tokens - 1)}
        for id_ in ("2", "3"):
            await socket.send(json.dumps({"type": "subscribe", "id": id_, "payload": payload}))
        await listeners(api, 1)
        await api.take("acme/_source/mes/person/WORDS", {"name": f"of {tokens}"}, 1 if tokens == 100 else 2)
        told = [json.loads(await socket.recv()) for _ in range(2)]
        assert {message["id"] for message in told} == {"2", "3"}
        await listeners(api, 1)
