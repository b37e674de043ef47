"""The contract of systems' messages: what they come to, and what is refused with which reasons."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.assertion import Assertion, Stamp
from schema.contract import Contract, Reading
from schema.errors import Refused
from schema.identifier import of_reference
from schema.provenance import Provenance
from schema.registry import AttributeType
from schema.rules import Rules, SystemRules
from schema.topic import SourceTopic
from tests.schema import strategies
from tests.schema.strategies import SMALL_MODEL

NOW = 1_800_000_000_000_000
CONTRACT = Contract(SMALL_MODEL, Rules())


def read(
    payload: Any, kind: str = "lot", id_: str | None = "L1", contract: Contract = CONTRACT, **properties: str
) -> Reading:
    data = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return contract.read(SourceTopic(("acme", "north"), "mes", kind, id_), data, Provenance(NOW, properties))


def check(
    payload: Any, kind: str = "lot", id_: str | None = "L1", contract: Contract = CONTRACT, **properties: str
) -> None:
    data = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    contract.check(SourceTopic(("acme", "north"), "mes", kind, id_), data, Provenance(NOW, properties))


def one(payload: Any, kind: str = "lot", id_: str | None = "L1", **given: Any) -> Assertion:
    check(payload, kind, id_, **given)
    (assertion,) = read(payload, kind, id_, **given).assertions
    return assertion


def reasons(payload: Any, kind: str = "lot", id_: str | None = "L1", **given: Any) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        read(payload, kind, id_, **given)
    with pytest.raises(Refused) as checked:
        check(payload, kind, id_, **given)
    assert checked.value.reasons == refused.value.reasons
    assert all(len(reason.value) <= 200 for reason in refused.value.reasons)
    return {reason.path: reason.expected for reason in refused.value.reasons}


def test_what_a_message_says_comes_out_in_cells() -> None:
    payload = {
        "name": "Blend",
        "state": "RELEASED",
        "quantity": {"value": 5, "unit": "kg"},
        "made": "2026-03-01T12:00:00+01:00",
        "readings": [{"id": "pH", "value": 7, "unit": None}],
        "definition": "ITEM-1",
        "madeFrom": ["L2", {"id": "L3", "quantity": {"value": 1.5, "unit": "kg"}}, {"gtin": "04", "lot": "A"}],
        "identifiers": {"serial": "4711", "gtin": None},
        "properties": {"colour": "red", "old": None},
        "shift": {"crew": ["A"]},
    }
    assert one(payload).cells == {
        "@path": "acme/north",
        "name": "Blend",
        "state": "RELEASED",
        "quantity": {"value": 5.0, "unit": "kg"},
        "made": "2026-03-01T11:00:00Z",
        "readings": [{"id": "pH", "value": 7}],
        "definition": [{"to": {"id": "ITEM-1"}}],
        "madeFrom": [
            {"to": {"id": "L2"}},
            {"to": {"id": "L3"}, "with": {"quantity": {"value": 1.5, "unit": "kg"}}},
            {"to": {"gtin": "04", "lot": "A"}},
        ],
        "identifiers/serial": "4711",
        "identifiers/gtin": None,
        "properties/colour": "red",
        "properties/old": None,
        "properties/shift": {"crew": ["A"]},
    }


def test_it_speaks_only_of_what_it_names_and_null_clears() -> None:
    assert one({"state": None, "definition": None, "madeFrom": None}).cells == {
        "@path": "acme/north",
        "state": None,
        "definition": None,
        "madeFrom": None,
    }
    assert one({}).cells == {"@path": "acme/north"}
    assert one({"madeFrom": []}).cells["madeFrom"] == []


def test_a_replacement_says_so() -> None:
    assert one({"$replace": True, "name": "x"}).replace
    assert not one({"name": "x"}).replace


def test_an_empty_payload_withdraws() -> None:
    said = one(b"", eventTime="2026-03-01T00:00:00Z", messageId="m1")
    assert said == Assertion("mes", "Lot", "L1", Stamp(1_772_323_200_000_000, "m1"), {}, withdraw=True)


def test_members_that_the_model_does_not_know_are_counted() -> None:
    assert read([{"id": "a", "shift": 1}, {"id": "b", "shift": 2, "crew": 3}], id_=None).unknown == {
        "shift": 2,
        "crew": 1,
    }


def test_an_array_says_something_of_each_item() -> None:
    reading = read([{"id": "a", "name": "x"}, {"id": "b"}], id_=None, messageId="m1")
    assert [(said.id, said.stamp) for said in reading.assertions] == [("a", (NOW, "m1")), ("b", (NOW, "m1"))]
    assert read([], id_=None).assertions == ()


def test_a_byte_order_mark_is_passed_over() -> None:
    assert one(b'\xef\xbb\xbf{"name":"x"}') == one(b'{"name":"x"}')


@pytest.mark.parametrize("kind", sorted(kind.topic for kind in SMALL_MODEL))
@given(data=st.data())
def test_every_valid_value_survives(kind: str, data: st.DataObject) -> None:
    found = SMALL_MODEL.by_topic[kind]
    payload = data.draw(strategies.payloads(SMALL_MODEL, found))
    said = one(payload, kind, payload.get("id", "L1"))
    assert Assertion.from_bytes(said.to_bytes()) == said
    for name, attribute in found.attributes.items():
        if name in payload:
            assert said.cells[name] == expected(attribute.data_type, payload[name])
    for name, link in found.links.items():
        if name in payload and payload[name] is not None:
            stated: Any = said.cells[name]
            given_ = payload[name] if link.many else [payload[name]]
            assert all(same_reference(item, of) for item, of in zip(stated, given_, strict=True))
            assert all(of_reference(SMALL_MODEL.kind(link.target), item["to"]) for item in stated)
    for scheme, value in payload.get("identifiers", {}).items():
        assert said.cells[f"identifiers/{scheme}"] == value
    for name, value in payload.get("properties", {}).items():
        assert said.cells[f"properties/{name}"] == value


def expected(data_type: AttributeType, value: Any) -> Any:
    if value is None:
        return None
    if data_type is AttributeType.INSTANT:
        return strategies.written(value)
    if data_type is AttributeType.PARAMETERS:
        return [{name: part for name, part in parameter.items() if part is not None} for parameter in value]
    return value


def same_reference(stated: dict[str, Any], given_: Any) -> bool:
    if isinstance(given_, str):
        return stated == {"to": {"id": given_}}
    return {**stated["to"], **stated.get("with", {})} == {k: v for k, v in given_.items() if v is not None}


class TestStamps:
    def test_equal_words_have_equal_stamps(self) -> None:
        assert one({"name": "x", "state": None}).stamp == one(b'{"state":null, "name":"x"}').stamp
        assert one({"name": "x"}).stamp.message != one({"name": "y"}).stamp.message
        assert one({"name": "x"}).stamp.message != one({"name": "x"}, id_="L2").stamp.message

    def test_an_object_may_say_when_it_was_so(self) -> None:
        reading = read([{"id": "a", "observedAt": "2026-03-01T00:00:00Z"}, {"id": "b"}], id_=None)
        assert [said.stamp.time for said in reading.assertions] == [1_772_323_200_000_000, NOW]

    def test_a_digest_names_each_item_where_the_event_time_was_given(self) -> None:
        when = {"eventTime": "2026-03-01T00:00:00Z"}
        both = read([{"id": "a"}, {"id": "b"}], id_=None, **when).digests
        assert len(set(both)) == 2 and all(digest and len(digest) == 16 for digest in both)
        assert read([{"id": "a"}, {"id": "b"}], id_=None, **when).digests == both
        assert read([{"id": "a"}, {"id": "b"}], id_=None, messageId="m", **when).digests != both
        assert read([{"id": "a"}], id_=None).digests == (None,)
        assert read(b"").digests == (None,)
        assert read(b"", **when).digests != (None,)
        timed = read([{"id": "a", "observedAt": "2026-03-01T00:00:00Z"}, {"id": "b"}], id_=None).digests
        assert timed[0] is not None and timed[1] is None


class TestRules:
    rules = Rules(systems={"mes": SystemRules(frozenset({"Lot"}), "north-"), "erp": SystemRules()}, max_payload=1000)
    contract = Contract(SMALL_MODEL, rules)

    def test_a_prefix_goes_before_ids_and_references(self) -> None:
        said = one(
            {"id": "L1", "definition": "I1", "madeFrom": [{"id": "L2"}, {"serial": "7"}]}, contract=self.contract
        )
        assert said.id == "north-L1"
        assert said.cells["definition"] == [{"to": {"id": "north-I1"}}]
        assert said.cells["madeFrom"] == [{"to": {"id": "north-L2"}}, {"to": {"serial": "7"}}]
        assert one([{"id": "L1"}], id_=None, contract=self.contract).id == "north-L1"
        assert one(b"", contract=self.contract).id == "north-L1"

    def test_an_id_has_to_fit_with_its_prefix(self) -> None:
        long = "x" * 255
        assert "prefix" in reasons({}, id_=long, contract=self.contract)["topic"]
        assert "prefix" in reasons([{"id": long}], id_=None, contract=self.contract)["$[0].id"]
        found = reasons({"definition": long, "madeFrom": [{"id": long}]}, contract=self.contract)
        assert set(found) == {"$.definition", "$.madeFrom[0].id"}

    def test_a_system_asserts_its_kinds(self) -> None:
        assert "add Item to its kinds" in reasons({}, "item", contract=self.contract)["topic"]

    def test_an_undeclared_system_may_not_speak(self) -> None:
        with pytest.raises(Refused, match=r"not declared; .* \(known: erp, mes\)"):
            self.contract.read(SourceTopic(("acme",), "cmms", "lot", "L1"), b"{}", Provenance(NOW))
        with pytest.raises(Refused) as refused:
            self.contract.read(SourceTopic(("acme",), "cmms", "lots", "L1"), b"{}", Provenance(NOW))
        assert len(refused.value.reasons) == 2

    def test_an_unknown_kind_is_refused_with_those_near_it(self) -> None:
        assert reasons({}, "lott")["topic"].endswith("meant may be lot")
        assert reasons({}, "zzzzzz")["topic"].endswith("meant may be item, lot, order")

    def test_a_large_payload_is_refused(self) -> None:
        found = reasons({"x": "y" * 1000}, contract=self.contract)
        assert "at most 1000 bytes" in found["$"]

    def test_an_array_has_a_longest_length(self) -> None:
        contract = Contract(SMALL_MODEL, Rules(max_items=2))
        assert "at most 2 items" in reasons([{"id": str(i)} for i in range(3)], id_=None, contract=contract)["$"]


NESTED = b'{"x":' * 34 + b"1" + b"}" * 34

BAD = [
    (b"\xff\xfe", "$", "byte 0 is not UTF-8"),
    (b'{"name":"\xc3("}', "$", "byte 9 is not UTF-8"),
    (b"{'name':1}", "$", "not JSON"),
    (b'{"name":"x"} {}', "$", "not JSON: trailing characters"),
    (b"[" * 100_000, "$", "nested far too deep"),
    (NESTED, "$" + ".x" * 33, "nested too deep"),
    (b'{"properties":' + NESTED + b"}", "$.properties" + ".x" * 33, "nested too deep"),
    (b'{"x":NaN}', "$.x", "finite number"),
    (b'{"x":[1,{"y":1e999}]}', "$.x[1].y", "finite number"),
    (b'{"properties":{"x":-Infinity}}', "$.properties.x", "finite number"),
    (b'{"quantity":{"value":NaN,"unit":"kg"}}', "$.quantity.value", "finite number"),
    (b'{"readings":[{"id":"a","value":Infinity}]}', "$.readings[0].value", "finite number"),
    (b'{"x":9223372036854775808}', "$.x", "64 bits"),
    (b'{"x":[-9223372036854775809]}', "$.x[0]", "64 bits"),
    (b'{"readings":[{"id":"a","value":9223372036854775808}]}', "$.readings[0].value", "64 bits"),
    (b'{"x":' + b"9" * 5000 + b"}", "$", "too many digits"),
    (rb'{"name":"a\u0000b"}', "$", "U+0000"),
    (rb'{"name":"a\ud800"}', "$", "not JSON"),
    (b'{"name":5}', "$.name", "expected text"),
    (b'{"state":"released"}', "$.state", "one of RELEASED or BLOCKED"),
    (b'{"quantity":5}', "$.quantity", "expected an object"),
    (b'{"quantity":{"value":"5","unit":"kg"}}', "$.quantity.value", "expected a number"),
    (b'{"quantity":{"value":9007199254740993,"unit":"kg"}}', "$.quantity.value", "at most 2^53 - 1"),
    (b'{"quantity":{"value":-9223372036854775807,"unit":"kg"}}', "$.quantity.value", "at most 2^53 - 1"),
    (b'{"quantity":{"value":1' + b"1" * 400 + b',"unit":"kg"}}', "$.quantity.value", "at most 2^53 - 1"),
    (b'{"quantity":{"value":5}}', "$.quantity.unit", "missing"),
    (b'{"quantity":{"value":5,"unit":"kg","per":1}}', "$.quantity.per", "no such member"),
    (b'{"made":"2026-03-01T12:00:00"}', "$.made", "no offset"),
    (b'{"made":"yesterday"}', "$.made", "RFC 3339"),
    (b'{"made":"1700000000"}', "$.made", "RFC 3339"),
    (b'{"made":"2026-02-30T12:00:00Z"}', "$.made", "RFC 3339"),
    (b'{"made":"2016-12-31T23:59:60Z"}', "$.made", "leap second"),
    (b'{"made":"2026-03-01T12:00:00.1234567890123Z"}', "$.made", "at most 9 digits"),
    (b'{"made":1700000000}', "$.made", "expected text"),
    (b'{"made":"9999-12-31T23:59:59-01:00"}', "$.made", "or less"),
    (b'{"readings":{"id":"a"}}', "$.readings", "a list"),
    (b'{"readings":[{"id":"a","value":[]}]}', "$.readings[0].value", "number, text, true, false or null"),
    (b'{"definition":5}', "$.definition", "expected a reference: its id as text"),
    (b'{"definition":["I1"]}', "$.definition", "expected a reference: its id as text"),
    (b'{"definition":""}', "$.definition", "1 characters or more"),
    (b'{"definition":" I1"}', "$.definition", "trimmed"),
    (b'{"definition":"~serial:5"}', "$.definition", "placeholders"),
    (b'{"definition":{}}', "$.definition", "by nothing"),
    (b'{"definition":{"id":null}}', "$.definition", "by nothing"),
    (b'{"definition":{"serial":5}}', "$.definition.serial", "expected text"),
    (b'{"madeFrom":"L2"}', "$.madeFrom", "a list of references"),
    (b'{"madeFrom":[5]}', "$.madeFrom[0]", "a list of references"),
    (b'{"madeFrom":[null]}', "$.madeFrom[0]", "a list of references"),
    (b'{"madeFrom":[{"gtin":"04"}]}', "$.madeFrom[0]", "name it by id, by gtin+lot"),
    (b'{"madeFrom":[{"id":"L2","gtin":"04"}]}', "$.madeFrom[0]", "give one of them"),
    (b'{"madeFrom":[{"GTIN":"04"}]}', "$.madeFrom[0].GTIN", "scheme"),
    (b'{"madeFrom":[{"id":"L2","quantity":{"value":1}}]}', "$.madeFrom[0].quantity.unit", "missing"),
    (b'{"identifiers":{"Serial":"7"}}', "$.identifiers.Serial", "expected text that matches"),
    (b'{"identifiers":{"serial":7}}', "$.identifiers.serial", "expected text"),
    (b'{"identifiers":null}', "$.identifiers", "clear members by name"),
    (b'{"properties":null}', "$.properties", "clear members by name"),
    (b'{"properties":{"":1}}', "$.properties", "1 to 256 characters"),
    (b'{"x":1,"properties":{"x":1}}', "$.x", "give it once"),
    (b'{"id":"L2"}', "$.id", 'the topic names "L1"'),
    (b'{"id":"' + b"x" * 10_000 + b'"}', "$.id", "longer than 256 bytes"),
    (b'{"id":7}', "$.id", "expected text"),
    (b'{"$replace":1}', "$.$replace", "true or false"),
    (b'{"observedAt":"2090-01-01T00:00:00Z"}', "$.observedAt", "the clock of the sender is wrong"),
    (b'{"observedAt":"1969-12-31T23:59:59Z"}', "$.observedAt", "1970 or later"),
    (b"[]", "$", "an array of them goes to the topic without an id"),
    (b"null", "$", "expected an object"),
    (b" ", "$", "not JSON"),
]


@pytest.mark.parametrize(("payload", "path", "says"), BAD, ids=lambda v: repr(v)[:40])
def test_what_is_wrong_is_said_where_it_is(payload: bytes, path: str, says: str) -> None:
    found = reasons(payload)
    assert path in found, found
    assert says in found[path]
    assert len(found) == 1


def test_every_reason_is_given_at_once() -> None:
    payload = b'{"state":"x","quantity":{"unit":5},"made":"now","definition":7}'
    found = reasons(payload, eventTime="soon", messageId="")
    assert set(found) == {
        "user property eventTime",
        "user property messageId",
        "$.state",
        "$.quantity.value",
        "$.quantity.unit",
        "$.made",
        "$.definition",
    }
    assert len(reasons({"id": "L2", "definition": {}, "properties": {"": 1, "x": [[2**63]]}})) == 4


def test_reasons_have_an_end() -> None:
    with pytest.raises(Refused) as refused:
        read([{"id": "a"}] * 500, id_=None)
    assert len(refused.value.reasons) == 101
    assert "there is more" in str(refused.value.reasons[-1])
    assert "there are 60000 such faults" in reasons({"readings": [5] * 60_000})["$"]


@pytest.mark.parametrize(
    ("payload", "path", "says"),
    [
        (b"", "$", "withdraw one thing on the topic that ends in its id"),
        (b"{}", "$", "expected an array of objects"),
        (b"[5]", "$[0]", "expected an object"),
        (b'[{"name":"x"}]', "$[0].id", "each item of an array names its own"),
        (b'[{"id":"a"},{"id":"b"},{"id":"a"}]', "$[2].id", "item 0 has the same id"),
        (b'[{"id":"a","state":"x"}]', "$[0].state", "one of RELEASED or BLOCKED"),
        (b'[{"id":"a","x":NaN}]', "$[0].x", "finite number"),
    ],
)
def test_what_is_wrong_with_an_array_is_said(payload: bytes, path: str, says: str) -> None:
    assert says in reasons(payload, id_=None)[path]


@pytest.mark.parametrize("id_", ["x" * 10_000, " L1", "~L1", "L\n1"])
def test_ids_in_topics_are_held_to_the_same_form(id_: str) -> None:
    assert reasons({}, id_=id_)["topic"].startswith("the id ")


@given(st.binary(max_size=60) | strategies.json_values().map(orjson.dumps))
def test_whatever_comes_is_read_or_refused(payload: bytes) -> None:
    for id_ in ("L1", None):
        try:
            reading = read(payload, id_=id_)
        except Refused as refused:
            assert refused.reasons
        else:
            assert all(Assertion.from_bytes(said.to_bytes()) == said for said in reading.assertions)


def test_a_refusal_does_not_carry_what_was_refused_along() -> None:
    with pytest.raises(Refused) as refused:
        read({"state": "x"})
    assert refused.value.__context__ is None


def test_an_id_that_is_no_utf_8_is_refused() -> None:
    assert "can be sent in UTF-8" in reasons({}, id_="\udcff")["topic"]


@pytest.mark.parametrize("count", [6_000, 9_000])
def test_of_very_many_faults_the_first_are_told_and_the_number(count: int) -> None:
    with pytest.raises(Refused) as refused:
        read([5] * count, id_=None)
    *first, last = refused.value.reasons
    assert [reason.path for reason in first] == [f"$[{n}]" for n in range(20)]
    assert {(reason.value, reason.expected) for reason in first} == {("5", "expected an object")}
    assert (last.path, f"{count} such faults in all" in last.expected) == ("$", True)


def test_of_more_faults_than_can_be_listed_the_number_is_told() -> None:
    item = {"id": "1", "readings": [5] * 100}
    with pytest.raises(Refused, match=r"\$: there are [0-9]{6} such faults in all"):
        read([item] * 1_000, id_=None)
