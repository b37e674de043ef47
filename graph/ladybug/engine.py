"""The one file that knows the `ladybug` package: a database file, sessions on it, and what its errors mean.

The package is synchronous and raises RuntimeError for everything; what went wrong is only in the text.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import ladybug

from graph.errors import (
    GraphError,
    ReadFailed,
    ReadTimeout,
    StoreBusy,
    StoreDamaged,
    StoreUnavailable,
    WriteFailed,
)
from graph.ladybug import files
from graph.ladybug.unwritten import discard_writes

log = logging.getLogger(__name__)

_REBUILD = "run `unshub rebuild` to make the graph anew from the journal, or use another path"
_DAMAGED = f"its files are damaged; {_REBUILD}"
_MEANINGS: tuple[tuple[str, type[GraphError], str], ...] = (
    ("Could not set lock on file", StoreUnavailable, "another process has it open; stop that one, or use another path"),
    ("not a valid Lbug database", StoreDamaged, f"the file is not a graph; {_REBUILD}"),
    ("path cannot be a directory", StoreDamaged, f"there is a folder in its place; {_REBUILD}"),
    ("trying to read a database file with a different version", StoreDamaged, f"another version made it; {_REBUILD}"),
    ("Database ID for temporary file", StoreDamaged, f"its files are not of one graph; {_REBUILD}"),
    ("Cannot read", StoreDamaged, _DAMAGED),
    ("Reading past the end of the file", StoreDamaged, _DAMAGED),
    ("Corrupted", StoreDamaged, _DAMAGED),
    ("corrupted", StoreDamaged, _DAMAGED),
    ("Checksum", StoreDamaged, _DAMAGED),
    ("create a vector with ANY type", StoreDamaged, _DAMAGED),
    ("Cannot open file", StoreUnavailable, "look whether the folder exists and may be written"),
    ("IO exception", StoreUnavailable, "look at the disk's space and the file's permissions"),
    ("atabase is closed", StoreUnavailable, "the store was closed"),
    ("onnection is closed", StoreUnavailable, "the store was closed"),
    ("Cannot start a new write transaction", StoreBusy, "try again when the other write has ended"),
    ("Timeout waiting for active transactions", StoreBusy, "try again when running reads have ended"),
    ("Buffer manager exception", StoreBusy, "memory ran out; ask for less at once, or give the process more"),
    ("bad_alloc", StoreBusy, "memory ran out; ask for less at once, or give the process more"),
)
_INTERRUPTED = "Interrupted"
_MAX_STATEMENTS = {True: 1000, False: 100}
"""Of a session that writes, whose statements are the model's; of one that reads, whose statements are its clients'."""

Rows = Sequence[str] | Sequence[Sequence[Sequence[str | None]]]


def meaning(error: BaseException, doing: str, otherwise: type[GraphError]) -> GraphError:
    """What an exception of the package amounts to: `otherwise` where its text says nothing known."""
    text = " ".join(str(error).split())
    if _INTERRUPTED in text:
        if otherwise is not ReadFailed:
            return StoreBusy(f"{doing} was interrupted; try again")
        return ReadTimeout(f"{doing} took longer than its limit; ask for less at once, or raise the limit")
    for phrase, kind, remedy in _MEANINGS:
        if phrase in text:
            return kind(f"{doing} failed: {remedy} ({text})")
    return otherwise(f"{doing} failed: {_DAMAGED} ({text})" if otherwise is StoreDamaged else f"{doing} failed: {text}")


class Database:
    """A database file, open in this process alone.

    A log is replayed up to its last whole commit. What follows is of a commit that failed, or damaged: a graph that is
    behind the journal for it tells so by what it notes of itself.
    """

    def __init__(self, path: Path) -> None:
        """Blocks while the file is opened and its log replayed. `StoreUnavailable` says what stands in the way."""
        self.path = path
        self._engine: ladybug.Database | None = None
        self._problem: GraphError | None = None
        self.open()

    @property
    def version(self) -> str:
        return str(ladybug.Database.get_version())

    def session(self, *, writing: bool = False) -> Session:
        return Session(self, writing=writing)

    def open(self) -> None:
        """Opens the file where it is closed. Errors as in the beginning; until one has passed, sessions raise it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            engine = ladybug.Database(self.path, throw_on_wal_replay_failure=False)
            with contextlib.closing(ladybug.Connection(engine)) as connection:
                # The engine ends the process where it can't write as it closes; `close` does so itself, before.
                connection.execute("CALL force_checkpoint_on_close=false")
        except Exception as error:
            otherwise = StoreUnavailable if isinstance(error, OSError) else StoreDamaged
            self._problem = meaning(error, f"opening the graph {str(self.path)!r}", otherwise)
            raise self._problem from error
        self._engine, self._problem = engine, None

    def check(self) -> None:
        """Does nothing where the file is open; `StoreUnavailable` where it is closed, or could not be opened again."""
        self._opened()

    def connect(self) -> ladybug.Connection:
        """A connection. Errors as in `check`."""
        return ladybug.Connection(self._opened())

    def _opened(self) -> ladybug.Database:
        if self._engine is None:
            raise self._problem or StoreUnavailable(f"the graph {str(self.path)!r} is closed; open it again")
        return self._engine

    def close(self, *, whole: bool = True) -> None:
        """Closes the file, all sessions being closed. `whole` is false after a write that did not reach the disk.

        What such a write left in memory the engine would write as it closes, and ends the process where it can't.
        """
        if self._engine is None:
            return
        try:
            if whole and self._has_room():
                with contextlib.closing(self.connect()) as connection:
                    connection.execute("CHECKPOINT")
        except RuntimeError as error:
            whole = False
            log.warning("the graph %s can't be written whole, and its log stays beside it: %s", self.path, error)
        if not whole:
            discard_writes(files.beside(self.path))
        self._engine.close()
        self._engine = None

    def _has_room(self) -> bool:
        """Whether the log surely fits into the graph's own file: one that is written in part may be beyond recovery."""
        log_size = sum(part.stat().st_size for part in files.beside(self.path))
        return shutil.disk_usage(self.path.parent).free > 4 * log_size + (1 << 20)


class Session:
    """A connection, for one thread at a time.

    The package keeps every statement's plan, 1 to 5 MB, for as long as its connection lives; a session begins a new
    connection after so many different ones.
    """

    def __init__(self, database: Database, *, writing: bool) -> None:
        self._database = database
        self._writing = writing
        self._connection = database.connect()
        self._statements: set[str] = set()
        self._prepared: dict[str, ladybug.PreparedStatement] = {}
        self._cancelled = False

    def take(self) -> None:
        """Makes it the caller's: whoever had it before may have been cancelled. `begin` is often called later."""
        self._cancelled = False

    def begin(self) -> None:
        """Begins a transaction."""
        if len(self._statements) > _MAX_STATEMENTS[self._writing]:
            self.renew()
        self.run("BEGIN TRANSACTION" if self._writing else "BEGIN TRANSACTION READ ONLY")

    def commit(self) -> None:
        self.run("COMMIT")

    def rollback(self) -> None:
        """Ends a transaction without its changes; does nothing where an error has ended it already."""
        try:
            self._connection.execute("ROLLBACK")
        except RuntimeError as error:
            if "No active transaction" not in str(error):
                self.renew()

    def run(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[list[Any]]:
        """Runs one statement and gives all its rows."""
        self._statements.add(cypher)
        return self._execute(cypher, lambda: cypher, dict(parameters or {}))

    def run_rows(self, cypher: str, rows: Rows) -> list[list[Any]]:
        """Runs a statement over `$rows`, at least one: all texts, or all lists of lists of texts.

        Rows of one such type need one plan. For parameters in general the package looks at every value, each time, to
        find the plan that fits, which takes as long as running it.
        """
        return self._execute(cypher, lambda: self._prepare(cypher, rows), {"rows": rows})

    def _prepare(self, cypher: str, rows: Rows) -> ladybug.PreparedStatement:
        if cypher not in self._prepared:
            prepared = ladybug.PreparedStatement(self._connection, cypher, {"rows": rows})
            if not prepared.is_success():
                raise RuntimeError(prepared.get_error_message())
            self._prepared[cypher] = prepared
        return self._prepared[cypher]

    def _execute(
        self, cypher: str, query: Callable[[], str | ladybug.PreparedStatement], parameters: dict[str, Any]
    ) -> list[list[Any]]:
        self._database.check()
        try:
            if self._cancelled:
                raise RuntimeError(_INTERRUPTED)
            result = cast(ladybug.QueryResult, self._connection.execute(query(), parameters))
            try:
                return cast(list[list[Any]], result.get_all())
            finally:
                result.close()
        except Exception as error:
            doing = f"{'writing' if self._writing else 'reading'} the graph by {_short(cypher)}"
            raise meaning(error, doing, WriteFailed if self._writing else ReadFailed) from error

    def cancel(self) -> None:
        """Ends what another thread runs here, and what it would run next, until another `take`s the session.

        It may come to nothing where that thread is about to begin a statement: call it again while that goes on. The
        engine's own limit on a statement is kept by the time of day, which may be set while one runs.
        """
        self._cancelled = True
        self._connection.interrupt()

    def renew(self) -> None:
        """Begins a new connection, which has no plans of tables that are gone."""
        self._prepared.clear()
        self._statements.clear()
        self._connection.close()
        self._connection = self._database.connect()

    def close(self) -> None:
        self._prepared.clear()
        self._connection.close()


def _short(cypher: str) -> str:
    return cypher if len(cypher) <= 200 else f"{cypher[:200]}…"
