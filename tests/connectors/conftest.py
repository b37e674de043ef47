"""Connectors from files, run in this process against real databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.load import Connector
from hub.connect.files import ConnectorFile, read_file

LOTS = """
kind: sql
system: mes
url: sqlite:///plant.db
location: acme/north
timeZone: Europe/Berlin
streams:
  lots:
    table: lot
    key: id
    {mode}
    map:
      - kind: MaterialLot
        id: lot_no
        set:
          status: {{from: state, enum: {{F: RELEASED, S: BLOCKED}}}}
          quantity: {{from: qty, unit: kg}}
          definition: part
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], ConnectorFile]:
    """Reads the text of a connector's file, `mes.yaml`."""

    def from_text(text: str) -> ConnectorFile:
        path = tmp_path / "mes.yaml"
        path.write_text(text)
        return read_file(path)

    return from_text


@pytest.fixture
def connector(read: Callable[[str], ConnectorFile]) -> Callable[[str], Connector]:
    """A connector from the text of its file, which must be without fault."""

    def from_text(text: str) -> Connector:
        file = read(text)
        assert file.faults == ()
        assert file.connector is not None
        return file.connector

    return from_text


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The database of a plant, with a table of lots that is empty."""
    database = sqlite3.connect(tmp_path / "plant.db", isolation_level=None)
    database.execute("CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no, state, qty, part, changed_at)")
    yield database
    database.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder that files are put into."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
