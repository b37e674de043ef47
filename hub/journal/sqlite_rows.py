"""Rows of the SQLite journal: accepted messages to rows, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import orjson

from hub.errors import JournalError
from hub.journal.port import (
    AcceptedAssertion,
    AcceptedEvent,
    DeadLetter,
    Entry,
    EventKind,
    Refusal,
    TagValue,
)
from hub.journal.sqlite_file import Connection
from schema.assertion import Assertion
from schema.errors import Reason

Row = tuple[Any, ...]

ENTRY = "seq, topic, received, digest, body"
DEAD_LETTER = "number, topic, payload, properties, received, reasons, replayed"
TAG = "path, name, time, body"

_ROWS_A_STATEMENT = 50


@dataclass(frozen=True, slots=True)
class Rows:
    """What one `append` keeps. `tags` are only the newest of each tag in it."""

    assertions: Sequence[Row] = ()
    events: Sequence[Row] = ()
    tags: Sequence[Row] = ()
    refusals: Sequence[Row] = ()

    def __len__(self) -> int:
        return len(self.assertions) + len(self.events) + len(self.refusals)


def encode(
    assertions: Sequence[AcceptedAssertion], events: Sequence[AcceptedEvent], refusals: Sequence[Refusal]
) -> Rows:
    """The rows of what was accepted; `JournalError` where something in it is not JSON."""
    try:
        event_rows = [_event_row(event) for event in events]
        return Rows(
            [_assertion_row(accepted) for accepted in assertions],
            event_rows,
            _newest(row[1:5] + row[6:7] for row in event_rows if row[0] == EventKind.TAG),
            [refusal_row(refusal) for refusal in refusals],
        )
    except orjson.JSONEncodeError as error:
        raise JournalError(f"can't write to the journal: a value is not JSON ({error}); correct its message") from error


def insert(connection: Connection, groups: Sequence[Rows]) -> None:
    """Writes all groups' rows, the first group's first. What the journal has under the same digest is left out."""
    _insert(connection, _ASSERTION, list(chain.from_iterable(rows.assertions for rows in groups)))
    _insert(connection, _EVENT, list(chain.from_iterable(rows.events for rows in groups)))
    _insert(connection, _TAG, _newest(chain.from_iterable(rows.tags for rows in groups)))
    insert_refusals(connection, list(chain.from_iterable(rows.refusals for rows in groups)))


def insert_refusals(connection: Connection, rows: Sequence[Row]) -> None:
    _insert(connection, _REFUSAL, rows)


def entry(row: Row) -> Entry:
    """An entry from the columns `ENTRY`."""
    sequence, topic, received, digest, body = row
    return Entry(sequence, AcceptedAssertion(Assertion.from_bytes(body), topic, received, digest))


def dead_letter(row: Row) -> DeadLetter:
    """A dead letter from the columns `DEAD_LETTER`."""
    number, topic, payload, properties, received, reasons, replayed = row
    given = tuple(Reason(**reason) for reason in orjson.loads(reasons))
    return DeadLetter(number, Refusal(topic, payload, orjson.loads(properties), received, given), replayed)


def tag_value(row: Row) -> TagValue:
    """A tag's value from the columns `TAG`."""
    path, name, time, body = row
    return TagValue(path, name, time, orjson.loads(body))


def refusal_row(refusal: Refusal) -> Row:
    reasons = orjson.dumps([reason.as_json() for reason in refusal.reasons])
    return (refusal.topic, refusal.payload, orjson.dumps(refusal.properties), refusal.received, reasons)


def _assertion_row(accepted: AcceptedAssertion) -> Row:
    said = accepted.assertion
    return (
        said.kind,
        said.id,
        said.system,
        said.stamp.time,
        accepted.received,
        accepted.topic,
        said.to_bytes(),
        accepted.digest,
    )


def _event_row(event: AcceptedEvent) -> Row:
    body = orjson.dumps(event.body, option=orjson.OPT_SORT_KEYS)
    return (
        event.kind.value,
        event.path,
        event.name,
        event.time,
        event.received,
        event.topic,
        body,
        event.digest,
    )


def _newest(rows: Iterable[Row]) -> list[Row]:
    newest: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = row[:2]
        if key not in newest or row[2:] > newest[key][2:]:
            newest[key] = row
    return list(newest.values())


@dataclass(frozen=True, slots=True)
class _Target:
    """A table with the columns that a row fills, and what happens where it meets one that is there."""

    table: str
    columns: str
    conflict: str = ""


_ASSERTION = _Target(
    "assertion",
    "kind, id, system, event_time, received, topic, body, digest",
    "ON CONFLICT (digest) WHERE digest IS NOT NULL DO NOTHING",
)
_EVENT = _Target(
    "event",
    "kind, path, name, time, received, topic, body, digest",
    "ON CONFLICT (digest) WHERE digest IS NOT NULL DO NOTHING",
)
# Values of the same time and arrival are told apart by their bytes, so that any order of arrival ends in one value.
_TAG = _Target(
    "tag",
    "path, name, time, received, body",
    "ON CONFLICT (path, name) DO UPDATE SET time = excluded.time, received = excluded.received, body = excluded.body "
    "WHERE (excluded.time, excluded.received, excluded.body) > (tag.time, tag.received, tag.body)",
)
_REFUSAL = _Target("dead_letter", "topic, payload, properties, received, reasons")


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
