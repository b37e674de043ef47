"""From the journal to the graph: pending assertions in batches, one transaction each, then what changed is announced.

    journal.pending -> project (one transaction; before its end, the trail) -> announce -> journal.applied

A store that can't be reached is tried again, with growing pauses; nothing is lost, the journal waits. A batch that
the store or the projection refuses for good is halved until the entries at fault are alone; these become dead letters
and the rest goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from graph.errors import GraphError, StoreBusy, StoreUnavailable
from graph.projection import Changed, project
from graph.store import GraphStore
from graph.thing import Key
from hub.errors import JournalError
from hub.journal.port import Entry, Journal
from schema.authority import Authority
from schema.errors import Reason
from schema.registry import Model

log = logging.getLogger(__name__)

Announce = Callable[[Sequence[Changed], int], Awaitable[None]]
"""Takes what a committed batch changed, and the sequence of its last assertion. It may wait, which holds the
projection back; it must not raise."""

BeforeCommit = Callable[[Sequence[Changed], Sequence[Entry]], Awaitable[None]]
"""Takes what a batch is about to change, and the batch. Where it raises, nothing is committed."""

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0


@dataclass(frozen=True, slots=True)
class Projection:
    """What it takes to project: where from, where to, and by which rules."""

    journal: Journal
    store: GraphStore
    model: Model
    authority: Authority
    before_commit: BeforeCommit | None = None

    async def apply(self, entries: Sequence[Entry]) -> tuple[Changed, ...]:
        """Projects entries in one transaction. `GraphError` if the store does not take them.

        `JournalError` if what the commit leaves to be published can't be kept; then there is none.
        """
        return await self._apply(entries, {})

    async def _apply(self, entries: Sequence[Entry], told: dict[Key, Changed]) -> tuple[Changed, ...]:
        """Adds to `told` what the transaction changes before it is committed: a commit may fail and yet have happened,
        and then the next try finds nothing to change."""
        async with self.store.write() as tx:
            changed = await project(tx, self.model, self.authority, (e.accepted.assertion for e in entries))
            for one in changed:
                known = told.get(one.key)
                told[one.key] = one if known is None else replace(one, before=known.before)
            if self.before_commit is not None:
                await self.before_commit(changed, entries)
        return tuple(told.values())

    async def apply_what_can_be(self, entries: Sequence[Entry], announce: Announce) -> None:
        """Projects entries; those at fault become dead letters, the rest goes in. Waits out an unreachable store."""
        fault: Exception
        try:
            changed = await self._apply_when_reachable(entries)
        except JournalError:
            raise
        except Exception as error:
            fault = error
        else:
            # Announced first: should the journal fail now, the entries are projected again, and that changes nothing.
            await announce(changed, entries[-1].sequence)
            await self.journal.applied(entries)
            return
        # Outside the handler, so that each entry's fault is logged alone and not with those of the batches around it.
        await self._divide(entries, announce, fault)

    async def _apply_when_reachable(self, entries: Sequence[Entry]) -> tuple[Changed, ...]:
        pause = FIRST_PAUSE
        told: dict[Key, Changed] = {}
        while True:
            try:
                return await self._apply(entries, told)
            except (StoreUnavailable, StoreBusy) as error:
                log.warning("projecting %d assertions: %s; trying again in %.1f s", len(entries), error, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _divide(self, entries: Sequence[Entry], announce: Announce, error: Exception) -> None:
        if len(entries) > 1:
            middle = len(entries) // 2
            await self.apply_what_can_be(entries[:middle], announce)
            await self.apply_what_can_be(entries[middle:], announce)
            return
        (entry,) = entries
        key = entry.accepted.assertion.key
        log.error("projecting %s %s of %s: refused for good", key.kind, key.id, key.system, exc_info=error)
        what = str(error) if isinstance(error, GraphError) else f"{type(error).__name__}: {error}"
        await self.journal.failed(entry, Reason("$", "", f"can't be put into the graph: {what}"))


class Projector:
    """The task that keeps the graph up with the journal."""

    def __init__(self, projection: Projection, announce: Announce, *, batch: int, linger: float) -> None:
        """`batch` is the most entries in one transaction; `linger` the seconds for which a batch waits to grow.

        It waits only in a stream: what comes when the projector has rested for as long goes into the graph at once.
        """
        self._projection = projection
        self._announce = announce
        self._batch = batch
        self._linger = linger
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()

    def wake(self) -> None:
        """Says that there is something in the journal."""
        self._idle.clear()
        self._wake.set()

    async def idle(self) -> None:
        """Returns when everything that was in the journal is in the graph."""
        await self._idle.wait()

    async def run(self) -> None:
        """Projects until cancelled. A journal that fails is tried again, with growing pauses."""
        pause = FIRST_PAUSE
        while True:
            self._wake.clear()
            try:
                entries = await self._projection.journal.pending(self._batch)
                if entries:
                    await self._projection.apply_what_can_be(entries, self._announce)
                pause = FIRST_PAUSE
            except JournalError as error:
                log.warning("projecting: %s; trying again in %.1f s", error, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            if not entries:
                await self._rest()

    async def _rest(self) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        if not self._wake.is_set():
            self._idle.set()
            await self._wake.wait()
        self._idle.clear()
        await asyncio.sleep(max(0.0, began + self._linger - clock()))
