from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from graph.neo4j.store import Neo4jStore
from tests.contracts.graph_world import WORLD
from tests.servers.neo4j import Neo4jPool


@pytest.fixture
async def store(neo4j_pool: Neo4jPool) -> AsyncIterator[Neo4jStore]:
    """An empty store for the small model, on the first server."""
    store = await Neo4jStore.open(neo4j_pool.server(0).url, WORLD)
    await store.clear()
    yield store
    await store.close()
