"""One page asked for: the request with its placeholders filled, and the records that the answer has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import httpx
import orjson

from connectors.errors import ExpressionError, SourceError
from connectors.expression import Expression
from connectors.faults import shown
from connectors.kinds.rest.client import Client, given, json_of
from connectors.kinds.rest.envelope import into
from connectors.kinds.rest.fill import filled
from connectors.kinds.rest.pages import Place
from connectors.kinds.rest.settings import Asking, Envelope
from connectors.records import Record
from connectors.secret import hide


class Judged(Protocol):
    """What tells a good answer from an error."""

    @property
    def success(self) -> str | None: ...

    @property
    def error(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of one page, and what came with them."""

    records: Sequence[Record]
    response: httpx.Response
    body: Any


@dataclass(frozen=True)
class Asker:
    """Asks one source for pages."""

    client: Client
    base: str
    envelope: Envelope | None = None

    def page(self, asking: Asking, place: Place, **more: Any) -> Answer:
        """One page, or `SourceError`; `more` are values of placeholders beside those of the place."""
        url = self.base + asking.path
        values = {**place.values(asking.pages.size), **more}
        params: Any = filled(asking.params, values) if place.url is None else {}
        headers: Any = filled(asking.headers, values)
        body: Any = filled(asking.body, values) if asking.method == "POST" else None
        judge: Judged = asking
        put = None if self.envelope is None else into(self.envelope, asking, body)
        if self.envelope is not None and put is not None:
            url, body, judge = self.base + self.envelope.path, put, self.envelope
        response = self.client.ask(
            asking.method,
            place.url or url,
            params={name: _as_text(value) for name, value in params.items()},
            headers={name: str(value) for name, value in headers.items()},
            body=body,
            reason=partial(_reason, judge),
        )
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return Answer((), response, None)
        answer = json_of(response, url)
        if judge.success is not None and not holds(judge.success, answer):
            message = f"{url} answered {response.status_code} with an error{_reason(judge, answer)}"
            raise SourceError(hide(message, given(response.request)))
        if self.envelope is not None and put is not None:
            answer = Expression(self.envelope.answer).of(answer, _mapping(answer))
        return Answer(_records(asking, answer, url), response, answer)


def holds(expression: str, body: Any) -> bool:
    """Whether something is true of an answer."""
    try:
        return Expression(expression).of(body, _mapping(body)) is True
    except ExpressionError:
        return False


def _records(asking: Asking, answer: Any, url: str) -> Sequence[Record]:
    try:
        found = Expression(asking.records).of(answer, _mapping(answer))
    except ExpressionError as error:
        raise SourceError(f"{url}: `records` ({asking.records}): {error}") from None
    if found is None:
        known = f"; the answer has {', '.join(sorted(answer))}" if isinstance(answer, dict) else ""
        raise SourceError(f"{url}: the answer has nothing at `{asking.records}`{known}; see `records`")
    records = found if isinstance(found, list) else [found]
    if not all(isinstance(each, dict) for each in records):
        raise SourceError(f"{url}: `{asking.records}` holds something else than records: {shown(records[:1])}")
    return records


def _reason(judge: Judged, answer: Any) -> str:
    if judge.error is None:
        return ""
    try:
        reason = Expression(judge.error).of(answer, _mapping(answer))
    except ExpressionError:
        return ""
    return f": {str(reason).splitlines()[0][:200]}" if reason else ""


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode() if isinstance(value, (list, dict)) else str(value)


def _mapping(body: Any) -> Mapping[str, Any]:
    return body if isinstance(body, dict) else {}
