"""A source over HTTP that is read."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from connectors.errors import ExpressionError, SourceError, Unfit
from connectors.expression import Expression
from connectors.faults import nearest, shown
from connectors.kind import Look, Offer, Page
from connectors.kinds.rest.client import Client, json_of
from connectors.kinds.rest.fill import filled
from connectors.kinds.rest.pages import Paging, Place
from connectors.kinds.rest.settings import RestSettings, RestStream
from connectors.mapping.times import EPOCHS, Clock, zone_of
from connectors.records import Record
from connectors.secret import Secret
from schema.json import Json
from schema.model.base import instant_text

FUTURE_SECONDS = 60

_FIELD = re.compile(r"\{([^{}]+)\}")
_NOT_FOUND = frozenset({httpx.codes.NOT_FOUND})


class RestKind:
    """Sources over HTTP."""

    name = "rest"
    settings = RestSettings

    def open(self, settings: RestSettings, secrets: Mapping[str, Secret], folder: Path) -> RestSource:
        return RestSource(settings, secrets, folder)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The records of one page, and what came with them."""

    records: Sequence[Record]
    response: httpx.Response
    body: Any


class RestSource:
    """What answers in JSON over HTTP."""

    def __init__(self, settings: RestSettings, secrets: Mapping[str, Secret], folder: Path) -> None:
        self._settings = settings
        self._client = Client(settings, secrets, folder)

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        self._probe()
        yield Look("connection", f"{self._settings.url} answers{' the probe' if self._settings.probe else ''}")
        for name, stream in self._settings.streams.items():
            records = self._page(stream, Paging(stream.pages).first(), None).records
            yield from _look(name, stream, fields.get(name, frozenset()), records)

    def discover(self) -> Iterator[Offer]:
        self._probe()
        for name, stream in self._settings.streams.items():
            records = self._page(stream, Paging(stream.pages).first(), None).records
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
        since = _Since(settings, self._settings, position)
        # The same for all pages of the run: counted pages of another selection would be others.
        begin = since.text
        paging = Paging(settings.pages)
        place: Place | None = paging.first()
        before: Sequence[Record] = ()
        while place is not None:
            answer = self._page(settings, place, begin)
            if answer.records and list(answer.records) == list(before):
                raise SourceError(
                    f"{self._settings.url}{settings.path} gives the same records for a page as for the one before; "
                    "see `pages`, and whether a placeholder says where the page is"
                )
            before = answer.records
            marks = since.saw(answer.records)
            place = paging.following(place, len(answer.records), answer.response, answer.body)
            arrived = place is None or settings.ordered
            records = [self._with_details(settings, record) for record in answer.records]
            yield Page(records, since.position if arrived else position, marks)

    def close(self) -> None:
        self._client.close()

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
            if not _holds(probe.success, body):
                raise SourceError(
                    f"{url} answers, and `{probe.success}` does not hold: it does not know this user; see `auth`"
                )

    def _page(self, stream: RestStream, place: Place, since: Any) -> _Answer:
        url = self._settings.url + stream.path
        values = {**place.values(stream.pages.size), "since": since}
        params: Any = filled(stream.params, values) if place.url is None else {}
        headers: Any = filled(stream.headers, values)
        body: Any = filled(stream.body, values) if stream.method == "POST" else None
        told = {name: str(value) for name, value in headers.items()}
        response = self._client.ask(
            stream.method,
            place.url or url,
            params=_as_text(params),
            headers=told,
            body=body,
            reason=partial(_reason, stream),
        )
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _Answer((), response, None)
        answer = json_of(response, url)
        if stream.success is not None and not _holds(stream.success, answer):
            raise SourceError(f"{url} answered {response.status_code} with an error{_reason(stream, answer)}")
        return _Answer(_records(stream, answer, url), response, answer)


class _Since:
    """From when on a run reads, and the newest change that it has seen."""

    def __init__(self, stream: RestStream, settings: RestSettings, position: Json) -> None:
        zone = None if settings.time_zone is None else zone_of(settings.time_zone)
        self._stream = stream
        self._clock = Clock(zone, stream.changed_format)
        self._newest: datetime | None = None
        if isinstance(position, str):
            self._newest = datetime.fromisoformat(position)

    @property
    def position(self) -> Json:
        """The newest change, as it is kept."""
        return None if self._newest is None else instant_text(self._newest)

    @property
    def text(self) -> Any:
        """What stands for {since}; None where everything is to be read."""
        if self._newest is None:
            return None
        begin = self._newest - timedelta(seconds=self._stream.overlap)
        form = self._stream.since_format
        if form in EPOCHS:
            return int(begin.timestamp() * EPOCHS[form])
        if form == "iso":
            return instant_text(begin)
        return begin.astimezone(self._clock.zone or UTC).strftime(form)

    def saw(self, records: Sequence[Record]) -> list[float | None]:
        """The marks of records."""
        return [self._mark(record) for record in records] if self._stream.changed is not None else []

    def _mark(self, record: Record) -> float | None:
        value = next((record[name] for name in self._stream.changed or () if record.get(name)), None)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(self._clock.instant(value))
        except Unfit:
            # The mapping tells of it, as of any other value.
            return None
        if moment.timestamp() > time.time() + FUTURE_SECONDS:
            # A clock set wrong: the position does not follow it, or what comes would be missed.
            return None
        self._newest = moment if self._newest is None else max(self._newest, moment)
        return moment.timestamp()


def _records(stream: RestStream, answer: Any, url: str) -> Sequence[Record]:
    try:
        found = Expression(stream.records).of(answer, answer if isinstance(answer, dict) else {})
    except ExpressionError as error:
        raise SourceError(f"{url}: `records` ({stream.records}): {error}") from None
    if found is None:
        known = f"; the answer has {', '.join(sorted(answer))}" if isinstance(answer, dict) else ""
        raise SourceError(f"{url}: the answer has nothing at `{stream.records}`{known}; see `records`")
    records = found if isinstance(found, list) else [found]
    if not all(isinstance(each, dict) for each in records):
        raise SourceError(f"{url}: `{stream.records}` holds something else than records: {shown(records[:1])}")
    return records


def _holds(expression: str, body: Any) -> bool:
    try:
        return Expression(expression).of(body, body if isinstance(body, dict) else {}) is True
    except ExpressionError:
        return False


def _reason(stream: RestStream, answer: Any) -> str:
    if stream.error is None:
        return ""
    try:
        reason = Expression(stream.error).of(answer, answer if isinstance(answer, dict) else {})
    except ExpressionError:
        return ""
    return f": {str(reason).splitlines()[0][:200]}" if reason else ""


def _look(name: str, stream: RestStream, fields: frozenset[str], records: Sequence[Record]) -> Iterator[Look]:
    if not records:
        yield Look(name, "no records came, so that their fields can't be looked at")
        return
    have = {field for record in records for field in record}.union(stream.details)
    missing = sorted({*stream.key, *fields} - have)
    if stream.changed is not None and not have.intersection(stream.changed):
        missing += stream.changed
    for each in missing:
        yield Look(name, f"no record has {each!r}", f"{nearest(each, have)}; names are as the source has them")
    if not missing:
        yield Look(name, f"{len(records)} records on the first page, {len(have)} fields")


def _as_text(params: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else str(value)
        for name, value in params.items()
    }
