from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import neo4j
import pytest

from graph import dump
from graph.aggregate import Aggregate, By, Figure, Grouping, Measure
from graph.calendar import Calendar
from graph.neo4j import explore, write
from graph.neo4j.cypher import statement
from graph.neo4j.store import Neo4jStore
from graph.plan import (
    Compare,
    Condition,
    Direction,
    Linked,
    Lookup,
    Many,
    One,
    Operator,
    Order,
    Own,
    Page,
    Paging,
    Plan,
    Quantifier,
    Select,
    Value,
)
from graph.search import Search
from schema.model import MODEL
from tests.contracts.graph_world import BOSS, GADGET, HOLDS, OWNED, OWNER, PART_OF, PARTS, WORLD, many_gadgets, tell
from tests.servers.neo4j import Neo4jPool

ID = (Value("id", Own.ID),)
COLOUR, MADE_AT = GADGET.attributes["colour"], GADGET.attributes["madeAt"]
AMOUNT_OF_GADGET = GADGET.attributes["amount"]
AMOUNT = PARTS.link.attributes[0]


def nested() -> Plan:
    """A list, and lists and links below it, three deep, each filtered and ordered."""
    where = Compare(COLOUR, Operator.EQ, "colour")
    inside = Many("inside", PART_OF, Select(GADGET, ID), (), Paging(where, (Order(MADE_AT, True),), after="after"))
    owner = One("owner", OWNED, Select(OWNER, ID, (One("boss", BOSS, Select(OWNER, ID)),)))
    parts = Many("parts", PARTS, Select(GADGET, ID, (owner,), (inside,)), (Value("much", AMOUNT),), Paging(total=True))
    some = Linked(PARTS, Quantifier.SOME, where)
    page = Page(
        "page", Select(GADGET, ID, (owner,), (parts,)), Paging(some, (Order(MADE_AT),), after="next", total=True)
    )
    return Plan((page, Lookup("one", "identifier", Select(GADGET, ID, (), (parts,)))), "Nested")


GIVEN: dict[str, Any] = {
    "first": 4711,
    "colour": "RED' OR true",
    "after": ["2026-01-01T00:00:00Z", "G05"],
    "next": None,
    "identifier": "id:G05",
}

GOLDEN = (
    "MATCH (m:`_Commit`) WITH collect(m.ended) AS ended WITH ended, ["
    "[COLLECT { MATCH (n1:`Owner`) WHERE n1.id IS NOT NULL WITH n1 ORDER BY n1.id LIMIT $p1 "
    "RETURN [n1 {.`id`, _0: [COLLECT { MATCH (n1)<-[e3:`HELD_BY`]-(n2:`Gadget`) WHERE e3.`_golden` "
    "WITH n2, e3 ORDER BY n2.`count`, n2.id, e3.`_occurrence` LIMIT $p0 "
    "RETURN [n2 {.`id`, `amount`: CASE WHEN n2.`amount` IS NOT NULL "
    "THEN {value: n2.`amount`, unit: n2.`amount_unit`} END}, null, [n2.`count`], n2.id, e3.`_occurrence`] }, "
    "COUNT { MATCH (n1)<-[e3:`HELD_BY`]-(n2:`Gadget`) WHERE e3.`_golden` }]}, null, [], n1.id, 0] }]"
    "] AS found RETURN found, ended = COLLECT { MATCH (m:`_Commit`) "
    "RETURN CASE WHEN m.at < timestamp() - 30000 THEN m.ended ELSE m.begun END } AS whole"
)


def test_a_plan_is_one_statement() -> None:
    values = (*ID, Value("much", GADGET.attributes["amount"]))
    paging = Paging(order=(Order(GADGET.attributes["count"]),), total=True)
    held = Many("gadgets", HOLDS, Select(GADGET, values), (), paging)
    found = statement(Plan((Page("owners", Select(OWNER, ID, (), (held,)), Paging()),)), {"first": 2})
    assert found.text == GOLDEN
    assert found.parameters({"first": 2}) == {"p0": 3, "p1": 3}


def counted(where: Condition | None = None) -> Aggregate:
    """Figures of all, and by week and by what is linked."""
    measures = (Measure(Figure.SUM, AMOUNT_OF_GADGET), Measure(Figure.MAX, MADE_AT))
    by = (By(MADE_AT, calendar=Calendar.WEEK), By(OWNER.attributes["rank"], (OWNED,)))
    return Aggregate("counted", GADGET, where, measures, Grouping(by, measures, "first", "zone"))


def test_figures_are_of_the_same_statement() -> None:
    grouping = Grouping((By(COLOUR),), (), "first", "zone", largest=True)
    plan = Plan((Aggregate("it", GADGET, Compare(COLOUR, Operator.EQ, "colour"), (), grouping),))
    matched = "MATCH (n1:`Gadget`) WHERE n1.`colour` = $p0"
    assert (
        f"[COUNT {{ {matched} }}, COLLECT {{ {matched} WITH n1.`colour` AS k_0, count(*) AS c "
        "WITH k_0, sum(c) AS size, collect([c]) AS parts "
        "WITH k_0, parts ORDER BY size DESC, k_0 IS NULL, k_0 LIMIT $p1 RETURN [[k_0], parts] }]"
    ) in statement(plan, {"first": 2, "zone": "UTC", "colour": "RED"}).text


def test_no_value_of_a_client_is_in_a_statement() -> None:
    figures = Plan((counted(Compare(COLOUR, Operator.EQ, "colour")),))
    text = statement(nested(), GIVEN).text + statement(figures, {**GIVEN, "zone": "Europe/Berlin"}).text
    assert not [value for value in ("4711", "RED", "2026", "G05", "Berlin") if value in text]


Explain = Callable[[str], Awaitable[list[str]]]
"""The operators with which a statement finds its nodes, those by an index or by other nodes left out."""


def scans(plan: Mapping[str, Any]) -> list[str]:
    name = plan["operatorType"].partition("@")[0]
    own = [f"{name} {plan['args'].get('Details', '')}"] if name.endswith("Scan") and "Index" not in name else []
    return own + [found for child in plan.get("children", ()) for found in scans(child)]


@pytest.fixture
async def explain(neo4j_pool: Neo4jPool, store: Neo4jStore) -> AsyncIterator[Explain]:
    await tell(store, many_gadgets())
    async with neo4j.AsyncGraphDatabase.driver(neo4j_pool.server(0).url) as driver:

        async def explain(cypher: str) -> list[str]:
            given = dict.fromkeys(re.findall(r"\$(\w+)", cypher))
            result = await driver.execute_query(f"EXPLAIN {cypher}", given)
            return scans(result.summary.plan or {})

        yield explain


MARKS = "NodeByLabelScan m:_Commit"


async def test_reads_find_their_nodes_by_an_index(explain: Explain) -> None:
    assert await explain(statement(nested(), GIVEN).text) == [MARKS, MARKS]
    equal = Compare(COLOUR, Operator.EQ, "colour")
    ids = Compare(Own.ID, Operator.IN, "ids")
    below = Compare(Own.PATH, Operator.STARTS_WITH, "path")
    for where in (None, equal, ids, below, Compare(MADE_AT, Operator.GT, "from")):
        for after in (None, ["G05"]):
            paging = Paging(where, after="after")
            given = {"first": 9, "after": after, "ids": ["G01"], "path": "acme", "from": "2026-01-01T00:00:00Z"}
            query = statement(Plan((Page("page", Select(GADGET, ID), paging),)), {**given, "colour": "RED"})
            assert await explain(query.text) == [MARKS, MARKS]
            linked = Order(OWNER.attributes["rank"], through=(OWNED,))
            query = statement(
                Plan((Page("page", Select(GADGET, ID), Paging(where, (linked,), after="after")), counted(where))),
                {**given, "after": after and [1, *after], "colour": "RED", "zone": "Europe/Berlin"},
            )
            # Figures of all things of a kind read all of them.
            everything = [f"NodeByLabelScan n2:{GADGET.name}"] if where is None else []
            assert await explain(query.text) == [MARKS, *everything, MARKS]
    search = statement(Plan((Search("found", "text", "first", (Select(GADGET, ID),)),)), {"text": "x", "first": 9})
    assert await explain(search.text) == [MARKS, MARKS]
    assert await explain(explore.places(WORLD, "acme")[0]) == []
    for part in dump.parts(WORLD, floors=True):
        assert await explain(part.statement(["x"] * len(part.keys))[0]) == []


async def test_writes_find_their_nodes_by_an_index(explain: Explain) -> None:
    statements = write.Statements.of(WORLD)
    single = (write.LOCK_LANES, write.CLAIM, write.FOLLOW, write.RELEASE, write.NAME)
    rows = (write.FLOORS, write.WITHDRAW, write.REVIVE)
    of_nodes = (text for nodes in statements.nodes.values() for text in vars(nodes).values() if isinstance(text, str))
    of_edges = (text for edges in statements.edges.values() for text in vars(edges).values() if isinstance(text, str))
    for cypher in (*single, *rows, *of_nodes, *of_edges):
        assert await explain(cypher) == [], cypher


async def test_every_kind_of_the_model_can_be_read(neo4j_pool: Neo4jPool, store: Neo4jStore) -> None:
    """All attributes, links and inverses of a kind in one statement; the server need not have seen the names before."""
    url = neo4j_pool.server(0).url
    whole = await Neo4jStore.open(url, MODEL)
    for kind in MODEL:
        values = tuple(Value(a.name, a) for a in kind.attributes.values())
        directions = [*map(Direction, kind.links.values()), *(Direction(link, True) for link in kind.inverses.values())]
        ones = tuple(One(d.name, d, Select(MODEL.kind(d.target), ID)) for d in directions if not d.many)
        manys = tuple(Many(d.name, d, Select(MODEL.kind(d.target), ID)) for d in directions if d.many)
        page = Page("page", Select(kind, values, ones, manys), Paging(total=True))
        assert await whole.read(Plan((page,)), {"first": 1}) == {"page": {"rows": [], "more": False, "total": 0}}
    await whole.close()
