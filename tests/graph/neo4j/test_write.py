"""Several processes that write the same things at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from graph.ladybug.store import LadybugStore
from graph.neo4j.store import Neo4jStore
from graph.store import GraphStore
from tests.contracts.graph_world import WORLD, tell
from tests.graph.neo4j.crowd import messages
from tests.servers.neo4j import Neo4jPool

PROCESSES = 2


async def dump(store: GraphStore) -> list[Mapping[str, Any]]:
    return [row async for row in store.dump()]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_batches_of_several_processes_give_the_graph_of_their_messages(
    neo4j_pool: Neo4jPool, tmp_path: Path, seed: int
) -> None:
    url = neo4j_pool.server(0).url
    store = await Neo4jStore.open(url, WORLD)
    await store.clear()
    program = [sys.executable, "-m", "tests.graph.neo4j.crowd", url, str(seed)]
    processes = [
        await asyncio.create_subprocess_exec(*program, str(share), str(PROCESSES)) for share in range(PROCESSES)
    ]
    assert [await process.wait() for process in processes] == [0] * PROCESSES
    found = await dump(store)
    await store.close()
    alone = await LadybugStore.open(tmp_path / "graph", WORLD)
    await alone.migrate()
    await tell(alone, messages(seed))
    assert found == await dump(alone)
    await alone.close()
