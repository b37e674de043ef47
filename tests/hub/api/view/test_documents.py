"""Documents that are asked for by their id, and a hub that answers no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from hub.api.documents import DocumentsError, sha256
from hub.api.serving import documents_of
from hub.settings import Settings
from tests.hub.api.conftest import Api
from tests.hub.api.view.test_limits import ask, asking, message

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOT = "query Lot($id: ID!) {\r\n  materialLot(id: $id) { id }\r\n}\n"
PUBLISH = 'mutation { publish(topic: "x", payload: 1) { topic } }'
ONE = {"variables": {"id": "LOT-1"}}
FOUND = {"data": {"materialLot": {"id": "LOT-1"}}}
GRAPHQL_JSON = "application/graphql-response+json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "lot.graphql").write_bytes(LOT.encode())
    (tmp_path / "publish.gql").write_text(PUBLISH)
    return tmp_path


async def test_a_document_is_asked_for_by_the_hash_of_its_text(api: Api, folder: Path) -> None:
    named = {"documentId": sha256(LOT), **ONE}
    async with asking(api, documents=folder) as client:
        assert (await ask(client, named)).json() == FOUND
        assert (await ask(client, {**named, "query": LOT})).json() == FOUND
        assert (await ask(client, {"query": LOT, "documentId": None, **ONE})).json() == FOUND
        params = {"documentId": sha256(LOT), "variables": json.dumps(ONE["variables"])}
        got = await client.get("/graphql", params=params, headers={"accept": "text/html,*/*"})
        assert (got.json(), "etag" in got.headers) == (FOUND, True)
        mutation = await client.get("/graphql", params={"documentId": sha256(PUBLISH)})
        assert (mutation.status_code, mutation.headers["allow"]) == (405, "POST")
        assert (await ask(client, {"query": "{ hub { version } }"})).json().keys() == {"data"}


async def test_the_hash_is_that_of_the_specification() -> None:
    text = "query($id:ID!){user(id:$id){name}}"
    assert sha256(text) == "sha256:71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b"


@pytest.mark.parametrize("form", ["plain", "apollo"])
async def test_a_file_names_documents_by_ids_of_its_own(api: Api, tmp_path: Path, form: str) -> None:
    file = tmp_path / "documents.json"
    apollo = {"format": "apollo-persisted-query-manifest", "operations": [{"id": "lot", "body": LOT}]}
    file.write_text(json.dumps({"lot": LOT} if form == "plain" else apollo))
    async with asking(api, documents=file) as client:
        for name in ("lot", sha256(LOT)):
            assert (await ask(client, {"documentId": name, **ONE})).json() == FOUND


async def test_a_document_that_is_not_there_is_told_so(api: Api, folder: Path) -> None:
    async with asking(api, documents=folder) as client:
        for body in ({"documentId": "other"}, {"documentId": sha256(LOT), "query": "{ hub { version } }"}):
            answer = await ask(client, body, accept=GRAPHQL_JSON)
            assert (answer.status_code, answer.json().keys(), len(answer.json()["errors"])) == (400, {"errors"}, 1)
            assert "the document" in message(answer) or "no document" in message(answer)
        for id_ in (5, True, [], {}):
            assert (await ask(client, {"documentId": id_})).status_code == 400
    assert "no document" in message(await ask(api.client, {"documentId": sha256(LOT)}))


async def test_a_hub_may_answer_nothing_but_what_it_knows(api: Api, folder: Path) -> None:
    async with asking(api, documents=folder, trusted_documents=True) as client:
        assert (await ask(client, {"documentId": sha256(LOT), **ONE})).json() == FOUND
        assert (await ask(client, {"query": LOT, **ONE})).json() == FOUND
        for query in (f"{LOT} ", "{ __typename }", "{ __schema { types { name } } }", "{"):
            answer = await ask(client, {"query": query, **ONE}, accept=GRAPHQL_JSON)
            assert (answer.status_code, answer.json().keys()) == (400, {"errors"})
            assert "answers only the documents that it knows (setting `trustedDocuments`)" in message(answer)
        address = f"ws://{client.base_url.host}:{client.base_url.port}/graphql"
        async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send('{"type": "connection_init"}')
            await socket.recv()
            for query, told in (("{ __typename }", "trustedDocuments"), (LOT, "LOT-1")):
                payload = {"query": query, **ONE}
                await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
                assert told in str(await socket.recv())
                while told == "LOT-1" and "complete" not in str(await socket.recv()):
                    pass


async def test_a_hub_does_not_start_with_documents_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(DocumentsError, match="holds no documents"):
        documents_of(Settings(documents=tmp_path))
