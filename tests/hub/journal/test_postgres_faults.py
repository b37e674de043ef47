"""A PostgreSQL that is killed, restarted or silent: nothing acknowledged is lost, and no one has to do anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from connectors.wire.address import Url
from hub.errors import JournalError
from hub.journal.postgres import PostgresJournal
from tests.contracts.journal import accepted, contents, everything, some
from tests.servers.postgres import Postgres
from tests.servers.postgres import postgres as start_postgres


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server of this file's own: what many tests have left makes a recovery long."""
    with start_postgres() as server:
        yield server


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.schema() as url:
        yield url


async def opened(url: str, seconds: float = 20.0) -> PostgresJournal:
    journal = await PostgresJournal.open(Url.parse(url), seconds=seconds)
    await journal.migrate()
    return journal


class Load:
    """Callers that append pairs of rows without end; what is refused is said again."""

    def __init__(self, journal: PostgresJournal) -> None:
        self._journal = journal
        self.acknowledged: set[int] = set()
        self.refused = 0
        self._tasks = [asyncio.create_task(self._append(1000 * lane)) for lane in range(8)]

    async def _append(self, number: int) -> None:
        while True:
            rows = [accepted(n, digest=n.to_bytes(8, "big")) for n in (number, number + 1)]
            try:
                await self._journal.append(rows)
            except JournalError:
                self.refused += 1
                await asyncio.sleep(0.02)
            else:
                self.acknowledged |= {row.received for row in rows}
                number += 2

    async def grow(self, more: int = 100) -> None:
        """Returns when so many more rows are acknowledged."""
        goal = len(self.acknowledged) + more
        async with asyncio.timeout(30):
            while len(self.acknowledged) < goal:
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.mark.parametrize("end", [Postgres.kill, Postgres.stop], ids=["kill -9", "restart"])
async def test_a_server_that_goes_and_comes_back(postgres: Postgres, url: str, end: Callable[[Postgres], None]) -> None:
    journal = await opened(url)
    load = Load(journal)
    for _ in range(3):
        await load.grow()
        assert await journal.pending(10)
        end(postgres)
        with pytest.raises(JournalError, match="see that the server runs"):
            await journal.append([accepted(10_000)])
        with pytest.raises(JournalError, match="see that the server runs"):
            await journal.status()
        with pytest.raises(JournalError, match="see that the server runs"):
            await journal.pending(10)
        await asyncio.to_thread(postgres.start)
        began = time.monotonic()
        await load.grow(1)
        assert time.monotonic() - began < 5
        share = await journal.pending(10)
        await journal.applied(share[:1])
        assert await journal.pending(10) != share
    await load.stop()
    assert load.refused
    entries = contents(await everything(journal))
    kept = {entry.received for entry in entries}
    assert len(kept) == len(entries)
    assert load.acknowledged <= kept
    assert (await journal.status()).pending == len(kept) - 3
    await journal.close()


async def test_a_share_of_before_is_marked_when_the_server_is_back(postgres: Postgres, url: str) -> None:
    journal, other = await opened(url), await opened(url)
    await journal.append(some(10))
    share = await journal.pending(5)
    postgres.kill()
    with pytest.raises(JournalError):
        await journal.applied(share)
    postgres.start()
    assert contents(await other.pending(4)) == some(4), "a share ends with the server"
    await journal.applied(share)
    assert contents(await other.pending(10)) == some(5, first=6)
    await journal.close()
    await other.close()


async def test_a_server_that_says_nothing_is_not_waited_for(postgres: Postgres, url: str) -> None:
    journal = await opened(url, seconds=0.5)
    await journal.append([accepted(1)])
    assert len(await journal.pending(10)) == 1
    with postgres.paused():
        results = await asyncio.gather(
            journal.append([accepted(2)]), journal.pending(1), journal.status(), return_exceptions=True
        )
        assert [str(result).rpartition(": ")[2] for result in results] == [
            "no answer within 0.5 s; see how the server is"
        ] * 3
    await journal.append([accepted(3)])
    assert accepted(3) in contents(await everything(journal))
    assert (await journal.status()).accepted == len(await everything(journal))
    await journal.close()


async def test_waking_goes_on_after_the_server_was_away(
    postgres: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.journal.postgres_watch.LOOK_SECONDS", 0.1)
    journal = await opened(url)
    woken = asyncio.Event()
    watching = asyncio.create_task(journal.watch(woken.set))
    for _ in range(2):
        async with asyncio.timeout(10):
            await woken.wait()
        postgres.kill()
        postgres.start()
        woken.clear()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await journal.close()
