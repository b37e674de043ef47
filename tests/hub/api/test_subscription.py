"""Changes over WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from graph.errors import ReadFailed
from hub.announcing.live import Change, ChangeType
from hub.api.schema import HubSchema
from schema.model import MODEL
from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 10.0

SCHEMA = HubSchema(MODEL).core


class Listener:
    """A graphql-transport-ws client with one operation."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, **message: Any) -> None:
        await self._socket.send(orjson.dumps(message).decode())

    async def send_text(self, text: str) -> None:
        await self._socket.send(text)

    def stop_reading(self) -> None:
        self._socket.transport.pause_reading()

    def drop(self) -> None:
        """Goes without a word."""
        self._socket.transport.abort()

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = orjson.loads(await self._socket.recv())
            return message

    async def change(self) -> dict[str, Any]:
        message = await self.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        found: dict[str, Any] = message["payload"]["data"]["changes"]
        return found


@contextlib.asynccontextmanager
async def connected(api: Api) -> AsyncIterator[Listener]:
    url = f"ws://127.0.0.1:{api.port}/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        listener = Listener(socket)
        await listener.send(type="connection_init")
        assert (await listener.receive())["type"] == "connection_ack"
        yield listener


@contextlib.asynccontextmanager
async def listening(api: Api, query: str) -> AsyncIterator[Listener]:
    before = api.hub.changes.listeners
    async with connected(api) as listener:
        await listener.send(id="1", type="subscribe", payload={"query": query})
        async with asyncio.timeout(PATIENCE):
            while api.hub.changes.listeners == before:
                await asyncio.sleep(0.001)
        yield listener
    async with asyncio.timeout(PATIENCE):
        while api.hub.changes.listeners != before:
            await asyncio.sleep(0.001)


async def test_changes_tell_what_happened_and_the_thing_as_it_is_now(api: Api) -> None:
    query = """subscription { changes(kinds: ["Person"]) { kind id change path changed systems
      entity { __typename id name ... on Person { active } } } }"""
    topic = "acme/north/_source/mes/person/P-1"
    async with listening(api, query) as listener:
        await api.take("acme/_source/mes/equipment/E-1", {"name": "not a person"}, 1)
        await api.take(topic, {"name": "Ada"}, 2)
        created = await listener.change()
        assert created == {
            "kind": "Person",
            "id": "P-1",
            "change": "CREATED",
            "path": "acme/north",
            "changed": ["identifiers", "name", "path"],
            "systems": ["mes"],
            "entity": {"__typename": "Person", "id": "P-1", "name": "Ada", "active": None},
        }
        await api.take(topic, {"active": True}, 3)
        updated = await listener.change()
        assert (updated["change"], updated["changed"], updated["entity"]["active"]) == ("UPDATED", ["active"], True)
        await api.take(topic, None, 4)
        deleted = await listener.change()
        assert (deleted["change"], deleted["entity"]) == ("DELETED", None)


async def test_changes_below_a_location(api: Api) -> None:
    async with listening(api, 'subscription { changes(path: "acme/west") { id time } }') as listener:
        for number, place in enumerate(("westend", "west", "north", "west/line")):
            await api.take(f"acme/{place}/_source/mes/person/W-{number}", {"name": place}, 5)
        assert (await listener.change())["id"] == "W-1"
        last = await listener.change()
        assert last["id"] == "W-3"
        assert last["time"].endswith("Z")


async def test_who_listens_to_a_location_is_told_what_comes_and_goes(api: Api) -> None:
    query = 'subscription { changes(path: "acme/pack") { id change path pathBefore entity { path } } }'
    line, other = "acme/pack/line/_source/mes/person/M-1", "acme/store/_source/mes/person/M-1"
    async with listening(api, query) as listener:
        await api.take(other, {"name": "elsewhere"}, 1)
        await api.take(line, {"name": "here"}, 2)
        await api.take("acme/pack/_source/mes/person/M-1", {"name": "still here"}, 3)
        await api.take(other, {"name": "gone"}, 4)
        await api.take(other, {"name": "further"}, 5)
        await api.take(line, {"name": "back"}, 6)
        await api.take(line, None, 7)
        told = [await listener.change() for _ in range(5)]
    assert [(t["change"], t["pathBefore"], t["path"]) for t in told] == [
        ("ENTERED", "acme/store", "acme/pack/line"),
        ("UPDATED", "acme/pack/line", "acme/pack"),
        ("LEFT", "acme/pack", "acme/store"),
        ("ENTERED", "acme/store", "acme/pack/line"),
        ("DELETED", "acme/pack/line", "acme/pack/line"),
    ]
    assert told[-1]["entity"] is None


async def test_what_changed_is_named_as_fields_are(api: Api) -> None:
    query = 'subscription { changes(kinds: ["Sample"]) { id changed } }'
    said: list[tuple[str, dict[str, Any] | None, list[str]]] = [
        ("acme/_source/a", {"status": "RECEIVED"}, ["identifiers", "path", "status"]),
        ("acme/_source/b", {"status": "RECEIVED"}, ["sources"]),
        ("acme/_source/b", {"status": "TESTED"}, ["conflicts", "status"]),
        ("acme/x/_source/b", {"colour": "blue", "shade": 5}, ["path", "properties"]),
        ("acme/x/_source/b", {"lot": "LOT-2", "identifiers": {"serial": "s-90"}}, ["identifiers", "lot"]),
        ("acme/x/_source/b", {"colour": "blue"}, ["sources"]),
    ]
    names = set(SCHEMA.type_map["Sample"].fields)  # type: ignore[attr-defined]
    async with listening(api, query) as listener:
        for hour, (place, payload, changed) in enumerate(said):
            await api.take(f"{place}/sample/C-1", payload, hour)
            assert (await listener.change())["changed"] == changed
            assert names.issuperset(changed)
    for place in ("acme/_source/a", "acme/x/_source/b"):
        await api.take(f"{place}/sample/C-1", None, 9)


@pytest.mark.parametrize("path", ["acme//x", "/acme", "_source"])
async def test_a_location_that_is_none_is_refused(api: Api, path: str) -> None:
    async with connected(api) as listener:
        query = f'subscription {{ changes(path: "{path}") {{ id }} }}'
        await listener.send(id="1", type="subscribe", payload={"query": query})
        assert "`path` is no location" in str(await listener.receive())


async def test_an_empty_location_is_the_whole_plant(api: Api) -> None:
    async with listening(api, 'subscription { changes(path: "") { id } }') as listener:
        await api.take("acme/_source/mes/person/W-9", {"name": "Ada"}, 1)
        assert (await listener.change())["id"] == "W-9"


async def test_a_listener_that_falls_behind_is_told_and_ended(api: Api) -> None:
    async with listening(api, "subscription { changes { id } }") as listener:
        api.hub.changes.publish(
            Change("Person", f"L-{n}", ChangeType.CREATED, None, None, (), (), 0) for n in range(10_003)
        )
        message = await listener.receive()
        assert message["payload"]["errors"][0]["message"].startswith("3 changes were missed")
        assert (await listener.receive())["type"] == "complete"


async def test_an_internal_error_is_masked_here_too(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async with listening(api, "subscription { changes { id entity { id } } }") as listener:
        with api.broken(ReadFailed("column _secret")):
            api.hub.changes.publish([Change("Person", "X", ChangeType.UPDATED, None, None, (), (), 0)])
            payload = (await listener.receive())["payload"]
    assert payload["data"]["changes"] == {"id": "X", "entity": None}
    (error,) = payload["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in caplog.text


async def test_a_subscription_that_cannot_be_is_refused(api: Api) -> None:
    async with connected(api) as listener:
        await listener.send(
            id="1", type="subscribe", payload={"query": 'subscription { changes(kinds: ["X"]) { id } }'}
        )
        message = await listener.receive()
        assert "there is no kind 'X'" in str(message)


async def test_questions_are_answered_over_websocket_too(api: Api) -> None:
    async with connected(api) as listener:
        await listener.send(id="q", type="subscribe", payload={"query": '{ materialLot(id: "LOT-2") { id } }'})
        assert (await listener.receive())["payload"] == {"data": {"materialLot": {"id": "LOT-2"}}}
        assert await listener.receive() == {"id": "q", "type": "complete"}


def _subscribe(id_: object = "1", **payload: object) -> str:
    return orjson.dumps({"type": "subscribe", "id": id_, "payload": payload}).decode()


LISTEN = "subscription { changes { id } }"


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (_subscribe([], query=LISTEN), '"subscribe" takes an "id"'),
        ('{"type": "complete", "id": {}}', '"complete" takes an "id"'),
        ('{"type": "complete"}', '"complete" takes an "id"'),
        ('{"type": "subscribe", "id": "1", "payload": null}', '"payload" with a "query"'),
        (_subscribe(query=""), '"payload" with a "query"'),
        (_subscribe(query=5), '"query" in the payload of "subscribe" is not text'),
        (_subscribe(query=LISTEN, variables=[1]), '"variables" in the payload of "subscribe" is not an object'),
        (_subscribe(query=LISTEN, operationName=[]), '"operationName" in the payload of "subscribe" is not text'),
        (orjson.dumps({"type": "ü" * 300}).decode(), "a client sends connection_init"),
        ('{"type": "ping"}' + " " * 1_100_000, "larger than 1048576 characters"),
    ],
    ids=lambda value: value[:60],
)
async def test_what_is_no_message_after_the_greeting_says_why(
    api: Api, frame: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(api) as listener:
        with pytest.raises(ConnectionClosed) as closed:
            await listener.send_text(frame)
            await listener.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400
    assert reason in closed.value.rcvd.reason
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"query": "{ hub"}, "Syntax Error"),
        ({"query": "{ huh }"}, "Cannot query field"),
        ({"query": "#" + "x" * 3_000}, "Syntax Error"),
        ({"query": "query A { hub { version } }", "operationName": "Z"}, 'Unknown operation named "Z"'),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_is_wrong_with_one_operation_leaves_the_others_alone(
    api: Api, payload: dict[str, Any], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(api, LISTEN) as listener:
        await listener.send(id="2", type="subscribe", payload=payload)
        told = await listener.receive()
        assert (told["id"], told["type"]) == ("2", "error")
        assert message in told["payload"][0]["message"]
        await listener.send(type="complete", id="unknown")
        api.hub.changes.publish([Change("Person", "X", ChangeType.UPDATED, None, None, (), (), 0)])
        assert (await listener.change())["id"] == "X"
    assert "Traceback" not in caplog.text and "INTERNAL" not in caplog.text


async def test_one_who_never_reads_holds_nobody_back(api: Api) -> None:
    async with listening(api, LISTEN) as lazy:
        lazy.stop_reading()
        async with listening(api, LISTEN) as listener:
            for number in range(1_000):
                name = f"{number}{'x' * 4_000}"
                api.hub.changes.publish([Change("Person", name, ChangeType.UPDATED, None, None, (), (), 0)])
                assert (await listener.change())["id"] == name
        lazy.drop()


@pytest.mark.parametrize("frame", ["", "null", "[]", "5", '"x"', "{", "[" * 50_000, b"\x00", '{"type": []}', "{}"])
async def test_what_is_no_message_closes_the_connection(api: Api, frame: str | bytes) -> None:
    async with connect(
        f"ws://127.0.0.1:{api.port}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]
    ) as socket:
        await socket.send(frame)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(PATIENCE):
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400
