"""Walks on Neo4j, held to the contract of every graph store, in one round trip each."""

from __future__ import annotations

import re
from collections.abc import Sequence

import neo4j

from graph.neo4j.around import AroundRenderer
from graph.neo4j.cypher import statement
from graph.neo4j.store import Neo4jStore
from graph.plan import Lookup, Plan, Select, Value
from graph.questions import readiness
from graph.questions.facts import select
from schema.model import MODEL
from schema.registry import Kind
from tests.contracts.graph_around import GraphAroundContract
from tests.contracts.graph_walks import GraphWalkContract, walk
from tests.contracts.walk_world import WALKS
from tests.graph.neo4j.on_server import OnServer
from tests.graph.neo4j.test_cypher import MARKS, scans
from tests.servers.neo4j import Neo4jPool


class TestNeo4jWalks(OnServer, GraphWalkContract, GraphAroundContract):
    model = WALKS


async def test_a_walk_is_one_statement_that_begins_at_an_index(neo4j_pool: Neo4jPool, store: Neo4jStore) -> None:
    plan = Plan((walk(up=True),))
    text = statement(plan, {"begin": "id:O'Neil", "first": 4711, "depth": 4712}, AroundRenderer).text
    assert not [value for value in ("O'Neil", "4711", "4712") if value in text]
    async with neo4j.AsyncGraphDatabase.driver(neo4j_pool.server(0).url) as driver:
        given = dict.fromkeys(re.findall(r"\$(\w+)", text), 1)
        explained = await driver.execute_query(f"EXPLAIN {text}", given)
    assert scans(explained.summary.plan or {}) == [MARKS, MARKS]


def test_what_is_selected_of_things_does_not_change_what_a_question_asks() -> None:
    """So that a server plans a question once: to plan one takes seconds."""
    lot = MODEL.kind("MaterialLot")

    def asked(*names: str) -> str:
        selected = select(MODEL, lot, readiness.SHAPE, lambda kind: Select(kind, of_kind(kind, names)))
        return statement(
            Plan((Lookup("lot", "identifier", selected),)), {**readiness.PARAMETERS, "identifier": "id:A"}
        ).text

    def of_kind(kind: Kind, names: Sequence[str]) -> tuple[Value, ...]:
        return tuple(Value(f"seen.{name}", kind.attributes[name]) for name in names if name in kind.attributes)

    assert asked() == asked("status", "description") == asked("performedAt", "quantity")
