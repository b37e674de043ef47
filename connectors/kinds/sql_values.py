"""Values of columns by which pages follow one another: kept in a checkpoint with their types, and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

from schema.json import Json

_READ: Mapping[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
    "bytes": bytes.fromhex,
}


def dumps(values: Sequence[Any]) -> Json:
    """Values as JSON that `loads` reads back as they were."""
    return [_dump(value) for value in values]


def loads(kept: Json) -> list[Any]:
    """Values that were kept."""
    assert isinstance(kept, list)
    return [_load(value) for value in kept]


def _dump(value: Any) -> Json:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
        case UUID():
            return {"uuid": str(value)}
        case bytes() | bytearray() | memoryview():
            return {"bytes": bytes(value).hex()}
    raise TypeError(f"a {type(value).__name__} can't order rows; choose another `key` or `changed`")


def _load(kept: Any) -> Any:
    if isinstance(kept, dict):
        ((name, text),) = kept.items()
        return _READ[name](text)
    return kept


def before(value: Any, seconds: float) -> Any:
    """The value that is some seconds before another; None where it is none that time can be taken from."""
    try:
        match value:
            case datetime():
                return value - timedelta(seconds=seconds)
            case str():
                return _text_before(value, seconds)
    except OverflowError:
        return None
    return None


def _text_before(value: str, seconds: float) -> str | None:
    """Of times kept as text, as SQLite has them. Written in the same way, so that text compares as time does."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) < 19 or moment.isoformat(value[10], "auto" if "." in value else "seconds") != value:
        return None
    return (moment - timedelta(seconds=seconds)).isoformat(value[10], "microseconds" if "." in value else "seconds")


def mark(value: Any, otherwise: float, zone: tzinfo = UTC) -> float:
    """A number that grows with the value, where it is a time or a number."""
    match value:
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=zone)).timestamp()
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=zone).timestamp()
        case int() | float() | Decimal():
            return float(value)
        case str():
            try:
                return mark(datetime.fromisoformat(value), otherwise, zone)
            except ValueError:
                return otherwise
    return otherwise


def greater(one: Json, other: Json) -> Json:
    """The position that is further on."""
    if other is None:
        return one
    left, right = loads(one), loads(other)
    try:
        return one if left > right else other
    except TypeError:
        return one
