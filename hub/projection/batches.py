"""One batch on its way into the graph: tried again, divided where something in it is at fault, then announced.

A store that can't be reached is tried again, with growing pauses; nothing is lost, the journal waits. One that stays
busy may be asked for too much at once, so after some tries the batch is halved. A batch that the store or the
projection refuses for good is halved until the entries at fault are alone; these become dead letters and the rest goes
on. A fault of the program itself is treated alike, or one message that meets it would stop all others: the log has its
traceback, the status counts the dead letter, and `unshub dead-letters replay` tries it again after an upgrade.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graph.errors import GraphError, StoreBehind, StoreBusy, StoreDamaged, StoreUnavailable
from graph.projection import Changed, current, project
from graph.store import GraphStore, WriteTransaction
from graph.thing import Key
from hub.errors import JournalError
from hub.journal.port import Entry, Journal
from hub.projection.turns import InFlight, Turns
from hub.projection.whole import Whole
from hub.troubles import Part, Troubles
from schema.authority import Authority
from schema.errors import Reason
from schema.registry import Model

log = logging.getLogger(__name__)

Announce = Callable[[Sequence[Changed], int], Awaitable[None]]
"""Takes what a committed batch changed, and the sequence up to which everything was announced, this batch included. It
may wait, which holds the projection back; it must not raise."""

BeforeCommit = Callable[[Sequence[Changed], Sequence[Entry]], Awaitable[None]]
"""Takes what a batch is about to change, and the batch. Where it raises, nothing is committed."""

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
"""Longer ones spare an absent store little, and what was waiting would wait as much longer when it is back."""

BUSY_TRIES = 6
"""How often a batch of several entries is tried on a busy store before it is halved."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What it takes to project: where from, where to, and by which rules."""

    journal: Journal
    store: GraphStore
    model: Model
    authority: Authority
    before_commit: BeforeCommit | None = None
    troubles: Troubles = field(default_factory=Troubles)
    """Told when the store does not take a batch, and when it takes one again."""
    whole: Whole = field(default_factory=Whole)

    async def apply(self, entries: Sequence[Entry]) -> tuple[Changed, ...]:
        """Projects entries in one transaction. `GraphError` if the store does not take them.

        `JournalError` if what the commit leaves to be published can't be kept; then there is none.
        """
        turns = Turns()
        ticket, changed = await self.commit(entries, {}, turns)
        turns.close(ticket)
        return changed

    async def commit(
        self, entries: Sequence[Entry], told: dict[Key, Changed], turns: Turns
    ) -> tuple[int, tuple[Changed, ...]]:
        """Projects entries; gives the ticket to announce with, and what to announce.

        A commit may fail and yet have happened. So what a try would change is added to `told`, and the next one, which
        may find nothing to change, gives the things in it as they are then.
        """
        ticket: int | None = None
        whole = await self.whole.now(self.journal, self.store)
        try:
            # Batches are taken in the order of the journal: in a store that takes one at a time, all before this one is
            # in the graph or refused.
            async with self.store.write(max(entry.sequence for entry in entries), whole) as tx:
                changed = await project(tx, self.model, self.authority, (e.accepted.assertion for e in entries))
                changed = await self._with(told, changed, tx)
                if self.before_commit is not None:
                    await self.before_commit(changed, entries)
                told.update({one.key: one for one in changed})
                ticket = turns.take()
        except BaseException:
            if ticket is not None:
                turns.close(ticket)
            raise
        told.clear()
        return ticket, changed

    async def _with(
        self, told: dict[Key, Changed], changed: tuple[Changed, ...], tx: WriteTransaction
    ) -> tuple[Changed, ...]:
        if not told:
            return changed
        fresh = {one.key: one for one in changed}
        now = await current(tx, self.model, self.authority, told.keys() - fresh.keys())
        fresh |= {key: Changed(key, None, now.get(key)) for key in told.keys() - fresh.keys()}
        return tuple(
            replace(one, before=told[key].before) if key in told else one for key, one in sorted(fresh.items())
        )


@dataclass(frozen=True, slots=True)
class Batches:
    """Takes batches from the journal into the graph, several at once."""

    projection: Projection
    announce: Announce
    turns: Turns = field(default_factory=Turns)
    untold: dict[Key, Changed] = field(default_factory=dict)
    """What a batch may have changed whose commit is not known of, where it could not be tried again at once."""
    in_flight: InFlight = field(default_factory=InFlight)

    def take(self, entries: Sequence[Entry]) -> Coroutine[Any, Any, None]:
        """Projects entries; those at fault become dead letters, the rest goes in. Waits out an unreachable store.

        They count as in flight from the call on, until `give_back`. `JournalError` where the journal fails: what is not
        marked as applied is then pending again. `StoreDamaged`, `StoreBehind` where waiting would not mend the store.
        """
        self.in_flight.take([entry.sequence for entry in entries])
        told = dict(self.untold)
        self.untold.clear()
        return self._make_up(entries, told) if told else self._take(entries, told)

    def told(self, reached: int) -> int | None:
        """Up to which sequence all that this hub changed is announced, where the journal has `reached` that far.

        None while it may have changed what it has still to find out, or to announce with a later batch.
        """
        return None if self.untold or self.in_flight.owing else self.in_flight.told(reached)

    def give_back(self, entries: Sequence[Entry]) -> None:
        """Says that entries are in flight no more."""
        self.in_flight.give_back([entry.sequence for entry in entries])

    def _make_up(self, entries: Sequence[Entry], told: dict[Key, Changed]) -> Coroutine[Any, Any, None]:
        """Takes entries, and what an earlier batch has left to be found out; the hub owes that from the call on."""
        self.in_flight.owing += 1

        async def take() -> None:
            try:
                await self._take(entries, told)
            finally:
                # Where it could not be announced, the next one owes it: it is in `untold` again.
                self.in_flight.owing -= 1

        return take()

    async def _take(self, entries: Sequence[Entry], told: dict[Key, Changed]) -> None:
        fault: Exception
        try:
            ticket, changed = await self._commit(entries, told)
        except (JournalError, StoreDamaged, StoreBehind):
            self.untold.update(told)
            raise
        except Exception as error:
            fault = error
        else:
            await self._tell(entries, ticket, changed)
            return
        # Outside the handler, so that each entry's fault is logged alone and not with those of the batches around it.
        await self._divide(entries, told, fault)

    async def _tell(self, entries: Sequence[Entry], ticket: int, changed: Sequence[Changed]) -> None:
        try:
            await self.turns.come(ticket)
            sequences = [entry.sequence for entry in entries]
            # Announced first: should the journal fail now, the entries are projected again, and that changes nothing.
            await self.announce(changed, self.in_flight.through(sequences))
            self.in_flight.announced(sequences)
        finally:
            self.turns.close(ticket)
        await self.projection.journal.applied(entries)

    async def _commit(self, entries: Sequence[Entry], told: dict[Key, Changed]) -> tuple[int, tuple[Changed, ...]]:
        pause, busy = FIRST_PAUSE, 0
        while True:
            try:
                done = await self.projection.commit(entries, told, self.turns)
            except (StoreDamaged, StoreBehind):
                raise
            except (StoreUnavailable, StoreBusy, MemoryError) as error:
                busy = 0 if isinstance(error, StoreUnavailable) else busy + 1
                if busy >= BUSY_TRIES and len(entries) > 1:
                    raise
                if isinstance(error, StoreUnavailable) or busy >= BUSY_TRIES:
                    # Batches in each other's way, of several hubs too, are no trouble yet.
                    self.projection.troubles.failed(Part.GRAPH, error)
                log.warning("projecting %d assertions: %s; trying again in %.1f s", len(entries), error, pause)
                # Two batches that were in each other's way would be again if both waited for as long.
                await asyncio.sleep(pause * random.uniform(0.2, 1))
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self.projection.troubles.mended(Part.GRAPH)
                return done

    async def _divide(self, entries: Sequence[Entry], told: dict[Key, Changed], error: Exception) -> None:
        if len(entries) > 1:
            middle = len(entries) // 2
            await self._take(entries[:middle], told)
            await self._take(entries[middle:], told)
            return
        (entry,) = entries
        key = entry.accepted.assertion.key
        self.projection.troubles.mended(Part.GRAPH)
        log.error("projecting %s %s of %s: refused for good", key.kind, key.id, key.system, exc_info=error)
        await self.projection.journal.failed(entry, Reason("$", "", f"can't be put into the graph: {_words(error)}"))


def _words(error: Exception) -> str:
    if isinstance(error, GraphError):
        return str(error)
    fault = f"{type(error).__name__}: {error}"
    return f"a fault of unshub itself ({fault}); report it with the log, and replay the message after an upgrade"
