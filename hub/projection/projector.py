"""From the journal to the graph: pending assertions in batches, one transaction each, then what changed is announced.

    journal.pending -> project (one transaction; before its end, the trail) -> announce -> journal.applied

As many batches are in flight as the store takes write transactions, so that it has work while Python computes. They
may come to their ends in any order: the graph is a function of the set of assertions. What they changed is announced
in the order of their commits where they changed the same things (`turns`). How one is taken in, whatever stands in
its way, is in `hub.projection.batches`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from graph.errors import StoreBehind, StoreDamaged, StoreUnavailable
from hub.errors import JournalError
from hub.journal.port import Entry
from hub.projection.batches import FIRST_PAUSE, LONGEST_PAUSE, Announce, Batches, BeforeCommit, Projection
from hub.troubles import Part
from hub.upkeep.consistency import make_anew, make_up

__all__ = ["Announce", "BeforeCommit", "Projection", "Projector"]

log = logging.getLogger(__name__)

FEW = 2
"""How many batches may be in flight where they are not full: what comes need not wait for the one before to end, nor
is the work of many messages spread over many transactions."""


class Projector:
    """The task that keeps the graph up with the journal."""

    def __init__(self, projection: Projection, announce: Announce, *, batch: int, linger: float) -> None:
        """`batch` is the most entries in one transaction; `linger` the seconds for which a batch waits to grow.

        It waits only in a stream: what comes when the projector has rested for as long goes into the graph at once.
        """
        self._journal = projection.journal
        self._whole = projection.whole
        self._troubles = projection.troubles
        self._store = projection.store
        self._writers = projection.store.writers
        self._batches = Batches(projection, announce)
        self._batch = batch
        self._linger = linger
        self._running: dict[asyncio.Task[None], Sequence[Entry]] = {}
        self._waiting: list[Entry] = []
        """Entries that were read and are not on their way: too few to be worth another transaction."""
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._pause = FIRST_PAUSE

    def wake(self) -> None:
        """Says that there is something in the journal."""
        self._idle.clear()
        self._wake.set()

    def told(self, reached: int) -> int | None:
        """Up to which sequence all that this hub changed is announced; see `Batches.told`."""
        return self._batches.told(reached)

    async def idle(self) -> None:
        """Returns when everything that was in the journal is in the graph."""
        await self._idle.wait()

    async def run(self) -> None:
        """Projects until cancelled. A journal that fails is tried again, with growing pauses.

        A graph whose files turn out to be damaged is made anew meanwhile, and one that was restored from a backup gets
        what it lacks.
        """
        damaged = behind = False
        try:
            while True:
                self._wake.clear()
                try:
                    if damaged:
                        self._waiting.clear()
                        await make_anew(self._journal, self._store)
                        damaged = False
                    if behind:
                        self._waiting.clear()
                        await make_up(self._journal, self._store)
                        self._whole.forget()
                        behind = False
                    await self._step()
                except (JournalError, StoreUnavailable) as error:
                    damaged = damaged or isinstance(error, StoreDamaged)
                    behind = behind or isinstance(error, StoreBehind)
                    self._troubles.failed(Part.JOURNAL if isinstance(error, JournalError) else Part.GRAPH, error)
                    remedy = "making the graph anew from the journal" if damaged else "trying again"
                    remedy = "projecting again what it lacks" if behind else remedy
                    log.warning("projecting: %s; %s in %.1f s", error, remedy, self._pause)
                    await asyncio.sleep(self._pause)
                    self._pause = min(self._pause * 2, LONGEST_PAUSE)
                else:
                    self._pause = FIRST_PAUSE
        finally:
            self._waiting.clear()
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            for task in tuple(self._running):
                self._batches.give_back(self._running.pop(task))

    async def _step(self) -> None:
        """Reads on in the journal, sends a batch on its way, or waits for something to do."""
        self._collect()
        await self._read_on()
        most = self._writers if len(self._waiting) >= self._batch else min(FEW, self._writers)
        if self._waiting and len(self._running) < most:
            self._start()
        elif self._running:
            await self._wait()
        else:
            await self._rest()

    async def _read_on(self) -> None:
        room = self._batch - len(self._waiting)
        if room:
            held = {*self._batches.in_flight.taken, *(entry.sequence for entry in self._waiting)}
            self._waiting += await self._journal.pending(room, held)
            self._waiting.sort(key=lambda entry: entry.sequence)

    def _start(self) -> None:
        entries, self._waiting = self._waiting, []
        self._running[asyncio.create_task(self._batches.take(entries))] = entries

    async def _wait(self) -> None:
        """Returns when a batch has come to its end, or when more is in the journal and there is room for it."""
        if len(self._running) == self._writers:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            return
        waking = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait({*self._running, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waking.cancel()
        # What comes next is read at once, or the journal would be asked anew for every message.
        await asyncio.wait(self._running, timeout=self._linger, return_when=asyncio.FIRST_COMPLETED)

    def _collect(self) -> None:
        """Takes note of the batches that came to their ends; raises what one of them raised, and logs the others.

        Damage comes first: it takes more than another try.
        """
        ended = [task for task in self._running if task.done()]
        for task in ended:
            self._batches.give_back(self._running.pop(task))
        errors = [error for task in ended if (error := task.exception()) is not None]
        if errors:
            raised = next((error for error in errors if isinstance(error, StoreDamaged)), errors[0])
            for error in errors:
                if error is not raised:
                    log.warning("projecting another batch: %s", error)
            raise raised

    async def _rest(self) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        if not self._wake.is_set():
            self._idle.set()
            await self._wake.wait()
        self._idle.clear()
        await asyncio.sleep(max(0.0, began + self._linger - clock()))
