"""Server-sent events: graphql-sse, a connection for each operation."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import orjson
import pytest

from hub.api import sse
from tests.hub.api.conftest import Api
from tests.hub.api.listening import NUMBERS, PATIENCE
from tests.servers import npm

pytestmark = pytest.mark.asyncio(loop_scope="session")

ACCEPT = {"accept": "text/event-stream"}
QUESTION = '{ materialLot(id: "LOT-2") { id } }'
LOT = {"data": {"materialLot": {"id": "LOT-2"}}}
MUTATION = 'mutation { publish(topic: "nowhere", payload: {}) { topic } }'


def events(text: str) -> list[tuple[str, Any]]:
    """The events in a stream, comments left out."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(":", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if lines:
            data = lines["data"].strip()
            found.append((lines["event"].strip(), orjson.loads(data) if data else None))
    return found


@contextlib.asynccontextmanager
async def streaming(api: Api, selection: str) -> AsyncIterator[AsyncIterator[str]]:
    """The blocks of a subscription's stream, once it has begun."""
    before = api.hub.changes.listeners
    body = {"query": f"subscription S{next(NUMBERS)} {selection}"}
    async with api.client.stream("POST", "/graphql/stream", json=body, headers=ACCEPT) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in response.headers
        assert api.hub.changes.listeners == before + 1
        yield _blocks(response)
    async with asyncio.timeout(PATIENCE):
        while api.hub.changes.listeners != before:
            await asyncio.sleep(0.001)


async def _blocks(response: httpx.Response) -> AsyncIterator[str]:
    text = ""
    async for part in response.aiter_text():
        text += part
        while "\n\n" in text:
            block, text = text.split("\n\n", 1)
            yield f"{block}\n\n"


async def test_changes_are_told_as_they_happen_and_nothing_is_held_back(api: Api) -> None:
    async with streaming(api, '{ changes(kinds: ["Person"]) { id entity { name } } }') as blocks:
        for name in ("Ada", "Ada L."):
            await api.take("acme/_source/mes/person/SSE-1", {"name": name}, 1 if name == "Ada" else 2)
            async with asyncio.timeout(PATIENCE):
                while not (found := events(await anext(blocks))):
                    pass
            assert found == [("next", {"data": {"changes": {"id": "SSE-1", "entity": {"name": name}}}})]


async def test_silence_is_broken_by_comments(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.02)
    async with streaming(api, "{ changes { id } }") as blocks:
        assert [await anext(blocks) for _ in range(3)] == [":\n\n"] * 3


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_questions_are_answered(api: Api, method: str) -> None:
    what: dict[str, Any] = {"params" if method == "GET" else "json": {"query": QUESTION}}
    response = await api.client.request(method, "/graphql/stream", headers=ACCEPT, **what)
    assert events(response.text) == [("next", LOT), ("complete", None)]


async def test_variables_come_in_the_address_too(api: Api) -> None:
    asked = {"query": "query ($id: ID) { materialLot(id: $id) { id } }", "variables": '{"id": "LOT-2"}'}
    response = await api.client.get("/graphql/stream", params=asked, headers=ACCEPT)
    assert events(response.text)[0] == ("next", LOT)
    response = await api.client.get("/graphql/stream", params={**asked, "variables": "{"}, headers=ACCEPT)
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"].startswith("`variables` in the address is no JSON")


async def test_mutations_are_posted(api: Api) -> None:
    posted = await api.client.post("/graphql/stream", json={"query": MUTATION}, headers=ACCEPT)
    ((kind, result), _) = events(posted.text)
    assert kind == "next" and result["errors"]
    got = await api.client.get("/graphql/stream", params={"query": MUTATION}, headers=ACCEPT)
    assert got.status_code == 400
    assert "mutation" in got.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ huh }", "Cannot query field"),
        ("{", "Syntax Error"),
        ("subscription { changes { huh } }", "Cannot query field"),
        ('subscription { changes(kinds: ["X"]) { id } }', "there is no kind 'X'"),
        ('subscription { changes(since: "x") { id } }', "`since` is no cursor"),
    ],
)
async def test_what_is_wrong_before_execution_is_400(api: Api, query: str, message: str) -> None:
    response = await api.client.post("/graphql/stream", json={"query": query}, headers=ACCEPT)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/json"
    assert message in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"method": "POST", "json": {"query": QUESTION}, "headers": {"accept": "application/json"}}, 406),
        ({"method": "PUT", "json": {"query": QUESTION}}, 405),
        ({"method": "POST", "data": {"query": QUESTION}}, 415),
        (
            {
                "method": "POST",
                "content": b'{"query": "{ hub { version } }"}',
                "headers": {"content-type": "text/plain"},
            },
            415,
        ),
        ({"method": "POST", "content": b"\xff", "headers": {"content-type": "application/json"}}, 400),
        ({"method": "POST", "json": None}, 415),
        ({"method": "POST", "json": []}, 400),
        ({"method": "POST", "json": {"query": 5}}, 400),
        ({"method": "POST", "json": {"query": QUESTION, "variables": []}}, 400),
        ({"method": "POST", "json": {"query": " " * 1_100_000}}, 413),
        ({"method": "GET"}, 400),
    ],
    ids=lambda value: str(value)[:70],
)
async def test_what_is_no_request_is_refused(api: Api, sent: dict[str, Any], status: int) -> None:
    headers = {**ACCEPT, **sent.pop("headers", {})}
    response = await api.client.request(url="/graphql/stream", headers=headers, **sent)
    assert response.status_code == status
    assert response.json()["errors"][0]["message"]


@pytest.mark.parametrize(("mode", "status"), [("no-cors", 403), ("navigate", 403), ("cors", 200)])
async def test_a_page_of_another_site_opens_no_stream_by_a_picture(api: Api, mode: str, status: int) -> None:
    headers = {"accept": "image/*,*/*", "sec-fetch-site": "cross-site", "sec-fetch-mode": mode}
    response = await api.client.get("/graphql/stream", params={"query": QUESTION}, headers=headers)
    assert response.status_code == status


async def test_the_client_of_the_protocols_makers_understands_it(api: Api) -> None:
    async def touch() -> None:
        for number in count():
            await api.take("acme/_source/mes/person/SSE-2", {"name": f"Ada {number}"}, 1)
            await asyncio.sleep(0.05)

    options = {
        "url": f"http://127.0.0.1:{api.port}/graphql/stream",
        "query": QUESTION,
        "broken": "{ huh }",
        "subscription": {"query": 'subscription { changes(kinds: ["Person"]) { id } }'},
    }
    touching = asyncio.create_task(touch())
    try:
        found = await asyncio.to_thread(npm.run, "graphql_sse.mjs", options)
    finally:
        touching.cancel()
        await asyncio.gather(touching, return_exceptions=True)
    assert found["answer"] == LOT
    assert "Cannot query field" in found["errors"][0] or "400" in found["errors"][0]
    assert found["told"] == [{"data": {"changes": {"id": "SSE-2"}}}] * 2


class Answered:
    """One answer, and then a fault of the hub."""

    def __init__(self) -> None:
        self.closed = False
        self._left = ['{"data":{}}']

    def __aiter__(self) -> Answered:
        return self

    async def __anext__(self) -> str:
        if not self._left:
            raise ZeroDivisionError("a secret")
        return self._left.pop()

    async def aclose(self) -> None:
        self.closed = True


async def test_a_fault_within_a_stream_is_told_and_masked(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[bytes] = []
    answers = Answered()

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    await sse._stream(answers, send)
    (_, first), (name, fault), last = events(b"".join(sent).decode())
    assert first == {"data": {}}
    assert name == "next" and "secret" not in fault["errors"][0]["message"]
    assert last == ("complete", None)
    assert answers.closed
    assert "ZeroDivisionError" in caplog.text


async def test_a_client_that_goes_before_the_first_byte_leaves_nothing_behind() -> None:
    answers = Answered()

    async def send(_: object) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await sse._stream(answers, send)
    assert answers.closed
