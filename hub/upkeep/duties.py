"""What a hub sees to beside its work, for as long as it runs."""

from __future__ import annotations

import asyncio
import logging

from graph.errors import GraphError
from graph.store import GraphStore
from hub.errors import JournalError
from hub.journal.port import Journal
from hub.journal.retention import forget_old_events
from hub.settings import Settings
from hub.troubles import Part, Troubles
from hub.upkeep.bygone import forget_bygone
from hub.upkeep.origin import Origin

log = logging.getLogger(__name__)

PRESENCE_SECONDS = 5.0
ORIGIN_SECONDS = 60.0
"""A journal that is restored from a backup older than this, beside the graph as it was, is noticed."""


PROBE_SECONDS = 5.0
PROBE_BYTES = 65_536
"""More than fits into what a full disk has left in pages that are in use."""


async def upkeep(settings: Settings, journal: Journal, store: GraphStore | None, troubles: Troubles) -> None:
    """Keeps the hub's name held, the graph's origin noted, old events and hubs forgotten, and a journal that can't be
    written tried again, until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_stay(journal, settings.name))
        tasks.create_task(forget_bygone(journal, settings.name, hubs=settings.group is None))
        tasks.create_task(_try_again(journal, f"probe/{settings.name}", troubles))
        if store is not None:
            tasks.create_task(_note_origin(journal, store))
        if settings.event_retention is not None:
            tasks.create_task(forget_old_events(journal, settings.event_retention))


async def _stay(journal: Journal, name: str) -> None:
    """Takes the hub's name again where the journal's server lost it."""
    while True:
        await asyncio.sleep(PRESENCE_SECONDS)
        try:
            if not await journal.hold(name):
                log.warning("another hub with the name %r runs on this journal; give each a name of its own", name)
        except JournalError as error:
            log.debug("holding the hub's name: %s", error)


async def _try_again(journal: Journal, name: str, troubles: Troubles) -> None:
    """Writes to a journal that could not be written: who sent what it refused may never send it again."""
    value = bytes(PROBE_BYTES)
    while True:
        await asyncio.sleep(PROBE_SECONDS)
        if troubles.of(Part.JOURNAL) is None:
            continue
        try:
            await journal.set_checkpoint(name, value)
            await journal.drop_checkpoint(name, value)
        except JournalError as error:
            troubles.failed(Part.JOURNAL, error)
        else:
            troubles.mended(Part.JOURNAL)


async def _note_origin(journal: Journal, store: GraphStore) -> None:
    noted = 0
    while True:
        await asyncio.sleep(ORIGIN_SECONDS)
        try:
            origin = await Origin.of(journal)
            if origin.accepted > noted:
                await origin.note(store)
                noted = origin.accepted
        except (JournalError, GraphError) as error:
            log.debug("noting how much of the journal the graph has seen: %s", error)
