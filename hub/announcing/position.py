"""How far all is told to who listens here, as a position in the journal (`docs/decisions/0013-cursors-of-changes.md`).

What a hub projects it tells its listeners before it marks it in the journal as applied. So where it is alone, what the
journal holds for applied is told. Beside others it is the least of what each of them says that it has told, and was
heard here, and of what is told by this one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hub.announcing.live import Changes
from hub.announcing.peers import Peers, Run
from hub.announcing.trail import Trail
from hub.errors import JournalError
from hub.journal.port import Journal

log = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two looks. A client that comes back is told again of what changed in the last of them."""

GAP_LOOKS = 10
"""After so many looks a change of another hub that did not come is given up."""

LONGEST_SECONDS = 15.0
"""For how long the journal may not be looked at: a hub that came and went meanwhile would not be known of."""


async def keep_position(journal: Journal, changes: Changes) -> None:
    """Keeps the position of the changes of a hub that is alone up, until cancelled."""
    while True:
        await asyncio.sleep(PAUSE)
        if not changes.listeners:
            continue
        try:
            changes.reached(await journal.reached())
        except JournalError as error:
            log.warning("%s", error)


@dataclass(slots=True)
class Common:
    """The position of a hub beside others."""

    journal: Journal
    changes: Changes
    peers: Peers
    name: str
    own: Callable[[int], int | None]
    """How far this hub has told all that it changed, where the journal has reached so far; see `Projector.told`."""
    tell: Callable[[int], None]
    """Says so to the others."""
    _runs: frozenset[Run] = field(default_factory=frozenset)

    async def keep(self) -> None:
        """Keeps the position up, and the others informed, until cancelled."""
        clock = asyncio.get_running_loop().time
        looked, looks = clock(), 0
        while True:
            await asyncio.sleep(PAUSE)
            try:
                await self.look()
            except JournalError as error:
                log.warning("%s", error)
                continue
            if clock() - looked > LONGEST_SECONDS:
                self.changes.interrupt()
            looked, looks = clock(), looks + 1
            if looks % GAP_LOOKS == 0:
                self.peers.find_gaps()

    async def look(self) -> None:
        """Looks once how far all is told."""
        reached = await self.journal.reached()
        # Afterwards: whoever has a part in what is reached was there before, or is known from an earlier look.
        runs = await Trail.runs(self.journal)
        await self._end(runs)
        own = self.own(reached)
        if own is None:
            return
        self.tell(own)
        positions = [self.peers.position(run) for run in self._runs]
        if None not in positions:
            self.changes.reached(min([own, *(position for position in positions if position is not None)]))

    async def _end(self, runs: Mapping[str, str]) -> None:
        """Takes note of which hubs run. One that is gone may have told less than it changed: who listens is told so."""
        now = frozenset(run for run in runs.items() if run[0] != self.name)
        over = self._runs - now
        if over:
            last = await self.journal.last()
            if any((self.peers.position(run) or 0) < last for run in over):
                self.changes.interrupt()
            self.peers.forget(over)
        self._runs = now
