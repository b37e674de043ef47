"""The generated JSON Schemas agree with the validators: both accept the same, and both refuse the same."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schema.contract import Contract
from schema.errors import Refused
from schema.events import EventContract
from schema.export import examples
from schema.export.jsonschema import schemas
from schema.model import MODEL
from schema.provenance import Provenance
from schema.registry import AttributeType, Kind, Model
from schema.rules import Rules
from schema.topic import CountTopic, SourceTopic, StateTopic, TagTopic
from tests.schema import strategies
from tests.schema.strategies import SMALL_MODEL

NOW = 1_800_000_000_000_000
KINDS = [(SMALL_MODEL, kind) for kind in SMALL_MODEL] + [(MODEL, kind) for kind in MODEL]
each_kind = pytest.mark.parametrize(("model", "kind"), KINDS, ids=lambda v: v.name if isinstance(v, Kind) else "")
few = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@cache
def validators(small: bool) -> dict[str, Draft202012Validator]:
    return {name: Draft202012Validator(s) for name, s in schemas(SMALL_MODEL if small else MODEL).items()}


@cache
def contract(small: bool) -> Contract:
    return Contract(SMALL_MODEL if small else MODEL, Rules())


def schema_accepts(model: Model, kind: Kind, payload: Any) -> bool:
    return validators(model is SMALL_MODEL)[kind.topic].is_valid(payload)


def hub_accepts(model: Model, kind: Kind, payload: Any) -> bool:
    id_ = payload.get("id") if isinstance(payload, dict) else None
    topic = SourceTopic(("acme",), "mes", kind.topic, id_ if isinstance(id_, str) and id_ else "A")
    try:
        contract(model is SMALL_MODEL).read(topic, json.dumps(payload).encode(), Provenance(NOW))
    except Refused:
        return False
    return True


def test_the_schemas_are_schemas() -> None:
    for name, schema in schemas(MODEL).items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"urn:unshub:v1:{name}"
        assert set(references(schema)) <= {f"#/$defs/{definition}" for definition in schema["$defs"]}
    assert set(schemas(MODEL)) == {kind.topic for kind in MODEL} | {"tag-event", "state-event", "count-event"}


def test_everything_is_described() -> None:
    found = schemas(MODEL)
    for kind in MODEL:
        schema = found[kind.topic]
        assert kind.source in schema["description"]
        for name in [*kind.attributes, *kind.links]:
            assert schema["properties"][name]["description"]
    lot = found["material-lot"]
    assert "UCUM" in lot["$defs"]["Quantity"]["properties"]["unit"]["description"]
    assert "(MaterialLot)-[:DEFINED_BY]->(MaterialDefinition)" in lot["properties"]["definition"]["description"]
    assert "RELEASED: " in lot["$defs"]["MaterialLotStatus"]["description"]


@each_kind
@few
@given(data=st.data())
def test_both_accept_what_is_valid(model: Model, kind: Kind, data: st.DataObject) -> None:
    payload = data.draw(strategies.payloads(model, kind))
    assert hub_accepts(model, kind, payload)
    assert schema_accepts(model, kind, without_large(payload))


LARGE = [
    ("quantity", {"value": 2.0**53, "unit": "kg"}, {"value": math.nextafter(2.0**53, 0), "unit": "kg"}),
    ("quantity", {"value": -1e300, "unit": "kg"}, {"value": 1 - 2.0**53, "unit": "kg"}),
    ("properties", {"cells": 2.0**63}, {"cells": math.nextafter(2.0**63, 0)}),
    ("readings", [{"id": "cells", "value": -1e300}], [{"id": "cells", "value": -(2.0**63)}]),
]


@pytest.mark.parametrize(("name", "large", "most"), LARGE)
def test_a_schema_takes_a_large_float_for_a_whole_number_and_refuses_it(name: str, large: Any, most: Any) -> None:
    kind = SMALL_MODEL.kind("Lot")
    assert hub_accepts(SMALL_MODEL, kind, {name: large})
    assert not schema_accepts(SMALL_MODEL, kind, {name: large})
    assert hub_accepts(SMALL_MODEL, kind, {name: most})
    assert schema_accepts(SMALL_MODEL, kind, {name: most})


def test_a_schema_takes_a_float_without_decimals_for_a_whole_number_and_accepts_it() -> None:
    kind = SMALL_MODEL.kind("Order")
    assert not hub_accepts(SMALL_MODEL, kind, {"priority": 5.0})
    assert schema_accepts(SMALL_MODEL, kind, {"priority": 5.0})


@each_kind
def test_both_refuse_what_is_not(model: Model, kind: Kind) -> None:
    valid = examples.payload(model, kind)
    for broken in mutations(model, kind):
        assert not hub_accepts(model, kind, {**valid, **broken}), broken
        assert not schema_accepts(model, kind, {**valid, **broken}), broken


@each_kind
def test_both_accept_the_examples(model: Model, kind: Kind) -> None:
    for example in (examples.payload(model, kind), examples.item(model, kind)):
        assert hub_accepts(model, kind, example), example
        assert schema_accepts(model, kind, example), example


@pytest.mark.parametrize("payload", [[], "x", 5, None, True])
def test_both_want_an_object(payload: Any) -> None:
    kind = SMALL_MODEL.kind("Lot")
    assert not hub_accepts(SMALL_MODEL, kind, payload)
    assert not schema_accepts(SMALL_MODEL, kind, payload)


EVENTS = [
    (TagTopic(("acme",), ("t",)), {"value": 1.5, "timestamp": examples.TIME}, True),
    (TagTopic(("acme",), ("t",)), {"value": None, "quality": "BAD", "timestamp": examples.TIME, "unit": "kg"}, True),
    (TagTopic(("acme",), ("t",)), 5, True),
    (TagTopic(("acme",), ("t",)), "on", True),
    (TagTopic(("acme",), ("t",)), None, False),
    (TagTopic(("acme",), ("t",)), 2**63, False),
    (TagTopic(("acme",), ("t",)), [1], False),
    (TagTopic(("acme",), ("t",)), {"value": 1}, False),
    (TagTopic(("acme",), ("t",)), {"value": {}, "timestamp": examples.TIME}, False),
    (TagTopic(("acme",), ("t",)), {"value": 2**63, "timestamp": examples.TIME}, False),
    (StateTopic(("acme",), "mes"), {"state": "EXECUTE", "timestamp": examples.TIME, "reason": None}, True),
    (StateTopic(("acme",), "mes"), {"state": "RUN", "timestamp": examples.TIME}, False),
    (StateTopic(("acme",), "mes"), {"state": "EXECUTE", "timestamp": "2026-03-01"}, False),
    (CountTopic(("acme",), "mes"), {"good": 5, "scrap": 0.5, "timestamp": examples.TIME, "order": "J1"}, True),
    (CountTopic(("acme",), "mes"), {"good": -5, "scrap": 0, "timestamp": examples.TIME}, False),
    (CountTopic(("acme",), "mes"), {"good": 5, "scrap": 0, "timestamp": examples.TIME, "order": " J1"}, False),
]


@pytest.mark.parametrize(("topic", "payload", "valid"), EVENTS, ids=lambda v: repr(v)[:40])
def test_both_agree_on_events(topic: TagTopic | StateTopic | CountTopic, payload: Any, valid: bool) -> None:
    name = {TagTopic: "tag-event", StateTopic: "state-event", CountTopic: "count-event"}[type(topic)]
    try:
        EventContract(Rules()).read(topic, json.dumps(payload).encode(), Provenance(NOW))
        accepted = True
    except Refused:
        accepted = False
    assert accepted is valid
    assert validators(True)[name].is_valid(payload) is valid


def mutations(model: Model, kind: Kind) -> Iterator[dict[str, Any]]:
    """Members that are wrong for a kind."""
    yield from ({"id": " A"}, {"id": "~A"}, {"id": 5}, {"id": ""}, {"id": "x" * 257}, {"$replace": "yes"})
    yield from ({"identifiers": {"Serial": "1"}}, {"identifiers": {"serial": 1}}, {"identifiers": None})
    yield from ({"properties": None}, {"properties": {"": 1}}, {"properties": {"x": 2**63}}, {"added": [-(2**64)]})
    yield from ({"observedAt": "yesterday"}, {"observedAt": "2026-03-01T00:00:00"}, {"observedAt": 1_700_000_000})
    for attribute in kind.attributes.values():
        for wrong in WRONG[attribute.data_type]:
            yield {attribute.name: wrong}
    for link in kind.links.values():
        parts = model.kind(link.target).composites
        some = [{"id": "A", "serialNumber": "1"}, {"Serial": "1"}, {}, {"id": 5}, 5, " A", [["A"]]]
        some += [{part: "1"} for composite in parts for part in composite if len(composite) > 1]
        yield from ({link.name: [wrong] if link.many else wrong} for wrong in some)
        if link.many:
            yield {link.name: "A"}


WRONG: dict[AttributeType, tuple[Any, ...]] = {
    AttributeType.STRING: (5, True, [], {}),
    AttributeType.INTEGER: (1.5, "1", True, 2**63, -(2**63) - 1),
    AttributeType.FLOAT: ("1", True, [], 2**53, -(2**53), 2**60, 10**400),
    AttributeType.BOOLEAN: (0, "true"),
    AttributeType.INSTANT: ("2026-03-01T00:00:00", "2026-03-01", "1700000000", 1_700_000_000),
    AttributeType.DATE: ("2026-03-01T00:00:00Z", "20260301", 5),
    AttributeType.ENUM: ("NO_SUCH_MEMBER", 5),
    AttributeType.QUANTITY: (
        5,
        {"value": 5},
        {"value": "5", "unit": "kg"},
        {"value": 5, "unit": "kg", "per": 1},
        {"value": 2**53 + 1, "unit": "kg"},
    ),
    AttributeType.STRINGS: ("x", [5]),
    AttributeType.PARAMETERS: ({"id": "x"}, [{}], [{"id": "x", "value": []}], [{"id": "x", "value": 2**63}]),
}


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from(
        [2**53 - 1, 2**53, 2**53 + 1, 1 - 2**53, -(2**53), 2**60, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1]
    ),
    st.sampled_from([0.5, -0.5, 1e-300, "", "A", " A", "2026-03-01", "2026-03-01T00:00:00Z", "kg", "RELEASED"]),
    st.sampled_from([[], {}, ["A"], [["A"]], {"id": "A"}, {"id": 5}, {"serial": "1"}, [{"id": "A", "serial": "1"}]]),
    st.fixed_dictionaries(
        {"value": st.sampled_from([5, 2**53, "5", None]), "unit": st.sampled_from(["kg", "{box}", 5])}
    ),
)


@each_kind
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_both_agree_on_what_may_be_wrong(model: Model, kind: Kind, data: st.DataObject) -> None:
    plain = [name for name in kind.attributes if not name.lower().endswith("unit")]  # a schema knows no units
    known = [*plain, *kind.links, "id", "identifiers", "properties", "observedAt", "$replace", "added"]
    payload = data.draw(st.dictionaries(st.sampled_from(known), ODD, min_size=1, max_size=4))
    assert hub_accepts(model, kind, payload) == schema_accepts(model, kind, payload), payload


def without_large(value: Any) -> Any:
    """The same with lesser numbers for the floats that a schema takes for whole numbers which are too large."""
    if isinstance(value, float):
        return max(1 - 2.0**53, min(value, 2.0**53 - 1))
    if isinstance(value, dict):
        return {name: without_large(part) for name, part in value.items()}
    return [without_large(part) for part in value] if isinstance(value, list) else value


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for part in schema.values():
            yield from references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references(part)
