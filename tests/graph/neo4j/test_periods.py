"""Walks within a window of time on Neo4j, held to the contract of every graph store."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.neo4j.store import Neo4jStore
from graph.store import GraphStore
from tests.contracts.graph_periods import PERIODS, GraphPeriodsContract
from tests.servers.neo4j import Neo4jPool


class TestNeo4jPeriods(GraphPeriodsContract):
    url = ""

    @pytest.fixture(autouse=True)
    def server(self, neo4j_pool: Neo4jPool) -> None:
        self.url = neo4j_pool.server(0).url

    async def open(self, place: Path) -> GraphStore:
        store = await Neo4jStore.open(self.url, PERIODS)
        await store.clear()
        return store
