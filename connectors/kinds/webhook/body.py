"""From the bytes of a body to its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson

from connectors.errors import ExpressionError
from connectors.expression import Expression
from connectors.kinds.webhook.settings import WebhookSettings
from connectors.push.inbox import Arrival, digest_of
from connectors.records import FAULT, Record, key_of, read_json

HEADERS = "_headers"
MOST_FIELDS = 1000

_FORM = "application/x-www-form-urlencoded"


class Unreadable(Exception):
    """A body is none that the connector can read; says why, and with which status that is answered."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Reader:
    """Reads the bodies of one connector."""

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._name = None if settings.delivery is None else Expression(settings.delivery)
        self._streams = {
            name: (
                None if stream.when is None else Expression(stream.when),
                None if stream.records is None else Expression(stream.records),
            )
            for name, stream in settings.streams.items()
        }

    def value(self, data: bytes, content_type: str, encoding: str = "") -> Any:
        """What a body holds; `Unreadable` where it is neither JSON nor a form."""
        if encoding.strip().lower() not in ("", "identity"):
            raise Unreadable(415, f"the body is written in {encoding[:40]!r}; send it as it is")
        kind = content_type.partition(";")[0].strip().lower()
        if kind == _FORM:
            return self._form(data)
        if kind and kind != "application/json" and not kind.endswith("+json"):
            raise Unreadable(415, f"the body is {kind[:80]!r}; send application/json, or {_FORM}")
        return _json(data, "the body")

    def named(self, value: Any, headers: Mapping[str, str]) -> str | None:
        """What names the delivery; None where nothing does. `Unreadable` where that can't be told."""
        if self._name is None:
            return None
        try:
            name = self._name.of(self._with_headers(value, headers), {})
        except ExpressionError as error:
            raise Unreadable(422, f"delivery: {error}") from None
        return None if name is None or name == "" else key_of(str(name))

    def arrivals(self, value: Any, headers: Mapping[str, str], stream: str | None, received: int) -> list[Arrival]:
        """The records of a body, each with the stream that takes it."""
        names = self._settings.streams if stream is None else [stream]
        return [
            Arrival(name, digest_of(record), self._with_headers(record, headers), received)
            for name in names
            for record in self._records(name, value, headers)
        ]

    def _records(self, stream: str, value: Any, headers: Mapping[str, str]) -> Iterator[Record]:
        when, records = self._streams[stream]
        try:
            found = value if records is None else records.of(value, value if isinstance(value, dict) else {})
        except ExpressionError as error:
            yield {FAULT: f"records of {stream}: {error}", "_body": value}
            return
        items = found if isinstance(found, list) else [] if found is None else [found]
        for number, item in enumerate(items, 1):
            if not isinstance(item, dict):
                yield {FAULT: f"record {number} of the body is no object", "_value": item}
            elif when is None or self._takes(when, self._with_headers(item, headers)):
                yield item

    def _takes(self, when: Expression, record: Record) -> bool:
        try:
            return when.of(record, record) is True
        except ExpressionError:
            # What it can't be asked of is not what it means.
            return False

    def _with_headers(self, record: Any, headers: Mapping[str, str]) -> Any:
        if not self._settings.headers:
            return record
        shown = {name.lower(): headers.get(name.lower()) for name in self._settings.headers}
        return {**(record if isinstance(record, dict) else {}), HEADERS: shown}

    def _form(self, data: bytes) -> Any:
        try:
            fields = parse_qs(data.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        except UnicodeDecodeError:
            raise Unreadable(400, "the form is not UTF-8") from None
        except ValueError:
            raise Unreadable(400, f"the form has more than {MOST_FIELDS} fields") from None
        wanted = self._settings.form_field
        if wanted is None:
            return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
        if wanted not in fields:
            raise Unreadable(400, f"the form has no field {wanted!r}")
        return _json(fields[wanted][0].encode(), f"the field {wanted!r} of the form")


def _json(data: bytes, what: str) -> Any:
    try:
        return read_json(data)
    except orjson.JSONDecodeError as error:
        raise Unreadable(400, f"{what} is no JSON: {error}") from None
    except ValueError as error:
        raise Unreadable(400, f"{what} {error}") from None
