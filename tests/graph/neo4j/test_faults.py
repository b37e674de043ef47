"""The server dies, hangs and comes back under a store that stays open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from graph.errors import StoreBusy, StoreUnavailable
from graph.neo4j.store import Neo4jStore
from tests.contracts.graph_world import WORLD, said, tell
from tests.servers.neo4j import Neo4j, Neo4jPool

LIMIT = 2.0
"""Seconds for a read or write; the driver and a margin come on top."""


@pytest.fixture
def server(neo4j_pool: Neo4jPool) -> Neo4j:
    return neo4j_pool.server(0)


@pytest.fixture
async def store(server: Neo4j) -> AsyncIterator[Neo4jStore]:
    """One that gives up soon."""
    async with _opened(server, LIMIT) as store:
        yield store


@pytest.fixture
async def patient(server: Neo4j) -> AsyncIterator[Neo4jStore]:
    """One that waits for a server that has just started: on a busy machine it plans for seconds."""
    async with _opened(server, 60.0) as store:
        yield store


@asynccontextmanager
async def _opened(server: Neo4j, limit: float) -> AsyncIterator[Neo4jStore]:
    store = await Neo4jStore.open(server.url, WORLD)
    await store.clear()
    await store.close()
    store = await Neo4jStore.open(server.url, WORLD, read_timeout=limit, write_timeout=limit)
    yield store
    await store.close()


async def until_it_works(work: Callable[[], Awaitable[object]], seconds: float = 30.0) -> None:
    """Tries as the projector does."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            await work()
            return
        except (StoreUnavailable, StoreBusy):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


async def test_a_server_killed_keeps_what_was_committed_and_is_found_again(server: Neo4j, patient: Neo4jStore) -> None:
    await tell(patient, [said("Gadget", "A", parts=["B"])])
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(_write_until_it_fails(patient))
        await asyncio.sleep(0.2)
        server.kill()
    committed = writing.result()
    assert not (await patient.health()).ok
    with pytest.raises(StoreUnavailable):
        await patient.counts()
    with pytest.raises(StoreUnavailable):
        await tell(patient, [said("Gadget", "never")])
    await asyncio.to_thread(server.start)
    await until_it_works(lambda: tell(patient, [said("Gadget", "C")]))
    counted = (await patient.counts())["Gadget"]
    assert counted - 2 in (committed, committed + 1)
    assert (await patient.health()).ok


async def _write_until_it_fails(store: Neo4jStore) -> int:
    """How many writes were committed."""
    number = 0
    while True:
        try:
            await tell(store, [said("Gadget", f"N{number}")])
        except StoreUnavailable:
            return number
        number += 1


async def test_a_server_that_hangs_is_given_up_in_time(server: Neo4j, store: Neo4jStore) -> None:
    await until_it_works(lambda: tell(store, [said("Gadget", "A")]))
    server.pause()
    try:
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            await store.counts()
        with pytest.raises(StoreUnavailable):
            await tell(store, [said("Gadget", "B")])
        assert time.monotonic() - began < 30
    finally:
        server.resume()
    await until_it_works(lambda: tell(store, [said("Gadget", "B")]))
    assert (await store.counts())["Gadget"] == 2


async def test_a_writer_that_hangs_holds_nobody_up_for_long(server: Neo4j, store: Neo4jStore) -> None:
    """Its transaction ends at the server by its limit; who waited goes on."""
    other = await Neo4jStore.open(server.url, WORLD)
    async with other.write() as waiting:
        with pytest.raises(StoreUnavailable):
            async with store.write() as hanging:
                await hanging.resolve([("Gadget", "id:A")])
                await asyncio.sleep(60)
        assert await asyncio.wait_for(waiting.resolve([("Gadget", "id:A")]), 10) == {}
    await other.close()
