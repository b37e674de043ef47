"""What is pending in a journal put into its graph while no hub runs, with nobody to tell of it."""

from __future__ import annotations

from collections.abc import Callable

from graph.store import GraphStore
from hub.announcing.trail import Trail
from hub.journal.port import Journal
from hub.projection.batches import Projection
from hub.settings import Settings
from schema.registry import Model

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how many are done, and how many there are in all, None where that is not known."""

BATCH = 1000


async def drain(projection: Projection, doing: str, progress: Progress | None = None) -> None:
    """Projects all that is pending; `doing` is for the progress. `GraphError` if the store does not take it."""
    journal = projection.journal
    total, done = (await journal.status()).pending, 0
    while entries := await journal.pending(BATCH):
        await projection.apply(entries)
        await journal.applied(entries)
        done += len(entries)
        if progress is not None:
            progress(doing, done, max(total, done))


async def catch_up(
    journal: Journal, settings: Settings, model: Model, store: GraphStore, progress: Progress | None = None
) -> None:
    """Projects what is pending, so that two graphs of the same messages are compared.

    The topics that things leave by it are kept, for the hub to clear at its next start.
    """
    trail = await Trail.open(journal, model, settings.topic_prefix, settings.name)
    projection = Projection(journal, store, model, settings.authority, trail.before_commit)
    await drain(projection, "making the graph in use anew", progress)
