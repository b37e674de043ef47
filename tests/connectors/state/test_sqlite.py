from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from connectors.errors import StateError
from connectors.state import State
from tests.contracts.connector_state import StateContract


class TestSqliteState(StateContract):
    """A file keeps the contract."""

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self._file = tmp_path / "connectors" / "state.db"

    def fresh(self) -> AbstractContextManager[State]:
        return closing(State(self._file))

    again = fresh


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state.db"


def test_a_file_that_is_none_is_said_so(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(StateError, match=r"can't open what connectors keep in .*state\.db: file is not a database"):
        State(file)


def test_a_folder_that_can_not_be_made_is_said_so(file: Path) -> None:
    file.write_text("in the way")
    with pytest.raises(StateError, match=r"can't make the folder .* for what connectors keep"):
        State(file / "connectors" / "state.db")


def test_a_newer_file_is_left_as_it_is(file: Path) -> None:
    State(file).close()
    with closing(sqlite3.connect(file)) as database:
        database.execute("INSERT INTO connector_version VALUES (99)")
        database.commit()
    with pytest.raises(StateError, match=r"of version 99, and this unshub knows versions up to 2; nothing was changed"):
        State(file)
