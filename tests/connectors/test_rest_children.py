"""Records that belong to others, who asks being said in the body, and other forms of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SourceError
from connectors.load import Connector
from tests.connectors.api import SECRET, Answer, Api, Asked, api
from tests.connectors.running import Taken, run
from tests.connectors.test_rest import text

Make = Callable[[str], Connector]

LINES = {f"L{n}": [{"of": [f"L{n}", "a lot"], "lot": f"C{n}-{m}"} for m in range(n)] for n in range(4)}
STREAM: dict[str, Any] = {
    "path": "/bare",
    "records": "$",
    "children": {
        "lines": {
            "path": "/lines",
            "params": {"of": "{keys}", "offset": "{offset}", "limit": "{size}"},
            "records": "items",
            "pages": {"by": "offset", "size": 2},
            "of": "of[0]",
        }
    },
    "map": [{"kind": "MaterialLot", "id": "no", "set": {"assembledFrom": {"each": "lines", "id": "lot"}}}],
}


@pytest.fixture
def system() -> Iterator[Api]:
    with api() as running:
        running.lots = [{"no": no} for no in LINES]
        yield running


def lines(asked: Asked) -> Answer:
    if asked.path != "/lines":
        return Answer(code=0)
    found = [line for no, those in LINES.items() if f'"{no}"' in asked.params["of"] for line in those]
    offset = asked.number("offset", 0)
    return Answer({"items": found[offset : offset + asked.number("limit", 2)]})


async def test_each_record_is_given_its_own(connector: Make, system: Api, tmp_path: Path) -> None:
    system.first = lines
    taken = Taken()
    await run(connector(text(system.url, STREAM)), tmp_path, taken)
    found: dict[str, Any] = {id_: record.value("assembledFrom") for (_, id_), record in taken.records.items()}
    assert {no: sorted(each["to"]["id"] for each in those) for no, those in found.items()} == {
        no: [line["lot"] for line in those] for no, those in LINES.items()
    }


async def test_an_error_among_them_ends_the_run(connector: Make, system: Api, tmp_path: Path) -> None:
    system.first = lambda asked: Answer({}, 403) if asked.path == "/lines" else Answer(code=0)
    with pytest.raises(SourceError, match="/lines answered 403"):
        await run(connector(text(system.url, STREAM)), tmp_path, Taken())


async def test_a_source_that_ignores_their_page_is_found_out(connector: Make, system: Api, tmp_path: Path) -> None:
    stuck = {"items": [{"of": ["L0"], "lot": "C"}]}
    system.first = lambda asked: Answer(stuck) if asked.path == "/lines" else Answer(code=0)
    with pytest.raises(SourceError, match="gives the same records for a page as for the one before"):
        await run(connector(text(system.url, STREAM)), tmp_path, Taken())


def test_how_they_are_asked_for_has_to_be_said(read: Any, system: Api) -> None:
    children = {"lines": {"path": "/lines", "records": "items", "of": "of"}}
    (fault,) = read(text(system.url, {**STREAM, "children": children})).faults
    assert "are asked for without {keys}; write it into `params` or `body`" in f"{fault.message}; {fault.fix}"


BODY = {"args": ["{token}", "{password}", [["changed", ">=", "{since}"]], "{size}"]}
SESSION = {
    "path": "/rpc-login",
    "user": "hub",
    "passwordFile": "secret",
    "body": {"method": "authenticate", "args": ["plant", "{user}", "{password}", {}]},
    "token": "result",
    "inBody": True,
}


def rpc(asked: Asked) -> Answer:
    """As Odoo up to 18: errors come with 200, and a log-in that is refused gives false."""
    good = SECRET in asked.body["args"]
    if asked.path == "/rpc-login":
        return Answer({"result": 7 if good else False})
    if asked.body["args"] != [7, SECRET, [], 100]:
        return Answer({"error": {"message": "Access Denied", "data": {"debug": f"Traceback {asked.body}"}}})
    return Answer({"result": [{"no": "L1"}]})


def rpc_stream(system: Api) -> str:
    stream = {
        "path": "/rpc",
        "method": "POST",
        "body": BODY,
        "records": "result",
        "success": "$exists(result)",
        "error": "error.message",
        "map": [{"kind": "MaterialLot", "id": "no"}],
    }
    return text(system.url, stream, auth={"session": SESSION})


async def test_who_asks_is_said_in_the_body(connector: Make, system: Api, tmp_path: Path) -> None:
    system.first = rpc
    (tmp_path / "secret").write_text(SECRET)
    taken = Taken()
    await run(connector(rpc_stream(system)), tmp_path, taken)
    assert [id_ for _, id_ in taken.records] == ["L1"]
    assert [asked.path for asked in system.asked] == ["/rpc-login", "/rpc"]


async def test_a_log_in_that_is_refused_with_200_is_told(connector: Make, system: Api, tmp_path: Path) -> None:
    system.first = rpc
    (tmp_path / "secret").write_text("falsch-und-geheim")
    with pytest.raises(
        SourceError, match=r"can't log in at .*: its answer has no result; see user and secrets"
    ) as error:
        await run(connector(rpc_stream(system)), tmp_path, Taken())
    assert "falsch" not in str(error.value)


async def test_what_a_part_of_the_source_no_longer_shows_stays(connector: Make, system: Api, tmp_path: Path) -> None:
    stream = {"path": "/bare", "records": "$", "withdraw": False, "map": [{"kind": "MaterialLot", "id": "no"}]}
    mes, taken = connector(text(system.url, stream)), Taken()
    assert (await run(mes, tmp_path, taken)).changed == len(LINES)
    gone = system.lots.pop(1)
    assert [(await run(mes, tmp_path, taken)).withdrawn for _ in range(2)] == [0, 0]
    system.lots.append(gone)
    assert (await run(mes, tmp_path, taken)).changed == 1


async def test_a_code_that_is_not_listed_may_mean_itself(connector: Make, system: Api, tmp_path: Path) -> None:
    system.lots = [{"no": "L1", "qty": 1, "uom": "kg"}, {"no": "L2", "qty": 2, "uom": "Stk"}]
    unit = {"from": "uom", "enum": {"Stk": "{piece}"}, "open": True}
    quantity = {"from": "qty", "unit": unit}
    stream = {
        "path": "/bare",
        "records": "$",
        "map": [{"kind": "MaterialLot", "id": "no", "set": {"quantity": quantity}}],
    }
    taken = Taken()
    await run(connector(text(system.url, stream)), tmp_path, taken)
    found = {id_: record.value("quantity") for (_, id_), record in taken.records.items()}
    assert found == {"L1": {"value": 1, "unit": "kg"}, "L2": {"value": 2, "unit": "{piece}"}}


async def test_more_of_a_record_is_asked_for_one_by_one(connector: Make, system: Api, tmp_path: Path) -> None:
    system.lots = [
        {"no": "L/0", "state": "F", "inputs": ["R1", "R2"]},
        {"no": "L1", "state": "F"},
    ]
    inputs = {"assembledFrom": {"each": "inputs", "id": "lot"}}
    stream = {
        "path": "/bare",
        "records": "$",
        "details": {"inputs": "/inputs/{no}"},
        "map": [{"kind": "MaterialLot", "id": "no", "set": inputs}],
    }
    mes, taken = connector(text(system.url, stream)), Taken()
    await run(mes, tmp_path, taken)
    made_from = {id_: record.value("assembledFrom") for (_, id_), record in taken.records.items()}
    assert made_from == {"L/0": [{"to": {"id": "R1"}}, {"to": {"id": "R2"}}], "L1": []}
    assert [asked.url for asked in system.asked] == ["/bare", "/inputs/L%2F0", "/inputs/L1"]


async def test_values_that_json_has_no_word_for_are_understood(connector: Make, system: Api, tmp_path: Path) -> None:
    """As Tryton writes them."""
    decimal = {"__class__": "Decimal", "decimal": "96.84"}
    changed = {"__class__": "datetime", "year": 2026, "month": 3, "day": 1, "hour": 10, "minute": 0, "second": 7}
    system.lots = [
        {"no": "L0", "qty": decimal, "changed": {**changed, "microsecond": 120000}},
        {"no": "L1", "qty": {"__class__": "Decimal"}, "changed": {**changed, "microsecond": 0}},
    ]
    quantity = {"quantity": {"from": "qty", "unit": "kg"}}
    stream = {
        "path": "/bare",
        "records": "$",
        "changed": "changed",
        "map": [{"kind": "MaterialLot", "id": "no", "set": quantity}],
    }
    mes, taken = connector(text(system.url, stream, timeZone="UTC")), Taken()
    outcome = await run(mes, tmp_path, taken)
    assert (outcome.changed, outcome.letters) == (1, 1)
    (record,) = taken.records.values()
    assert record.value("quantity") == {"value": 96.84, "unit": "kg"}
    assert record.cells["quantity"].stamp.time == 1_772_359_207_120_000
