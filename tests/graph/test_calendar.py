from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.calendar import FIRST, LAST, Calendar, interval, is_zone, offsets

ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30, 23, 59, 59)).map(lambda time: time.replace(tzinfo=UTC))


@given(zone=st.sampled_from(ZONES), found=st.lists(times, min_size=1, max_size=4))
def test_clocks_are_ahead_by_what_the_zone_says(zone: str, found: list[datetime]) -> None:
    rows = offsets(zone, {time.year for time in found})
    assert [until for until, _ in rows] == sorted(until for until, _ in rows)
    for time in found:
        ahead = next(seconds for until, seconds in rows if time < until)
        assert timedelta(seconds=ahead) == time.astimezone(ZoneInfo(zone)).utcoffset()


def test_clocks_change_at_the_second() -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    rows = offsets("Europe/Berlin", [2026])
    assert (change, 3600) in rows
    assert rows[rows.index((change, 3600)) + 1][1] == 7200
    assert rows[0] == (FIRST, 0)
    assert offsets("Europe/Berlin", [1, 9999])[-1][0] == LAST


@pytest.mark.parametrize(
    ("unit", "begin", "zone", "shown"),
    [
        (Calendar.HOUR, "2026-10-25T00:00:00Z", "Europe/Berlin", "2026-10-25T02:00+02:00 … 2026-10-25T01:00:00Z"),
        (Calendar.HOUR, "2026-10-25T01:00:00Z", "Europe/Berlin", "2026-10-25T02:00+01:00 … 2026-10-25T02:00:00Z"),
        (Calendar.DAY, "2026-03-29", "Europe/Berlin", "2026-03-29 2026-03-28T23:00:00Z 2026-03-29T22:00:00Z"),
        (Calendar.DAY, "2023-04-28", "Africa/Cairo", "2023-04-28 2023-04-27T22:00:00Z 2023-04-28T21:00:00Z"),
        (Calendar.WEEK, "2025-12-29", None, "2026-W01 2025-12-29 2026-01-05"),
        (Calendar.MONTH, "2026-12-01", "UTC", "2026-12 2026-12-01T00:00:00Z 2027-01-01T00:00:00Z"),
        (Calendar.QUARTER, "2026-10-01", None, "2026-Q4 2026-10-01 2027-01-01"),
        (Calendar.YEAR, "9999-01-01", "Asia/Tokyo", "9999 9998-12-31T15:00:00Z 9999-12-31T23:59:59.999999Z"),
        (Calendar.YEAR, "0001-01-01", "Asia/Tokyo", "0001 0001-01-01T00:00:00Z 0001-12-31T14:41:01Z"),
    ],
)
def test_a_stretch_has_a_name_a_start_and_an_end(unit: Calendar, begin: str, zone: str | None, shown: str) -> None:
    found = interval(unit, begin, zone)
    label, start, end = shown.split(" ")
    assert found == {"label": label, "start": begin if start == "…" else start, "end": end}


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("UTC", True),
        ("Europe/Berlin", True),
        ("America/Argentina/Buenos_Aires", True),
        ("Etc/GMT+5", True),
        ("America/Argentina", False),
        ("Europe/Nowhere", False),
        ("EST", False),
        ("+01:00", False),
        ("", False),
        ("/etc/localtime", False),
        ("../../etc/passwd", False),
    ],
)
def test_zones_are_those_that_every_store_knows(name: str, known: bool) -> None:
    assert is_zone(name) == known
