"""A profile of the tests' own, and connectors that name it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.connect.files import ConnectorFile, read_file

PROFILE = """\
version: 3
title: A vendor's MES
parameters:
  table: {description: The table of lots.}
  units: {description: What its units mean., default: {KG: kg, ST: "{piece}"}}
connector:
  kind: sql
  nulls: [""]
  streams:
    lots:
      table: ${table}
      key: id
      nulls: ["", "-"]
      map:
        - kind: MaterialLot
          id: lot_no
          set:
            status: {from: state, enum: {F: RELEASED, S: BLOCKED}}
            quantity: {from: qty, unit: {from: uom, enum: "${units}"}}
          properties: {told: "'by ${system}'"}
      tests:
        - record: {id: 1, lot_no: L1, state: F, qty: 5, uom: KG}
          gives: [{kind: MaterialLot, id: L1, status: RELEASED, quantity: {value: 5, unit: kg}}]
    orders:
      table: orders
      key: id
      map: [{kind: JobOrder, id: nr}, {kind: JobOrder, id: nr & '-1'}]
modules:
  samples:
    about: The laboratory.
    streams:
      samples: {table: sample, key: id, map: [{kind: Sample, id: nr}]}
      lots: {map: {MaterialLot: {set: {expiresAt: best_before}}}}
draft: |
  profile: vendor@2
  system: mes
  url: sqlite:///plant.db
  location: acme/north
  timeZone: UTC
  parameters: {table: lot}
"""
NEWER = """\
version: 1
title: A vendor's MES, newer
base: vendor@2
connector:
  streams:
    orders: null
    lots: {map: {MaterialLot: {set: {status: {enum: {X: SCRAPPED}}}}}}
"""
OWN = """\
profile: vendor@2
system: mes
url: sqlite:///plant.db
location: acme/north
timeZone: UTC
parameters: {table: lot}
"""

Read = Callable[..., ConnectorFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a connector's file that is OWN and more, beside the profiles vendor@2 and vendor@3."""
    (tmp_path / "profiles").mkdir()

    def from_text(more: str = "", own: str = OWN, profile: str = PROFILE, newer: str = NEWER) -> ConnectorFile:
        (tmp_path / "profiles/vendor@2.yaml").write_text(profile)
        (tmp_path / "profiles/vendor@3.yaml").write_text(newer)
        path = tmp_path / "mes.yaml"
        path.write_text(own + more)
        return read_file(path)

    return from_text
