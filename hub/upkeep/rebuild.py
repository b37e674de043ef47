"""The graph anew from the journal, made beside the one in use, and compared with it.

a file      the new graph takes the old one's place; one that differed is kept
a server    it has room for one graph only: what differs is rewritten there, and the two are compared again; where
            much differs, or they still do, the graph is cleared and projected anew
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from graph.errors import SchemaMismatch, StoreDamaged
from graph.open import Embedded, open_store
from graph.projection import project
from graph.store import GraphStore, Reached
from hub.announcing.trail import TRAIL, Trail
from hub.errors import HubError
from hub.group import roster
from hub.journal.open import open_journal
from hub.journal.port import Journal
from hub.settings import Settings
from hub.upkeep.compare import Difference, differences, repair
from hub.upkeep.consistency import UNFIT, keep_authority, make_anew
from hub.upkeep.origin import Origin
from hub.upkeep.pending import BATCH, Progress, catch_up
from schema.authority import Authority
from schema.model import MODEL
from schema.registry import Model

SHOWN = 20
REPAIRED = 1000
"""The most differences that are rewritten one by one."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did.

    `differences` are the first ones. `old` is where the replaced graph is kept, None when there was none, it was equal,
    or is on a server. `rewritten` is how many differences were rewritten there, `cleared` for how many seconds it was
    empty or incomplete.
    """

    assertions: int
    differences: tuple[Difference, ...]
    old: Path | None = None
    rewritten: int = 0
    cleared: float | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """What every step of a rebuild needs."""

    settings: Settings
    journal: Journal
    model: Model
    progress: Progress

    @property
    def place(self) -> Embedded | None:
        """The graph in use; None where it is on a server."""
        return Embedded.of(str(self.settings.graph))

    @property
    def beside(self) -> Embedded:
        """Where the new one is made."""
        return (self.place or Embedded(self.settings.data / "graph")).beside("rebuilding")


async def rebuild(settings: Settings, progress: Progress, model: Model = MODEL) -> Rebuilt:
    """Makes the graph anew and puts it in the place of the one in use. Every hub on the journal must be stopped.

    Where the graph differed, the hub publishes all golden records at its next start. What was pending is in the new
    graph too. `HubError` or `GraphError` says what stands in the way; then nothing has changed, or on a server, the
    next rebuild or hub goes on from there.
    """
    journal = await open_journal(settings.journal)
    try:
        async with roster.gate(journal):
            await _check_stopped(settings, journal)
            work = _Work(settings, journal, model, progress)
            done = await _on_server(work) if work.place is None else await _in_file(work, work.place)
            await keep_authority(journal, settings.authority)
    finally:
        await journal.close()
    return done


async def _check_stopped(settings: Settings, journal: Journal) -> None:
    if names := await roster.running(journal, None):
        raise HubError(
            f"can't rebuild while the hub {' and '.join(names)} runs on the journal {settings.journal}; stop every hub "
            "first, and start them again when it is done: no question is answered meanwhile"
        )


async def _in_file(work: _Work, place: Embedded) -> Rebuilt:
    async with _made_beside(work) as (made, count):
        found: list[Difference] = []
        if place.present():
            found = await _compared(work, place, made)
        await (await Origin.of(work.journal)).note(made)
        if found:
            await _publish_anew(work)
    old = place.replace(work.beside)
    if old is not None and not found:
        old.remove()
        old = None
    await _all_applied(work.journal)
    await work.journal.drop_checkpoint(UNFIT, b"")
    return Rebuilt(count, tuple(found), None if old is None else old.path)


@asynccontextmanager
async def _made_beside(work: _Work) -> AsyncIterator[tuple[GraphStore, int]]:
    """A graph in a file beside the one in use, made from the journal, and of how many assertions."""
    work.beside.path.parent.mkdir(parents=True, exist_ok=True)
    work.beside.remove()
    try:
        store = await open_store(work.beside.url, work.model)
        try:
            yield store, await replay(work.journal, store, work.model, work.settings.authority, work.progress)
        finally:
            await store.close()
    except BaseException:
        work.beside.remove()
        raise


async def _compared(work: _Work, place: Embedded, made: GraphStore) -> list[Difference]:
    """What differs from the graph in use. One that can't be read is damaged: that it is there is the difference."""
    try:
        current = await open_store(place.url, work.model)
        try:
            await catch_up(work.journal, work.settings, work.model, current)
            work.progress("comparing", 0, None)
            return await differences(current, made, SHOWN)
        finally:
            await current.close()
    except (StoreDamaged, SchemaMismatch) as error:
        return [Difference({"graph": str(place.path), "damaged": str(error)}, None)]


async def _on_server(work: _Work) -> Rebuilt:
    graph = work.settings.graph
    try:
        async with _made_beside(work) as (made, count):
            try:
                store = await open_store(str(graph), work.model, password=graph.password)
            except SchemaMismatch as error:
                store = await open_store(str(graph), work.model, password=graph.password, fit=False)
                found = [Difference({"graph": str(graph), "damaged": str(error)}, None)]
            else:
                await catch_up(work.journal, work.settings, work.model, store)
                work.progress("comparing", 0, None)
                found = await differences(store, made, REPAIRED + 1)
            try:
                done = await _mended(work, store, made, found, count)
                await (await Origin.of(work.journal)).note(store)
                applied = await work.journal.applied_last()
                await store.set_reached(Reached(applied, applied))
                return done
            finally:
                await store.close()
    finally:
        work.beside.remove()


async def _mended(work: _Work, store: GraphStore, made: GraphStore, found: list[Difference], count: int) -> Rebuilt:
    """Brings a server's graph to the state of the one beside it."""
    if found:
        await _publish_anew(work)
    unfit = await work.journal.checkpoint(UNFIT) is not None
    shown = tuple(found[:SHOWN])
    few = len(found) <= REPAIRED and not unfit and not any("graph" in one.entry for one in found)
    if few and found:
        await repair(store, made, work.model, work.settings.authority, found)
        work.progress("comparing again", 0, None)
    if few and not (found and await differences(store, made, 1)):
        return Rebuilt(count, shown, rewritten=len(found))
    began = time.monotonic()
    await make_anew(work.journal, store)
    await catch_up(work.journal, work.settings, work.model, store, work.progress)
    return Rebuilt(count, shown, cleared=time.monotonic() - began)


async def _publish_anew(work: _Work) -> None:
    """Lets every hub that there was publish all golden records when it starts."""
    prefix = work.settings.topic_prefix
    names = {name.removeprefix(TRAIL) for name in await work.journal.checkpoints(TRAIL)} | {work.settings.name}
    for name in sorted(names):
        await (await Trail.open(work.journal, work.model, prefix, name)).begin_anew()


async def _all_applied(journal: Journal) -> None:
    while entries := await journal.pending(BATCH):
        await journal.applied(entries)


async def replay(
    journal: Journal, store: GraphStore, model: Model, authority: Authority, progress: Progress | None = None
) -> int:
    """Projects everything in the journal into a store; gives how many assertions. The store should be empty."""
    total = (await journal.status()).accepted
    done = 0
    async for entries in journal.read_assertions(batch=BATCH):
        async with store.write(reached=entries[-1].sequence) as tx:
            await project(tx, model, authority, (e.accepted.assertion for e in entries))
        done += len(entries)
        if progress is not None:
            progress("making the graph from the journal", done, max(total, done))
    return done
