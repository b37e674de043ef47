"""Servers shared by the tests of the graph, started once a test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.neo4j import Neo4jPool


@pytest.fixture(scope="session")
def neo4j_pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jPool]:
    """Neo4j servers; the first test that needs one starts it."""
    pool = Neo4jPool(tmp_path_factory.mktemp("neo4j"))
    yield pool
    pool.stop()
