"""Events that records tell, and the tests beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.held import Held, as_tested
from connectors.load import Connector
from connectors.trial import tried
from hub.connect.files import ConnectorFile
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.pushed import listening
from tests.connectors.running import Taken

HOOK = """
kind: webhook
system: scada
location: acme/north
auth: {{token: {{header: X-Token, secretFile: token}}}}
streams:
  values:
    changed: at
    events:
      - {events}
"""
TAG = "{event: tag, name: tag, set: {value: value, quality: {from: q, enum: {0: GOOD}}}}"
STATE = "{event: state, location: {from: line}, set: {state: {from: s, enum: {6: EXECUTE}}, reason: why}}"
COUNT = "{event: count, set: {good: ok, scrap: {value: 0}, order: order}}"
EACH = '{event: tag, each: "values", name: n, time: {from: t, format: epoch-ms}, set: {value: v}}'

Made = Callable[[str], Connector]


@pytest.fixture
def hook(tmp_path: Path, connector: Made) -> Made:
    """A connector of events."""

    def made(events: str) -> Connector:
        (tmp_path / "token").write_text("geheim\n")
        return connector(HOOK.format(events=events))

    return made


def told(connector: Connector, record: dict[str, Any]) -> tuple[list[Any], list[str]]:
    mapped = Held(connector, "values", Contract(MODEL, Rules())).of(record)
    return as_tested(mapped), [trouble.problem for trouble in mapped.troubles]


AT = "2026-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("events", "record", "expected"),
    [
        (
            TAG,
            {"tag": "mixer/speed", "value": 118.5, "q": 0, "at": AT},
            [{"event": "tag", "name": "mixer/speed", "value": 118.5, "quality": "GOOD", "timestamp": AT}],
        ),
        (
            TAG,
            {"tag": "run", "value": False, "at": AT},
            [{"event": "tag", "name": "run", "value": False, "timestamp": AT}],
        ),
        (
            TAG,
            {"tag": ["a", "b"], "value": "x", "at": AT},
            [{"event": "tag", "name": "a/b", "value": "x", "timestamp": AT}],
        ),
        (
            STATE,
            {"line": "acme/north/l1", "s": 6, "why": "jam", "at": AT},
            [{"event": "state", "state": "EXECUTE", "reason": "jam", "location": "acme/north/l1", "timestamp": AT}],
        ),
        (
            COUNT,
            {"ok": "12", "order": 7, "at": AT},
            [{"event": "count", "good": 12, "scrap": 0, "order": "7", "timestamp": AT}],
        ),
        (
            TAG,
            {"tag": "run", "value": None, "at": AT},
            [{"event": "tag", "name": "run", "value": None, "timestamp": AT}],
        ),
        (
            EACH,
            {"values": [{"n": "a", "v": 1, "t": 1772359200000}, {"n": "b", "v": 2, "t": 1772359200000}]},
            [{"event": "tag", "name": name, "value": value, "timestamp": AT} for name, value in (("a", 1), ("b", 2))],
        ),
    ],
)
def test_a_record_tells_of_events(hook: Made, events: str, record: Any, expected: list[Any]) -> None:
    found, troubles = told(hook(events), record)
    assert troubles == []
    assert found == [{"location": "acme/north", **each} for each in expected]


@pytest.mark.parametrize(
    ("events", "record", "trouble"),
    [
        (TAG, {"value": 1}, "the record gives no name for the tag"),
        (TAG, {"tag": "a//b", "value": 1}, "'a//b' is no name of a tag: "),
        (TAG, {"tag": "a+", "value": 1}, "'a+' is no name of a tag: "),
        (TAG, {"tag": "a", "value": {"x": 1}}, "$.value"),
        (TAG, {"tag": "a", "value": 1, "q": 7}, "7 is not among the codes of `enum` (0)"),
        (STATE, {"s": 6}, "the record gives no location"),
        (COUNT, {"ok": "many"}, "'many' is no number"),
        (COUNT, {"ok": -1}, "$.good"),
        (COUNT, {}, "$.good"),
        (TAG, {"tag": "a", "val": 8}, "`value` is not in this record (has: at, tag, val)"),
        (TAG.replace("value: value", "value: v.x"), {"tag": "a", "v": {}}, "`v.x` is not in this record"),
        (TAG.replace("value: value", "value: $sum(v)"), {"tag": "a"}, "`$sum(v)` is not in this record"),
    ],
)
def test_what_is_no_event_is_told(hook: Made, events: str, record: Any, trouble: str) -> None:
    found, troubles = told(hook(events), {"at": AT, **record})
    assert found == []
    assert any(trouble in each for each in troubles), troubles


FAULTS = [
    ("{event: alarm, set: {}}", "it should be 'tag', 'state' or 'count'"),
    ("{event: tag, set: {value: v}}", "the tag has no name; give it: `name: _path.name`, or `name: {value: speed}`"),
    ("{event: tag, name: n}", "the tag has no value; give it in `set`, as value: value"),
    ("{event: tag, name: n, set: {value: v, unit: u}}", "a tag has no 'unit'; known are quality, value"),
    ("{event: tag, name: 'n[', set: {value: v}}", "the expression 'n['"),
    ("{event: state, name: n, set: {state: s}}", "a state has no name; leave it out; its system is its name"),
    ("{event: state, set: {state: {value: RUN}}}", "'RUN' is none of STOPPED, RESETTING"),
    ("{event: state, set: {state: {from: s, enum: {1: RUN}}}}", "'RUN' is none of STOPPED, RESETTING"),
    ("{event: count, set: {good: g}}", "the count has no scrap; give it in `set`, as scrap: scrap"),
    ("{event: count, location: a//b, set: {good: g, scrap: s}}", "'a//b' is no location"),
]


@pytest.mark.parametrize(("events", "message"), FAULTS)
def test_a_fault_is_told_with_its_place_and_its_remedy(
    read: Callable[[str], ConnectorFile], tmp_path: Path, events: str, message: str
) -> None:
    (tmp_path / "token").write_text("geheim\n")
    file = read(HOOK.format(events=events))
    assert file.connector is None
    found = [f"{fault.message}; {fault.fix}" for fault in file.faults]
    assert any(message in each for each in found), found


def test_a_stream_has_to_say_something(read: Callable[[str], ConnectorFile], tmp_path: Path) -> None:
    (tmp_path / "token").write_text("geheim\n")
    (fault,) = read(HOOK.partition("    events")[0].format()).faults
    assert "has neither `map` nor `events`, so that its records say nothing" in fault.message


async def test_events_are_published_where_the_hub_takes_them(hook: Made, tmp_path: Path) -> None:
    taken = Taken()
    async with listening(hook(TAG), tmp_path, taken) as client:
        body = [{"tag": "mixer/speed", "value": value, "at": AT} for value in (1, 1, 2)]
        answer = await client.post("/hooks/mes", json=body, headers={"X-Token": "geheim"})
        assert answer.json() == {"taken": 3, "unchanged": 0}
    assert {message.topic for message in taken.messages} == {"uns/v1/acme/north/_tag/mixer/speed"}
    assert json.loads(taken.messages[0].payload) == {"value": 1, "timestamp": AT}


def test_tests_beside_events(hook: Made) -> None:
    tests = """
    tests:
      - record: {tag: speed, value: 1, at: "2026-03-01T10:00:00Z"}
        gives: [{event: tag, name: speed, value: 1}]
      - record: {tag: speed, value: 1, at: "2026-03-01T10:00:00Z"}
        gives: [{event: tag, name: torque, value: 1}]
"""
    (right, wrong) = tried(hook(TAG + tests), Contract(MODEL, Rules()))
    assert right[1] == []
    assert wrong[1][0].message == "there is no tag 'torque'; the record asserts tag 'speed'"
