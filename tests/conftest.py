"""Fixtures for every test, and the order: fast tests first, so that a plain fault shows within seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import Mosquitto
from tests.servers import mosquitto as start_mosquitto
from tests.servers.neo4j import Neo4jPool
from tests.servers.postgres import Postgres
from tests.servers.postgres import postgres as start_postgres

# How long an example takes is the machine's affair. Hypothesis would tell of a slow one as if its data were at fault.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the developer's shell don't reach the tests."""
    for name in list(os.environ):
        if name.startswith("UNSHUB_"):
            monkeypatch.delenv(name)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A mosquitto of the test's own."""
    with start_mosquitto(tmp_path / "mosquitto") as broker:
        yield broker


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL of this test run. A test that stops it starts it again."""
    with start_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def neo4j_pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jPool]:
    """Neo4j servers; the first test that needs one starts it."""
    pool = Neo4jPool(tmp_path_factory.mktemp("neo4j"))
    yield pool
    pool.stop()
