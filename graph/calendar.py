"""Hours, days, weeks, months … as the calendar of a place has them, ISO 8601.

A store groups times by where their hour begins (an instant) or their day, week … (a day at the place); from that
`interval` makes what people see. So that two stores agree, both take the first and the last day that dates can tell
(0001-01-01, 9999-12-31) as they are in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from schema.json import Json
from schema.model.base import instant_text

FIRST = datetime(1, 1, 2, tzinfo=UTC)
"""Times before this are in no other zone: its calendar may not reach back so far."""
LAST = datetime(9999, 12, 31, tzinfo=UTC)
"""Nor are times from this on."""

_START = datetime(1, 1, 1, tzinfo=UTC)
_END = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
_ZONE = re.compile(r"UTC|[A-Za-z]+(/[A-Za-z0-9_+-]+)+")
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Calendar(Enum):
    """Stretches of the calendar. Its weeks begin on Monday."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


def is_zone(name: str) -> bool:
    """Whether it is a time zone's name, as all stores know it: `Europe/Berlin`, or `UTC`."""
    if not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError where it names a folder of zones
        return False
    return True


def interval(unit: Calendar, begin: str, zone: str | None) -> Json:
    """`{"label", "start", "end"}` of the stretch that begins there; its end is where the next one begins.

    `begin` is an instant for an hour and a day otherwise. In a time zone start and end are instants; without one days,
    as for attributes that are days.
    """
    if unit is Calendar.HOUR:
        start = datetime.fromisoformat(begin)
        local = start.astimezone(ZoneInfo(zone or "UTC")) if FIRST <= start < LAST else start
        label = local.isoformat(timespec="minutes")
        return {"label": label, "start": instant_text(start), "end": instant_text(_later(start, _HOUR))}
    day = date.fromisoformat(begin)
    end = _next(unit, day)
    if zone is None:
        return {"label": _label(unit, day), "start": begin, "end": (end or date.max).isoformat()}
    return {
        "label": _label(unit, day),
        "start": instant_text(_midnight(day, zone)),
        "end": instant_text(_midnight(end, zone) if end else _END),
    }


def offsets(zone: str, years: Iterable[int]) -> list[tuple[datetime, int]]:
    """What a place's clocks were ahead of UTC, in seconds, in these years: rows (until when, offset), in order.

    Before `FIRST` and after the last row they are told as in UTC.
    """
    found: list[tuple[datetime, int]] = [(FIRST, 0)]
    for year in sorted(set(years)):
        found += _of_year(zone, year)
    return found


@lru_cache(1024)
def _of_year(zone: str, year: int) -> list[tuple[datetime, int]]:
    place = ZoneInfo(zone)
    now = max(datetime(year, 1, 1, tzinfo=UTC), FIRST)
    end = min(datetime(year + 1, 1, 1, tzinfo=UTC), LAST) if year < 9999 else LAST
    found: list[tuple[datetime, int]] = []
    while now < end:
        after = min(now + _DAY, end)
        if _offset(place, now) != _offset(place, after):
            change = _change(place, now, after)
            found.append((change, _offset(place, now)))
        now = after
    return [*found, (end, _offset(place, end - _SECOND))]


def _change(place: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the clocks changed between two times."""
    was = _offset(place, before)
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if _offset(place, middle) == was else (before, middle)
    return after


def _offset(place: ZoneInfo, at: datetime) -> int:
    found = at.astimezone(place).utcoffset()
    assert found is not None
    return int(found.total_seconds())


def _later(start: datetime, by: timedelta) -> datetime:
    return start + by if start <= _END - by else _END


def _midnight(day: date, zone: str) -> datetime:
    """When a day begins at a place, where midnight may be left out or come twice."""
    if day <= FIRST.date() or day >= LAST.date():
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _next(unit: Calendar, day: date) -> date | None:
    """The first day after a stretch; None where the calendar ends before."""
    try:
        match unit:
            case Calendar.HOUR | Calendar.DAY:
                return day + _DAY
            case Calendar.WEEK:
                return day + 7 * _DAY
            case Calendar.MONTH:
                return (day.replace(day=28) + 4 * _DAY).replace(day=1)
            case Calendar.QUARTER:
                return date(day.year + 1, 1, 1) if day.month == 10 else date(day.year, day.month + 3, 1)
            case Calendar.YEAR:
                return date(day.year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None


def _label(unit: Calendar, day: date) -> str:
    match unit:
        case Calendar.HOUR | Calendar.DAY:
            return day.isoformat()
        case Calendar.WEEK:
            week = day.isocalendar()
            return f"{week.year:04}-W{week.week:02}"
        case Calendar.MONTH:
            return day.isoformat()[:7]
        case Calendar.QUARTER:
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case Calendar.YEAR:
            return f"{day.year:04}"
