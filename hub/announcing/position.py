"""How far all is told to who listens here, as a position in the journal (`docs/decisions/0013-cursors-of-changes.md`).

What a hub projects it tells its listeners before it marks it in the journal as applied. So where it is alone, what the
journal holds for applied is told.
"""

from __future__ import annotations

import asyncio
import logging

from hub.announcing.live import Changes
from hub.errors import JournalError
from hub.journal.port import Journal

log = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two looks. A client that comes back is told again of what changed in the last of them."""


async def keep_position(journal: Journal, changes: Changes) -> None:
    """Keeps the position of the changes up, until cancelled."""
    while True:
        await asyncio.sleep(PAUSE)
        if not changes.listeners:
            continue
        try:
            changes.reached(await journal.reached())
        except JournalError as error:
            log.warning("%s", error)
