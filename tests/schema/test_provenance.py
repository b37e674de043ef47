"""Event time and message id: where they come from, and which source decides."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from schema.contract import Contract, Reading
from schema.errors import Refused
from schema.provenance import Provenance
from schema.rules import Rules
from schema.topic import SourceTopic
from tests.schema.strategies import SMALL_MODEL

NOW = 1_800_000_000_000_000
MARCH = 1_772_323_200_000_000
CONTRACT = Contract(SMALL_MODEL, Rules())
ENVELOPE = {"specversion": "1.0", "id": "e1", "source": "/mes", "type": "lot.changed"}
CLOUDEVENTS = "application/cloudevents+json; charset=utf-8"


def read(
    payload: Any, properties: dict[str, str] | None = None, content_type: str | None = None, id_: str | None = "L1"
) -> Reading:
    data = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return CONTRACT.read(
        SourceTopic(("acme",), "mes", "lot", id_), data, Provenance(NOW, properties or {}, content_type)
    )


def stamp(*message: Any) -> tuple[int, str]:
    (assertion,) = read(*message).assertions
    return assertion.stamp


def refusal(*message: Any) -> str:
    with pytest.raises(Refused) as refused:
        read(*message)
    return str(refused.value)


@pytest.mark.parametrize(
    "properties",
    [
        {"eventTime": "2026-03-01T00:00:00Z", "messageId": "m1"},
        {"eventTime": "2026-03-01T01:00:00+01:00", "messageId": "m1", "specversion": "1.0", "time": "x", "id": "y"},
        {"ce_time": "2026-03-01T00:00:00Z", "ce_id": "m1"},
        {"specversion": "1.0", "time": "2026-03-01T00:00:00Z", "id": "m1"},
    ],
)
def test_user_properties_say_when_and_which(properties: dict[str, str]) -> None:
    assert stamp({"observedAt": "2020-01-01T00:00:00Z"}, properties) == (MARCH, "m1")


@pytest.mark.parametrize("prefix", ["", "ce_"])
def test_an_event_is_named_alike_in_both_modes(prefix: str) -> None:
    attributes = {**ENVELOPE, "time": "2026-03-01T00:00:00Z"}
    binary = {prefix + name: value for name, value in attributes.items()}
    assert stamp({"name": "x"}, binary) == stamp({**attributes, "data": {"name": "x"}}) == (MARCH, "/mes#e1")


def test_properties_of_other_meaning_are_left_alone() -> None:
    assert stamp({}, {"time": "half past two", "id": "x"})[0] == NOW


def test_arrival_counts_where_nothing_is_said() -> None:
    assert stamp({})[0] == NOW
    assert read({}).digests == (None,)


@pytest.mark.parametrize("content_type", [CLOUDEVENTS, None])
def test_an_envelope_says_when_and_which(content_type: str | None) -> None:
    envelope = {**ENVELOPE, "time": "2026-03-01T00:00:00Z", "data": {"name": "x"}, "subject": "L1"}
    (said,) = read(envelope, {}, content_type).assertions
    assert said.stamp == (MARCH, "/mes#e1")
    assert said.cells == {"@path": "acme", "name": "x"}
    assert read(envelope, {}, content_type).digests != (None,)


def test_an_envelope_may_hold_an_array() -> None:
    reading = read({**ENVELOPE, "data": [{"id": "a"}, {"id": "b"}]}, {}, CLOUDEVENTS, None)
    assert [said.stamp for said in reading.assertions] == [(NOW, "/mes#e1")] * 2


def test_user_properties_come_before_the_envelope() -> None:
    envelope = {**ENVELOPE, "time": "2020-03-01T00:00:00Z", "data": {}}
    assert stamp(envelope, {"eventTime": "2026-03-01T00:00:00Z"}) == (MARCH, "/mes#e1")
    assert stamp({**ENVELOPE, "data": {"observedAt": "2026-03-01T00:00:00Z"}}) == (MARCH, "/mes#e1")


def test_an_envelope_without_data_withdraws() -> None:
    (said,) = read({**ENVELOPE, "time": "2026-03-01T00:00:00Z"}, {}, CLOUDEVENTS).assertions
    assert said.withdraw and said.stamp == (MARCH, "/mes#e1")


def test_a_thing_with_a_member_called_specversion_is_no_envelope() -> None:
    (said,) = read({"specversion": "2", "x": {"source": "a"}}).assertions
    assert said.cells["properties/specversion"] == "2"
    (said,) = read({**ENVELOPE, "id": "L1", "data": {}}, {}, "application/json").assertions
    assert said.cells["properties/source"] == "/mes"


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (({}, {"eventTime": "2026-03-01T00:00:00"}), "user property eventTime: expected a time as RFC 3339"),
        (({}, {"eventTime": "2016-12-31T23:59:60Z"}), "leap second"),
        (({}, {"eventTime": 'x"y\ud800'}), "user property eventTime"),
        (({}, {"eventTime": "2027-01-15T08:05:01Z"}), "by more than 300 s; the clock of the sender is wrong"),
        (({}, {"eventTime": "1969-12-31T00:00:00Z"}), "1970 or later"),
        (({}, {"messageId": "x" * 257}), "1 to 256 printable characters"),
        (({}, {"messageId": "a\nb"}), "1 to 256 printable characters"),
        (({}, {"specversion": "1.0", "id": "a", "source": ""}), "user property source: expected a message id"),
        (
            ({**ENVELOPE, "time": "2090-01-01T00:00:00Z", "data": {}}, {}, CLOUDEVENTS),
            "$.time: the event time is after",
        ),
        (({**ENVELOPE, "data": None}, {}, CLOUDEVENTS), "$.data: null says nothing"),
        (({**ENVELOPE, "data": {"state": "x"}}, {}, CLOUDEVENTS), "$.data.state: expected one of"),
        (({**ENVELOPE, "data": {"x": 2**63}}, {}, CLOUDEVENTS), "$.data.x: expected a whole number of at most 64"),
        (({**ENVELOPE, "data": {"id": "L2"}}, {}, CLOUDEVENTS), '$.data.id: the topic names "L1"'),
        (({**ENVELOPE, "data": []}, {}, CLOUDEVENTS), "$.data: expected an object; an array"),
        (({**ENVELOPE, "datacontenttype": "text/xml", "data": {}}, {}, CLOUDEVENTS), "$.datacontenttype"),
        (({**ENVELOPE, "specversion": "0.3", "data": {}}, {}, CLOUDEVENTS), "$.specversion: expected 1.0"),
        (({"name": "x"}, {}, CLOUDEVENTS), "$.specversion: this member is missing"),
        (({**ENVELOPE}, {}, CLOUDEVENTS, None), "withdraw one thing on the topic that ends in its id"),
        ((b"[1", {}, CLOUDEVENTS), "not JSON"),
    ],
)
def test_what_is_wrong_is_said(message: tuple[Any, ...], says: str) -> None:
    assert says in refusal(*message)


def test_five_minutes_ahead_are_borne() -> None:
    assert stamp({}, {"eventTime": "2027-01-15T08:05:00Z"})[0] == NOW + 300_000_000
