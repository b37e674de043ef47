"""Limits of a request as settings: each is refused beyond its number, with the number, before anything is read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from graph.plan import Plan, Row
from hub.api.http import create_api
from hub.api.serving import context_of, documents_of, limits_of
from hub.settings import LimitSettings, Settings
from hub.settings.load import load
from schema.model import MODEL
from tests.hub.api.conftest import Api, served
from tests.servers import free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOT = '{ materialLot(id: "LOT-1") { id } }'
LOTS = "{ materialLots(first: 3) { nodes { id } } }"


@contextlib.asynccontextmanager
async def asking(api: Api, **changed: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the same hub with other settings."""
    settings = api.hub.settings.model_copy(update=changed)
    limits = limits_of(settings)
    context = context_of(api.hub, limits)
    routes = create_api(MODEL, lambda: context, limits, documents=documents_of(settings))
    port = free_port()
    async with served(Starlette(routes=routes), port), httpx.AsyncClient(timeout=30) as client:
        client.base_url = httpx.URL(f"http://127.0.0.1:{port}")
        yield client


async def ask(client: httpx.AsyncClient, body: Any, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def message(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["message"])


@pytest.mark.parametrize(
    ("limits", "query", "told"),
    [
        ({"depth": 2}, "{ materialLots { nodes { id } } }", "more than 2 levels deep"),
        ({"tokens": 10}, "{ hub { version } hub { version } hub { version } }", "more than 10 tokens"),
        ({"aliases": 2}, "{ a: hub { version } b: hub { v: version } }", "has 3 aliases; at most 2 are allowed"),
        ({"aliases": 0}, "{ ...F } fragment F on Query { ... { a: __typename } }", "has 1 aliases"),
        ({"rootFields": 1}, "{ hub { version } __typename }", "has 2 root fields; at most 1 are allowed"),
        ({"sideBySide": 1}, f"{{ {LOT[1:-1]} hub {{ version }} }}", "2 fields with selections of their own"),
        ({"fragments": 0}, "{ ...F } fragment F on Query { __typename }", "has 1 fragments; at most 0"),
        ({"fields": 2}, '{ materialLot(id: "LOT-1") { id name status } }', "selects more than 2 fields"),
        ({"complexity": 3}, LOTS, "may have up to 4 objects, more than the 3 that are allowed"),
        ({"things": 2}, LOTS, "has 3 things, more than the 2"),
        ({"conditions": 1}, '{ materialLots(where: {id: {eq: "a"}, name: {eq: "b"}}) { totalCount } }',
         "more than 1 conditions"),
        ({"values": 1}, '{ materialLots(where: {id: {in: ["a", "b"]}}) { totalCount } }', "has 2 values; at most 1"),
        ({"tags": 1}, "{ namespace(depth: 8) { tags { name } children { tags { name } } } }", "more than 1 tags"),
        ({"places": 1}, "{ namespace(depth: 2) { children { path children { path } } } }", "more than 1 locations"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
async def test_a_limit_is_a_setting(api: Api, limits: dict[str, int], query: str, told: str) -> None:
    async with asking(api, limits=LimitSettings.model_validate(limits)) as client:
        answer = await ask(client, {"query": query})
        assert told in message(answer)
        assert not any((answer.json().get("data") or {}).values())
    assert "errors" not in (await ask(api.client, {"query": query})).json()


async def test_a_body_is_limited_by_a_setting_whether_it_says_its_length_or_not(api: Api) -> None:
    async with asking(api, limits=LimitSettings(body=1024)) as client:
        body = b'{"query": "{ hub { version } }", "more": "' + b"x" * 1_024 + b'"}'

        async def parts() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 100):
                yield body[start : start + 100]

        for content in (body, parts()):
            answer = await client.post("/graphql", content=content, headers={"content-type": "application/json"})
            assert (answer.status_code, "larger than 1024 bytes" in message(answer)) == (413, True)


async def test_a_limit_says_where_it_is_asked_for_what_an_answer_may_have(api: Api) -> None:
    told = await ask(api.client, {"query": LOTS}, unshub_tell="complexity")
    assert told.json()["extensions"] == {"complexity": {"estimate": 4, "limit": 1_000_000_000_000_000}}
    assert "extensions" not in (await ask(api.client, {"query": LOTS})).json()
    async with asking(api, limits=LimitSettings(complexity=3)) as client:
        refused = await ask(client, {"query": LOTS}, unshub_tell="complexity")
        assert refused.json()["extensions"] == {"complexity": {"estimate": 4, "limit": 3}}


async def test_the_schema_is_not_told_where_a_setting_says_so(api: Api) -> None:
    async with asking(api, introspection=False) as client:
        hidden = '{ ...F } fragment F on Query { a: __type(name: "A") { name } }'
        for query in ("{ __schema { types { name } } }", hidden):
            answer = await ask(client, {"query": query}, accept="application/graphql-response+json")
            assert (answer.status_code, "setting `introspection`" in message(answer)) == (400, True)
        assert (await client.get("/graphql/schema")).status_code == 403
        named = await ask(client, {"query": '{ materialLot(id: "LOT-1") { __typename } }'})
        assert named.json() == {"data": {"materialLot": {"__typename": "MaterialLot"}}}


async def test_the_schema_is_told_on_the_loopback_address_unless_a_setting_says_otherwise() -> None:
    assert limits_of(Settings()).introspection
    assert not limits_of(Settings(http="unix:/run/unshub.sock")).introspection
    assert limits_of(Settings(http="unix:/run/unshub.sock", introspection=True)).introspection
    assert not limits_of(Settings(introspection=False)).introspection


async def test_arrays_are_refused_unless_a_setting_allows_them(api: Api) -> None:
    one = {"query": LOT}
    assert "`limits.batch`" in message(await ask(api.client, [one]))
    async with asking(api, limits=LimitSettings(batch=2, complexity=5)) as client:
        both = await ask(client, [one, {"query": "{ lots }"}])
        first, second = both.json()
        assert (both.status_code, first) == (200, {"data": {"materialLot": {"id": "LOT-1"}}})
        assert second.keys() == {"errors"}
        for array in ([], [one] * 3):
            assert (await ask(client, array)).status_code == 400
        for array in ([one, None], [[one]], [one, {"query": 1}]):
            assert (await ask(client, array)).status_code == 400
        first, second = (await ask(client, [{"query": LOTS}, {"query": LOTS}])).json()
        assert first.keys() == {"data"}
        assert "the batch, up to this request, may have up to 8 objects" in second["errors"][0]["message"]
        assert (await ask(client, {"query": LOTS})).json().keys() == {"data"}


async def test_a_request_that_takes_too_long_is_given_up_with_its_read(api: Api) -> None:
    reads: list[str] = []
    read = api.hub.store.read

    async def slow(_plan: Plan, _parameters: Mapping[str, Any]) -> Row:
        reads.append("began")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            reads.append("cancelled")
            raise
        raise AssertionError

    api.hub.store.read = slow  # type: ignore[method-assign]
    try:
        async with asking(api, request_timeout=0.2) as client:
            for answer in (await ask(client, {"query": LOT}), await client.get("/graphql", params={"query": LOT})):
                assert (answer.status_code, "longer than 0.2 s" in message(answer)) == (504, True)
    finally:
        api.hub.store.read = read  # type: ignore[method-assign]
    assert reads == ["began", "cancelled"] * 2


async def test_what_nobody_waits_for_any_more_is_given_up(api: Api) -> None:
    began, ended = asyncio.Event(), asyncio.Event()
    read = api.hub.store.read

    async def slow(_plan: Plan, _parameters: Mapping[str, Any]) -> Row:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        raise AssertionError

    api.hub.store.read = slow  # type: ignore[method-assign]
    try:
        waiting = asyncio.create_task(ask(api.client, {"query": LOT}))
        await began.wait()
        waiting.cancel()
        await asyncio.wait_for(ended.wait(), 10)
    finally:
        api.hub.store.read = read  # type: ignore[method-assign]
    await asyncio.gather(waiting, return_exceptions=True)


async def test_settings_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "unshub.yaml"
    file.write_text("limits: {depth: 7, body: 64KiB, batch: 3}\nrequestTimeout: 5s\nintrospection: false\n")
    limits = limits_of(load({}, file))
    assert (limits.max_depth, limits.max_body, limits.max_batch, limits.max_seconds) == (7, 65_536, 3, 5.0)
    assert not limits.introspection
