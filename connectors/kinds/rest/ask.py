"""One page asked for: the request with its placeholders filled, and the records that the answer has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import orjson

from connectors.errors import ExpressionError, SourceError
from connectors.expression import Expression
from connectors.faults import shown
from connectors.kinds.rest.client import Client, json_of
from connectors.kinds.rest.fill import filled
from connectors.kinds.rest.pages import Place
from connectors.kinds.rest.settings import Asking
from connectors.records import Record


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of one page, and what came with them."""

    records: Sequence[Record]
    response: httpx.Response
    body: Any


def ask(client: Client, base: str, asking: Asking, place: Place, **more: Any) -> Answer:
    """One page; `more` are values of placeholders beside those of the place. `SourceError` where it can't be had."""
    url = base + asking.path
    values = {**place.values(asking.pages.size), **more}
    params: Any = filled(asking.params, values) if place.url is None else {}
    headers: Any = filled(asking.headers, values)
    body: Any = filled(asking.body, values) if asking.method == "POST" else None
    response = client.ask(
        asking.method,
        place.url or url,
        params={name: _as_text(value) for name, value in params.items()},
        headers={name: str(value) for name, value in headers.items()},
        body=body,
        reason=partial(_reason, asking),
    )
    if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        return Answer((), response, None)
    answer = json_of(response, url)
    if asking.success is not None and not holds(asking.success, answer):
        raise SourceError(f"{url} answered {response.status_code} with an error{_reason(asking, answer)}")
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


def _reason(asking: Asking, answer: Any) -> str:
    if asking.error is None:
        return ""
    try:
        reason = Expression(asking.error).of(answer, _mapping(answer))
    except ExpressionError:
        return ""
    return f": {str(reason).splitlines()[0][:200]}" if reason else ""


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode() if isinstance(value, (list, dict)) else str(value)


def _mapping(body: Any) -> Mapping[str, Any]:
    return body if isinstance(body, dict) else {}
