"""From the journal to the graph: in batches, past what is at fault, and through a store that is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

import hub.projection.batches
from graph.errors import StoreBusy, StoreDamaged, StoreUnavailable, WriteFailed
from graph.ladybug.store import LadybugStore
from graph.neo4j.store import Neo4jStore
from graph.projection import Changed
from graph.store import GraphStore, WriteTransaction
from graph.thing import Delta, Key
from hub.errors import JournalError
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Entry, Journal
from hub.projection.projector import Projection, Projector
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL
from tests.servers.neo4j import Neo4jPool


def lot(number: int, **cells: str) -> AcceptedAssertion:
    said = Assertion("mes", "MaterialLot", f"LOT-{number}", Stamp(number, "m"), {"@path": "acme", **cells})
    return AcceptedAssertion(said, "topic", number)


class _Limited:
    """A transaction that fails where it is asked for too much."""

    def __init__(self, tx: WriteTransaction, most: int | None) -> None:
        self._tx = tx
        self._most = most

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def write(self, delta: Delta) -> frozenset[Key]:
        if self._most is not None and len(delta.things) > self._most:
            raise StoreBusy("writing: memory ran out; ask for less at once")
        return await self._tx.write(delta)


class Flawed(LadybugStore):
    """A real store that refuses, for good or for a while, what holds one id."""

    poison: str | None = None
    away = 0
    unknown = 0
    """How many commits happen and are reported as failed, as when a connection ends at that moment."""
    most: int | None = None
    """How many things one transaction may hold before memory runs out."""
    at_once = 1
    held: asyncio.Event | None = None
    """Keeps the first transaction from being known to have ended."""
    begun = 0

    @property
    def writers(self) -> int:
        return self.at_once

    @asynccontextmanager
    async def write(self, reached: int = 0, whole: int = 0) -> AsyncIterator[WriteTransaction]:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("writing: the graph is away; start it again")
        self.begun += 1
        held = self.held if self.begun == 1 else None
        async with super().write(reached, whole) as tx:
            yield cast(WriteTransaction, _Limited(tx, self.most))
            if self.poison and await tx.resolve([("MaterialLot", f"id:{self.poison}")]):
                raise WriteFailed(f"writing: {self.poison} can't be written")
        if held is not None:
            await held.wait()
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


async def test_a_commit_of_unknown_end_is_announced_as_things_are_when_it_is_tried_again(parts: Parts) -> None:
    """Another hub may have changed the thing meanwhile, and announced it: the older state must not come after."""
    changes: list[Changed] = []

    async def announce(changed: Sequence[Changed], through: int) -> None:
        changes.extend(changed)

    async def meanwhile(changed: Sequence[Changed], entries: Sequence[Entry]) -> None:
        if len(asked) == 1:
            assert not changes
        asked.append(len(changed))

    asked: list[int] = []
    parts.store.unknown = 1
    await parts.journal.append([lot(1, name="old")])
    (entry,) = await parts.journal.pending(1)
    other = Projection(parts.journal, parts.store, MODEL, EQUAL)
    batches = hub.projection.batches.Batches(Projection(parts.journal, parts.store, MODEL, EQUAL, meanwhile), announce)
    task = asyncio.create_task(batches.take([entry]))
    while parts.store.unknown:
        await asyncio.sleep(0)
    newer = Assertion("erp", "MaterialLot", "LOT-1", Stamp(2, "m"), {"name": "new"})
    await other.apply([Entry(2, AcceptedAssertion(newer, "topic", 2))])
    await task
    assert asked == [1, 1]
    (change,) = changes
    assert change.before is None
    assert change.after is not None and change.after.golden is not None
    assert change.after.golden.values["name"].value == "new"


async def test_how_far_all_is_told_is_not_said_while_what_a_commit_did_is_not_known(parts: Parts) -> None:
    """The first try commits, and the hub does not hear of it; nor can the second one keep what it would change."""
    failures = [JournalError("the journal is away")]
    told: list[int | None] = []

    async def before(changed: Sequence[Changed], entries: Sequence[Entry]) -> None:
        if not parts.store.unknown and failures:
            raise failures.pop()

    async def announce(changed: Sequence[Changed], through: int) -> None:
        told.append(batches.told(9))

    parts.store.unknown = 1
    await parts.journal.append([lot(1), lot(2)])
    first, second = await parts.journal.pending(2)
    batches = hub.projection.batches.Batches(Projection(parts.journal, parts.store, MODEL, EQUAL, before), announce)
    assert batches.told(9) == 9
    with pytest.raises(JournalError):
        await batches.take([first])
    batches.give_back([first])
    assert batches.told(9) is None, "what the first one changed is still to be announced"
    await batches.take([second])
    assert told == [None]
    assert batches.told(9) == 9


async def test_a_store_that_stays_busy_is_given_less_at_once(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub.projection.batches, "FIRST_PAUSE", 0.001)
    parts.store.most = 100
    await parts.journal.append([lot(n) for n in range(400)])
    await parts.run()
    assert await parts.lots() == 400
    assert not await parts.journal.dead_letters(10)
    assert sum("memory ran out" in message for message in caplog.messages) < 4 * hub.projection.batches.BUSY_TRIES


async def test_a_fault_of_the_program_in_one_entry_stops_no_other_and_is_told(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    projecting = hub.projection.batches.project

    async def flawed(tx: WriteTransaction, model: Any, authority: Any, assertions: Any) -> tuple[Changed, ...]:
        said = list(assertions)
        if any(one.id == "LOT-7" for one in said):
            raise TypeError("unhashable type: 'list'")
        return await projecting(tx, model, authority, said)

    monkeypatch.setattr(hub.projection.batches, "project", flawed)
    await parts.journal.append([lot(n) for n in range(20)])
    with caplog.at_level(logging.ERROR):
        await parts.run()
    assert await parts.lots() == 19
    (letter,) = await parts.journal.dead_letters(10)
    assert "a fault of unshub itself (TypeError: unhashable" in letter.refusal.reasons[0].expected
    assert (await parts.journal.status()).refused == 1
    (record,) = caplog.records
    assert "LOT-7" in record.message and record.exc_info is not None


async def test_of_batches_that_fail_at_once_each_is_told_and_damage_is_seen_to(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    applied, together = parts.journal.applied, asyncio.Event()
    raised: list[Exception] = []
    failures = [JournalError("marking: the disk is full"), StoreDamaged("reading: its files are damaged")]

    async def failing_together(entries: Sequence[Entry]) -> None:
        if len(raised) == 2:
            await applied(entries)
            return
        raised.append(failures[len(raised)])
        error = raised[-1]
        if len(raised) == 2:
            asyncio.get_running_loop().call_soon(together.set)
        await together.wait()
        raise error

    monkeypatch.setattr(parts.journal, "applied", failing_together)
    parts.store.at_once = 2
    parts.projector = Projector(parts.projection, parts._announce, batch=10, linger=0)
    await parts.journal.append([lot(n) for n in range(20)])
    await parts.run()
    assert "making the graph anew from the journal" in caplog.text
    assert "the disk is full" in caplog.text
    assert await parts.lots() == 20


async def test_batches_in_flight_are_announced_in_the_order_of_their_commits(parts: Parts) -> None:
    parts.store.at_once, parts.store.held = 3, asyncio.Event()
    projector = Projector(parts.projection, parts._announce, batch=10, linger=0)
    await parts.journal.append([lot(n) for n in range(40)])
    task = asyncio.create_task(projector.run())
    while await parts.lots() < 30:
        await asyncio.sleep(0.001)
    assert parts.announced == [], "the second and the third batch wait for the first"
    parts.store.held.set()
    await asyncio.wait_for(projector.idle(), 10)
    task.cancel()
    assert parts.announced[:10] == sorted(f"LOT-{n}" for n in range(10))
    assert len(parts.announced) == 40
    assert parts.through == 40
    assert (await parts.journal.status()).pending == 0


class Announced:
    """What was announced last of each thing, and how far."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.through = [0]

    async def __call__(self, changed: Sequence[Changed], through: int) -> None:
        await asyncio.sleep(0)
        for one in changed:
            assert one.after is not None and one.after.golden is not None
            self.names[one.key.id] = str(one.after.golden.values["name"].value)
        self.through.append(through)


async def test_a_server_takes_batches_at_once_and_the_last_word_of_each_is_the_true_one(
    neo4j_pool: Neo4jPool, tmp_path: Path
) -> None:
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    store: GraphStore = await Neo4jStore.open(neo4j_pool.server(0).url, MODEL)
    await store.clear()
    projection, announced = Projection(journal, store, MODEL, EQUAL), Announced()
    assert store.writers > 1
    said = [Assertion("mes", "MaterialLot", f"LOT-{n % 7}", Stamp(n, "m"), {"name": f"{n}"}) for n in range(1, 401)]
    await journal.append([AcceptedAssertion(one, "topic", one.stamp.time) for one in said])
    projector = Projector(projection, announced, batch=20, linger=0)
    task = asyncio.create_task(projector.run())
    await asyncio.wait_for(projector.idle(), 60)
    task.cancel()
    assert announced.names == {one.id: str(one.cells["name"]) for one in said}
    assert announced.through == sorted(announced.through)
    assert announced.through[-1] == 400
    assert (await store.counts())["MaterialLot"] == 7
    await store.close()
    await journal.close()
