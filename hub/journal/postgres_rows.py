"""Rows of the PostgreSQL journal: what was accepted to the columns of `keep_rows`, and rows back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from hub.journal import rows
from hub.journal.port import DeadLetter, Entry, TagValue
from hub.journal.postgres_arrays import Packed, byteas, int8s, texts, utf8s
from hub.journal.rows import Row, Rows

Pack = Callable[[Any], Packed]

_ASSERTION: Sequence[Pack] = (texts, utf8s, texts, int8s, int8s, utf8s, byteas, byteas)
_EVENT: Sequence[Pack] = (texts, utf8s, utf8s, int8s, int8s, utf8s, byteas, byteas)
_TAG: Sequence[Pack] = (utf8s, utf8s, int8s, int8s, byteas)
_REFUSAL: Sequence[Pack] = (utf8s, byteas, byteas, int8s, byteas, utf8s, int8s)

KEEP = f"SELECT keep_rows({', '.join(['%b'] * sum(map(len, (_ASSERTION, _EVENT, _TAG, _REFUSAL))))})"


def columns(groups: Sequence[Rows]) -> list[Packed]:
    """The parameters of `KEEP` for all groups' rows, the first group's first. `UnicodeError` where a text is none."""
    return [
        *_columns(_ASSERTION, chain.from_iterable(group.assertions for group in groups)),
        *_columns(_EVENT, chain.from_iterable(group.events for group in groups)),
        *_columns(_TAG, rows.newest(chain.from_iterable(group.tags for group in groups))),
        *_columns(_REFUSAL, chain.from_iterable(group.refusals for group in groups)),
    ]


def _columns(packs: Sequence[Pack], table: Iterable[Row]) -> Iterable[Packed]:
    by_column = list(zip(*table, strict=True)) or [()] * len(packs)
    return (pack(column) for pack, column in zip(packs, by_column, strict=True))


def entry(row: Row) -> Entry:
    """An entry from the columns `rows.ENTRY`."""
    sequence, topic, *rest = row
    return rows.entry((sequence, topic.decode(), *rest))


def dead_letter(row: Row) -> DeadLetter:
    """A dead letter from the columns `rows.DEAD_LETTER`."""
    number, topic, *rest, content_type, retained, replayed = row
    came_as = None if content_type is None else content_type.decode()
    return rows.dead_letter((number, topic.decode(), *rest, came_as, retained, replayed))


def tag_value(row: Row) -> TagValue:
    """A tag's value from the columns `rows.TAG`."""
    path, name, *rest = row
    return rows.tag_value((path.decode(), name.decode(), *rest))
