"""Where lists begin to be read: at the linked thing that an index finds, where that is narrower and leads to all."""

from __future__ import annotations

from typing import Any

import pytest

from graph.neo4j.anchor import start
from graph.neo4j.rendering import Neo4jRenderer
from graph.plan import And, Compare, Condition, Linked, Not, Operator, Or, Own, Quantifier
from schema.registry import Attribute
from tests.contracts.graph_world import BOSS, GADGET, OWNED, OWNER, PART_OF, PARTS

GIVEN: dict[str, Any] = {"text": "x", "texts": ["x"], "time": "2026-01-01T00:00:00Z", "number": 1, "null": True}
OWNER_ID = Compare(Own.ID, Operator.EQ, "text")
BY_OWNER = Linked(OWNED, Quantifier.IS, OWNER_ID)
RED = Compare(GADGET.attributes["colour"], Operator.EQ, "text")
EDGE = Compare(PARTS.link.attributes[0], Operator.IS_NULL, "null", edge=True)
NOTED = Compare(GADGET.attributes["note"], Operator.EQ, "text")


def compare(what: Attribute | Own, operator: Operator, parameter: str = "text") -> Compare:
    return Compare(what, operator, parameter)


def over(condition: Condition, quantifier: Quantifier = Quantifier.SOME) -> Linked:
    return Linked(PARTS, quantifier, condition)


def begun(where: Condition | None) -> list[str]:
    """The kinds that a list of gadgets is matched over, its own first."""
    text = start(Neo4jRenderer(GIVEN), GADGET, where, "n").clauses
    return [part.rpartition(":`")[2].partition("`")[0] for part in text.split("MATCH ")[1:]]


@pytest.mark.parametrize(
    ("where", "kinds"),
    [
        (BY_OWNER, ["Gadget", "Owner"]),
        (And((NOTED, BY_OWNER)), ["Gadget", "Owner"]),
        (And((RED, BY_OWNER)), ["Gadget", "Owner"]),
        (And((NOTED, And((BY_OWNER, RED)))), ["Gadget", "Owner"]),
        (Linked(OWNED, Quantifier.IS, compare(Own.ID, Operator.IN, "texts")), ["Gadget", "Owner"]),
        (Linked(OWNED, Quantifier.IS, Linked(BOSS, Quantifier.IS, OWNER_ID)), ["Gadget", "Owner", "Owner"]),
        (over(over(RED)), ["Gadget", "Gadget", "Gadget"]),
        (over(compare(GADGET.attributes["madeAt"], Operator.GTE, "time")), ["Gadget", "Gadget"]),
        (
            over(And((RED, Compare(PARTS.link.attributes[0], Operator.IS_NULL, "null", edge=True)))),
            ["Gadget", "Gadget"],
        ),
        (And((over(RED), BY_OWNER)), ["Gadget", "Owner"]),
    ],
)
def test_a_list_begins_at_what_an_index_finds(where: Condition, kinds: list[str]) -> None:
    assert begun(where) == kinds


@pytest.mark.parametrize(
    "where",
    [
        None,
        NOTED,
        Not(BY_OWNER),
        Or((BY_OWNER, NOTED)),
        Or((BY_OWNER, BY_OWNER)),
        over(RED, Quantifier.NONE),
        over(RED, Quantifier.EVERY),
        over(NOTED),
        over(Not(RED)),
        over(Or((RED, NOTED))),
        Linked(PART_OF, Quantifier.SOME, None),
        Linked(OWNED, Quantifier.IS, compare(OWNER.attributes["rank"], Operator.EQ, "number")),
        Linked(OWNED, Quantifier.IS, compare(Own.ID, Operator.NE)),
        Linked(OWNED, Quantifier.IS, compare(Own.ID, Operator.CONTAINS)),
        over(compare(GADGET.attributes["colour"], Operator.IS_NULL, "null")),
        over(EDGE),
        And((OWNER_ID, BY_OWNER)),
        And((RED, over(RED))),
    ],
)
def test_a_list_begins_at_its_own_things_where_no_link_leads_to_all_or_to_fewer(where: Condition | None) -> None:
    assert begun(where) == ["Gadget"]


def test_what_several_ways_lead_to_is_matched_once() -> None:
    begin = start(Neo4jRenderer(GIVEN), GADGET, over(RED), "n")
    assert begin.text().endswith(" WITH DISTINCT n")
    assert begin.count() == (
        "COUNT { MATCH (n:`Gadget`) MATCH (n)-[l2:`MADE_OF`]->(m1:`Gadget`) "
        "WHERE l2.`_golden` AND m1.`colour` = $p0 RETURN DISTINCT n }"
    )
