"""What the AsyncAPI document says of the hub's own messages is true of what the hub makes."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from graph.linking import link
from graph.thing import Key, Thing
from hub.announcing import golden
from hub.examples import published
from schema.authority import EQUAL
from schema.contract import Contract
from schema.export.asyncapi import document
from schema.merge import record_of, resolve
from schema.model import MODEL
from schema.provenance import Provenance
from schema.registry import Kind
from schema.rules import Rules
from schema.topic import DEFAULT_PREFIX, SourceTopic
from tests.schema import strategies
from tests.schema.test_jsonschema import without_large

NOW = 1_800_000_000_000_000
DOCUMENT = document(MODEL, DEFAULT_PREFIX, {})


@cache
def validator(message: str) -> Draft7Validator:
    payload = DOCUMENT["components"]["messages"][message]["payload"]
    return Draft7Validator({**payload, "components": DOCUMENT["components"]})


def record(kind: Kind, payload: dict[str, Any]) -> dict[str, Any]:
    topic = SourceTopic(("acme",), "mes", kind.topic, payload.get("id", "A"))
    (said,) = Contract(MODEL, Rules()).read(topic, orjson.dumps(payload), Provenance(NOW)).assertions
    key = Key(kind.name, said.id)
    found = resolve(MODEL, kind, [record_of(said)], EQUAL)
    return golden.record(MODEL, Thing(key, (record_of(said),), found, link(kind, key, found, {}).edges))


@pytest.mark.parametrize("kind", list(MODEL), ids=lambda kind: kind.name)
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_golden_records_fit_their_schema(kind: Kind, data: st.DataObject) -> None:
    payload = without_large(data.draw(strategies.payloads(MODEL, kind)))
    validator(f"{kind.name}Golden").validate(orjson.loads(orjson.dumps(record(kind, payload))))


def test_what_is_known_by_another_identifier_stands_under_it() -> None:
    kind = MODEL.kind("MaterialLot")
    told = record(kind, {"assembledFrom": [{"serial": "4711", "quantity": {"value": 5, "unit": "kg"}}]})
    assert told["assembledFrom"] == [{"id": "~serial:4711", "quantity": {"value": 5, "unit": "kg"}}]
    validator("MaterialLotGolden").validate(told)


def test_an_example_of_everything_the_hub_publishes() -> None:
    shown = published(MODEL, "plant/a")
    assert set(shown) == {f"{kind.name}Golden" for kind in MODEL} | {"Change", "Refusal", "Status"}
    assert shown["Refusal"][0]["topic"].startswith("plant/a/")
    assert shown["Change"][0]["pathBefore"] == "acme/north"
    for name, payloads in shown.items():
        for payload in payloads:
            validator(name).validate(payload)
