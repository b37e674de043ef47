"""Old tag values, state changes and counts are dropped once a day, by one of the hubs on a journal."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import orjson

from hub.clock import instant, now
from hub.errors import JournalError
from hub.journal.port import Journal

log = logging.getLogger(__name__)

LOOK_SECONDS = 600.0
AGAIN_SECONDS = 3600.0
"""A try keeps hubs from appending for a moment, and a backup that stands in its way may take hours."""

DAY = 86_400_000_000

_DONE = "retention"
"""The checkpoint of when it was done last: {"at", "before"} in microseconds since 1970, and "keep" in seconds."""

_TURN = ":retention"
"""Held by the hub that does it. No hub can have such a name."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done last: when, up to which event time, and how many seconds were to be kept."""

    at: int
    before: int
    keep: float

    def as_json(self) -> dict[str, str]:
        return {"at": instant(self.at), "before": instant(self.before)}


async def last_forgotten(journal: Journal) -> Forgotten | None:
    """What was done last; None before the first time."""
    kept = await journal.checkpoint(_DONE)
    return None if kept is None else Forgotten(**orjson.loads(kept))


async def forget_old_events(journal: Journal, keep: float) -> None:
    """Drops events older than `keep` seconds, once a day until cancelled; looks more often whether that is due."""
    while True:
        pause = LOOK_SECONDS
        try:
            await forget_where_due(journal, keep, now())
        except JournalError as error:
            pause = AGAIN_SECONDS
            log.warning("%s; trying again in %g s", error, pause)
        await asyncio.sleep(pause)


async def forget_where_due(journal: Journal, keep: float, at: int) -> bool:
    """Drops what is older, where that was not done in the day before `at` and no other hub is doing it."""
    if not await journal.hold(_TURN):
        return False
    try:
        last = await last_forgotten(journal)
        # A clock that was set back must not put it off.
        if last is not None and last.keep == keep and 0 <= at - last.at < DAY:
            return False
        before = at - round(keep * 1_000_000)
        await journal.forget_events(before)
        done = {"at": at, "before": before, "keep": keep}
        await journal.set_checkpoint(_DONE, orjson.dumps(done))
        log.info("dropped tag values, state changes and counts from before %s", instant(before))
        return True
    finally:
        await journal.release(_TURN)
