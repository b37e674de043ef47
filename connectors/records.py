"""Records as JSON values, whatever a driver made of them."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from schema.json import Json

Record = Mapping[str, Json]

FAULT = "_fault"
"""Says, in a record that could not be read as one, why; it is set aside like one that can't be mapped."""

DEEPEST = 200
"""So many levels may brackets stand within brackets. JSON is read to more levels than it can be written again."""
LONGEST_KEY = 500
"""In characters: the index of a database takes a key of some 2,700 bytes, and no more."""

_AROUND = 50
"""So many levels more may stand around a value where it is written."""

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def record_of(names: Sequence[str], row: Iterable[Any]) -> dict[str, Json]:
    """A row as a record."""
    return {
        name: value if type(value) in _AS_THEY_ARE else json_of(value) for name, value in zip(names, row, strict=True)
    }


def read_json(data: bytes) -> Json:
    """JSON that can be written again; `ValueError` where it is none."""
    value: Json = orjson.loads(data)
    if data.count(b"[") + data.count(b"{") > DEEPEST and _is_deep(value):
        raise ValueError(f"is nested more than {DEEPEST} levels deep")
    return value


def _is_deep(value: Json) -> bool:
    for _ in range(_AROUND):
        value = [value]
    try:
        orjson.dumps(value)
    except TypeError:
        return True
    return False


def key_of(text: str) -> str:
    """A text as a key that every database takes: a long one, or one with a NUL, by its beginning and a digest."""
    if len(text) <= LONGEST_KEY and "\0" not in text:
        return text
    named = blake2b(text.encode(errors="backslashreplace"), digest_size=16).hexdigest()
    return f"{text[:100].replace(chr(0), '')}…{named}"


def json_of(value: Any) -> Json:
    """A value as JSON: times as ISO 8601, decimals as numbers where no digit is lost, else as text, bytes as base64."""
    match value:
        case None | str() | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return _decimal(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case UUID():
            return str(value)
        case Mapping():
            return {str(name): json_of(each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [json_of(each) for each in value]
    return str(value)


def _decimal(value: Decimal) -> Json:
    if not value.is_finite():
        return None
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)
