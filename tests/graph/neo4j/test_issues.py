"""Things with which something is the matter, on Neo4j, held to the contract of every graph store."""

from __future__ import annotations

from pathlib import Path

import neo4j
import pytest

from graph.issues import Issue, Issues
from graph.neo4j.cypher import statement
from graph.neo4j.store import Neo4jStore
from graph.plan import Plan
from graph.store import GraphStore
from tests.contracts.graph_issues import SELECTS, GraphIssuesContract
from tests.contracts.graph_world import WORLD
from tests.graph.neo4j.on_server import OnServer
from tests.graph.neo4j.test_cypher import MARKS, scans
from tests.servers.neo4j import Neo4jPool


class TestNeo4jIssues(OnServer, GraphIssuesContract):
    model = WORLD

    async def forget_marks(self, store: GraphStore, place: Path) -> GraphStore:
        async with neo4j.AsyncGraphDatabase.driver(self.url) as driver:
            await driver.execute_query("DROP INDEX unshub_Thing__issue")
            await driver.execute_query("MATCH (n:Thing) REMOVE n._issue, n._disputed")
        await store.close()
        again = await Neo4jStore.open(self.url, WORLD)
        assert await again.migrate()
        return again


@pytest.mark.parametrize("issue", Issue)
async def test_it_is_one_statement_that_begins_at_an_index(
    neo4j_pool: Neo4jPool, store: Neo4jStore, issue: Issue
) -> None:
    root = Issues("it", issue, SELECTS, "first", "after", "only", "referrers")
    given = {"first": 4711, "after": "Gadget:O'Neil", "only": "O'Hara", "referrers": 4712}
    made = statement(Plan((root,)), given)
    assert not [value for value in ("O'Neil", "O'Hara", "4711", "4712") if value in made.text]
    async with neo4j.AsyncGraphDatabase.driver(neo4j_pool.server(0).url) as driver:
        explained = await driver.execute_query(f"EXPLAIN {made.text}", made.parameters(given))
    assert scans(explained.summary.plan or {}) == [MARKS, MARKS]
