"""The one file that knows the `neo4j` package: a driver, transactions on it, and what its errors mean.

`neo4j://` asks the server who leads and who reads, so writes go to the leader of a cluster and reads to its followers;
`bolt://` speaks to one server. One bookmark manager serves all transactions, so a read sees every write before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import neo4j
from neo4j import exceptions
from neo4j.time import DateTime

from graph.errors import GraphError, ReadFailed, ReadTimeout, StoreBusy, StoreUnavailable, WriteFailed
from graph.waiting import to_the_end

CONNECT_SECONDS = 5.0
AGAIN_SECONDS = 0.1
"""After how long a read is tried again, once. Who reads may ask again; writes are tried again by the hub."""

GRACE_SECONDS = 5.0
"""How much longer than a transaction's limit an answer is waited for: the server ends what takes too long."""

COMMIT_SECONDS = 30.0
"""How long the answer to a commit is waited for; then nobody knows what became of it."""

_BEGINNINGS: tuple[tuple[str, type[GraphError], str], ...] = (
    ("Neo.ClientError.Security.", StoreUnavailable, "look at the user and password in the graph's URL"),
    ("Neo.TransientError.General.DatabaseUnavailable", StoreUnavailable, "the database is not there yet"),
    ("Neo.ClientError.Database.", StoreUnavailable, "look at the database's name in the graph's URL"),
    ("Neo.DatabaseError.Transaction.", StoreUnavailable, "look at the server's disk and its log"),
    ("Neo.TransientError.", StoreBusy, "try again"),
    ("Neo.ClientError.Transaction.Terminated", StoreBusy, "the server ended it; try again"),
    ("Neo.ClientError.Transaction.LockClientStopped", StoreBusy, "the server ended it; try again"),
    ("Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", StoreBusy, "another hub makes the same; try again"),
    ("Neo.ClientError.Cluster.", StoreBusy, "try again when the cluster has a leader"),
    ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", StoreBusy, "try again when the cluster has a leader"),
)
_TIMED_OUT = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration", "LockAcquisitionTimeout")
_GONE_MEANWHILE = "EntityNotFound"

Rows = list[list[Any]]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Neo4j database is. `str` gives it without user and password."""

    url: str
    database: str | None
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, password: str | None) -> Address:
        """Reads `neo4j://[user:password@]host[:port][/database][?routing context]`; a password given counts first."""
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        query = f"?{parts.query}" if parts.query else ""
        return cls(
            f"{parts.scheme}://{place}{query}",
            unquote(parts.path.strip("/")) or None,
            None if parts.username is None else unquote(parts.username),
            password or (None if parts.password is None else unquote(parts.password)),
        )

    def __str__(self) -> str:
        return self.url if self.database is None else f"{self.url}/{self.database}"


def instant(value: datetime | DateTime) -> datetime:
    """A point in time as the server gives it."""
    return value.to_native() if isinstance(value, DateTime) else value


def meaning(error: Exception, doing: str, otherwise: type[GraphError]) -> GraphError:
    """What an exception of the package amounts to; `otherwise` where the server refuses the statement for good."""
    text = " ".join(str(error).split())
    if isinstance(error, exceptions.Neo4jError):
        kind, remedy = _refusal(error, otherwise)
        return kind(f"{doing} failed: {remedy} ({text})")
    if isinstance(error, TimeoutError):
        return StoreUnavailable(f"{doing} got no answer in time; look whether the server runs")
    if isinstance(error, exceptions.ResultError | exceptions.ConfigurationError):
        return otherwise(f"{doing} failed: {text}")
    if isinstance(error, exceptions.DriverError | OSError):
        return StoreUnavailable(f"{doing} failed: the server can't be reached ({text})")
    return otherwise(f"{doing} failed: {type(error).__name__}: {text}")


def _refusal(error: exceptions.Neo4jError, otherwise: type[GraphError]) -> tuple[type[GraphError], str]:
    """What the server's refusal amounts to, and what to do."""
    code = str(error.code)
    name = code.rpartition(".")[2]
    if name in _TIMED_OUT:
        if otherwise is ReadFailed:
            return ReadTimeout, "it took longer than its limit; ask for less at once, or raise the limit"
        return StoreBusy, "it took longer than its limit; try again"
    if name == _GONE_MEANWHILE and otherwise is WriteFailed:
        return StoreBusy, "another write removed what it waited for; try again"
    for beginning, kind, remedy in _BEGINNINGS:
        if code.startswith(beginning):
            return kind, remedy
    if error.is_retryable():
        return StoreBusy, "try again"
    return otherwise, code


class Transaction:
    """An explicit write transaction, for one task at a time."""

    def __init__(self, transaction: neo4j.AsyncTransaction, place: Address) -> None:
        self._transaction = transaction
        self._place = place

    async def run(self, cypher: str, parameters: Mapping[str, Any]) -> Rows:
        """Runs one statement and gives all its rows."""
        with _translated(f"writing the graph {self._place} by {_short(cypher)}", WriteFailed):
            result = await self._transaction.run(cypher, dict(parameters))
            return await result.values()

    async def commit(self) -> None:
        """Commits, and comes to its end even if the task is cancelled meanwhile."""
        with _translated(f"committing to the graph {self._place}", WriteFailed):
            await to_the_end(_within(COMMIT_SECONDS, self._transaction.commit()))


class _Read:
    """A statement that only reads. Cancelled only while it runs: cancelled while connecting, the package leaks."""

    def __init__(self, cypher: str, parameters: Mapping[str, Any], operation: str, seconds: float) -> None:
        self.cypher = cypher
        self._query = neo4j.Query(cypher, metadata=_metadata(operation), timeout=seconds)
        self._parameters = dict(parameters)
        self._running = False
        self._unwanted = False

    async def work(self, session: neo4j.AsyncSession) -> Rows:
        """Runs it as a transaction by itself, which takes one round trip where one of the package's own takes two."""
        self._end_unwanted()
        result = await session.run(self._query, self._parameters)
        self._end_unwanted()
        self._running = True
        try:
            return await result.values()
        finally:
            self._running = False

    def _end_unwanted(self) -> None:
        if self._unwanted:
            raise asyncio.CancelledError

    def cancel(self, task: asyncio.Task[Rows]) -> None:
        self._unwanted = True
        if self._running:
            task.cancel()


class Server:
    """A driver to one database."""

    def __init__(self, place: Address, read_seconds: float) -> None:
        """`read_seconds` limits each read. Nothing is connected before it is needed."""
        self.place = place
        self._read_seconds = read_seconds
        self._reads: set[asyncio.Task[Rows]] = set()
        self._idle: list[neo4j.AsyncSession] = []
        """Sessions for reads that are not reading. To make one takes a tenth of the time of a small read."""
        self._bookmarks = neo4j.AsyncGraphDatabase.bookmark_manager()
        _hush()
        auth = None if place.user is None else (place.user, place.password or "")
        with _translated(f"opening the graph {place}", StoreUnavailable):
            self._driver = neo4j.AsyncGraphDatabase.driver(
                place.url,
                auth=auth,
                connection_timeout=CONNECT_SECONDS,
                connection_acquisition_timeout=2 * CONNECT_SECONDS,
                liveness_check_timeout=60.0,
                notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
                user_agent="unshub",
            )

    async def read(self, cypher: str, parameters: Mapping[str, Any], operation: str) -> Rows:
        """Runs one statement that only reads; after a transient fault once more, as on a connection that had ended."""
        read = _Read(cypher, parameters, operation, self._read_seconds)
        task = asyncio.create_task(self._read(read))
        self._reads.add(task)
        task.add_done_callback(self._reads.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            read.cancel(task)
            raise

    async def _read(self, read: _Read) -> Rows:
        with _translated(f"reading the graph {self.place} by {_short(read.cypher)}", ReadFailed):
            try:
                async with asyncio.timeout(self._read_seconds + GRACE_SECONDS):
                    return await self._twice(read)
            except (TimeoutError, exceptions.TransientError) as error:
                await self._forget_after(error)
                raise

    async def _twice(self, read: _Read) -> Rows:
        try:
            return await self._once(read)
        except (exceptions.DriverError, exceptions.Neo4jError) as error:
            if not error.is_retryable():
                raise
            await self._forget_after(error)
        await asyncio.sleep(AGAIN_SECONDS)
        return await self._once(read)

    async def _once(self, read: _Read) -> Rows:
        bookmarks = self._bookmarks
        session = self._idle.pop() if self._idle else self._session(neo4j.READ_ACCESS)
        try:
            rows = await read.work(session)
        except BaseException:
            await _end(session)
            raise
        if self._bookmarks is bookmarks:
            self._idle.append(session)
        else:
            await _end(session)
        return rows

    async def run(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> Rows:
        """Runs one statement that is a transaction by itself, or several: changes of the schema, mass deletion."""
        with _translated(f"changing the graph {self.place} by {_short(cypher)}", WriteFailed):
            async with self._session(neo4j.WRITE_ACCESS) as session:
                return await (await session.run(cypher, dict(parameters or {}))).values()

    @contextlib.asynccontextmanager
    async def transaction(self, operation: str, seconds: float | None) -> AsyncIterator[Transaction]:
        """A write transaction of at most so many seconds: rolled back at the end of the block unless committed."""
        doing = f"writing the graph {self.place}"
        session = self._session(neo4j.WRITE_ACCESS)
        try:
            async with _limited(doing, seconds):
                with _translated(doing, WriteFailed):
                    beginning = session.begin_transaction(_metadata(operation), seconds)
                    try:
                        begun = await to_the_end(_within(CONNECT_SECONDS + GRACE_SECONDS, beginning))
                    except (TimeoutError, exceptions.TransientError) as error:
                        await self._forget_after(error)
                        raise
                yield Transaction(begun, self.place)
        finally:
            await _end(session)

    async def check(self) -> str:
        """Product, version and edition of the server that answers."""
        rows = await self.read(
            "CALL dbms.components() YIELD name, versions, edition RETURN name, versions[0], edition", {}, "health"
        )
        name, version, edition = rows[0]
        return f"{'Neo4j' if name == 'Neo4j Kernel' else name} {version} {edition}"

    async def close(self) -> None:
        """Lets reads end that nobody waits for any more, and closes the connections."""
        await asyncio.gather(*self._reads, return_exceptions=True)
        await self._end_idle()
        with contextlib.suppress(Exception):
            await self._driver.close()

    async def _forget_after(self, error: Exception) -> None:
        """Asks no longer to see what was written before, where that may be what was waited for in vain.

        A database restored from a backup never comes to have it. One that was only slow may show a state from before
        the last write, if it is a follower of a cluster.
        """
        if isinstance(error, TimeoutError) or "Bookmark" in str(getattr(error, "code", "")):
            self._bookmarks = neo4j.AsyncGraphDatabase.bookmark_manager()
            await self._end_idle()

    async def _end_idle(self) -> None:
        # Sessions that are put back while the others are ended are of newer bookmarks.
        idle, self._idle = self._idle, []
        for session in idle:
            await _end(session)

    def _session(self, access: str) -> neo4j.AsyncSession:
        return self._driver.session(
            database=self.place.database, default_access_mode=access, bookmark_manager=self._bookmarks
        )


async def _end(session: neo4j.AsyncSession) -> None:
    with contextlib.suppress(Exception):
        await session.close()


def _hush() -> None:
    """Silences the package's own log unless someone has set its level.

    Whatever it warns of, over many lines, is raised as well, and told in one line by whoever tries again.
    """
    logger = logging.getLogger("neo4j")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)


def _metadata(operation: str) -> dict[str, Any]:
    """What the server's lists of transactions and its query log say of one."""
    return {"app": "unshub", "operation": operation}


@contextlib.contextmanager
def _translated(doing: str, otherwise: type[GraphError]) -> Iterator[None]:
    try:
        yield
    except GraphError:
        raise
    except Exception as error:
        raise meaning(error, doing, otherwise) from error


async def _within(seconds: float, work: Awaitable[_T]) -> _T:
    async with asyncio.timeout(seconds):
        return await work


@contextlib.asynccontextmanager
async def _limited(doing: str, seconds: float | None) -> AsyncIterator[None]:
    """Ends a block that takes longer, as where the server hangs or the network swallows its answers."""
    limit = asyncio.timeout(None if seconds is None else seconds + GRACE_SECONDS)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise StoreUnavailable(f"{doing} got no answer within {seconds:g} s; look whether the server runs") from error


def _short(cypher: str) -> str:
    return cypher if len(cypher) <= 200 else f"{cypher[:200]}…"
