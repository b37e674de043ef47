"""A hub moved into other forms: its journal copied whole, the graph made from the copy, both compared with the source.

    source journal --rows--> target journal --projected--> target graph
           \\------ counts and checksums, table by table ------/      \\--- dump against dump --- source graph

The source is only read, but that what is pending there is put into its graph first. How far the copy has come stands in
the target, in one commit with the rows: a run that was cut off anywhere goes on when it is called again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from uuid import uuid4

import orjson

from connectors.wire.address import Url
from graph.errors import GraphError
from graph.open import Embedded, open_store
from graph.store import GraphStore
from hub.announcing.trail import TRAIL, LooseEnd, Trail
from hub.connect.place import is_there, open_state
from hub.errors import HubError
from hub.group import roster
from hub.group.roster import HUB
from hub.journal.copies import Copies, Table
from hub.journal.open import open_journal
from hub.journal.port import Journal
from hub.journal.rows import Row
from hub.projection.batches import Projection
from hub.settings import Settings
from hub.upkeep import checksum
from hub.upkeep.checksum import Sum
from hub.upkeep.compare import Difference, differences
from hub.upkeep.consistency import AUTHORITY, FINISHED, MIGRATION, UNFIT, authority_text, keep_authority
from hub.upkeep.migrate_room import check_room
from hub.upkeep.origin import MOVED, Origin
from hub.upkeep.pending import Progress, catch_up, drain
from schema.model import MODEL
from schema.registry import Model

COPIED = (Table.ASSERTIONS, Table.EVENTS, Table.TAGS, Table.DEAD_LETTERS)

_NOT_COPIED = (HUB, TRAIL, MIGRATION, UNFIT)
"""How checkpoints begin that belong to one journal: who runs on it, what is published and under which numbers."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One part of both sides. `source` is None where the source has no graph."""

    what: str
    source: Sum | None
    target: Sum

    @property
    def equal(self) -> bool:
        return self.source is None or self.source == self.target


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did. It is finished where all is `equal`."""

    resumed: bool
    compared: tuple[Compared, ...]
    differences: tuple[Difference, ...] = ()

    @property
    def equal(self) -> bool:
        return all(part.equal for part in self.compared)


@dataclass(frozen=True, slots=True)
class _Side:
    """Where from, or where to. The graph is None where the source has none."""

    settings: Settings
    journal: Journal
    graph: GraphStore | None

    @property
    def copies(self) -> Copies:
        return self.journal.copies()


@dataclass(frozen=True, slots=True)
class _Position:
    """How far the copy has come: which journal it is of, the rows there, and the rows that are here."""

    source: str
    rows: Mapping[str, int]
    done: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    async def begin(cls, source: _Side) -> _Position:
        rows = {table.value: await source.copies.count(table) for table in COPIED}
        return cls((await Origin.of(source.journal)).journal, rows)

    def after(self, table: Table, more: int) -> _Position:
        return _Position(self.source, self.rows, {**self.done, table.value: self.done.get(table.value, 0) + more})

    def as_bytes(self) -> bytes:
        return orjson.dumps({"source": self.source, "rows": self.rows, "done": self.done})


async def migrate(
    source: Settings, target: Settings, progress: Progress, model: Model = MODEL, *, with_graph: bool = True
) -> Migrated:
    """Moves what `source` names to where `target` names. No hub may run on either.

    Without `with_graph` the source is a journal alone, and the new graph is compared with none.
    `HubError` or `GraphError` says what stands in the way, or that it was cut off; the source is never harmed, and the
    same call goes on where the last one ended.
    """
    _check_apart("journal", source.journal, target.journal)
    if with_graph:
        _check_apart("graph", source.graph, target.graph)
    async with _source(source, model, with_graph) as here, _target(target, model) as there:
        assert there.graph is not None
        await _check_stopped(here, there)
        await _check_authority(here, target)
        if here.graph is not None:
            await catch_up(here.journal, source, model, here.graph)
        position, resumed = await _position(here, there)
        if not resumed:
            await check_room(here.journal, source, target)
            await there.graph.clear()
        position = await _copy(here, there, position, progress)
        await _copy_checkpoints(here, there, model)
        await _project(there, model, progress)
        compared = await _compare(here, there, progress)
        found: list[Difference] = []
        if all(part.equal for part in compared):
            await asyncio.to_thread(_copy_connectors, here.settings, there.settings)
            await _finish(there)
        elif here.graph is not None:
            found = await differences(here.graph, there.graph)
        return Migrated(resumed, compared, tuple(found))


def _running_connectors(settings: Settings) -> list[str]:
    if not is_there(settings):
        return []
    with closing(open_state(settings)) as state:
        return [name for name in sorted({name for name, _ in state.overview().checkpoints}) if state.held(name)]


def _copy_connectors(source: Settings, target: Settings) -> None:
    """What connectors keep goes along: how far they are, what they have said, what could not be mapped."""
    if is_there(source):
        with closing(open_state(source)) as old, closing(open_state(target)) as new:
            old.copy_to(new)


def _check_apart(name: str, source: Url, target: Url) -> None:
    if (source.scheme, source.host, source.port, source.path) == (target.scheme, target.host, target.port, target.path):
        raise HubError(f"source and target have the same {name}, {source}; name another one to migrate to")


@asynccontextmanager
async def _source(settings: Settings, model: Model, with_graph: bool) -> AsyncIterator[_Side]:
    """What is there; nothing is made that is not."""
    if not settings.journal.host and not settings.journal.file.exists():
        raise HubError(
            f"there is no journal {settings.journal.file}; name the hub's data folder or settings file with --from"
        )
    place = Embedded.of(str(settings.graph))
    async with _opened(settings, model, with_graph and (place is None or place.path.exists())) as side:
        yield side


@asynccontextmanager
async def _target(settings: Settings, model: Model) -> AsyncIterator[_Side]:
    for url in (settings.journal, settings.graph):
        if not url.host:
            url.file.parent.mkdir(parents=True, exist_ok=True)
    async with _opened(settings, model, True) as side:
        yield side


@asynccontextmanager
async def _opened(settings: Settings, model: Model, with_graph: bool) -> AsyncIterator[_Side]:
    """The parts of a side, and the gate, so that no hub starts on it."""
    async with AsyncExitStack() as stack:
        journal = await open_journal(settings.journal)
        stack.push_async_callback(journal.close)
        await stack.enter_async_context(roster.gate(journal))
        graph = None
        if with_graph:
            graph = await open_store(str(settings.graph), model, password=settings.graph.password)
            stack.push_async_callback(graph.close)
        yield _Side(settings, journal, graph)


async def _check_stopped(*sides: _Side) -> None:
    for side in sides:
        if names := await roster.running(side.journal, None):
            raise HubError(
                f"the hub {' and '.join(names)} runs on the journal {side.settings.journal}; stop it first: what it "
                "takes meanwhile would be missing"
            )
        # Who only runs connectors is in no roster.
        if held := await asyncio.to_thread(_running_connectors, side.settings):
            raise HubError(
                f"a process runs the connector {' and '.join(held)} of {side.settings.journal}; stop it first: what "
                "it keeps meanwhile would be missing"
            )


async def _check_authority(source: _Side, target: Settings) -> None:
    kept = await source.journal.checkpoint(AUTHORITY)
    if kept not in (None, authority_text(target.authority)):
        raise HubError(
            "the target's settings have another order of `authority` than the source's graph was made under; put the "
            "same into both, and change it after the migration"
        )


async def _position(source: _Side, target: _Side) -> tuple[_Position, bool]:
    """Where to begin, and whether that is where an earlier run ended; `HubError` where the target holds anything else.

    A target that a hub has been started on and that has taken nothing is as good as empty.
    """
    begin = await _Position.begin(source)
    kept = await target.journal.checkpoint(MIGRATION)
    if kept is not None and kept != FINISHED:
        position = _Position(**orjson.loads(kept))
        if (position.source, position.rows) != (begin.source, begin.rows):
            raise HubError(
                f"the journal {target.settings.journal} holds the unfinished copy of another journal, or of what this "
                "one was before it changed; make the target's database or folder anew, and run the migration again"
            )
        return position, True
    held = {table: count for table in COPIED if (count := await target.copies.count(table))}
    if held:
        what = ", ".join(f"{count} {table}" for table, count in held.items())
        raise HubError(f"the journal {target.settings.journal} is not empty: it holds {what}; name an empty one")
    assert target.graph is not None
    async for entry in target.graph.dump(floors=True):
        raise HubError(f"the graph {target.settings.graph} is not empty: it holds {dict(entry)}; name an empty one")
    return begin, False


async def _copy(source: _Side, target: _Side, position: _Position, progress: Progress) -> _Position:
    for table in COPIED:
        done, total = position.done.get(table.value, 0), position.rows[table.value]
        progress(f"copying {table}", done, total)
        async for rows in source.copies.read(table, skip=done):
            position = position.after(table, len(rows))
            await target.copies.write(table, rows, (MIGRATION, position.as_bytes()))
            progress(f"copying {table}", position.done[table.value], total)
    await target.journal.set_checkpoint(MIGRATION, position.as_bytes())
    return position


async def _copy_checkpoints(source: _Side, target: _Side, model: Model) -> None:
    """Copies what holds for any journal. All golden records are to be published anew, and the topics that things have
    left are to be cleared: where the target has another broker, it has none of them yet."""
    rows: list[Row] = []
    ends: dict[LooseEnd, int] = {}
    async for batch in source.copies.read(Table.CHECKPOINTS):
        rows += [row for row in batch if not row[0].startswith(_NOT_COPIED)]
        for name, value in batch:
            if name.startswith(TRAIL):
                trail = Trail.read(source.journal, model, source.settings.topic_prefix, name, value)
                ends.update(dict.fromkeys(trail.loose_ends, 0))
    for name, value in rows:
        await target.journal.set_checkpoint(name, value)
    settings = target.settings
    await Trail(target.journal, model, settings.topic_prefix, settings.name, 0, ends).begin_anew()


async def _project(target: _Side, model: Model, progress: Progress) -> None:
    """Puts everything pending into the target's graph, as a hub would."""
    assert target.graph is not None
    projection = Projection(target.journal, target.graph, model, target.settings.authority)
    try:
        await drain(projection, "making the graph", progress)
    except GraphError as error:
        raise HubError(f"making the graph of the copy: {error}; run the migration again to go on") from error


async def _compare(source: _Side, target: _Side, progress: Progress) -> tuple[Compared, ...]:
    compared = []
    for table in COPIED:
        total = 2 * await source.copies.count(table)
        seen = _counting(progress, f"comparing {table}", total)
        sums = [await checksum.of_table(side.copies, table, seen) for side in (source, target)]
        compared.append(Compared(table.value, *sums))
    assert target.graph is not None
    seen = _counting(progress, "comparing graphs", None)
    made = await checksum.of_graph(target.graph.dump(floors=True), seen)
    was = None if source.graph is None else await checksum.of_graph(source.graph.dump(floors=True), seen)
    return (*compared, Compared("graph", was, made))


def _counting(progress: Progress, doing: str, total: int | None) -> checksum.Seen:
    done = 0

    def seen(more: int) -> None:
        nonlocal done
        done += more
        progress(doing, done, total)

    seen(0)
    return seen


async def _finish(target: _Side) -> None:
    assert target.graph is not None
    await keep_authority(target.journal, target.settings.authority)
    await (await Origin.of(target.journal)).note(target.graph)
    await target.journal.set_checkpoint(MOVED, uuid4().hex.encode())
    await target.journal.set_checkpoint(MIGRATION, FINISHED)
