"""A time of change that can't be read is told where `changed` stands, with what would have it read."""

from __future__ import annotations

from collections.abc import Callable

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
