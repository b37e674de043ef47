"""A SQLite file with one thread that writes and one that reads. The only file that imports sqlite3.

Write-ahead logging lets the reader go on beside the writer, however long it reads. With `synchronous=FULL` every commit
is flushed to the disk before it returns, so a power failure loses nothing that was acknowledged; `NORMAL` flushes only
at checkpoints, and a power failure (not a crash of the process) may take the last commits.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, TypeVar

from hub.errors import JournalError
from hub.journal.group import RowsError
from hub.journal.migrations import Migration, in_order, outstanding
from hub.journal.rows import DamagedRow
from hub.journal.sqlite_lock import FileLock

Connection = sqlite3.Connection
Synchronous = Literal["FULL", "NORMAL"]
T = TypeVar("T")

ENGINE = f"SQLite {sqlite3.sqlite_version}"

_APPLICATION = 0x554E5348
_BUSY_SECONDS = 5.0
_STATEMENTS = 512
_CHECKPOINT_PAGES = 4000
_LOG_BYTES = 64 << 20

_REMEDIES = {
    "SQLITE_FULL": "the disk is full: free some space there; nothing of this was kept",
    "SQLITE_IOERR": "the disk refused: check its health, space and quota; nothing of this was kept",
    "SQLITE_CORRUPT": "the file is damaged: stop the hub and restore the file from a backup",
    "SQLITE_NOTADB": "it is not a journal: move the file away, or name another one in the settings",
    "SQLITE_BUSY": "another program holds it: close that program (a database browser, a backup) and try again",
    "SQLITE_LOCKED": "another program holds it: close that program (a database browser, a backup) and try again",
    "SQLITE_READONLY": "let this user write the file and its folder",
    "SQLITE_CANTOPEN": "see that the folder exists and that this user may write in it",
    "SQLITE_PERM": "let this user write the file and its folder",
}


_BAD_VALUES = (
    OverflowError,
    UnicodeError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
)


class SqliteFile:
    """An open file. `read` and `write` run a job in its thread; driver exceptions come out as `JournalError`."""

    def __init__(self, path: Path, steps: Sequence[Migration], lock: FileLock, writer: Connection) -> None:
        self.path = path
        self._steps = steps
        self._lock = lock
        self._writer = writer
        self._reader = writer
        self._write_thread = ThreadPoolExecutor(1, "journal-write")
        self._read_thread = ThreadPoolExecutor(1, "journal-read")
        self._closed = False

    @classmethod
    def open(cls, path: Path, steps: Sequence[Migration], synchronous: Synchronous) -> SqliteFile:
        """Opens or makes the file. A file that is foreign, damaged or newer than `steps` is refused as it is."""
        lock = FileLock.take(path)
        with contextlib.ExitStack() as undo:
            undo.callback(lock.release)
            _check_whole(path)
            with _errors(f"can't open the journal {path}"):
                writer = undo.enter_context(contextlib.closing(_connect(path)))
                outstanding(steps, _version(writer, path), str(path))
                writer.execute("PRAGMA journal_mode = WAL")
                writer.execute(f"PRAGMA synchronous = {synchronous}")
                writer.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
                writer.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
                file = cls(path, in_order(steps), lock, writer)
                file._reader = undo.enter_context(contextlib.closing(_connect(path)))
                file._reader.execute("PRAGMA query_only = 1")
            undo.pop_all()
        return file

    async def migrate(self) -> tuple[Migration, ...]:
        """Runs the migrations that the file has not seen, each in a transaction; gives them."""
        return await self._run(self._write_thread, f"can't migrate the journal {self.path}", self._migrate)

    async def read(self, doing: str, job: Callable[[Connection], T]) -> T:
        """Runs a job that only reads, beside any writer. It sees one state of the file throughout."""
        return await self._run(self._read_thread, doing, lambda: _consistent(self._reader, job))

    async def write(self, doing: str, job: Callable[[Connection], T]) -> T:
        """Runs a job in a transaction: once this returns, what it wrote is on disk; if it raises, nothing is."""
        return await self._run(self._write_thread, doing, lambda: self._transaction(job))

    def size(self) -> int:
        """Bytes on disk, the write-ahead log's included."""
        files = (self.path.with_name(self.path.name + suffix) for suffix in ("", "-wal", "-shm"))
        return sum(file.stat().st_size for file in files if file.exists())

    async def close(self) -> None:
        """Lets what is under way end, and gives the file up. Closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        try:
            with _errors(f"can't close the journal {self.path}"):
                await loop.run_in_executor(self._read_thread, self._reader.close)
                await loop.run_in_executor(self._write_thread, self._writer.close)
        finally:
            self._read_thread.shutdown(wait=False)
            self._write_thread.shutdown(wait=False)
            self._lock.release()

    async def _run(self, thread: ThreadPoolExecutor, doing: str, job: Callable[[], T]) -> T:
        if self._closed:
            raise JournalError(f"{doing}: it is closed; open it again")

        def guarded() -> T:
            with _errors(doing):
                return job()

        return await asyncio.get_running_loop().run_in_executor(thread, guarded)

    def _transaction(self, job: Callable[[Connection], T]) -> T:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            result = job(self._writer)
            self._writer.execute("COMMIT")
        except BaseException:
            self._rollback()
            raise
        return result

    def _rollback(self) -> None:
        # SQLite has already rolled back by itself after most disk errors.
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def _migrate(self) -> tuple[Migration, ...]:
        steps = outstanding(self._steps, _version(self._writer, self.path), str(self.path))
        for step in steps:
            try:
                self._writer.executescript(
                    "BEGIN IMMEDIATE;"
                    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT, time INTEGER);"
                    f"{step.sql}\n;"
                    f"INSERT INTO schema_version VALUES ({step.version}, '{step.name}', {time.time_ns() // 1000});"
                    "COMMIT;"
                )
            except BaseException:
                self._rollback()
                raise
        return steps


def _check_whole(path: Path) -> None:
    """`JournalError` where only the log of a file is there, which SQLite would drop as it makes the file anew."""
    log = path.with_name(f"{path.name}-wal")
    if not (path.exists() and path.stat().st_size) and log.exists() and log.stat().st_size:
        raise JournalError(
            f"can't open the journal {path}: the file is missing or empty, but its log {log} is there; nothing was "
            "changed. Restore the file beside its log, or move the log away to begin anew"
        )


def _connect(path: Path) -> Connection:
    return sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS
    )


def _version(connection: Connection, path: Path) -> int:
    """The version of the file's tables, 0 where it is empty; `JournalError` where it is something else."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and tables == 0:
        return 0
    if application != _APPLICATION:
        raise JournalError(
            f"can't open the journal {path}: the file is another program's database; nothing was changed. "
            "Move it away, or name another file in the settings"
        )
    (version,) = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    return int(version)


def _consistent(connection: Connection, job: Callable[[Connection], T]) -> T:
    connection.execute("BEGIN")
    try:
        return job(connection)
    finally:
        connection.execute("ROLLBACK")


@contextlib.contextmanager
def _errors(doing: str) -> Iterator[None]:
    try:
        yield
    except _BAD_VALUES as error:
        raise RowsError(f"{doing}: a value can't be kept ({error}); correct the message that holds it") from error
    except DamagedRow as error:
        raise JournalError(f"{doing}: {error}") from error
    except sqlite3.Error as error:
        raise JournalError(f"{doing}: {_explained(error)}") from error


def _explained(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if str(error).startswith("no such table"):
        return f"{error}; its tables are not made yet: migrate it first, as `unshub up` does"
    remedy = next((text for code, text in _REMEDIES.items() if name.startswith(code)), None)
    return (
        f"{error}; {remedy}" if remedy else f"{error} ({name or type(error).__name__}); please report this as a defect"
    )
