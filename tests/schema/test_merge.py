"""The merge law, over records that collide in everything."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from itertools import permutations
from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.assertion import Assertion, RecordKey, Stamp
from schema.authority import EQUAL, Authority
from schema.json import Json, canonical
from schema.merge import NEVER, Golden, Record, Rule, canonical_id, decided, join, record_of, resolve, things
from schema.registry import Kind
from tests.schema import strategies
from tests.schema.strategies import SMALL_MODEL

LOT = SMALL_MODEL.kind("Lot")
AUTHORITIES = st.sampled_from(
    (EQUAL, Authority({(None, None): ["mes", "erp"]}), Authority({("Lot", "state"): ["lims"]}))
)


def words() -> st.SearchStrategy[Record]:
    """What one system says of one lot in some messages."""
    return st.lists(one_word(), min_size=1, max_size=4).map(lambda said: reduce(join, map(record_of, said)))


def one_word() -> st.SearchStrategy[Assertion]:
    return st.builds(
        lambda stamp, cells, form: Assertion(
            "mes", "Lot", "A", stamp, {} if form == "withdraw" else cells, form == "replace", form == "withdraw"
        ),
        strategies.stamps(),
        strategies.records_of(LOT),
        st.sampled_from(("patch", "patch", "replace", "withdraw")),
    )


def records() -> st.SearchStrategy[list[Record]]:
    """The records of lots that a set of messages amounts to."""
    return strategies.messages().map(lambda said: lots(said))


def lots(said: Iterable[Assertion]) -> list[Record]:
    found: dict[RecordKey, Record] = {}
    for assertion in said:
        if assertion.kind == LOT.name:
            record = record_of(assertion)
            found[record.key] = join(found[record.key], record) if record.key in found else record
    return list(found.values())


def text(record: Record) -> bytes:
    """What laws compare: 1, 1.0 and true are equal in Python, and different words."""
    return canonical(record.as_json())


def text_of(golden: Golden) -> str:
    return json.dumps([golden.values, golden.rivals, golden.statements], sort_keys=True)


@given(words(), words())
def test_join_is_commutative(one: Record, other: Record) -> None:
    assert text(join(one, other)) == text(join(other, one))


@given(words(), words(), words())
def test_join_is_associative(one: Record, two: Record, three: Record) -> None:
    assert text(join(join(one, two), three)) == text(join(one, join(two, three)))


@given(words(), words())
def test_join_is_idempotent(one: Record, other: Record) -> None:
    both = join(one, other)
    assert text(join(one, one)) == text(one)
    assert text(join(both, one)) == text(both)
    assert text(join(both, other)) == text(both)


EQUAL_IN_PYTHON: list[list[Json]] = [[1, True, 1.0], [0, False, 0.0, -0.0], [[1], [True]], [{"a": 1}, {"a": 1.0}]]


@pytest.mark.parametrize("values", EQUAL_IN_PYTHON, ids=repr)
def test_values_that_python_takes_for_equal_have_one_order(values: list[Json]) -> None:
    said = [record_of(Assertion("mes", "Lot", "A", Stamp(1, "m"), {"properties/x": value})) for value in values]
    assert len({text(reduce(join, order)) for order in permutations(said)}) == 1
    parted = [replace(record, key=record.key._replace(system=f"s{n}")) for n, record in enumerate(said)]
    assert "properties/x" in resolve(SMALL_MODEL, LOT, parted, EQUAL).rivals


@given(words(), words())
def test_nothing_older_than_the_floor_is_left(one: Record, other: Record) -> None:
    both = join(one, other)
    assert all(cell.stamp >= both.floor for cell in both.cells.values())
    assert both.current or (both.asserted, both.cells) == (NEVER, {})


@given(words())
def test_a_record_survives_its_json(record: Record) -> None:
    row = orjson.loads(orjson.dumps(record.as_json()))
    assert text(Record.from_json(record.key.kind, row)) == text(record)


@given(records(), st.randoms(use_true_random=False))
def test_things_are_the_same_in_any_order(found: list[Record], random: Random) -> None:
    assert grouped(shuffled(found, random)) == grouped(found)


@given(records())
def test_things_are_the_components_of_shared_identifiers(found: list[Record]) -> None:
    groups = things(found, LOT)
    assert sorted(r.key for group in groups for r in group) == sorted(r.key for r in found if r.current)
    names = [frozenset().union(*(r.identifiers(LOT) for r in group)) for group in groups]
    assert sum(map(len, names)) == len(frozenset().union(*names))
    for group in groups:
        assert connected(group, LOT)


def connected(group: tuple[Record, ...], kind: Kind) -> bool:
    reached, waiting = group[0].identifiers(kind), list(group[1:])
    while near := [record for record in waiting if record.identifiers(kind) & reached]:
        reached = reached.union(*(record.identifiers(kind) for record in near))
        waiting = [record for record in waiting if record not in near]
    return not waiting


@given(records(), AUTHORITIES, st.randoms(use_true_random=False))
def test_a_golden_record_is_the_same_in_any_order(found: list[Record], authority: Authority, random: Random) -> None:
    for group in things(found, LOT):
        mixed = shuffled(group, random)
        golden = resolve(SMALL_MODEL, LOT, group, authority)
        assert resolve(SMALL_MODEL, LOT, mixed, authority) == golden
        assert text_of(resolve(SMALL_MODEL, LOT, mixed, authority)) == text_of(golden)
        assert canonical_id(mixed, authority) == canonical_id(group, authority)


@given(records(), AUTHORITIES)
def test_the_word_that_counts_is_one_that_was_said(found: list[Record], authority: Authority) -> None:
    for group in things(found, LOT):
        golden = resolve(SMALL_MODEL, LOT, group, authority)
        for cell, word in golden.values.items():
            (record,) = (r for r in group if (r.key.system, r.key.id) == (word.system, word.id))
            assert canonical(record.cells[cell].value) == canonical(word.value)
        assert all(len({said.system for said in rivals}) > 1 for rivals in golden.rivals.values())


def test_an_older_message_does_not_bring_a_thing_back() -> None:
    withdrawn = record_of(Assertion("mes", "Lot", "A", Stamp(2, "m"), {}, withdraw=True))
    older = record_of(Assertion("mes", "Lot", "A", Stamp(1, "m"), {"name": "old"}))
    newer = record_of(Assertion("mes", "Lot", "A", Stamp(3, "m"), {"name": "new"}))
    assert not join(withdrawn, older).current
    assert join(join(withdrawn, older), newer).value("name") == "new"


def test_a_replacement_clears_what_it_does_not_name() -> None:
    said = record_of(Assertion("mes", "Lot", "A", Stamp(1, "m"), {"name": "x", "state": "RELEASED"}))
    replaced = record_of(Assertion("mes", "Lot", "A", Stamp(2, "m"), {"name": "y"}, replace=True))
    assert {name: cell.value for name, cell in join(said, replaced).cells.items()} == {"name": "y"}


def test_authority_comes_before_time_and_time_before_name() -> None:
    said = [
        record_of(Assertion("erp", "Lot", "A", Stamp(1, "m"), {"state": "BLOCKED"})),
        record_of(Assertion("mes", "Lot", "A", Stamp(2, "m"), {"state": "RELEASED"})),
        record_of(Assertion("lims", "Lot", "A", Stamp(2, "m"), {"state": "BLOCKED"})),
    ]
    assert resolve(SMALL_MODEL, LOT, said, EQUAL).values["state"].system == "lims"
    first = Authority({(None, None): ["erp"]})
    golden = resolve(SMALL_MODEL, LOT, said, first)
    assert [word.system for word in golden.rivals["state"]] == ["erp", "lims", "mes"]


@given(records(), AUTHORITIES)
def test_the_rule_that_is_told_is_the_one_that_decides(found: list[Record], authority: Authority) -> None:
    for group in things(found, LOT):
        for cell, said in resolve(SMALL_MODEL, LOT, group, authority).rivals.items():
            rule, rival = decided(LOT, cell, said, authority)
            first, ranks = said[0], [authority.rank(word.system, "Lot", cell) for word in (said[0], rival)]
            assert rival in said and rival.system != first.system
            match rule:
                case Rule.AUTHORITY:
                    assert ranks[0] < ranks[1]
                    scope = authority.scope(first.system, "Lot", cell)
                    assert scope is not None and authority.orders[scope].index(first.system) == ranks[0]
                case Rule.NEWEST:
                    assert ranks[0] == ranks[1] and first.time > rival.time
                case Rule.NAME:
                    assert ranks[0] == ranks[1] and first.time == rival.time and first.system < rival.system


def grouped(found: Iterable[Record]) -> set[tuple[RecordKey, ...]]:
    return {tuple(record.key for record in group) for group in things(found, LOT)}


def shuffled(found: Iterable[Record], random: Random) -> list[Record]:
    mixed = list(found)
    random.shuffle(mixed)
    return mixed
