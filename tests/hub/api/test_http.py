"""What is a request and what is not, what a client is told of errors, and GraphiQL without the internet."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import re
from importlib.resources import files

import httpx
import pytest
from graphql import get_introspection_query
from starlette.applications import Starlette
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from graph.errors import ReadFailed, ReadTimeout
from hub.api import graphiql, routes, sdl
from hub.http.web import Stage
from hub.settings import Settings
from schema.model import MODEL
from tests.hub.api.conftest import Api, served
from tests.servers import free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOT = '{ materialLot(id: "LOT-1") { id } }'


async def test_get_answers_questions_and_nothing_else(api: Api) -> None:
    answer = await api.client.get("/graphql", params={"query": LOT})
    assert answer.json() == {"data": {"materialLot": {"id": "LOT-1"}}}
    mutation = 'mutation { publish(topic: "uns/v1/a/_tag/b", payload: 1) { topic } }'
    refused = await api.client.get("/graphql", params={"query": mutation})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_variables_and_operation_names(api: Api) -> None:
    answer = await api.client.post(
        "/graphql",
        json={
            "query": "query A($id: ID!) { materialLot(id: $id) { id } } query B { hub { version } }",
            "variables": {"id": "LOT-2"},
            "operationName": "A",
        },
    )
    assert answer.json() == {"data": {"materialLot": {"id": "LOT-2"}}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"{ hub }"',
        b"[]",
        b"5",
        b"{",
        b"\xff\xfe",
        b'{"query": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 5}',
        b'{"query": "{ hub { version } }", "variables": []}',
        b'{"query": "{ hub { version } }", "variables": "{}"}',
        b'{"query": "{ hub { version } }", "extensions": 1}',
        b'{"query": "{ hub { version } }", "operationName": {}}',
        b'{"query": NaN}',
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_what_is_no_request_is_answered_400(api: Api, body: bytes) -> None:
    answer = await api.client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]


async def test_a_subscription_is_sent_to_the_websocket(api: Api) -> None:
    query = {"query": "subscription { changes { id } }"}
    for answer in (await api.client.post("/graphql", json=query), await api.client.get("/graphql", params=query)):
        assert answer.status_code == 400
        message = answer.json()["errors"][0]["message"]
        assert "subscribe over WebSocket (graphql-transport-ws) at this address" in message


async def test_a_body_above_the_limit_is_refused_before_it_is_read(api: Api) -> None:
    big = b'{"query": "' + b" " * 1_100_000 + b'"}'
    answer = await api.client.post("/graphql", content=big, headers={"content-type": "application/json"})
    assert (answer.status_code, "larger than 1048576 bytes" in answer.text) == (413, True)


async def test_a_client_that_goes_away_in_the_middle_is_no_fault(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(head + b"{")
    await writer.drain()
    await api.client.get("/graphql", params={"query": LOT})
    writer.close()
    await writer.wait_closed()
    await api.client.get("/graphql", params={"query": LOT})
    assert not caplog.records


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ lots { id } }", "Cannot query field 'lots' on type 'Query'"),
        ("{ hub", "Syntax Error"),
        ("query A { hub { version } } query B { hub { version } }", "name the one to run in `operationName`"),
        ("{ " + "a { " * 40_000, ""),
        ("{ hub " * 3_000, ""),
        ("{ " + "hub { version } " * 2_000 + "}", "contains more than 5000 tokens"),
        (
            '{ materialLot(id: "L") { ' + "definition { lots { nodes { " * 12 + "id" + " } } }" * 12 + " } }",
            "more than 20 levels deep",
        ),
        ("{ ...F } fragment F on Query { ...F }", "Cannot spread fragment 'F' within itself"),
        ('{ materialLots(where: {expiresAt: {gt: "tomorrow"}}) { totalCount } }', "is not an RFC 3339 time"),
        ("{ jobOrders(where: {priority: {gt: 9223372036854775808}}) { totalCount } }", "whole number"),
        ("{ materialLots(orderBy: [{id: ASC, name: ASC}]) { totalCount } }", "exactly one"),
        ('{ materialLots(where: {status: {eq: "RELEASED"}}) { totalCount } }', "MaterialLotStatus"),
    ],
    ids=lambda value: value[:40],
)
async def test_documents_that_do_not_hold_are_told_so(api: Api, query: str, message: str) -> None:
    answer = await api.ask(query)
    assert answer.status == 200
    assert answer.data is None
    assert message in answer.errors[0]["message"]
    assert "INTERNAL" not in str(answer.errors)


async def test_variables_that_do_not_hold_are_told_so(api: Api) -> None:
    nested: object = {"id": {"eq": "x"}}
    for _ in range(200):
        nested = {"not": nested}
    for variables in ({}, {"w": nested}, {"w": 5}, {"w": {"id": {"eq": ["x"]}}}, {"w": {"or": [None]}}):
        answer = await api.ask("query ($w: MaterialLotWhere!) { materialLots(where: $w) { totalCount } }", variables)
        assert answer.status == 200
        assert answer.errors
        assert "INTERNAL" not in str(answer.errors), answer.errors


async def test_an_internal_error_is_masked_and_its_id_is_in_the_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), api.broken(ReadFailed("column _secret at /var/lib")):
        answer = await api.ask(LOT)
    (error,) = answer.errors
    assert re.fullmatch(r"an internal error; the hub's log has it under the id [0-9a-f]{12}", error["message"])
    assert error["extensions"] == {"code": "INTERNAL", "id": error["message"][-12:]}
    assert error["path"] == ["materialLot"]
    (record,) = caplog.records
    assert error["extensions"]["id"] in record.getMessage()
    assert record.exc_info is not None and isinstance(record.exc_info[1], ReadFailed)


async def test_an_error_that_a_client_can_act_on_keeps_its_words(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), api.broken(ReadTimeout("the read took longer than 30 s; ask for less")):
        answer = await api.ask(LOT)
    (error,) = answer.errors
    assert error["message"] == "the read took longer than 30 s; ask for less"
    assert error["extensions"] == {"code": "TIMEOUT"}
    assert caplog.records == []


async def test_the_schema_is_served(api: Api) -> None:
    assert (await api.client.get("/graphql/schema")).text == sdl(MODEL)


async def test_tools_may_ask_for_the_whole_schema(api: Api) -> None:
    assert (await api.data(get_introspection_query(one_of=True)))["__schema"]["queryType"]["name"] == "Query"


async def test_a_browser_gets_graphiql_and_everything_it_loads_is_here(api: Api) -> None:
    page = await api.client.get("/graphql", headers={"accept": "text/html,*/*"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "http://" not in page.text and "https://" not in page.text
    assert '<link rel="icon" href="data:,">' in page.text  # or the browser asks for /favicon.ico, which is not there
    loaded = re.findall(r'(?:src|href)="(/graphql/assets/[^"]+)" integrity="([^"]+)"', page.text)
    assert len(loaded) == len(graphiql.ASSETS)
    for url, integrity in loaded:
        asset = await api.client.get(url)
        assert asset.status_code == 200
        assert integrity == "sha256-" + base64.b64encode(hashlib.sha256(asset.content).digest()).decode()


async def test_the_files_of_graphiql_come_with_a_package() -> None:
    folder = files(graphiql.PACKAGE) / graphiql.FOLDER
    assert all((folder / name).is_file() for name in graphiql.ASSETS)


async def test_a_hub_that_is_starting_says_so() -> None:
    port = free_port()
    async with served(Starlette(routes=routes(Stage(), Settings())), port), httpx.AsyncClient() as client:
        address = f"127.0.0.1:{port}/graphql"
        answer = await client.post(f"http://{address}", json={"query": LOT})
        assert answer.status_code == 503
        assert "starting" in answer.json()["errors"][0]["message"]
        assert (await client.get(f"http://{address}/schema")).status_code == 200
        async with connect(f"ws://{address}", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
