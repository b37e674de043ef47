"""The kind `webhook`: what is taken of a request, and what its sender is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.load import Connector
from connectors.mapping.messages import Message
from connectors.state import State
from connectors.wire.errors import Unpublishable
from hub.http import hooks
from schema.merge import Record
from tests.connectors.pushed import listening, until
from tests.connectors.running import Taken, letters

HOOK = """
kind: webhook
system: shop
location: acme/north
auth:
  token: {header: X-Token, secretFile: token}
streams:
  lots:
    changed: at
    gone: event = 'deleted'
    map:
      - kind: MaterialLot
        id: lot
        set: {name: name, status: {from: state, enum: {F: RELEASED, S: BLOCKED}}}
"""
SECRET = "geheim-1234"
TOKEN = {"X-Token": SECRET}

Made = Callable[[str], Connector]


@pytest.fixture
def hook(tmp_path: Path, connector: Made) -> Made:
    """A connector `mes` of a file, whose token is there."""

    def made(text: str) -> Connector:
        (tmp_path / "token").write_text(f"{SECRET}\n")
        return connector(text)

    return made


@pytest.fixture
async def client(hook: Made, tmp_path: Path, taken: Taken) -> AsyncIterator[httpx.AsyncClient]:
    async with listening(hook(HOOK), tmp_path, taken) as client:
        yield client


@pytest.fixture
def taken() -> Iterator[Taken]:
    yield Taken()


def lot(taken: Taken, id_: str) -> Record:
    return taken.records["MaterialLot", id_]


def value(record: Record, cell: str) -> Any:
    return record.cells[cell].value


async def post(client: httpx.AsyncClient, body: Any, path: str = "/hooks/mes", **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post(path, content=content, headers={**TOKEN, **headers})


async def test_a_record_is_at_the_broker_before_it_is_answered(client: httpx.AsyncClient, taken: Taken) -> None:
    answer = await post(client, {"lot": "L1", "name": "White", "at": "2026-03-01T10:00:00Z"})
    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "unchanged": 0})
    assert value(lot(taken, "L1"), "name") == "White"


async def test_a_list_is_many_records(client: httpx.AsyncClient, taken: Taken) -> None:
    answer = await post(client, [{"lot": f"L{n}", "name": "x"} for n in range(1200)])
    assert answer.json() == {"taken": 1200, "unchanged": 0}
    assert len(taken.records) == 1200
    assert len(taken.messages) == 3


async def test_what_is_told_again_is_published_once(client: httpx.AsyncClient, taken: Taken) -> None:
    body = {"lot": "L1", "name": "White"}
    assert (await post(client, body)).json() == {"taken": 1, "unchanged": 0}
    assert (await post(client, body)).json() == {"taken": 0, "unchanged": 1}
    assert (await post(client, [body, body])).json() == {"taken": 0, "unchanged": 2}
    assert len(taken.messages) == 1


async def test_what_comes_late_does_not_count_as_newer(client: httpx.AsyncClient, taken: Taken) -> None:
    await post(client, {"lot": "L1", "name": "new", "at": "2026-03-01T11:00:00Z"})
    await post(client, {"lot": "L1", "name": "old", "at": "2026-03-01T10:00:00Z"})
    assert value(lot(taken, "L1"), "name") == "new"
    await post(client, {"lot": "L1", "name": "without a time"})
    assert value(lot(taken, "L1"), "name") == "without a time"


async def test_what_is_gone_is_withdrawn_and_may_come_again(client: httpx.AsyncClient, taken: Taken) -> None:
    await post(client, {"lot": "L1", "name": "White"})
    answer = await post(client, {"lot": "L1", "event": "deleted"})
    assert answer.json() == {"taken": 1, "unchanged": 0}
    assert taken.messages[-1].topic == "uns/v1/acme/north/_source/shop/material-lot/L1"
    assert "data" not in json.loads(taken.messages[-1].payload)
    await post(client, {"lot": "L1", "name": "White"})
    assert value(lot(taken, "L1"), "name") == "White"


@pytest.mark.parametrize(
    "headers", [{}, {"X-Token": ""}, {"X-Token": "geheim"}, {"X-Token": SECRET + "5"}, {"X-Token": "gehe\xefm"}]
)
async def test_who_has_not_the_token_is_told_nothing(
    client: httpx.AsyncClient, taken: Taken, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = await client.post("/hooks/mes", json={"lot": "L1"}, headers=raw)
    assert answer.status_code == 401
    assert answer.json()["error"]["detail"] == "the request does not show that it comes from whom it must"
    assert taken.messages == []
    assert SECRET not in caplog.text


async def test_bodies_that_are_too_large_are_refused(hook: Made, tmp_path: Path, taken: Taken) -> None:
    async with listening(hook(HOOK + "maxBody: 1KiB\n"), tmp_path, taken) as client:
        large = b'{"lot": "L1", "name": "' + b"x" * 1024 + b'"}'
        assert (await post(client, large)).status_code == 413

        async def parts() -> AsyncIterator[bytes]:
            for begin in range(0, len(large), 100):
                yield large[begin : begin + 100]

        answer = await client.post("/hooks/mes", content=parts(), headers=TOKEN)
        assert answer.status_code == 413
        assert answer.json()["error"]["detail"] == "the body has more than 1024 bytes (`maxBody`)"
    assert taken.messages == []


async def test_a_body_in_parts_that_come_slowly_is_taken(client: httpx.AsyncClient, taken: Taken) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b'{"lot":', b' "L1", "na', b'me": "White"}'):
            yield part
            await asyncio.sleep(0.05)

    assert (await client.post("/hooks/mes", content=parts(), headers=TOKEN)).status_code == 200
    assert value(lot(taken, "L1"), "name") == "White"


@pytest.mark.parametrize(
    ("body", "headers", "status", "detail"),
    [
        (b'{"lot": ', {}, 400, "the body is no JSON: unexpected end of data"),
        (b"", {}, 400, "the body is no JSON: "),
        (b"\xff", {}, 400, "the body is no JSON: "),
        (b"[" * 100_000, {}, 400, "the body is no JSON: "),
        (b"<lot/>", {"Content-Type": "text/xml"}, 415, "the body is 'text/xml'; send application/json, or "),
        (b"\x1f\x8b", {"Content-Encoding": "gzip"}, 415, "the body is written in 'gzip'; send it as it is"),
        (b"lot=%ff", {"Content-Type": "application/x-www-form-urlencoded"}, 400, "the form is not UTF-8"),
        (b"a&" * 2000, {"Content-Type": "application/x-www-form-urlencoded"}, 400, "more than 1000 fields"),
    ],
)
async def test_what_can_not_be_read_is_refused_with_the_reason(
    client: httpx.AsyncClient, body: bytes, headers: dict[str, str], status: int, detail: str
) -> None:
    answer = await post(client, body, **headers)
    assert answer.status_code == status
    assert detail in answer.json()["error"]["detail"]


async def test_a_form_is_a_record(client: httpx.AsyncClient, taken: Taken) -> None:
    answer = await client.post("/hooks/mes", data={"lot": "L1", "name": "Weiß"}, headers=TOKEN)
    assert answer.status_code == 200
    assert value(lot(taken, "L1"), "name") == "Weiß"


async def test_a_form_may_have_json_in_a_field(hook: Made, tmp_path: Path, taken: Taken) -> None:
    async with listening(hook(HOOK + "formField: payload\n"), tmp_path, taken) as client:
        answer = await client.post("/hooks/mes", data={"payload": '{"lot": "L1", "name": "White"}'}, headers=TOKEN)
        assert answer.status_code == 200
        answer = await client.post("/hooks/mes", data={"other": "{}"}, headers=TOKEN)
        assert answer.json()["error"]["detail"] == "the form has no field 'payload'"
    assert value(lot(taken, "L1"), "name") == "White"


async def test_what_can_not_be_mapped_is_set_aside(
    client: httpx.AsyncClient, taken: Taken, tmp_path: Path, hook: Made
) -> None:
    answer = await post(client, [{"lot": "L1", "state": "X"}, {"lot": "L2", "state": "F"}, 7])
    assert answer.status_code == 202
    told = answer.json()
    assert told["taken"] == 1
    assert "'X' is not among the codes of `enum`" in told["setAside"][0]
    assert told["setAside"][1] == "record 3 of the body is no object"
    assert list(taken.records) == [("MaterialLot", "L2")]
    found = letters(hook(HOOK), tmp_path)
    assert [letter.record for letter in found] == [
        {"lot": "L1", "state": "X"},
        {"_fault": told["setAside"][1], "_value": 7},
    ]
    assert SECRET not in str(found)


async def test_what_was_set_aside_is_tried_again_after_a_reset(hook: Made, tmp_path: Path, taken: Taken) -> None:
    async with listening(hook(HOOK), tmp_path, taken) as client:
        await post(client, [{"lot": "L1", "state": "X"}, {"lot": "L2", "state": "Y"}])
    mended = hook(HOOK.replace("S: BLOCKED", "S: BLOCKED, X: IN_PROCESS"))
    async with listening(mended, tmp_path, taken):
        with closing(State(tmp_path / "state.db")) as state:
            assert len(state.letters("mes")) == 2
            state.stream("mes", "lots").reset()
            await until(lambda: len(state.letters("mes")) == 1)
    assert list(taken.records) == [("MaterialLot", "L1")]


async def test_a_sender_that_sends_again_may_be_refused_instead(hook: Made, tmp_path: Path, taken: Taken) -> None:
    refusing = hook(HOOK + "unmapped: refuse\n")
    async with listening(refusing, tmp_path, taken) as client:
        answer = await post(client, [{"lot": "L1", "state": "X"}, {"state": "F"}, {"lot": "L2"}])
        assert answer.status_code == 422
        detail = answer.json()["error"]["detail"]
        assert "'X' is not among the codes" in detail and "gives no id for the MaterialLot" in detail
    assert taken.messages == [] and letters(refusing, tmp_path) == []


async def test_without_a_broker_it_is_to_be_sent_again(client: httpx.AsyncClient, taken: Taken) -> None:
    async def away(_message: Message) -> None:
        raise ConnectionError(f"can't connect, with {SECRET}")

    taken.breaks = away
    answer = await post(client, {"lot": "L1"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert answer.json()["error"]["detail"] == "can't connect, with ***; send it again"
    taken.breaks = None
    assert (await post(client, {"lot": "L1"})).json() == {"taken": 1, "unchanged": 0}


async def test_where_too_much_waits_it_is_to_be_sent_later(hook: Made, tmp_path: Path, taken: Taken) -> None:
    gate, entered = asyncio.Event(), asyncio.Event()

    async def slow(_message: Message) -> None:
        entered.set()
        await gate.wait()

    taken.breaks = slow
    async with listening(hook(HOOK + "waiting: 1\n"), tmp_path, taken) as client:
        first = asyncio.create_task(post(client, {"lot": "L1"}))
        await entered.wait()
        # One of these waits, and for the other there is no place.
        others = {asyncio.create_task(post(client, {"lot": id_})) for id_ in ("L2", "L3")}
        (refused,), (waits,) = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
        assert (refused.result().status_code, refused.result().headers["retry-after"]) == (429, "5")
        gate.set()
        assert [(await first).status_code, (await waits).status_code] == [200, 200]
    assert len(taken.records) == 2


async def test_a_rate_holds_senders_back(hook: Made, tmp_path: Path, taken: Taken) -> None:
    async with listening(hook(HOOK + "rate: 0.01\nwaiting: 1\n"), tmp_path, taken) as client:
        assert (await post(client, {"lot": "L1"})).status_code == 200
        others = {asyncio.create_task(post(client, {"lot": id_})) for id_ in ("L2", "L3")}
        (refused,), (waits,) = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
        assert refused.result().status_code == 429
        waits.cancel()
    assert len(taken.messages) == 1


async def test_while_paused_it_is_to_be_sent_later(hook: Made, tmp_path: Path, taken: Taken) -> None:
    async with listening(hook(HOOK), tmp_path, taken) as client:
        with closing(State(tmp_path / "state.db")) as state:
            state.pause("mes", True)
            answer = await post(client, {"lot": "L1"})
            # What waits for its turn just then is sent away in other words.
            while answer.status_code == 200 or "elsewhere" not in answer.text:
                answer = await post(client, {"lot": "L1"})
                assert answer.status_code in (200, 503)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
            assert (
                answer.json()["error"]["detail"] == "the connector is paused, or at work elsewhere; send it again later"
            )
            state.pause("mes", False)
            while answer.status_code == 503:
                answer = await post(client, {"lot": "L1"})
            assert answer.status_code == 200


async def test_other_paths_and_methods(client: httpx.AsyncClient) -> None:
    assert (await post(client, {}, "/hooks/other")).status_code == 404
    assert (await client.get("/hooks/mes", headers=TOKEN)).status_code == 405
    answer = await post(client, {}, "/hooks/mes/orders")
    assert answer.json()["error"]["detail"] == "the connector has no stream 'orders'; known are lots"
    assert (await post(client, {"lot": "L1"}, "/hooks/mes/lots")).status_code == 200


async def test_streams_take_what_is_meant_for_them(hook: Made, tmp_path: Path, taken: Taken) -> None:
    text = HOOK.replace(
        "    changed: at\n", "    when: \"_headers.`x-topic` = 'lot'\"\n    records: data.lots\n", 1
    ) + (
        "  orders:\n    when: type = 'order'\n    map: [{kind: JobOrder, id: number}]\n"
        "headers: [X-Topic]\ndelivery: id\n"
    )
    async with listening(hook(text), tmp_path, taken) as client:
        lots = {"id": "d1", "data": {"lots": [{"lot": "L1"}, {"lot": "L2"}]}}
        assert (await post(client, lots, **{"X-Topic": "lot"})).json()["taken"] == 2
        assert (await post(client, {"id": "d2", "type": "order", "number": 7})).json()["taken"] == 1
        assert (await post(client, {"id": "d3", "type": "ping"})).json() == {"taken": 0, "unchanged": 0}
        # A delivery of the same name is not looked at again.
        assert (await post(client, {"id": "d2", "type": "order", "number": 8})).json() == {"taken": 0, "unchanged": 1}
    assert set(taken.records) == {("MaterialLot", "L1"), ("MaterialLot", "L2"), ("JobOrder", "7")}


async def test_how_it_fares_is_told(hook: Made, tmp_path: Path, taken: Taken) -> None:
    async with listening(hook(HOOK), tmp_path, taken) as client:
        await post(client, [{"lot": "L1"}, {"lot": "L1"}, {"lot": "L2"}])
    with closing(State(tmp_path / "state.db")) as state:
        last = state.stream("mes", "lots").last()
    assert last is not None
    assert (last.read, last.changed, last.error) == (3, 2, "")


async def test_what_the_broker_never_takes_is_set_aside_and_the_rest_goes_on(
    client: httpx.AsyncClient, taken: Taken, tmp_path: Path, hook: Made
) -> None:
    gate = asyncio.Event()

    async def small(message: Message) -> None:
        await gate.wait()
        if b"large" in message.payload:
            raise Unpublishable("its 900 bytes are more than the broker takes")

    taken.breaks = small
    tasks = [asyncio.create_task(post(client, {"lot": f"L{n}", "name": "large" if n == 2 else "x"})) for n in range(5)]
    await asyncio.sleep(0.2)
    gate.set()
    answers = [await task for task in tasks]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 202]
    (letter,) = letters(hook(HOOK), tmp_path)
    assert (letter.record["lot"], letter.troubles) == ("L2", ["its 900 bytes are more than the broker takes"])
    assert len(taken.records) == 4


async def test_bodies_that_are_read_at_once_have_a_bound(
    hook: Made, tmp_path: Path, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whose they are before they are whole, so that anybody could fill the memory."""
    monkeypatch.setattr(hooks, "MOST_BYTES", 100_000)
    head = f"POST /hooks/mes HTTP/1.1\r\nHost: hub\r\nX-Token: {SECRET}\r\nContent-Length: 60000\r\n\r\n".encode()
    body = b'{"lot": "L1"}' + b" " * (60_000 - 13)
    async with listening(hook(HOOK), tmp_path, taken) as client:
        senders = {}
        for _ in range(2):
            reader, writer = await asyncio.open_unix_connection(tmp_path / "hub.sock")
            writer.write(head + body[:-1])
            senders[asyncio.create_task(reader.readline())] = writer
        (refused,), (waits,) = await asyncio.wait(senders, return_when=asyncio.FIRST_COMPLETED)
        assert refused.result() == b"HTTP/1.1 429 Too Many Requests\r\n"
        senders[waits].write(body[-1:])
        assert await waits == b"HTTP/1.1 200 OK\r\n"
        for writer in senders.values():
            writer.close()
        assert (await post(client, body)).status_code == 200


async def test_a_word_that_is_said_again_counts_over_one_that_came_late(
    client: httpx.AsyncClient, taken: Taken
) -> None:
    for name, hour in (("A", 11), ("B", 10), ("B", 13), ("A", 12)):
        await post(client, {"lot": "L1", "name": name, "at": f"2026-03-01T{hour}:00:00Z"})
    assert value(lot(taken, "L1"), "name") == "B"
    for name, hour in (("A", 14), ("A", 16), ("B", 15), ("A", 16)):
        answer = await post(client, {"lot": "L1", "name": name, "at": f"2026-03-01T{hour}:00:00Z"})
    assert answer.json() == {"taken": 0, "unchanged": 1}
    assert value(lot(taken, "L1"), "name") == "A"


async def test_each_stream_counts_its_own(hook: Made, tmp_path: Path, taken: Taken) -> None:
    text = HOOK + "  orders: {when: 'type = \"order\"', map: [{kind: JobOrder, id: number}]}\n"
    text = text.replace("    gone:", "    when: $exists(lot)\n    gone:")
    async with listening(hook(text), tmp_path, taken) as client:
        await post(client, [{"lot": "L1"}, {"type": "order", "number": 7}, {"lot": "L1", "state": "X"}, {"lot": "L1"}])
    with closing(State(tmp_path / "state.db")) as state:
        lots, orders = state.stream("mes", "lots").last(), state.stream("mes", "orders").last()
    assert lots is not None and orders is not None
    assert (lots.read, lots.changed, lots.unchanged, lots.letters) == (3, 1, 1, 1)
    assert (orders.read, orders.changed, orders.unchanged, orders.letters) == (1, 1, 0, 0)
