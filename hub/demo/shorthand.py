"""The short forms of the plant file, and what they stand for.

-3d 08:00, 0d 09:30:15          a time: days from the plant's today, and the time of day in UTC
480 kg                          where a quantity is meant: {value: 480, unit: kg}
{speed: 900 /min, seal: intact} where parameters are meant: a list of {id, value, unit}
{LOT-1: 480 kg}                 where a list of references is meant: [{id: LOT-1, quantity: {value: 480, unit: kg}}]
{LOT-1: {time: 0d 09:30}}       the same, with more than one attribute of the link
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hub.clock import instant
from schema.json import Json
from schema.provenance import micros
from schema.registry import Attribute, AttributeType, Kind, Link

_TIME = re.compile(r"([+-]?\d+)d (\d\d):(\d\d)(?::(\d\d))?")
_QUANTITY = re.compile(r"(-?\d+(?:\.\d+)?) (\S+)")

Complain = Callable[[tuple[str | int, ...], str], None]
"""Takes note of a fault: where below the thing, and what."""


class Calendar:
    """The plant's days. `now` is when the plant's now is to be; the file's times move with it."""

    def __init__(self, anchor: datetime, now: datetime | None = None) -> None:
        self._today = datetime.combine(anchor.astimezone(UTC).date(), time(), UTC)
        self._shift = timedelta() if now is None else now.astimezone(UTC) - anchor
        self.now = anchor + self._shift

    def read(self, text: Any) -> datetime | None:
        """The time that a short form stands for; None where it is none."""
        match = _TIME.fullmatch(text) if isinstance(text, str) else None
        if match is None or not (int(match[2]) < 24 and int(match[3]) < 60 and int(match[4] or 0) < 60):
            return None
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return self._today + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds) + self._shift

    def written(self, value: Any) -> Any:
        """The value as a payload has it: RFC 3339 for a time's short form, anything else unchanged."""
        found = self.read(value)
        return value if found is None else rfc3339(found)


def rfc3339(value: datetime) -> str:
    """A time as payloads have it."""
    return instant(micros(value))


def payload(kind: Kind, members: Mapping[str, Any], calendar: Calendar, complain: Complain) -> dict[str, Json]:
    """A thing's members with every short form written out; complains of members that the kind does not have."""
    found: dict[str, Json] = {}
    for name, value in members.items():
        if name in kind.attributes:
            found[name] = _attribute(kind.attributes[name], value, calendar)
        elif name in kind.links:
            found[name] = _link(kind.links[name], value, calendar)
        elif name in ("identifiers", "properties"):
            found[name] = _times(value, calendar)
        else:
            complain((name,), f"{kind.name} has no {name!r}; it has {', '.join([*kind.attributes, *kind.links])}")
    return found


def _attribute(attribute: Attribute, value: Any, calendar: Calendar) -> Any:
    if attribute.data_type is AttributeType.QUANTITY:
        return quantity(value)
    if attribute.data_type is AttributeType.PARAMETERS and isinstance(value, Mapping):
        return [_parameter(name, said, calendar) for name, said in value.items()]
    if attribute.data_type is AttributeType.INSTANT:
        return calendar.written(value)
    return value


def quantity(value: Any) -> Any:
    """`480 kg` as a quantity; anything else unchanged."""
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return {"value": float(match[1]), "unit": match[2]} if match else value


def _parameter(name: str, value: Any, calendar: Calendar) -> dict[str, Any]:
    found = quantity(value)
    return {"id": name, **found} if isinstance(found, dict) else {"id": name, "value": calendar.written(value)}


def _link(link: Link, value: Any, calendar: Calendar) -> Any:
    if link.many and isinstance(value, Mapping):
        return [_reference(link, id_, said, calendar) for id_, said in value.items()]
    return value


def _reference(link: Link, id_: str, said: Any, calendar: Calendar) -> Any:
    if not isinstance(said, Mapping):
        said = {"quantity": said}
    known = {attribute.name: attribute for attribute in link.attributes}
    written = {n: _attribute(known[n], v, calendar) if n in known else v for n, v in said.items()}
    return {"id": id_, **written}


def _times(value: Any, calendar: Calendar) -> Any:
    if isinstance(value, Mapping):
        return {name: _times(item, calendar) for name, item in value.items()}
    if isinstance(value, list):
        return [_times(item, calendar) for item in value]
    return calendar.written(value)
