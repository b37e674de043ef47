"""From the journal to the graph: in batches, past what is at fault, and through a store that is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from graph.errors import StoreUnavailable, WriteFailed
from graph.ladybug.store import LadybugStore
from graph.projection import Changed
from graph.store import WriteTransaction
from hub.errors import JournalError
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Entry, Journal
from hub.projector import Projection, Projector
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL


def lot(number: int, **cells: str) -> AcceptedAssertion:
    said = Assertion("mes", "MaterialLot", f"LOT-{number}", Stamp(number, "m"), {"@path": "acme", **cells})
    return AcceptedAssertion(said, "topic", number)


class Flawed(LadybugStore):
    """A real store that refuses, for good or for a while, what holds one id."""

    poison: str | None = None
    away = 0
    unknown = 0
    """How many commits happen and are reported as failed, as when a connection ends at that moment."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteTransaction]:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("writing: the graph is away; start it again")
        async with super().write() as tx:
            yield tx
            if self.poison and await tx.resolve([("MaterialLot", f"id:{self.poison}")]):
                raise WriteFailed(f"writing: {self.poison} can't be written")
        if self.unknown:
            self.unknown -= 1
            raise StoreUnavailable("committing: the connection ended; try again")


class Parts:
    def __init__(self, journal: Journal, store: Flawed) -> None:
        self.journal, self.store = journal, store
        self.announced: list[str] = []
        self.through = 0
        self.projection = Projection(journal, store, MODEL, EQUAL)
        self.projector = Projector(self.projection, self._announce, batch=500, linger=0)

    async def _announce(self, changed: Sequence[Changed], through: int) -> None:
        self.announced += [change.key.id for change in changed]
        self.through = through

    async def run(self) -> None:
        task = asyncio.create_task(self.projector.run())
        await asyncio.wait_for(self.projector.idle(), 30)
        task.cancel()

    async def lots(self) -> int:
        return (await self.store.counts())["MaterialLot"]


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    store = await Flawed.open(tmp_path / "graph", MODEL)
    await store.migrate()
    yield Parts(journal, store)
    await store.close()
    await journal.close()


async def test_everything_pending_is_applied_and_announced(parts: Parts) -> None:
    await parts.journal.append([lot(n) for n in range(1200)])
    await parts.run()
    assert await parts.lots() == 1200
    assert (await parts.journal.status()).pending == 0
    assert sorted(parts.announced) == sorted(f"LOT-{n}" for n in range(1200))
    assert parts.through == 1200


async def test_one_poisonous_entry_does_not_stop_the_rest(parts: Parts) -> None:
    parts.store.poison = "LOT-321"
    await parts.journal.append([lot(n) for n in range(1000)])
    await parts.run()
    assert await parts.lots() == 999
    (letter,) = await parts.journal.dead_letters(10)
    assert "LOT-321 can't be written" in letter.refusal.reasons[0].expected
    assert (await parts.journal.status()).pending == 0


async def test_a_store_that_is_away_is_waited_for(parts: Parts) -> None:
    parts.store.away = 2
    await parts.journal.append([lot(1)])
    await parts.run()
    assert await parts.lots() == 1
    assert not await parts.journal.dead_letters(10)


async def test_new_messages_wake_it(parts: Parts) -> None:
    task = asyncio.create_task(parts.projector.run())
    await asyncio.wait_for(parts.projector.idle(), 10)
    await parts.journal.append([lot(7)])
    parts.projector.wake()
    await asyncio.wait_for(parts.projector.idle(), 10)
    task.cancel()
    assert parts.announced == ["LOT-7"]


async def test_what_a_commit_changed_is_announced_though_the_journal_failed_after_it(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await parts.journal.append([lot(1)])
    applied, failures = parts.journal.applied, [JournalError("marking: the disk is full")]

    async def failing_once(entries: Sequence[Entry]) -> None:
        if failures:
            raise failures.pop()
        await applied(entries)

    monkeypatch.setattr(parts.journal, "applied", failing_once)
    await parts.run()
    assert parts.announced == ["LOT-1"]
    assert (await parts.journal.status()).pending == 0


async def test_what_a_commit_changed_is_announced_though_its_end_was_not_known(parts: Parts) -> None:
    parts.store.unknown = 1
    await parts.journal.append([lot(1)])
    await parts.run()
    assert await parts.lots() == 1
    assert parts.announced == ["LOT-1"]
