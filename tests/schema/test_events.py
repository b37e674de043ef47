"""Values of tags, state changes and counts: what they come to, and what is refused."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given

from schema.errors import Refused
from schema.events import Event, EventContract
from schema.provenance import Provenance
from schema.rules import Rules, SystemRules
from schema.topic import CountTopic, StateTopic, TagTopic
from tests.schema import strategies

NOW = 1_800_000_000_000_000
MARCH = 1_772_323_200_000_000
TIME = "2026-03-01T00:00:00Z"
CONTRACT = EventContract(Rules())
TAG = TagTopic(("acme",), ("press", "speed"))
STATE = StateTopic(("acme",), "mes")
COUNT = CountTopic(("acme",), "mes")


def read(
    topic: TagTopic | StateTopic | CountTopic, payload: Any, contract: EventContract = CONTRACT, **properties: str
) -> Event:
    data = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return contract.read(topic, data, Provenance(NOW, properties))


def test_a_value_of_a_tag() -> None:
    event = read(TAG, {"value": 71.4, "timestamp": "2026-03-01T01:00:00+01:00", "quality": "UNCERTAIN"})
    assert (event.time, event.body) == (MARCH, {"value": 71.4, "quality": "UNCERTAIN"})
    assert event.digest is not None and event.unknown == ()
    assert read(TAG, {"value": None, "quality": "BAD", "timestamp": TIME}).body["value"] is None


@given(strategies.scalars())
def test_a_value_alone(value: Any) -> None:
    assert read(TAG, value) == Event(NOW, {"value": value}, None)
    assert read(TAG, value, eventTime=TIME).time == MARCH
    assert read(TAG, {"value": value, "timestamp": TIME}).body == {"value": value}


def test_members_that_are_not_known_are_kept() -> None:
    event = read(TAG, {"value": 1, "timestamp": TIME, "unit": "kg", "raw": [1]})
    assert event.body == {"value": 1, "properties": {"unit": "kg", "raw": [1]}}
    assert event.unknown == ("unit", "raw")


def test_a_state_and_a_count() -> None:
    assert read(STATE, {"state": "HELD", "reason": "jam", "timestamp": TIME}).body == {"state": "HELD", "reason": "jam"}
    count = {"good": 118, "scrap": 2, "order": "JO-1", "timestamp": TIME}
    assert read(COUNT, count).body == {"good": 118.0, "scrap": 2.0, "order": "JO-1"}


def test_an_envelope_says_when() -> None:
    envelope = {"specversion": "1.0", "id": "1", "source": "/press", "type": "t", "time": TIME, "data": 5}
    assert read(TAG, envelope) == read(TAG, orjson.dumps(envelope))
    assert (read(TAG, envelope).time, read(TAG, envelope).body) == (MARCH, {"value": 5})


@pytest.mark.parametrize(
    ("topic", "payload"),
    [(TAG, {"value": 1}), (STATE, {"state": "IDLE"}), (COUNT, {"good": 1, "scrap": 0})],
    ids=["tag", "state", "count"],
)
def test_the_time_may_be_told_beside_the_payload(
    topic: TagTopic | StateTopic | CountTopic, payload: dict[str, Any]
) -> None:
    attributes = {"specversion": "1.0", "id": "1", "source": "/press", "type": "t", "time": TIME}
    plain = read(topic, payload | {"timestamp": TIME})
    for event in (
        read(topic, payload, eventTime=TIME),
        read(topic, payload | {"timestamp": "2020-03-01T00:00:00Z"}, eventTime=TIME),
        read(topic, payload, **attributes),
        read(topic, {**attributes, "data": payload}),
    ):
        assert (event.time, event.body) == (MARCH, plain.body)
        assert event.digest is not None


def test_equal_messages_have_equal_digests() -> None:
    event = {"value": 1, "timestamp": TIME}
    assert read(TAG, event).digest == read(TAG, event).digest
    other = TagTopic(("acme",), ("press", "torque"))
    assert read(other, event).digest != read(TAG, event).digest
    state = {"state": "IDLE", "timestamp": TIME}
    assert read(STATE, state).digest != read(StateTopic(("acme",), "scada"), state).digest


def test_a_prefix_goes_before_material_and_order() -> None:
    contract = EventContract(Rules(systems={"mes": SystemRules(prefix="north-")}))
    count = {"good": 1, "scrap": 0, "material": "M1", "order": "J1", "timestamp": TIME}
    body = read(COUNT, count, contract).body
    assert (body["material"], body["order"]) == ("north-M1", "north-J1")
    with pytest.raises(Refused, match="shorten the prefix"):
        read(COUNT, count | {"order": "x" * 255}, contract)
    with pytest.raises(Refused, match="not declared"):
        read(CountTopic(("acme",), "erp"), count, contract)


@pytest.mark.parametrize(
    ("topic", "payload", "says"),
    [
        (TAG, b"", "an event can't be withdrawn"),
        (TAG, b"null", "null alone says nothing"),
        (TAG, b"RUNNING", "not JSON"),
        (TAG, b"NaN", "finite number"),
        (TAG, b"1e999", "finite number"),
        (TAG, b"9223372036854775808", "64 bits"),
        (TAG, b"[1]", r'expected {"value", "timestamp"}, or a number, text, true or false'),
        (TAG, b'{"value":1}', "$.timestamp: this member is missing"),
        (TAG, {"timestamp": TIME}, "$.value: this member is missing"),
        (TAG, {"value": [1], "timestamp": TIME}, "$.value: expected a number, text, true, false or null"),
        (TAG, {"value": 1, "timestamp": "2026-03-01T00:00:00"}, "$.timestamp: the time has no offset"),
        (TAG, {"value": 1, "timestamp": "2090-01-01T00:00:00Z"}, "the clock of the sender is wrong"),
        (TAG, {"value": 1, "timestamp": TIME, "quality": "Good"}, "one of GOOD, UNCERTAIN or BAD"),
        (TAG, b'{"value":1,"timestamp":"2026-03-01T00:00:00Z","raw":[NaN]}', "$.raw[0]: expected a finite"),
        (STATE, {"state": "RUN", "timestamp": TIME}, "$.state: expected one of STOPPED"),
        (STATE, b"5", r'expected {"state", "timestamp"}'),
        (STATE, {"state": "HELD", "reason": "x" * 257, "timestamp": TIME}, "at most 256 characters"),
        (COUNT, {"good": -1, "scrap": "2", "timestamp": TIME}, "$.scrap: expected a number"),
        (COUNT, {"good": 1, "timestamp": TIME}, "$.scrap: this member is missing"),
        (COUNT, {"good": 1, "scrap": 0, "order": "", "timestamp": TIME}, "$.order"),
        (COUNT, {"specversion": "1.0", "id": "1", "source": "s", "type": "t"}, "missing in its envelope"),
        (
            STATE,
            {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": {"state": "IDLE"}},
            "$.data.timestamp: this member is missing, and the message tells its event time nowhere else",
        ),
        (STATE, {"state": "IDLE", "timestamp": None}, "$.timestamp: expected"),
    ],
)
def test_what_is_wrong_is_said(topic: TagTopic | StateTopic | CountTopic, payload: Any, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read(topic, payload)
    assert says in str(refused.value)
