"""What is pending in a journal put into its graph while no hub runs, with nobody to tell of it.

As many batches are on their way as the store takes at once. One that refuses a batch for good ends all of it: nothing
is made a dead letter by the way.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from graph.errors import StoreBusy
from graph.store import GraphStore
from hub.announcing.trail import Trail
from hub.journal.port import Entry, Journal
from hub.projection.batches import Projection
from hub.settings import Settings
from schema.registry import Model

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how many are done, and how many there are in all, None where that is not known."""

BATCH = 1000

TRIES = 8
"""How often a batch is tried on a busy store, as where two batches were in each other's way."""

PAUSE = 0.2


async def drain(projection: Projection, doing: str, progress: Progress | None = None) -> None:
    """Projects all that is pending; `doing` is for the progress. `GraphError` if the store does not take it."""
    journal, done = projection.journal, 0
    total = (await journal.status()).pending
    running: dict[asyncio.Task[None], Sequence[Entry]] = {}
    try:
        while True:
            while len(running) < projection.store.writers:
                held = [entry.sequence for entries in running.values() for entry in entries]
                if not (entries := await journal.pending(BATCH, held)):
                    break
                running[asyncio.create_task(_put(projection, entries))] = entries
            if not running:
                return
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                done += len(running.pop(task))
                task.result()
            if progress is not None:
                progress(doing, done, max(total, done))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _put(projection: Projection, entries: Sequence[Entry]) -> None:
    for left in reversed(range(TRIES)):
        try:
            await projection.apply(entries)
            break
        except StoreBusy:
            if not left:
                raise
            await asyncio.sleep(random.uniform(0, PAUSE * (TRIES - left)))
    await projection.journal.applied(entries)


async def catch_up(
    journal: Journal, settings: Settings, model: Model, store: GraphStore, progress: Progress | None = None
) -> None:
    """Projects what is pending, so that two graphs of the same messages are compared.

    The topics that things leave by it are kept, for the hub to clear at its next start.
    """
    trail = await Trail.open(journal, model, settings.topic_prefix, settings.name)
    projection = Projection(journal, store, model, settings.authority, trail.before_commit)
    await drain(projection, "making the graph in use anew", progress)
