"""The Neo4j store, held to the contract of every graph store."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graph.neo4j.store import Neo4jStore
from graph.store import GraphStore
from tests.contracts.graph_figures import GraphFiguresContract
from tests.contracts.graph_paging import GraphPagingContract
from tests.contracts.graph_reads import GraphReadContract
from tests.contracts.graph_store import GraphStoreContract
from tests.contracts.graph_whole import WholeGraphContract
from tests.contracts.graph_world import WORLD
from tests.servers.neo4j import Neo4jPool

FIRST = "TEST_NEO4J_URL"
"""Tells the contract's second process the first server of a test."""


class Places:
    """Gives each place of a test a server of its own, emptied; the place is a file with the server's URL."""

    pool: Neo4jPool | None = None
    taken: int = 0

    @pytest.fixture(autouse=True)
    def servers(self, neo4j_pool: Neo4jPool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pool = neo4j_pool
        monkeypatch.setenv(FIRST, neo4j_pool.server(0).url)

    async def open(self, place: Path) -> GraphStore:
        fresh = not place.exists()
        if fresh:
            place.write_text(os.environ[FIRST] if self.pool is None else self.pool.server(self.taken).url)
            self.taken += 1
        store = await Neo4jStore.open(place.read_text(), WORLD)
        if fresh:
            await store.clear()
        return store


class TestNeo4jReads(Places, GraphReadContract):
    pass


class TestNeo4jFigures(Places, GraphFiguresContract):
    pass


class TestNeo4jPaging(Places, GraphPagingContract):
    pass


class TestNeo4jStore(Places, GraphStoreContract, WholeGraphContract):
    pass
