"""Walks on Neo4j, held to the contract of every graph store, in one round trip each."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.neo4j.store import Neo4jStore
from graph.store import GraphStore
from tests.contracts.graph_walks import GraphWalkContract
from tests.contracts.walk_world import WALKS
from tests.servers.neo4j import Neo4jPool


class TestNeo4jWalks(GraphWalkContract):
    url = ""

    @pytest.fixture(autouse=True)
    def server(self, neo4j_pool: Neo4jPool) -> None:
        self.url = neo4j_pool.server(0).url

    async def open(self, place: Path) -> GraphStore:
        store = await Neo4jStore.open(self.url, WALKS)
        await store.clear()
        return store
