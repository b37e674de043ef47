from __future__ import annotations

import asyncio
import logging

from hub.clock import now
from hub.errors import JournalError
from hub.journal.port import Journal

log = logging.getLogger(__name__)

PAUSE = 3600.0


async def forget_old_events(journal: Journal, keep: float) -> None:
    """Drops events older than `keep` seconds, now and every hour until cancelled."""
    while True:
        try:
            await journal.forget_events(now() - int(keep * 1_000_000))
        except JournalError as error:
            log.warning("%s; trying again in %g s", error, PAUSE)
        await asyncio.sleep(PAUSE)
