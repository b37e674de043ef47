"""The store on the first Neo4j of the test run, for contracts whose tests need one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.neo4j.store import Neo4jStore
from graph.store import GraphStore
from schema.registry import Model
from tests.servers.neo4j import Neo4jPool


class OnServer:
    """Gives a contract's tests the server, emptied for each, with a model that subclasses name."""

    model: Model
    url = ""

    @pytest.fixture(autouse=True)
    def server(self, neo4j_pool: Neo4jPool) -> None:
        self.url = neo4j_pool.server(0).url

    async def open(self, place: Path) -> GraphStore:
        store = await Neo4jStore.open(self.url, self.model)
        await store.clear()
        return store
