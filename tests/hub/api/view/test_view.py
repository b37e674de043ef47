"""GraphQL over HTTP: methods, media types, statuses, what the client may keep, and what another site's page may ask."""

from __future__ import annotations

import gzip
import json
import logging
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from graph.errors import ReadFailed
from hub.api.view.accepted import GRAPHQL_JSON, JSON
from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOT = '{ materialLot(id: "LOT-1") { id } }'
LOTS = "{ materialLots { nodes { id globalId kind path updatedAt sources { system id observedAt values } } } }"
MUTATION = 'mutation { publish(topic: "uns/v1/a/_tag/b", payload: 1) { topic } }'
TYPED = {"content-type": "application/json"}
SIDE_BY_SIDE = "query A($n: Int) { hub { version } } query B { hub { version } }"


async def post(api: Api, body: dict[str, Any], **headers: str) -> httpx.Response:
    return await api.client.post("/graphql", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize("media", [JSON, GRAPHQL_JSON])
async def test_an_answer_says_what_it_is(api: Api, media: str) -> None:
    answer = await post(api, {"query": LOT}, accept=media)
    assert (answer.status_code, answer.json()) == (200, {"data": {"materialLot": {"id": "LOT-1"}}})
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "request_",
    [
        {"query": "{"},
        {"query": "{ lots }"},
        {"query": "query ($id: ID!) { materialLot(id: $id) { id } }"},
        {"query": "query ($id: ID!) { materialLot(id: $id) { id } }", "variables": {"id": {}}},
        {"query": "{ " + "hub { version } " * 60 + "}"},
        {"query": "{ " + "a { " * 10_000 + "}"},
        {"query": LOT, "operationName": "Other"},
        {"query": SIDE_BY_SIDE},
        {"query": "fragment F on Query { __typename }"},
        {"query": "#"},
        {"query": " "},
    ],
    ids=lambda body: json.dumps(body)[:60],
)
async def test_what_can_not_be_executed_has_no_data(api: Api, request_: dict[str, Any]) -> None:
    for media, status in ((GRAPHQL_JSON, 400), (JSON, 200)):
        answer = await post(api, request_, accept=media)
        assert (answer.status_code, answer.json().keys()) == (status, {"errors"})
        assert answer.json()["errors"][0]["message"]
        assert answer.headers["content-type"].startswith(media)


async def test_an_answer_of_which_parts_failed_is_one(api: Api) -> None:
    for media in (GRAPHQL_JSON, JSON):
        one = await post(api, {"query": "{ hub { version } node(id: 1) { id } }"}, accept=media)
        assert (one.status_code, one.json()["data"]["node"], one.json()["errors"][0]["path"]) == (200, None, ["node"])
        all_ = await post(api, {"query": "{ materialLots(first: -1) { totalCount } }"}, accept=media)
        assert (all_.status_code, all_.json()["data"]) == (200, None)


@pytest.mark.parametrize("accept", ["text/event-stream", "application/xml", "application/json;q=0", "text/html"])
async def test_a_client_that_takes_neither_media_type_is_told_so(api: Api, accept: str) -> None:
    for answer in (
        await post(api, {"query": LOT}, accept=accept),
        await api.client.get("/graphql", params={"query": LOT}, headers={"accept": accept}),
    ):
        assert answer.status_code == 406
        assert "application/graphql-response+json" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
async def test_other_methods_are_refused_with_those_that_there_are(api: Api, method: str) -> None:
    answer = await api.client.request(method, "/graphql", json={"query": LOT})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert "by POST or GET" in answer.json()["errors"][0]["message"]


async def test_options_tells_the_methods_and_lets_no_other_site_in(api: Api) -> None:
    answer = await api.client.options("/graphql", headers={"origin": "http://evil.example"})
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert not any(name.startswith("access-control") for name in answer.headers)


async def test_a_mutation_by_get_is_refused_and_not_done(api: Api) -> None:
    text = f"{LOT.replace('{', 'query A {', 1)} {MUTATION.replace('mutation', 'mutation B')}"
    for params in ({"query": MUTATION}, {"query": text, "operationName": "B"}):
        answer = await api.client.get("/graphql", params=params)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await api.client.get("/graphql", params={"query": text, "operationName": "A"})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/graphql"},
        {"content-type": "application/json+x"},
        {"content-type": "text/plain; application/json"},
        {"content-type": "text/plain, application/json"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json; charset=iso-8859-1"},
        {**TYPED, "content-encoding": "gzip"},
    ],
    ids=str,
)
async def test_a_body_that_is_not_said_to_be_json_is_refused(api: Api, headers: dict[str, str]) -> None:
    answer = await api.client.post("/graphql", content=json.dumps({"query": LOT}).encode(), headers=headers)
    assert (answer.status_code, answer.json().keys()) == (415, {"errors"})


@pytest.mark.parametrize(
    "kind", ["Application/JSON", "application/json; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_in_utf_8_is_taken_however_it_is_written(api: Api, kind: str) -> None:
    body = json.dumps({"query": '{ search(text: "größe ☃") { id } }', "extensions": {"a": 1}, "more": 1}).encode()
    answer = await api.client.post("/graphql", content=body, headers={"content-type": kind})
    assert answer.json() == {"data": {"search": []}}


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query=",
        "variables={}",
        f"query={quote(LOT)}&variables=%7B",
        f"query={quote(LOT)}&variables=[]",
        f"query={quote(LOT)}&variables=1",
        f"query={quote(LOT)}&extensions=x",
        f"query={quote(LOT)}&query={quote(LOT)}",
        "query=%ff",
        "query=%7B&" + "a=b&" * 100,
    ],
)
async def test_an_address_that_is_no_request_is_answered_400(api: Api, query_string: str) -> None:
    answer = await api.client.get(f"/graphql?{query_string}", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json().keys()) == (400, {"errors"})


async def test_a_parameter_that_is_empty_is_not_given(api: Api) -> None:
    params = {"query": LOT, "variables": "", "operationName": "", "extensions": "", "other": "1"}
    assert (await api.client.get("/graphql", params=params)).json() == {"data": {"materialLot": {"id": "LOT-1"}}}
    named = {"query": "query null($id: ID) { materialLot(id: $id) { id } }", "operationName": "null"}
    answer = await api.client.get("/graphql", params={**named, "variables": '{"id": "LOT-2"}'})
    assert answer.json() == {"data": {"materialLot": {"id": "LOT-2"}}}


async def test_a_client_may_keep_an_answer_and_ask_whether_it_still_holds(api: Api) -> None:
    first = await api.client.get("/graphql", params={"query": LOTS}, headers={"accept": GRAPHQL_JSON})
    tag = first.headers["etag"]
    assert re.fullmatch('"[0-9a-f]{32}-gz"', tag)
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Accept, Accept-Encoding"
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        headers = {"accept": GRAPHQL_JSON, "if-none-match": known}
        again = await api.client.get("/graphql", params={"query": LOTS}, headers=headers)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    for headers in ({"accept": JSON}, {"accept": GRAPHQL_JSON, "accept-encoding": "identity"}):
        other = await api.client.get("/graphql", params={"query": LOTS}, headers={**headers, "if-none-match": tag})
        assert other.status_code == 200
        assert other.headers["etag"] != tag
    different = await api.client.get("/graphql", params={"query": LOT}, headers={"if-none-match": tag})
    assert different.json() == {"data": {"materialLot": {"id": "LOT-1"}}}


async def test_what_failed_is_not_kept(api: Api) -> None:
    answer = await api.client.get("/graphql", params={"query": "{"}, headers={"if-none-match": "*"})
    assert answer.json().keys() == {"errors"}
    assert "etag" not in answer.headers
    assert "etag" not in (await post(api, {"query": LOT})).headers


async def test_head_is_get_without_the_answer(api: Api) -> None:
    get = await api.client.get("/graphql", params={"query": LOT})
    head = await api.client.head("/graphql", params={"query": LOT})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == get.headers["etag"]
    assert head.headers["content-length"] == str(len(get.content))


async def test_long_answers_are_compressed_for_those_who_take_that(api: Api) -> None:
    plain = await post(api, {"query": LOTS}, accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    async with api.client.stream("POST", "/graphql", json={"query": LOTS}) as packed:
        raw = b"".join([chunk async for chunk in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert len(raw) < len(plain.content) / 2
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in (await post(api, {"query": LOT})).headers


@pytest.mark.parametrize("mode", ["no-cors", "navigate"])
async def test_a_form_or_picture_of_another_site_is_not_answered(api: Api, mode: str) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode}
    answer = await api.client.get("/graphql", params={"query": LOT}, headers=headers)
    assert (answer.status_code, answer.json().keys()) == (403, {"errors"})
    own = {"sec-fetch-site": "same-origin", "sec-fetch-mode": mode}
    assert (await api.client.get("/graphql", params={"query": LOT}, headers=own)).status_code == 200


async def test_an_internal_error_is_masked_in_either_media_type(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    for media in (GRAPHQL_JSON, JSON):
        caplog.clear()
        with caplog.at_level(logging.ERROR), api.broken(ReadFailed("column _secret at /var/lib")):
            answer = await post(api, {"query": LOT}, accept=media)
        assert (answer.status_code, answer.json()["data"]) == (200, {"materialLot": None})
        assert "_secret" not in answer.text
        assert answer.json()["errors"][0]["extensions"]["id"] in caplog.text


async def test_a_fault_outside_of_any_field_is_masked_too(
    api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("_secret")

    monkeypatch.setattr("hub.api.sizes.too_large", fail)
    for media in (GRAPHQL_JSON, JSON):
        answer = await post(api, {"query": "{ hub { version } }"}, accept=media)
        assert (answer.status_code, answer.json().keys()) == (500, {"errors"})
        assert "_secret" not in answer.text
        assert answer.json()["errors"][0]["extensions"]["id"] in caplog.text
    monkeypatch.setattr("hub.api.view.answering.of_result", fail)
    answer = await post(api, {"query": "{ hub { version } }"}, accept=GRAPHQL_JSON)
    assert (answer.status_code, "_secret" in answer.text) == (500, False)
    found = re.search("[0-9a-f]{12}", answer.json()["errors"][0]["message"])
    assert found and found[0] in caplog.text
