"""Records as JSON values, whatever a driver made of them."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from schema.json import Json

Record = Mapping[str, Json]

FAULT = "_fault"
"""Says, in a record that could not be read as one, why; it is set aside like one that can't be mapped."""

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def record_of(names: Sequence[str], row: Iterable[Any]) -> dict[str, Json]:
    """A row as a record."""
    return {
        name: value if type(value) in _AS_THEY_ARE else json_of(value) for name, value in zip(names, row, strict=True)
    }


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
