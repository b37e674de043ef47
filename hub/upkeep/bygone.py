"""What hubs have left in the journal that do not come back, as where each new container has a name of its own."""

from __future__ import annotations

import asyncio
import logging

import orjson

from hub.clock import instant, now
from hub.errors import JournalError
from hub.group.roster import HUB
from hub.intake.arrivals import CLOCK
from hub.journal.port import Journal

log = logging.getLogger(__name__)

KEPT = 30 * 86_400_000_000
"""For how long, in microseconds, a hub is remembered that does not run."""

DAY_SECONDS = 86_400.0
AGAIN_SECONDS = 600.0


async def forget_bygone(journal: Journal, own: str, *, hubs: bool) -> None:
    """Notes once a day that this hub is there, and forgets those that were not for long, until cancelled.

    Without `hubs` only their clocks are: hubs of a group forget one once they have taken what it left.
    """
    while True:
        pause = DAY_SECONDS
        try:
            at = now()
            await journal.set_checkpoint(f"{HUB}{own}", instant(at).encode())
            if hubs:
                await forget_hubs(journal, own, at)
            await forget_clocks(journal)
        except JournalError as error:
            pause = AGAIN_SECONDS
            log.debug("forgetting hubs that do not come back: %s", error)
        await asyncio.sleep(pause)


async def forget_hubs(journal: Journal, own: str, at: int) -> None:
    """Forgets the hubs that do not run, and were there last long before `at`, in microseconds since 1970."""
    before = instant(at - KEPT)
    for key, seen in (await journal.checkpoints(HUB)).items():
        name = key.removeprefix(HUB)
        # One that starts holds its name before it notes that it is there.
        if name != own and seen.decode() < before and await journal.hold(name):
            try:
                await journal.drop_checkpoint(key, seen)
            finally:
                await journal.release(name)


async def forget_clocks(journal: Journal) -> None:
    """Forgets the newest arrivals of hubs where another one's are much newer: only the newest of all counts."""
    clocks = await journal.checkpoints(CLOCK)
    newest = max((int(orjson.loads(kept)) for kept in clocks.values()), default=0)
    for key, kept in clocks.items():
        if int(orjson.loads(kept)) < newest - KEPT:
            await journal.drop_checkpoint(key, kept)
