"""A source over HTTP that is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx

from connectors.errors import SourceError
from connectors.faults import nearest
from connectors.kind import Look, Offer, Page
from connectors.kinds.rest.ask import Answer, Asker, holds
from connectors.kinds.rest.changes import ByChange
from connectors.kinds.rest.children import with_children
from connectors.kinds.rest.client import Client, json_of
from connectors.kinds.rest.pages import Paging, Place
from connectors.kinds.rest.settings import PagesBy, RestSettings, RestStream
from connectors.kinds.rest.since import Since
from connectors.records import Record
from connectors.secret import Secret
from schema.json import Json

_FIELD = re.compile(r"\{([^{}]+)\}")
_NOT_FOUND = frozenset({httpx.codes.NOT_FOUND})


class RestKind:
    """Sources over HTTP."""

    name = "rest"
    settings = RestSettings

    def open(self, settings: RestSettings, secrets: Mapping[str, Secret], folder: Path) -> RestSource:
        return RestSource(settings, secrets, folder)


class RestSource:
    """What answers in JSON over HTTP."""

    def __init__(self, settings: RestSettings, secrets: Mapping[str, Secret], folder: Path) -> None:
        self._settings = settings
        self._client = Client(settings, secrets, folder)
        self._asker = Asker(self._client, settings.url, settings.envelope)

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        self._probe()
        yield Look("connection", f"{self._settings.url} answers{' the probe' if self._settings.probe else ''}")
        for name, stream in self._settings.streams.items():
            records = self._first(stream)
            yield from _look(name, stream, fields.get(name, frozenset()), records)
            yield from self._filters(name, stream)

    def discover(self) -> Iterator[Offer]:
        self._probe()
        for name, stream in self._settings.streams.items():
            records = self._first(stream)
            found: dict[str, str] = {}
            for record in records:
                for field, value in record.items():
                    found.setdefault(field, type(value).__name__) if value is not None else None
            found |= dict.fromkeys(stream.details, "detail")
            draft = {"path": stream.path, "records": stream.records, "key": stream.key[0]}
            yield Offer(name, found, draft)

    def read(self, stream: str, position: Json) -> Iterator[Page]:
        self._probe()
        settings = self._settings.streams[stream]
        since = Since(settings, self._settings, position)
        paging = Paging(settings.pages)
        place: Place | None = paging.first(since.begin)
        by_change = None
        if settings.pages.by is PagesBy.CHANGE:
            by_change = ByChange(settings, self._settings.url + settings.path, since)
        before: Sequence[Record] = ()
        while place is not None:
            answer = self._page(settings, place, since)
            counted = by_change is None or (place.offset > 0 and place.expected is None)
            if counted and answer.records and list(answer.records) == list(before):
                raise SourceError(
                    f"{self._settings.url}{settings.path} gives the same records for a page as for the one before; "
                    "see `pages`, and whether a placeholder says where the page is"
                )
            before = answer.records
            seen = since.saw(answer.records)
            following = paging.following(place, len(answer.records), answer.response, answer.body)
            if by_change is not None:
                following = by_change.following(place, following, answer.records, seen.newest)
            place = following
            arrived = place is None or settings.ordered or by_change is not None
            told = answer.records, seen.marks
            if by_change is not None:
                told = by_change.fresh(*told)
            records = [self._with_details(settings, record) for record in told[0]]
            records = list(with_children(self._asker, settings, records))
            yield Page(records, since.position if arrived else position, told[1])

    def _page(self, stream: RestStream, place: Place, since: Since) -> Answer:
        return self._asker.page(stream, place, since=since.written(place.since))

    def close(self) -> None:
        self._client.close()

    def _first(self, stream: RestStream) -> Sequence[Record]:
        records = self._page(stream, Paging(stream.pages).first(), Since(stream, self._settings, None)).records
        return with_children(self._asker, stream, records)

    def _filters(self, name: str, stream: RestStream) -> Iterator[Look]:
        """Whether the source keeps to {since}; some ignore in silence a filter that they don't know."""
        if stream.changed is not None and stream.mentions("since"):
            tomorrow = datetime.now(UTC) + timedelta(days=1)
            since = Since(stream, self._settings, None)
            if self._page(stream, Paging(stream.pages).first(tomorrow), since).records:
                yield Look(
                    name,
                    f"records come that are to have changed since {since.written(tomorrow)}, which is tomorrow",
                    "the source ignores the filter that has {since}: see its name, and `sinceFormat`",
                )

    def _with_details(self, stream: RestStream, record: Record) -> Record:
        return {**record, **{name: self._detail(path, record) for name, path in stream.details.items()}}

    def _detail(self, path: str, record: Record) -> Json:
        """What is at a path of a record; None where there is nothing."""
        if any(record.get(name) in (None, "") for name in _FIELD.findall(path)):
            return None
        url = self._settings.url + _FIELD.sub(lambda field: quote(str(record[field[1]]), safe=""), path)
        response = self._client.ask("GET", url, good=_NOT_FOUND)
        found: Json = None if response.status_code in _NOT_FOUND else json_of(response, url)
        return found

    def _probe(self) -> None:
        probe = self._settings.probe
        if probe is not None:
            url = self._settings.url + probe.path
            body = json_of(self._client.ask("GET", url), url)
            if not holds(probe.success, body):
                raise SourceError(
                    f"{url} answers, and `{probe.success}` does not hold: it does not know this user; see `auth`"
                )


def _look(name: str, stream: RestStream, fields: frozenset[str], records: Sequence[Record]) -> Iterator[Look]:
    if not records:
        yield Look(name, "no records came, so that their fields can't be looked at")
        return
    have = {field for record in records for field in record}.union(stream.details, stream.children)
    missing = sorted({*stream.key, *fields} - have)
    if stream.changed is not None and not have.intersection(stream.changed):
        missing += stream.changed
    for each in missing:
        yield Look(name, f"no record has {each!r}", f"{nearest(each, have)}; names are as the source has them")
    if not missing:
        yield Look(name, f"{len(records)} records on the first page, {len(have)} fields")
