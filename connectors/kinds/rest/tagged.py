"""Values that JSON has no word for, as Tryton writes them: `{"__class__": "Decimal", "decimal": "96.84"}`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

_TAG = "__class__"
MARK = b'"__class__"'
"""What a body has in it that holds such values."""

_TIME = ("hour", "minute", "second", "microsecond")
_DAY = ("year", "month", "day")

_READ: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "Decimal": lambda value: value["decimal"],
    "datetime": lambda value: datetime(*(value[part] for part in (*_DAY, *_TIME))).isoformat(),
    "date": lambda value: date(*(value[part] for part in _DAY)).isoformat(),
    "time": lambda value: time(*(value[part] for part in _TIME)).isoformat(),
    "timedelta": lambda value: value["seconds"],
    "bytes": lambda value: value["base64"],
}


def plain(value: Any) -> Any:
    """The same with decimals as text, times in ISO 8601, and periods in seconds."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    read = _READ.get(value[_TAG]) if isinstance(value.get(_TAG), str) else None
    if read is not None:
        # What looks like one and is none stays as it is; the mapping tells of it.
        with contextlib.suppress(KeyError, TypeError, ValueError):
            return read(value)
    return {name: plain(each) for name, each in value.items()}
