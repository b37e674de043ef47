"""What a hub sees to beside its work, for as long as it runs."""

from __future__ import annotations

import asyncio
import logging

from graph.errors import GraphError
from graph.store import GraphStore
from hub.errors import JournalError
from hub.journal.port import Journal
from hub.journal.retention import forget_old_events
from hub.origin import Origin
from hub.settings import Settings

log = logging.getLogger(__name__)

PRESENCE_SECONDS = 5.0
ORIGIN_SECONDS = 60.0
"""A journal that is restored from a backup older than this, beside the graph as it was, is noticed."""


async def upkeep(settings: Settings, journal: Journal, store: GraphStore | None) -> None:
    """Keeps the hub's name held, the graph's origin noted, and old events forgotten, until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_stay(journal, settings.name))
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
