"""Connections to one PostgreSQL database, opened when they are needed and again when they were lost.

Driver exceptions come out as `JournalError`s: this file and `postgres_arrays` alone import psycopg. Nothing waits for a
server that is away: whoever needs it hears at once, and finds it again at the next call. psycopg's own pool tries in
the background with pauses that double, and so may take as long again as the server was away.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import psycopg
from psycopg import errors as codes
from psycopg.pq import TransactionStatus

from connectors.wire.address import Url
from hub.errors import JournalError
from hub.journal.group import RowsError

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Prepare = Callable[[Connection], Awaitable[None]]

ANSWER_SECONDS = 20.0
"""How long a call may take. A server that is only slow keeps no one waiting for ever."""

_DEFAULTS: dict[str, Any] = {
    "application_name": "unshub",
    "connect_timeout": 5,
    # A server that has vanished without a word is noticed within 25 seconds.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}

# The server notices as soon that this machine has vanished, and what it held is free. An administrator may have set
# commits not to wait for the disk, which would acknowledge messages that a power failure takes.
SESSION = """
    SET tcp_keepalives_idle = 10;
    SET tcp_keepalives_interval = 5;
    SET tcp_keepalives_count = 3;
    SET idle_in_transaction_session_timeout = '60s';
    SET jit = off;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
"""

_BAD_VALUES = (UnicodeError, struct.error, psycopg.DataError, psycopg.IntegrityError, codes.ProgramLimitExceeded)

_UNMIGRATED = (codes.UndefinedTable, codes.UndefinedFunction, codes.UndefinedColumn)

# A refused connection comes without a code that would tell these apart; the server's words do.
_AWAY = "see that the server runs, has this database and lets this user in; it is tried again when next needed"

_REMEDIES: tuple[tuple[type[psycopg.Error], str], ...] = (
    (codes.DiskFull, "the server's disk is full: free some space there; nothing of this was kept"),
    (codes.InsufficientPrivilege, "let the journal's user own the database"),
    (codes.ReadOnlySqlTransaction, "this server is a standby: name the primary in the journal's URL"),
    (codes.LockNotAvailable, "another session holds a lock on the journal's tables: let it end"),
)


class Place:
    """Where the database is."""

    def __init__(self, url: Url, seconds: float = ANSWER_SECONDS) -> None:
        """`seconds` is how long a call may take, where it is not said otherwise."""
        self.seconds = seconds
        self.text = str(replace(url, query=""))
        """For people, with the password hidden."""
        given = {
            "host": url.host,
            "port": url.port,
            "user": url.user,
            "password": url.password,
            "dbname": url.path.removeprefix("/"),
        }
        known = {name: value for name, value in given.items() if value}
        self.parameters = {**_DEFAULTS, **known, **dict(parse_qsl(url.query))}
        """As the driver takes them; the password is among them."""

    async def connect(self) -> Connection:
        """A connection that commits every statement by itself. Driver exceptions pass."""
        connection = await psycopg.AsyncConnection.connect(**self.parameters, autocommit=True)
        try:
            with _limited(connection, f"can't begin a session (journal {self.text})", self.seconds):
                await connection.execute(SESSION)
        except BaseException:
            await connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turns the driver's exceptions into `JournalError`s."""
        what = f"{doing} (journal {self.text})"
        try:
            yield
        except _BAD_VALUES as error:
            raise RowsError(
                f"{what}: a value can't be kept ({_line(error)}); correct the message that holds it"
            ) from error
        except psycopg.Error as error:
            raise JournalError(f"{what}: {_explained(error)}") from error


class Lines:
    """At most so many connections, handed out one to a caller. Those that broke are replaced when one is asked for."""

    def __init__(self, place: Place, most: int = 1, prepare: Prepare | None = None) -> None:
        """`prepare` is called with each new connection."""
        self.place = place
        self._most = most
        self._prepare = prepare
        self._idle: list[Connection] = []
        self._free = asyncio.Semaphore(most)
        self._closed = False

    @contextlib.asynccontextmanager
    async def take(self, doing: str, seconds: float | None = None) -> AsyncIterator[Connection]:
        """A connection for the block; `JournalError` if there is none, or what it was for fails or takes too long."""
        with self.place.errors(doing):
            self._refuse_closed(doing)
            async with self._free:
                self._refuse_closed(doing)
                connection = await self._open()
                try:
                    limit = self.place.seconds if seconds is None else seconds
                    with _limited(connection, f"{doing} (journal {self.place.text})", limit):
                        yield connection
                finally:
                    await self._give_back(connection)

    async def close(self) -> None:
        """Lets what is under way end, and closes all. Closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        for _ in range(self._most):
            await self._free.acquire()
        for connection in self._idle:
            await connection.close()

    async def _open(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if _alive(connection):
                return connection
            await connection.close()
        connection = await self.place.connect()
        try:
            if self._prepare is not None:
                with _limited(connection, f"can't begin a session (journal {self.place.text})", self.place.seconds):
                    await self._prepare(connection)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _give_back(self, connection: Connection) -> None:
        if connection.info.transaction_status == TransactionStatus.IDLE:
            self._idle.append(connection)
        else:
            await connection.close()

    def _refuse_closed(self, doing: str) -> None:
        if self._closed:
            raise JournalError(f"{doing} (journal {self.place.text}): it is closed; open it again")


@contextlib.contextmanager
def _limited(connection: Connection, what: str, seconds: float) -> Iterator[None]:
    """Cuts the connection when the block takes too long: a server that gives no answer can't be asked to stop."""
    late = False

    def cut() -> None:
        nonlocal late
        late = True
        with contextlib.suppress(OSError, psycopg.Error), socket.fromfd(connection.fileno(), 0, 0) as line:
            line.shutdown(socket.SHUT_RDWR)

    timer = asyncio.get_running_loop().call_later(seconds, cut)
    try:
        yield
    except psycopg.Error as error:
        if not late:
            raise
        raise JournalError(f"{what}: no answer within {seconds:g} s; see how the server is") from error
    finally:
        timer.cancel()


def _alive(connection: Connection) -> bool:
    """Whether the server has not ended an idle connection, as far as is known here without asking it."""
    try:
        # Its last words, where it had time for some, come before the end.
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except psycopg.Error:
        return False
    return not connection.broken


def _explained(error: psycopg.Error) -> str:
    if isinstance(error, _UNMIGRATED):
        return f"{_line(error)}; its tables are not made yet: migrate it first, as `unshub up` does"
    remedy = next((text for code, text in _REMEDIES if isinstance(error, code)), None)
    if remedy is None and isinstance(error, psycopg.OperationalError):
        remedy = _AWAY
    if remedy is None and isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
        remedy = "correct the journal's URL"
    return (
        f"{_line(error)}; {remedy}" if remedy else f"{_line(error)} ({error.sqlstate}); please report this as a defect"
    )


def _line(error: Exception) -> str:
    """What an exception says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
