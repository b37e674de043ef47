"""What is said of a time of change that can't be read, or can't be true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.held import Held
from connectors.load import Connector
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules

TEXT = """
kind: sql
system: mes
url: sqlite:///plant.db
location: acme/north
streams:
  lots:
    table: lot
    key: id
    changed: measured_at
    {format}
    map:
      - {{kind: MaterialLot, id: id}}
"""


@pytest.mark.parametrize(
    ("format_", "value", "problem"),
    [
        ("changedFormat: '%d/%m/%Y'", "01.03.2026", "is no time as expected: `changedFormat` is '%d/%m/%Y'; correct"),
        ("", "01.03.2026", "is no time as expected; give the `changedFormat` in which it is written"),
        ("", 12, "12 is no text; give the `changedFormat` of this time, as epoch-ms"),
        ("", "2026-03-01T14:30:00", "has no offset; name the source's `timeZone`"),
    ],
)
def test_it_names_line_setting_and_value(
    connector: Callable[[str], Connector], format_: str, value: object, problem: str
) -> None:
    mes = connector(TEXT.format(format=format_))
    found = Held(mes, "lots", Contract(MODEL, Rules())).of({"id": "L1", "measured_at": value})
    (told,) = map(str, found.troubles)
    assert "mes.yaml:10:" in told and repr(value) in told
    assert problem in told


def test_a_time_that_is_to_come_may_be_of_another_zone(connector: Callable[[str], Connector]) -> None:
    mes = connector(TEXT.format(format="").replace("location:", "timeZone: America/New_York\nlocation:"))
    soon = (datetime.now(UTC) + timedelta(minutes=1)).replace(tzinfo=None).isoformat()
    (told,) = map(str, Held(mes, "lots", Contract(MODEL, Rules())).of({"id": "L1", "measured_at": soon}).troubles)
    assert "the event time is after the message's arrival" in told
    assert told.endswith("; or `timeZone`, America/New_York, is not that of the source")
