"""The demo plant in a hub behind HTTP, once on each store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from connectors.wire.messages import Inbound
from graph.open import open_store
from hub.demo.file import load
from hub.demo.messages import Writer
from schema.model import MODEL
from schema.provenance import micros
from tests.hub.api.conftest import Api, opened
from tests.servers.neo4j import Neo4jPool


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def plant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """The plant's past on Ladybug; its now is 2026-03-13T10:00:00Z."""
    async with _with_plant(tmp_path_factory.mktemp("plant"), None) as found:
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def plant_on_neo4j(tmp_path_factory: pytest.TempPathFactory, neo4j_pool: Neo4jPool) -> AsyncIterator[Api]:
    url = neo4j_pool.server(0).url
    store = await open_store(url, MODEL)
    await store.clear()
    await store.close()
    async with _with_plant(tmp_path_factory.mktemp("plant"), url) as found:
        yield found


@contextlib.asynccontextmanager
async def _with_plant(folder: Path, graph: str | None) -> AsyncIterator[Api]:
    demo = load()
    async with opened(folder, graph, demo.authority) as found:
        messages = [m for m in Writer(demo).history() if "/_tag/" not in m.topic]
        await asyncio.gather(
            *(found.hub.ingest.accept(Inbound(m.topic, m.payload, micros(demo.now))) for m in messages)
        )
        await found.hub.settled()
        yield found
