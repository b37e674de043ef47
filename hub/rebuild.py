"""The graph anew from the journal, made beside the one in use, compared with it, and put in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.errors import SchemaMismatch, StoreDamaged
from graph.open import ladybug_path, open_store, remove
from graph.projection import project
from graph.store import GraphStore
from hub.clock import instant, now
from hub.consistency import keep_authority
from hub.errors import HubError
from hub.journal.open import open_journal
from hub.journal.port import Journal
from hub.projector import Projection
from hub.settings import Settings
from hub.trail import Trail
from schema.authority import Authority
from schema.json import canonical
from schema.model import MODEL
from schema.registry import Model

Progress = Callable[[int, int], None]
"""Told (assertions done, assertions in all) after every batch."""

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """What a dump has at one place: `old` in the graph in use, `new` in the one made from the journal."""

    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did. `old` is where the replaced graph is kept, None when there was none or it was equal."""

    assertions: int
    differences: tuple[Difference, ...]
    old: Path | None


async def rebuild(settings: Settings, progress: Progress | None = None, model: Model = MODEL) -> Rebuilt:
    """Makes the graph anew and puts it in the place of the one in use. The hub must be stopped.

    An equal graph is dropped; one that differs is kept beside the new one, under a name that says when, and at its next
    start the hub publishes all golden records. What was pending is in the new graph too. `HubError` or `GraphError`
    says what stands in the way; then nothing has changed.
    """
    place = ladybug_path(str(settings.graph))
    if place is None:
        raise HubError(f"can't rebuild {settings.graph}: only a ladybug:/// graph is rebuilt in place")
    beside = place.with_name(f"{place.name}.rebuilding")
    journal = await open_journal(settings.journal)
    try:
        remove(beside)
        done, found = await _beside(journal, settings, model, place, beside, progress)
        old = _swap(place, beside, keep=bool(found))
        await _all_applied(journal)
        await keep_authority(journal, settings.authority)
        if found:
            await (await Trail.open(journal, model, settings.topic_prefix, settings.name)).begin_anew()
    finally:
        await journal.close()
    return Rebuilt(done, tuple(found), old)


async def _beside(
    journal: Journal, settings: Settings, model: Model, place: Path, beside: Path, progress: Progress | None
) -> tuple[int, list[Difference]]:
    """Makes the new graph and compares it with the one in use, once that has caught up with the journal."""
    store = await open_store(f"ladybug:///{beside}", model)
    try:
        done = await replay(journal, store, model, settings.authority, progress)
        found: list[Difference] = []
        if place.exists():
            found = await _compared(journal, settings, model, place, store)
    finally:
        await store.close()
    return done, found


async def _compared(
    journal: Journal, settings: Settings, model: Model, place: Path, store: GraphStore
) -> list[Difference]:
    """What differs from the graph in use. One that can't be opened is damaged: that it is there is the difference."""
    try:
        current = await open_store(f"ladybug:///{place}", model)
    except (StoreDamaged, SchemaMismatch) as error:
        return [Difference({"graph": str(place), "damaged": str(error)}, None)]
    try:
        await _catch_up(journal, settings, model, current)
        return await differences(current, store)
    finally:
        await current.close()


async def _catch_up(journal: Journal, settings: Settings, model: Model, store: GraphStore) -> None:
    """Projects what is pending, so that two graphs of the same messages are compared.

    The topics that things leave by it are kept, for the hub to clear at its next start.
    """
    trail = await Trail.open(journal, model, settings.topic_prefix, settings.name)
    projection = Projection(journal, store, model, settings.authority, trail.before_commit)
    while entries := await journal.pending(BATCH):
        await projection.apply(entries)
        await journal.applied(entries)


async def _all_applied(journal: Journal) -> None:
    while entries := await journal.pending(BATCH):
        await journal.applied(entries)


def _swap(place: Path, beside: Path, *, keep: bool) -> Path | None:
    old = None
    if place.exists():
        old = place.with_name(f"{place.name}.before-{instant(now()).replace(':', '')}")
        place.rename(old)
    beside.rename(place)
    if old is not None and not keep:
        remove(old)
        old = None
    return old


async def replay(
    journal: Journal, store: GraphStore, model: Model, authority: Authority, progress: Progress | None = None
) -> int:
    """Projects everything in the journal into a store; gives how many assertions. The store should be empty."""
    total = (await journal.status()).accepted
    done = 0
    async for entries in journal.read_assertions(batch=BATCH):
        async with store.write() as tx:
            await project(tx, model, authority, (e.accepted.assertion for e in entries))
        done += len(entries)
        if progress is not None:
            progress(done, max(total, done))
    return done


async def differences(old: GraphStore, new: GraphStore, limit: int = 20) -> list[Difference]:
    """The first differences between two graphs, none when they are equal. Reads both in step, keeping neither."""
    found: list[Difference] = []
    ours, theirs = aiter(old.dump()), aiter(new.dump())
    left, right = await anext(ours, None), await anext(theirs, None)
    while (left is not None or right is not None) and len(found) < limit:
        if left is not None and right is not None and canonical(dict(left)) == canonical(dict(right)):
            left, right = await anext(ours, None), await anext(theirs, None)
        elif right is None or (left is not None and _place(left) < _place(right)):
            found.append(Difference(left, None))
            left = await anext(ours, None)
        elif left is None or _place(right) < _place(left):
            found.append(Difference(None, right))
            right = await anext(theirs, None)
        else:
            found.append(Difference(left, right))
            left, right = await anext(ours, None), await anext(theirs, None)
    return found


def _place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Where an entry stands in a dump: nodes, edges, identifiers, each in their own order."""
    if "node" in entry:
        return 0, entry["node"], entry["id"]
    if "edge" in entry:
        return 1, entry["edge"], entry["from"], entry["to"][1], entry["_occurrence"]
    return 2, f"{entry['kind']}|{entry['identifier']}"
