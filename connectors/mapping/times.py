"""Times and days as sources write them. A time without an offset is in the zone that the configuration names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from connectors.errors import Unfit
from schema.json import Json
from schema.model.base import instant_text

EPOCHS = {"epoch-s": 1, "epoch-ms": 1000, "epoch-us": 1_000_000}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS14 = re.compile(r"\d{14}")
_BEYOND = "{!r} is outside of the years 1 to 9999 in UTC; name it in `nulls` where it stands for no time"
_ODATA = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name; `ValueError` says what is wrong with the name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one of the IANA names, as Europe/Berlin or UTC") from None


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of a source are read. Of an hour that comes twice in autumn, the first is meant."""

    zone: tzinfo | None = None
    format: str | None = None
    setting: str = "format"
    """What the format is called where it is set."""

    def instant(self, value: Any) -> str:
        """A time in RFC 3339, UTC; `Unfit` where the value is none."""
        try:
            return instant_text(self._moment(value))
        except OverflowError:
            raise Unfit(_BEYOND.format(value)) from None

    def day(self, value: Any) -> str:
        """A calendar day at the site; the one that a time falls on, in the zone of the configuration."""
        if isinstance(value, str) and len(value) == 10 and self.format is None:
            return self._parsed(value, datetime.fromisoformat).date().isoformat()
        moment = self._read(value)
        if moment.tzinfo is not None and self.zone is not None:
            try:
                moment = moment.astimezone(self.zone)
            except OverflowError:
                raise Unfit(_BEYOND.format(value)) from None
        return moment.date().isoformat()

    def _moment(self, value: Any) -> datetime:
        moment = self._read(value)
        if moment.tzinfo is not None:
            return moment
        if self.zone is None:
            raise Unfit(f"{value!r} has no offset; name the source's `timeZone`, or the `zone` of this time")
        return moment.replace(tzinfo=self.zone)

    def _read(self, value: Any) -> datetime:
        if self.format in EPOCHS:
            return _epoch(value, EPOCHS[self.format])
        if not isinstance(value, str):
            raise Unfit(f"{value!r} is no text; give the `{self.setting}` of this time, as epoch-ms")
        if self.format is not None:
            form = self.format
            return self._parsed(value, lambda text: datetime.strptime(text, form))
        if match := _ODATA.fullmatch(value):
            return _epoch(int(match[1]), 1000)
        if _DIGITS14.fullmatch(value):
            return self._parsed(value, lambda text: datetime.strptime(text, "%Y%m%d%H%M%S"))
        return self._parsed(value.strip(), datetime.fromisoformat)

    def _parsed(self, text: str, read: Callable[[str], datetime]) -> datetime:
        try:
            return read(text)
        except ValueError:
            pass
        if self.format is None:
            raise Unfit(f"{text!r} is no time as expected; give the `{self.setting}` in which it is written")
        raise Unfit(f"{text!r} is no time as expected: `{self.setting}` is {self.format!r}; correct that")


def _epoch(value: Any, parts: int) -> datetime:
    try:
        return datetime.fromtimestamp(float(value) / parts, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Unfit(f"{value!r} is no number of seconds or milliseconds since 1970") from None


def reader(clock: Clock, *, day: bool) -> Callable[[Any], Json]:
    """What makes times, or days, of a source's values."""
    return clock.day if day else clock.instant


def text_of(time_: int) -> str:
    """Microseconds since 1970 as RFC 3339."""
    return instant_text(_EPOCH + timedelta(microseconds=time_))
