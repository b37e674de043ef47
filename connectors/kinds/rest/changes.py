"""Pages that go by change: each begins at the newest change of the one before.

    changed ≥ 10:00:05, offset 0    a b c    time went on to :07
    changed ≥ 10:00:07, offset 0    c d e    all of one time, so that these are counted
    changed ≥ 10:00:07, offset 2    e f      begins with the last one again: had d been changed, it would be f
    changed ≥ 10:00:07, offset 3    f        the last one alone: the end

A record that is changed meanwhile moves to the end and is read there. Those after it move up, and the first of the next
page to one that is read already: pages that are only counted miss it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.errors import SourceError
from connectors.kinds.rest.pages import Paging, Place
from connectors.kinds.rest.settings import RestStream
from connectors.kinds.rest.since import Since
from connectors.records import Record

MAX_SHIFTS = 20
"""So often may what is counted shift in one run; more has another reason."""


class ByChange:
    """How one run of a stream goes on from page to page."""

    def __init__(self, stream: RestStream, url: str, since: Since) -> None:
        self._stream = stream
        self._url = url
        self._since = since
        self._paging = Paging(stream.pages)
        self._overlaps = stream.mentions("offset")
        self._shifts = 0
        self._before: dict[tuple[Any, ...], Record] = {}

    def fresh(
        self, records: Sequence[Record], marks: Sequence[float | None]
    ) -> tuple[Sequence[Record], Sequence[float | None]]:
        """Records but for those that the page before had too, as they are."""
        keyed = {self._key(record): record for record in records}
        new = [
            (record, mark)
            for record, mark in zip(records, marks, strict=True)
            if self._before.get(self._key(record)) != record
        ]
        self._before = keyed
        return [record for record, _ in new], [mark for _, mark in new]

    def following(
        self, place: Place, counted: Place | None, records: Sequence[Record], newest: datetime | None
    ) -> Place | None:
        """The page after. `counted` is the one by counting, None after the last."""
        if place.expected is not None and not self._is_next(place, records):
            self._shifted()
            return self._paging.first(place.since)
        if counted is None or (place.expected is not None and len(records) == 1):
            return None
        if newest is None or self._since.written(newest) == self._since.written(place.since):
            return self._counted(counted, records)
        if place.since is not None and newest < place.since:
            raise SourceError(
                f"{self._url} gives what changed before {self._since.written(place.since)}, and was asked for what did "
                "since; see whether it knows the filter that has {since}, and orders by the change"
            )
        return self._paging.first(newest)

    def _counted(self, counted: Place, records: Sequence[Record]) -> Place:
        if not self._overlaps or len(records) == 1:
            return replace(counted, expected=None)
        return replace(counted, offset=counted.offset - 1, expected=self._key(records[-1]))

    def _is_next(self, place: Place, records: Sequence[Record]) -> bool:
        return bool(records) and self._key(records[0]) == place.expected

    def _key(self, record: Record) -> tuple[Any, ...]:
        return tuple(record.get(name) for name in self._stream.key)

    def _shifted(self) -> None:
        self._shifts += 1
        if self._shifts > MAX_SHIFTS:
            raise SourceError(
                f"{self._url} gives records of one time in another order again and again; have it order by "
                f"{' and '.join(self._stream.key)} too, and see whether it keeps to {{offset}}"
            )
