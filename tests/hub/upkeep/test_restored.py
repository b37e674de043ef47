"""A graph on Neo4j that was restored from an older backup gets what it lacks: at a start, and under a hub that runs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from graph.neo4j.store import Neo4jStore
from graph.store import Reached
from hub.address import Url
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Journal
from hub.projection.projector import Projection, Projector
from hub.settings import Settings
from hub.upkeep import consistency
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL
from tests.servers.neo4j import Neo4j

pytestmark = pytest.mark.slow


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


async def lots(store: Neo4jStore) -> int:
    return (await store.counts())["MaterialLot"]


async def test_it_gets_what_it_lacks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server, place, backup = Neo4j(tmp_path / "neo4j"), tmp_path / "neo4j" / "data", tmp_path / "backup"

    def restore() -> None:
        server.stop()
        shutil.rmtree(place)
        shutil.copytree(backup, place)
        server.start()

    server.start()
    store = await Neo4jStore.open(server.url, MODEL)
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    settings = Settings(data=tmp_path, journal=Url.parse(f"sqlite:///{tmp_path}/journal.db"))
    try:
        await store.migrate()
        await consistency.check(settings, MODEL, journal, store)
        async with projecting(journal, store) as done:
            await say(journal, "A", "B", "C")
            await done()
            assert (await store.reached()).last == 3
            await asyncio.to_thread(server.stop)
            shutil.copytree(place, backup)
            await asyncio.to_thread(server.start)
            await say(journal, "D", "E", "F", "G")
            await done()
            assert await lots(store) == 7

            await asyncio.to_thread(restore)
            await say(journal, "H")
            await done()
            assert "it was restored from an older backup" in caplog.text
            assert await lots(store) == 8
        assert (await journal.status()).pending == 0

        await asyncio.to_thread(restore)
        assert await lots(store) == 3
        caplog.clear()
        await consistency.check(settings, MODEL, journal, store)
        assert "the graph lacks assertions that it had before" in caplog.text
        pending = (await journal.status()).pending
        assert 5 <= pending < 8
        async with projecting(journal, store) as done:
            await done()
        assert await lots(store) == 8
        assert (await store.reached()).last == 8

        caplog.clear()
        await consistency.check(settings, MODEL, journal, store)
        assert (await journal.status()).pending == 0 and not caplog.text
        await store.clear()
        assert await store.reached() == Reached()
    finally:
        await store.close()
        await journal.close()
        server.kill()
