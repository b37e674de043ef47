"""Accepted messages as rows, and rows as what the port gives: the same columns whatever keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
from schema.assertion import Assertion
from schema.errors import Reason

Row = tuple[Any, ...]

ASSERTION_ROW = "kind, id, system, event_time, received, topic, body, digest"
EVENT_ROW = "kind, path, name, time, received, topic, body, digest"
TAG_ROW = "path, name, time, received, body"
REFUSAL_ROW = "topic, payload, properties, received, reasons, content_type, retained"

ENTRY = "seq, topic, received, digest, body"
DEAD_LETTER = f"number, {REFUSAL_ROW}, replayed"
TAG = "path, name, time, body"


@dataclass(frozen=True, slots=True)
class Rows:
    """What one `append` keeps, in the columns named above. `tags` are only the newest of each tag in it."""

    assertions: Sequence[Row] = ()
    events: Sequence[Row] = ()
    tags: Sequence[Row] = ()
    refusals: Sequence[Row] = ()

    def __len__(self) -> int:
        return len(self.assertions) + len(self.events) + len(self.refusals)

    @property
    def size(self) -> int:
        """About how many bytes they take."""
        bodies = (row[6] for rows in (self.assertions, self.events) for row in rows)
        return sum(map(len, bodies)) + sum(len(row[1]) for row in self.refusals)


def encode(
    assertions: Sequence[AcceptedAssertion], events: Sequence[AcceptedEvent], refusals: Sequence[Refusal]
) -> Rows:
    """The rows of what was accepted; `JournalError` where something in it is not JSON."""
    try:
        event_rows = [_event_row(event) for event in events]
        return Rows(
            [_assertion_row(accepted) for accepted in assertions],
            event_rows,
            newest(row[1:5] + row[6:7] for row in event_rows if row[0] == EventKind.TAG),
            [refusal_row(refusal) for refusal in refusals],
        )
    except orjson.JSONEncodeError as error:
        raise JournalError(f"can't write to the journal: a value is not JSON ({error}); correct its message") from error


class DamagedRow(JournalError):
    """What the journal has in a row is not what was written there."""


def entry(row: Row) -> Entry:
    """An entry from the columns `ENTRY`."""
    sequence, topic, received, digest, body = row
    try:
        assertion = Assertion.from_bytes(body)
    except (ValueError, TypeError, LookupError) as error:
        raise DamagedRow(
            f"assertion {sequence} is damaged ({error}): stop the hub and restore the journal from a backup"
        ) from error
    return Entry(sequence, AcceptedAssertion(assertion, topic, received, digest))


def dead_letter(row: Row) -> DeadLetter:
    """A dead letter from the columns `DEAD_LETTER`."""
    number, topic, payload, properties, received, reasons, content_type, retained, replayed = row
    given = tuple(Reason(**reason) for reason in orjson.loads(reasons))
    refusal = Refusal(topic, payload, orjson.loads(properties), received, given, content_type, bool(retained))
    return DeadLetter(number, refusal, replayed)


def tag_value(row: Row) -> TagValue:
    """A tag's value from the columns `TAG`."""
    path, name, time, body = row
    return TagValue(path, name, time, orjson.loads(body))


def refusal_row(refusal: Refusal) -> Row:
    reasons = orjson.dumps([reason.as_json() for reason in refusal.reasons])
    return (
        refusal.topic,
        refusal.payload,
        orjson.dumps(refusal.properties),
        refusal.received,
        reasons,
        refusal.content_type,
        int(refusal.retained),
    )


def newest(rows: Iterable[Row]) -> list[Row]:
    """The newest of the tag rows of each tag."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = row[:2]
        if key not in found or row[2:] > found[key][2:]:
            found[key] = row
    return list(found.values())


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
