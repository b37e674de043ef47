"""graphql-transport-ws, rule by rule, by a raw client and by the one that its makers wrote."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from itertools import count
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.typing import Subprotocol

from hub.announcing.live import Change, ChangeType
from hub.api import frames, websocket
from tests.hub.api.conftest import Api
from tests.hub.api.listening import PATIENCE, connected, listening
from tests.servers import npm

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
        ('{"type": "subscribe", "id": "1", "payload": null}', 'is an object with a "query"'),
        (_subscribe(query=""), 'is an object with a "query"'),
        (_subscribe(query=5), '"query" in the "payload" of "subscribe" is not text'),
        (_subscribe(query=LISTEN, variables=[1]), '"variables" in the "payload" of "subscribe" is not an object'),
        (_subscribe(query=LISTEN, operationName=[]), '"operationName" in the "payload" of "subscribe" is not text'),
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


async def closed_after(api: Api, *frames: str | bytes, protocols: Sequence[str] = ("graphql-transport-ws",)) -> Close:
    """How the hub closes a connection on which these frames come."""
    url = f"ws://127.0.0.1:{api.port}/graphql"
    async with connect(url, subprotocols=[Subprotocol(name) for name in protocols] or None) as socket:
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                await socket.send(frame, text=True if isinstance(frame, bytes) and frame == NO_TEXT else None)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd


WORDS = {
    4401: "Unauthorized",
    4406: "Subprotocol not acceptable",
    4408: "Connection initialisation timeout",
    4409: "Subscriber for 1 already exists",
    4429: "Too many initialisation requests",
}
"""What the protocol says with each code."""

NO_TEXT = b'{"type": "ping", "payload": {"a": "\xff"}}'
INIT = '{"type": "connection_init"}'


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([_subscribe(query=LISTEN)], 4401),
        (['{"type": "ping"}', _subscribe(query=LISTEN)], 4401),
        ([INIT, INIT], 4429),
        ([INIT, _subscribe(query=LISTEN), INIT], 4429),
        ([INIT, _subscribe(query=LISTEN), _subscribe(query=LISTEN)], 4409),
        ([INIT, _subscribe(query=LISTEN), _subscribe(query="{ hub { version } }")], 4409),
        ([INIT, _subscribe(variables={})], 4400),
        ([INIT, _subscribe(documentId=5)], 4400),
        ([NO_TEXT], 4400),
        ([INIT, NO_TEXT], 4400),
        ([INIT, b"{}"], 4400),
        ([INIT, '{"type": "next", "id": "1", "payload": {}}'], 4400),
        ([INIT, '{"type": "connection_ack"}'], 4400),
        (['{"type": "connection_init", "payload": 5}'], 4400),
        ([INIT, '{"type": "ping", "payload": [1]}'], 4400),
        ([INIT, f'{{"type": "ping", "payload": {{"a": {"[" * 300 + "]" * 300}}}}}'], 4400),
        ([INIT, '{"type": "subscribe", "id": "", "payload": {"query": "{ hub { version } }"}}'], 4400),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_whoever_breaks_a_rule_is_closed_with_its_code(
    api: Api, frames: Sequence[str | bytes], code: int, caplog: pytest.LogCaptureFixture
) -> None:
    close = await closed_after(api, *frames)
    assert close.code == code
    assert close.reason.startswith(WORDS.get(code, ""))
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",)])
async def test_another_subprotocol_is_closed(api: Api, protocols: Sequence[str]) -> None:
    close = await closed_after(api, protocols=protocols)
    assert (close.code, close.reason.startswith(WORDS[4406])) == (4406, True)


async def test_one_who_does_not_greet_is_closed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.05)
    close = await closed_after(api, '{"type": "ping"}', '{"type": "pong"}')
    assert (close.code, close.reason.startswith(WORDS[4408])) == (4408, True)


async def test_a_fault_of_the_hub_closes_with_its_code_and_an_id_that_the_log_has(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_data: object, _limit: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(frames, "read", fail)
    close = await closed_after(api, INIT)
    assert close.code == 4500 and close.reason.startswith("Internal server error")
    assert close.reason.rpartition(" ")[2] in caplog.text


async def test_who_offers_more_than_the_protocol_is_spoken_to_in_it(api: Api) -> None:
    url = f"ws://127.0.0.1:{api.port}/graphql"
    offered = [Subprotocol("graphql-ws"), Subprotocol("graphql-transport-ws")]
    async with connect(url, subprotocols=offered) as socket:
        assert socket.subprotocol == "graphql-transport-ws"


async def test_nothing_is_said_of_an_operation_after_the_client_has_ended_it(api: Api) -> None:
    async with connected(api) as listener:
        for number in range(50):
            query = "{ hub { version } }" if number % 2 else "subscription { changes { id } }"
            await listener.send(id=str(number), type="subscribe", payload={"query": query})
            await listener.send(id=str(number), type="complete")
            await listener.send(type="ping", payload={"after": number})
        said: list[str] = []
        after = -1
        while after < 49:
            message = await listener.receive()
            if message["type"] == "pong":
                after = message["payload"]["after"]
            else:
                assert int(message["id"]) > after, "it was ended before the ping"
                said.append(message["type"])
        assert "error" not in said


async def test_null_payloads_are_as_good_as_none(api: Api) -> None:
    url = f"ws://127.0.0.1:{api.port}/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send('{"type": "ping", "payload": null}')
        assert orjson.loads(await socket.recv()) == {"type": "pong"}
        await socket.send('{"type": "connection_init", "payload": null}')
        assert orjson.loads(await socket.recv()) == {"type": "connection_ack"}
        await socket.send('{"type": "pong"}')
        await socket.send('{"type": "ping", "payload": {"at": 5}}')
        assert orjson.loads(await socket.recv()) == {"type": "pong", "payload": {"at": 5}}


async def test_an_id_may_be_used_again_once_its_operation_is_over(api: Api) -> None:
    async with listening(api, LISTEN) as listener:
        await listener.send(type="complete", id="1")
        await listener.send(type="subscribe", id="1", payload={"query": "{ hub { version } }"})
        assert (await listener.receive())["type"] == "next"
        assert await listener.receive() == {"id": "1", "type": "complete"}
        await listener.send(type="subscribe", id="1", payload={"query": "{ huh }"})
        assert (await listener.receive())["type"] == "error"
        await listener.send(type="subscribe", id="1", payload={"query": LISTEN})
        await listener.send(type="complete", id="1")
        await listener.send(type="ping")
        assert await listener.receive() == {"type": "pong"}


async def test_one_connection_has_no_more_operations_than_it_may(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MAX_OPERATIONS", 1)
    async with listening(api, LISTEN) as listener:
        await listener.send(type="subscribe", id="2", payload={"query": "{ hub { version } }"})
        told = await listener.receive()
        assert told["type"] == "error" and "the most there may be" in told["payload"][0]["message"]


async def test_a_mutation_goes_over_websocket_too(api: Api) -> None:
    mutation = 'mutation { publish(topic: "nowhere", payload: {}) { topic } }'
    async with connected(api) as listener:
        await listener.send(type="subscribe", id="1", payload={"query": mutation})
        told = await listener.receive()
        assert told["type"] == "next" and told["payload"]["errors"]


async def test_the_client_of_the_protocols_makers_understands_it(api: Api) -> None:
    async def touch() -> None:
        for number in count():
            await api.take("acme/_source/mes/person/WS-1", {"name": f"Ada {number}"}, 1)
            await asyncio.sleep(0.05)

    options = {
        "url": f"ws://127.0.0.1:{api.port}/graphql",
        "query": '{ materialLot(id: "LOT-2") { id } }',
        "broken": "{ huh }",
        "subscription": {
            "query": "subscription ($kinds: [String!]) { changes(kinds: $kinds) { id } }",
            "variables": {"kinds": ["Person"]},
        },
    }
    touching = asyncio.create_task(touch())
    try:
        found = await asyncio.to_thread(npm.run, "graphql_ws.mjs", options)
    finally:
        touching.cancel()
        await asyncio.gather(touching, return_exceptions=True)
    assert found["answer"] == {"data": {"materialLot": {"id": "LOT-2"}}}
    assert "Cannot query field" in found["errors"][0]
    assert found["told"] == [{"data": {"changes": {"id": "WS-1"}}}] * 2
    assert found["pongs"] > 0
