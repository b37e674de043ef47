from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from hub.journal.rows import ASSERTION_ROW, EVENT_ROW, REFUSAL_ROW, TAG_ROW, Row, Rows, newest
from hub.journal.sqlite_file import Connection

_ROWS_A_STATEMENT = 50


def insert(connection: Connection, groups: Sequence[Rows]) -> None:
    """Writes all groups' rows, the first group's first. What the journal has under the same digest is left out."""
    _insert(connection, _ASSERTION, list(chain.from_iterable(rows.assertions for rows in groups)))
    _insert(connection, _EVENT, list(chain.from_iterable(rows.events for rows in groups)))
    _insert(connection, _TAG, newest(chain.from_iterable(rows.tags for rows in groups)))
    insert_refusals(connection, list(chain.from_iterable(rows.refusals for rows in groups)))


def insert_refusals(connection: Connection, rows: Sequence[Row]) -> None:
    _insert(connection, _REFUSAL, rows)


@dataclass(frozen=True, slots=True)
class _Target:
    """A table with the columns that a row fills, and what happens where it meets one that is there."""

    table: str
    columns: str
    conflict: str = ""


_ASSERTION = _Target(
    "assertion",
    ASSERTION_ROW,
    "ON CONFLICT (digest) WHERE digest IS NOT NULL DO NOTHING",
)
_EVENT = _Target(
    "event",
    EVENT_ROW,
    "ON CONFLICT (digest) WHERE digest IS NOT NULL DO NOTHING",
)
# Values of the same time and arrival are told apart by their bytes, so that any order of arrival ends in one value.
_TAG = _Target(
    "tag",
    TAG_ROW,
    "ON CONFLICT (path, name) DO UPDATE SET time = excluded.time, received = excluded.received, body = excluded.body "
    "WHERE (excluded.time, excluded.received, excluded.body) > (tag.time, tag.received, tag.body)",
)
_REFUSAL = _Target("dead_letter", REFUSAL_ROW)


def _insert(connection: Connection, target: _Target, rows: Sequence[Row]) -> None:
    # Python gives the interpreter lock up at every statement, and a thread may wait milliseconds to have it back while
    # the event loop computes. Many rows a statement make those waits fewer; without them the pace is executemany's.
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        chunk = rows[start : start + _ROWS_A_STATEMENT]
        connection.execute(_insert_sql(target, len(chunk)), list(chain.from_iterable(chunk)))


@cache
def _insert_sql(target: _Target, rows: int) -> str:
    row = f"({', '.join('?' * (target.columns.count(',') + 1))})"
    return f"INSERT INTO {target.table} ({target.columns}) VALUES {', '.join([row] * rows)} {target.conflict}"
