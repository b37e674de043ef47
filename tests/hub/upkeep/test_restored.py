"""A graph on Neo4j that was restored from an older backup gets what it lacks: at a start, and under a hub that runs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from connectors.wire.address import Url
from graph.errors import StoreUnavailable
from graph.neo4j.store import Neo4jStore
from graph.store import Reached
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Journal
from hub.projection import whole
from hub.projection.projector import Projection, Projector
from hub.settings import Settings
from hub.upkeep import consistency
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL
from tests.servers.neo4j import Neo4j, Neo4jPool

pytestmark = pytest.mark.slow

LACKS = "the graph lacks assertions that it had before"


async def silent(*_: object) -> None:
    return


async def say(journal: Journal, *ids: str) -> None:
    said = [Assertion("mes", "MaterialLot", id_, Stamp(1, "m"), {"name": "a lot"}) for id_ in ids]
    await journal.append([AcceptedAssertion(one, "t", 1) for one in said])


@asynccontextmanager
async def projecting(journal: Journal, store: Neo4jStore) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A projector at work; gives what wakes it and waits until it has nothing left to do."""
    projector = Projector(Projection(journal, store, MODEL, EQUAL), silent, batch=2, linger=0)
    running = asyncio.create_task(projector.run())

    async def done() -> None:
        projector.wake()
        await asyncio.wait_for(projector.idle(), 120)

    try:
        yield done
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def opened(server: Neo4j, place: Path) -> AsyncIterator[tuple[Journal, Neo4jStore]]:
    """A journal, and a store on a server."""
    async with AsyncExitStack() as stack:
        store = await Neo4jStore.open(server.url, MODEL)
        stack.push_async_callback(store.close)
        journal = await open_journal(f"sqlite:///{place}/journal.db")
        stack.push_async_callback(journal.close)
        yield journal, store


async def lots(store: Neo4jStore) -> int:
    return (await store.counts())["MaterialLot"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Neo4j]:
    server = Neo4j(tmp_path / "neo4j")
    server.start()
    yield server
    server.kill()


async def test_it_gets_what_it_lacks(tmp_path: Path, server: Neo4j, caplog: pytest.LogCaptureFixture) -> None:
    place, backup = tmp_path / "neo4j" / "data", tmp_path / "backup"
    settings = Settings(data=tmp_path, journal=Url.parse(f"sqlite:///{tmp_path}/journal.db"))

    def restarted(copy: Callable[[], object]) -> None:
        server.stop()
        copy()
        server.start()

    async with opened(server, tmp_path) as (journal, store):

        async def check() -> int:
            await consistency.check(settings, MODEL, journal, store)
            return (await journal.status()).pending

        await store.migrate()
        assert await check() == 0
        async with projecting(journal, store) as done:
            await say(journal, "A", "B")
            await done()
            await asyncio.sleep(whole.SECONDS)
            await say(journal, "C")
            await done()
        restarted(lambda: shutil.copytree(place, backup))
        async with projecting(journal, store) as done:
            await say(journal, "D", "E", "F", "G")
            await done()
        assert (await store.reached()).last == 7
        assert await check() == 0
        assert LACKS not in caplog.text

        restarted(lambda: (shutil.rmtree(place), shutil.copytree(backup, place)))
        # What was written since is asked for no longer: the server would wait for it and never have it.
        refused = "can't be reached"
        while "can't be reached" in refused:  # by connections from before the restart, each of which fails once
            with pytest.raises(StoreUnavailable) as caught:
                async with store.write():
                    raise AssertionError("the server had it")
            refused = str(caught.value)
        assert await lots(store) == 3
        assert await check() == 5, "what came with and after the batch that was the last one in the backup"
        assert LACKS in caplog.text
        async with projecting(journal, store) as done:
            await done()
        assert (await lots(store), (await store.reached()).last, await check()) == (7, 7, 0)


async def test_one_restored_under_a_hub_that_runs(
    tmp_path: Path, neo4j_pool: Neo4jPool, caplog: pytest.LogCaptureFixture
) -> None:
    """As a batch sees it: the graph has come less far than the journal says. Here nothing else was undone."""
    async with opened(neo4j_pool.server(0), tmp_path) as (journal, store):
        await store.clear()
        async with projecting(journal, store) as done:
            await say(journal, "A", "B", "C", "D", "E")
            await done()
            await store.set_reached(Reached(3, 2))
            await asyncio.sleep(whole.SECONDS)
            await say(journal, "F")
            await done()
        assert "projecting 3 again" in caplog.text
        assert (await lots(store), (await store.reached()).last) == (6, 6)
        assert (await journal.status()).pending == 0
        await store.clear()
        assert await store.reached() == Reached()
