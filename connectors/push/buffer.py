"""What a source that can't wait has told and the broker has not: on disk, in order, bounded in bytes and age.

Where there is too much, or it is too old, the oldest goes first, and is counted. The count and what it counts change
in one commit, so that it is true also after `kill -9`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from connectors.push.inbox import Arrival
from connectors.state.sqlite import lasting
from connectors.state.tables import reading, writing

BUSY_SECONDS = 30
OVERHEAD = 64
"""Bytes that a record takes beside its own."""

_TABLES = MetaData()
_ENTRY = Table(
    "entry",
    _TABLES,
    Column("number", Integer, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("received", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("bytes", Integer, nullable=False),
    sqlite_autoincrement=True,
)
_TOTAL = Table(
    "total",
    _TABLES,
    Column("name", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
_WAITING, _BYTES, _DROPPED = "waiting", "bytes", "dropped"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits, since when the oldest has (microseconds since 1970 UTC), and how many were dropped ever."""

    waiting: int = 0
    bytes: int = 0
    oldest: int | None = None
    dropped: int = 0


class Entry(NamedTuple):
    """A record that waits, and its number, which grows from one to the next."""

    number: int
    arrival: Arrival


class Buffer:
    """One connector's buffer, in a file of its own. It is for one thread at a time."""

    def __init__(self, file: Path, *, size: int, age: float) -> None:
        """Opens the file, or makes it. It holds `size` bytes at most, none older than `age` seconds."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._size = size
        self._age = age
        self._engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_SECONDS})
        event.listen(self._engine, "connect", lasting)
        self._taken = 0
        """The highest number that was given out and is on its way: what is on its way is not dropped."""
        with writing(self._engine) as connection:
            _TABLES.create_all(connection)
            waiting = select(func.count()).select_from(_ENTRY).scalar_subquery()
            connection.execute(insert(_TOTAL).values(name=_WAITING, count=waiting).on_conflict_do_nothing())

    def append(self, arrivals: Sequence[Arrival]) -> int:
        """Keeps records; returns, when they are on disk, how many were dropped for them."""
        rows = [_row(arrival) for arrival in arrivals]
        with writing(self._engine) as connection:
            connection.execute(_ENTRY.insert(), rows)
            _add(connection, _WAITING, len(rows))
            bytes_ = _add(connection, _BYTES, sum(row["bytes"] for row in rows))
            return self._bound(connection, bytes_)

    def first(self, limit: int) -> list[Entry]:
        """The oldest records, which are then on their way until they are removed, or the buffer is opened anew."""
        with writing(self._engine) as connection:
            self._bound(connection, _total(connection, _BYTES))
            found = connection.execute(select(_ENTRY).order_by(_ENTRY.c.number).limit(limit)).all()
        self._taken = max([self._taken, *(row.number for row in found)])
        return [
            Entry(row.number, Arrival(row.stream, row.key, orjson.loads(row.record), row.received)) for row in found
        ]

    def remove(self, number: int) -> None:
        """Forgets the records up to a number: they have arrived."""
        with writing(self._engine) as connection:
            _cut(connection, number)

    def counts(self) -> Counts:
        """How much waits, and how much was dropped."""
        with reading(self._engine) as connection:
            return _counts(connection)

    def close(self) -> None:
        """Closes the file."""
        self._engine.dispose()

    def _bound(self, connection: Connection, bytes_: int) -> int:
        """Drops what is too old, and the oldest of what is too much."""
        last = self._too_old(connection)
        if bytes_ > self._size:
            last = max(last, self._too_much(connection, bytes_ - self._size))
        if last <= self._taken:
            return 0
        dropped = _cut(connection, last, self._taken)
        _add(connection, _DROPPED, dropped)
        return dropped

    def _too_old(self, connection: Connection) -> int:
        oldest = (time.time() - self._age) * 1e6
        # Numbers grow with time but for a clock that was set, so that the first that is young enough ends it.
        young = select(func.min(_ENTRY.c.number)).where(_ENTRY.c.number > self._taken, _ENTRY.c.received >= oldest)
        first = connection.execute(young).scalar()
        if first is None:
            return int(connection.execute(select(func.coalesce(func.max(_ENTRY.c.number), 0))).scalar_one())
        return int(first) - 1

    def _too_much(self, connection: Connection, over: int) -> int:
        """The last number that has to go for so many bytes to be free."""
        rows = connection.execute(
            select(_ENTRY.c.number, _ENTRY.c.bytes).where(_ENTRY.c.number > self._taken).order_by(_ENTRY.c.number)
        )
        last = 0
        for number, bytes_ in rows:
            last, over = number, over - bytes_
            if over <= 0:
                break
        return last


def buffer_of(folder: Path, connector: str) -> Path:
    """The file of a connector's buffer."""
    return folder / f"{connector}.buffer"


def counts(file: Path) -> Counts:
    """How much waits in a buffer, and was dropped, by its file, which another process may have open."""
    if not file.exists():
        return Counts()
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_SECONDS})
    try:
        with reading(engine) as connection:
            # It may be just being made.
            return _counts(connection) if inspect(connection).has_table(_TOTAL.name) else Counts()
    finally:
        engine.dispose()


def _counts(connection: Connection) -> Counts:
    """By what is counted along, since there may be very many records."""
    oldest = connection.execute(select(_ENTRY.c.received).order_by(_ENTRY.c.number).limit(1)).scalar()
    waiting, bytes_, dropped = (_total(connection, name) for name in (_WAITING, _BYTES, _DROPPED))
    return Counts(waiting, bytes_, oldest, dropped)


def _row(arrival: Arrival) -> dict[str, Any]:
    record = orjson.dumps(arrival.record)
    bytes_ = len(record) + len(arrival.key.encode()) + len(arrival.stream) + OVERHEAD
    return {
        "stream": arrival.stream,
        "key": arrival.key,
        "received": arrival.received,
        "record": record,
        "bytes": bytes_,
    }


def _cut(connection: Connection, last: int, after: int = 0) -> int:
    """Deletes the records after a number and up to another; gives how many there were."""
    which = (_ENTRY.c.number > after, _ENTRY.c.number <= last)
    count, bytes_ = connection.execute(
        select(func.count(), func.coalesce(func.sum(_ENTRY.c.bytes), 0)).where(*which)
    ).one()
    connection.execute(delete(_ENTRY).where(*which))
    _add(connection, _BYTES, -bytes_)
    _add(connection, _WAITING, -count)
    return int(count)


def _total(connection: Connection, name: str) -> int:
    return connection.execute(select(_TOTAL.c.count).where(_TOTAL.c.name == name)).scalar() or 0


def _add(connection: Connection, name: str, count: int) -> int:
    put = insert(_TOTAL).values(name=name, count=count)
    put = put.on_conflict_do_update(index_elements=["name"], set_={"count": _TOTAL.c.count + put.excluded.count})
    return int(connection.execute(put.returning(_TOTAL.c.count)).scalar_one())
