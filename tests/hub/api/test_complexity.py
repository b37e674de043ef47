"""How many objects an answer may have, reckoned from the document."""

from __future__ import annotations

import time
from typing import Any

import pytest
from graphql import parse, validate

from hub.api.complexity import Estimates
from hub.api.context import Limits
from hub.api.schema import HubSchema
from schema.model import MODEL

SCHEMA = HubSchema(MODEL).core
LIMITS = Limits(default_page=100, max_page=1_000)


def estimate(document: str, variables: dict[str, Any] | None = None, operation: str | None = None) -> int:
    parsed = parse(document)
    assert validate(SCHEMA, parsed) == []
    cost = Estimates(lambda: SCHEMA, 10).of(document, parsed, operation)
    return cost.of(variables or {}, LIMITS)


@pytest.mark.parametrize(
    ("document", "objects"),
    [
        ("{ __typename }", 0),
        ("{ __schema { types { name } } }", 0),
        ("{ hub { version } }", 1),
        ('{ materialLot(id: "L") { id } }', 1),
        ('{ materialLot(id: "L") { id definition { id } quantity { value } } }', 3),
        ("{ materialLots { nodes { id } } }", 1 + 100),
        ("{ materialLots { totalCount pageInfo { hasNextPage } } }", 2),
        ("{ materialLots(first: 7) { nodes { id } } }", 1 + 7),
        ("{ materialLots(first: 0) { nodes { id } } }", 1),
        ("{ materialLots(first: -5) { nodes { id } } }", 1),
        ("{ materialLots(first: 2000000) { nodes { id } } }", 1 + 1_000),
        ("{ materialLots(first: null) { nodes { id } } }", 1 + 100),
        ("{ materialLots(first: 7) { edges { cursor node { id } } } }", 1 + 7 * 2),
        ("{ materialLots(first: 7) { nodes { definition { id } } } }", 1 + 7 * 2),
        ("{ materialLots(first: 7) { nodes { samples(first: 3) { nodes { id } } } } }", 1 + 7 * (1 + (1 + 3))),
        ("{ a: materialLots(first: 7) { nodes { id } } b: hub { version } }", 1 + 7 + 1),
        ('{ search(text: "x") { id } }', 20),
        ('{ search(text: "x", first: 3) { id sources { system } } }', 3 * (1 + 10)),
        ('{ node(id: "A:1") { id ... on MaterialLot { definition { id } } } }', 2),
        (
            '{ node(id: "A:1") { ... on MaterialLot { definition { id } samples(first: 5) { nodes { id } } } '
            "... on Sample { lot { id } } } }",
            1 + 1 + (1 + 5),
        ),
        ("{ materialLots(first: 7) { ...P } } fragment P on MaterialLotConnection { nodes { ...L } } "
         "fragment L on MaterialLot { definition { id } }", 1 + 7 * 2),
        ("{ ... { materialLots(first: 7) { ... on MaterialLotConnection { nodes { id } } } } }", 1 + 7),
    ],
    ids=lambda value: str(value)[:50],
)  # fmt: skip
def test_each_object_counts_as_often_as_its_lists_are_long(document: str, objects: int) -> None:
    assert estimate(document) == objects


@pytest.mark.parametrize(
    ("variables", "objects"),
    [
        ({}, 1 + 4),
        ({"n": 7}, 1 + 7),
        ({"n": 7.0}, 1 + 7),
        ({"n": None}, 1 + 100),
        ({"n": "7"}, 1 + 100),
        ({"n": True}, 1 + 100),
        ({"n": 10**30}, 1 + 1_000),
    ],
)
def test_a_variable_counts_with_its_value(variables: dict[str, Any], objects: int) -> None:
    document = "query A { hub { version } } query B($n: Int = 4) { materialLots(first: $n) { nodes { id } } }"
    assert estimate(document, variables, "B") == objects
    assert estimate(document, variables, "A") == 1


def test_fragments_in_fragments_are_reckoned_once() -> None:
    levels = 60
    fragments = "".join(
        f"fragment F{n} on MaterialDefinition {{ a{n}: lots(first: 2) {{ nodes {{ definition {{ ...F{n + 1} }} }} }} "
        f"b{n}: lots(first: $n) {{ nodes {{ definition {{ ...F{n + 1} }} }} }} }} "
        for n in range(levels)
    )
    last = f"fragment F{levels} on MaterialDefinition {{ id }}"
    document = f'query ($n: Int) {{ materialDefinition(id: "M") {{ ...F0 }} }} {fragments} {last}'
    parsed = parse(document)
    began = time.monotonic()
    found = Estimates(lambda: SCHEMA, 10).of(document, parsed, None).of({"n": 2}, LIMITS)
    assert time.monotonic() - began < 5
    assert found > 4**levels


def test_costs_are_kept_up_to_a_number() -> None:
    estimates = Estimates(lambda: SCHEMA, 2)
    texts = [f'{{ materialLot(id: "{n}") {{ id }} }}' for n in range(3)]
    first = estimates.of(texts[0], parse(texts[0]), None)
    assert estimates.of(texts[0], parse(texts[0]), None) is first
    for text in texts[1:]:
        estimates.of(text, parse(text), None)
    assert estimates.of(texts[0], parse(texts[0]), None) is not first
