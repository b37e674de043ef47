"""The graph store on Ladybug, an embedded engine: no server, one file, one process.

Ladybug's calls block, so they run on threads: one writes, a few read. A write transaction has the write session to
itself; a read takes an idle session, and sees one state of the graph from its first statement to its last.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from graph import dump
from graph.cypher import quote
from graph.errors import StoreDamaged, StoreUnavailable
from graph.ladybug import ddl, explore, files
from graph.ladybug.around import AroundReader
from graph.ladybug.engine import Database, Session
from graph.ladybug.marks import put_marks
from graph.ladybug.read import decode
from graph.ladybug.write import Statements, Writer
from graph.plan import Plan, Row
from graph.store import Health, Reached, WriteTransaction
from graph.thing import Delta, Key, Thing
from graph.waiting import to_the_end
from schema.assertion import RecordKey
from schema.merge import Record
from schema.registry import Model

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_TABLES, _ORIGIN, _REACHED = "tables", "origin", "reached"
"""What the store notes of itself, by key: the fingerprint of its tables, where the graph comes from, how far it is."""

_CANCEL_AGAIN_SECONDS = 0.1


class LadybugStore:
    """Implements `graph.store.GraphStore`. Make one with `open`."""

    def __init__(self, database: Database, model: Model, read_timeout: float, readers: int) -> None:
        self._database = database
        self._model = model
        self._read_timeout = read_timeout
        self._statements = Statements.of(model)
        self._tables = ddl.tables(model)
        self._write_thread = ThreadPoolExecutor(1, "graph-write")
        self._read_threads = ThreadPoolExecutor(readers, "graph-read")
        self._writer = database.session(writing=True)
        self._readers = [database.session() for _ in range(readers)]
        self._idle: asyncio.LifoQueue[Session] = asyncio.LifoQueue()
        for session in self._readers:
            self._idle.put_nowait(session)
        self._writing = asyncio.Lock()
        self._broken = False
        self._closed = False

    @classmethod
    async def open(cls, path: Path, model: Model, *, read_timeout: float = 30.0, readers: int = 4) -> LadybugStore:
        """Opens the database file at `path`, made where there is none.

        `read_timeout` limits each read, in seconds; `readers` is how many run at once. `StoreUnavailable` where another
        process has the file open, `SchemaMismatch` where the model can't be kept in Ladybug.
        """
        database = await asyncio.to_thread(Database, path)
        try:
            return cls(database, model, read_timeout, readers)
        except BaseException:
            database.close()
            raise

    async def migrate(self) -> tuple[str, ...]:
        return await self._change_tables(_migrate)

    async def clear(self) -> None:
        """See the port. A graph whose files are damaged is moved aside, and a new one made in its place."""
        try:
            await self._change_tables(_clear)
        except StoreDamaged as error:
            async with self._writing, self._without_readers():
                self._check_open()
                aside = await to_the_end(self._on_write_thread(self._begin_anew))
            log.error("%s; the damaged graph is now %s", error, aside)
            await self._change_tables(_migrate)

    @property
    def writers(self) -> int:
        return 1

    async def origin(self) -> str | None:
        return await self._reading(partial(_noted, key=_ORIGIN))

    async def set_origin(self, text: str) -> None:
        note = partial(_note, self._writer, _ORIGIN, text)
        async with self._alone():
            await to_the_end(self._on_write_thread(partial(self._transaction, note)))

    async def reached(self) -> Reached:
        noted = int(await self._reading(partial(_noted, key=_REACHED)) or 0)
        return Reached(noted, noted)

    async def set_reached(self, reached: Reached) -> None:
        note = partial(_note, self._writer, _REACHED, str(reached.whole))
        async with self._alone():
            await to_the_end(self._on_write_thread(partial(self._transaction, note)))

    @contextlib.asynccontextmanager
    async def write(self, reached: int = 0, whole: int = 0) -> AsyncIterator[WriteTransaction]:
        async with self._alone():
            writer = Writer(self._writer, self._statements)
            try:
                await self._on_write_thread(self._writer.begin)
                yield _Transaction(writer, self._on_write_thread)
                await self._on_write_thread(partial(_note_reached, self._writer, reached))
            except BaseException:
                await to_the_end(self._on_write_thread(self._writer.rollback))
                raise
            await to_the_end(self._on_write_thread(self._commit))

    async def read(self, plan: Plan, parameters: Mapping[str, Any]) -> Row:
        return await self._reading(lambda session: AroundReader(session.run, parameters).read(plan))

    async def counts(self) -> Mapping[str, int]:
        return await self._reading(partial(explore.counts, model=self._model))

    async def places(self, path: str | None) -> Mapping[str, Mapping[str, int]]:
        return await self._reading(partial(explore.places, model=self._model, path=path))

    async def dump(self, *, floors: bool = False) -> AsyncIterator[Mapping[str, Any]]:
        """See the port. `floors` adds those of withdrawn records, which no reader of the graph sees."""
        for part in dump.parts(self._model, floors=floors):
            after: Sequence[Any] | None = ()
            while after is not None:
                rows = await self._reading(_running(*part.statement(after)))
                for row in rows:
                    yield part.entry(row, decode)
                after = part.next(rows)

    async def health(self) -> Health:
        where = f"Ladybug {self._database.version} at {self._database.path}"
        try:
            await self._reading(lambda session: session.run("RETURN 1"))
        except Exception as error:
            return Health(False, f"{where}: {error}")
        return Health(True, where)

    async def close(self) -> None:
        """Lets a write end, ends reads, and closes the file. Closing twice does nothing more."""
        async with self._writing:
            if self._closed:
                return
            self._closed = True
        for session in self._readers:
            session.cancel()
        await to_the_end(asyncio.to_thread(self._close))

    def _close(self) -> None:
        self._read_threads.shutdown()
        self._write_thread.shutdown()
        for session in (*self._readers, self._writer):
            session.close()
        self._database.close(whole=not self._broken)

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Writes alone. A write that failed at the disk leaves bytes in the log that make what follows unreadable.

        So the file is opened anew before the next one: at once, or by a later write where that fails.
        """
        async with self._writing:
            self._check_open()
            if self._broken:
                await to_the_end(self._open_anew())
            try:
                yield
            except StoreUnavailable as error:
                self._broken = True
                log.warning("opening the graph anew after a write that failed: %s", error)
                with contextlib.suppress(StoreUnavailable):
                    await to_the_end(self._open_anew())
                raise

    async def _open_anew(self) -> None:
        async with self._without_readers():
            await self._on_write_thread(partial(self._reopen, lambda: None))

    def _begin_anew(self) -> Path:
        return self._reopen(partial(files.aside, self._database.path, "damaged"))

    def _reopen(self, meanwhile: Callable[[], _T]) -> _T:
        self._broken = True
        for session in (*self._readers, self._writer):
            session.close()
        self._database.close(whole=False)
        done = meanwhile()
        self._database.open()
        for session in (*self._readers, self._writer):
            session.renew()
        self._broken = False
        return done

    def _commit(self) -> None:
        try:
            self._writer.commit()
        except BaseException:
            self._writer.rollback()
            raise

    def _transaction(self, work: Callable[[], _T]) -> _T:
        self._writer.begin()
        try:
            result = work()
        except BaseException:
            self._writer.rollback()
            raise
        self._commit()
        return result

    async def _change_tables(self, change: Callable[[Session, ddl.Tables], tuple[str, ...]]) -> tuple[str, ...]:
        """Changes tables while nobody reads: plans of statements hold on to the tables that they were made for."""
        async with self._alone(), self._without_readers():

            def work() -> tuple[str, ...]:
                done = self._transaction(lambda: change(self._writer, self._tables))
                if done:
                    for session in (*self._readers, self._writer):
                        session.renew()
                return done

            return await to_the_end(self._on_write_thread(work))

    @contextlib.asynccontextmanager
    async def _without_readers(self) -> AsyncIterator[None]:
        held: list[Session] = []
        try:
            for _ in self._readers:
                held.append(await self._idle.get())
            yield
        finally:
            for session in held:
                self._idle.put_nowait(session)

    async def _on_write_thread(self, work: Callable[[], _T]) -> _T:
        """Runs to its end whatever happens to the caller; the thread keeps the order of calls."""
        self._check_open()
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._write_thread, work))

    async def _reading(self, work: Callable[[Session], _T]) -> _T:
        self._check_open()
        session = await self._idle.get()
        try:
            self._check_open()
            session.take()
            done = asyncio.get_running_loop().run_in_executor(self._read_threads, self._snapshot, session, work)
        except BaseException:
            self._idle.put_nowait(session)
            raise
        done.add_done_callback(partial(self._give_back, session))
        limit = asyncio.get_running_loop().call_later(self._read_timeout, self._end, session, done)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            self._end(session, done)
            raise
        finally:
            limit.cancel()

    def _end(self, session: Session, done: asyncio.Future[Any]) -> None:
        """Ends a read that takes too long, or that nobody waits for any more."""
        if not done.done():
            session.cancel()
            asyncio.get_running_loop().call_later(_CANCEL_AGAIN_SECONDS, self._end, session, done)

    def _give_back(self, session: Session, done: asyncio.Future[Any]) -> None:
        """A reader that was cancelled asks no more what came of its read; asking here keeps asyncio from warning."""
        self._idle.put_nowait(session)
        if not done.cancelled():
            done.exception()

    def _snapshot(self, session: Session, work: Callable[[Session], _T]) -> _T:
        session.begin()
        try:
            result = work(session)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        return result

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable(f"the graph {str(self._database.path)!r} was closed; open it again")


class _Transaction:
    """Implements `graph.store.WriteTransaction` by a `Writer` on its thread."""

    def __init__(self, writer: Writer, run: Callable[[Callable[[], Any]], Awaitable[Any]]) -> None:
        self._writer = writer
        self._run = run

    async def resolve(
        self, identifiers: Collection[tuple[str, str]], *, claim: bool = True
    ) -> Mapping[tuple[str, str], str]:
        found: Mapping[tuple[str, str], str] = await self._run(partial(self._writer.resolve, identifiers))
        return found

    async def things(self, keys: Collection[Key]) -> Mapping[Key, Thing]:
        found: Mapping[Key, Thing] = await self._run(partial(self._writer.things, keys))
        return found

    async def referrers(self, keys: Collection[Key]) -> Mapping[Key, frozenset[Key]]:
        found: Mapping[Key, frozenset[Key]] = await self._run(partial(self._writer.referrers, keys))
        return found

    async def withdrawn(self, keys: Collection[RecordKey]) -> Mapping[RecordKey, Record]:
        found: Mapping[RecordKey, Record] = await self._run(partial(self._writer.withdrawn, keys))
        return found

    async def write(self, delta: Delta) -> frozenset[Key]:
        swept: frozenset[Key] = await self._run(partial(self._writer.write, delta))
        return swept


def _running(cypher: str, parameters: Mapping[str, Any]) -> Callable[[Session], list[list[Any]]]:
    return lambda session: session.run(cypher, parameters)


def _migrate(session: Session, wanted: ddl.Tables) -> tuple[str, ...]:
    there = {row[1] for row in session.run("CALL show_tables() RETURN *")}
    if ddl.FINGERPRINT in there and _noted(session, _TABLES) == wanted.fingerprint:
        return ()
    before = ddl.present(session.run)
    statements = ddl.additions(wanted, before)
    for statement in statements:
        session.run(statement)
    put_marks(session, before)
    _note(session, _TABLES, wanted.fingerprint)
    return statements


def _clear(session: Session, wanted: ddl.Tables) -> tuple[str, ...]:
    gone = ddl.drops(ddl.present(session.run))
    for statement in gone:
        session.run(statement)
    return (*gone, *_migrate(session, wanted))


def _note(session: Session, key: str, text: str) -> None:
    session.run(
        f"MERGE (m:{quote(ddl.FINGERPRINT)} {{key: $key}}) SET m.fingerprint = $text", {"key": key, "text": text}
    )


def _note_reached(session: Session, sequence: int) -> None:
    if sequence and sequence > int(_noted(session, _REACHED) or 0):
        _note(session, _REACHED, str(sequence))


def _noted(session: Session, key: str) -> str | None:
    rows = session.run(f"MATCH (m:{quote(ddl.FINGERPRINT)} {{key: $key}}) RETURN m.fingerprint", {"key": key})
    return str(rows[0][0]) if rows else None
