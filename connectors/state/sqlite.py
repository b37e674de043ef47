"""What connectors keep, in a file of the data folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event

from connectors import lock
from connectors.errors import StateError
from connectors.state.form import Hold
from connectors.state.migrations import migrate
from connectors.state.tables import errors

BUSY_SECONDS = 30


class SqliteForm:
    """A file. A connector is held by a lock beside it, which ends with the process."""

    def __init__(self, file: Path) -> None:
        """Opens the file, or makes it."""
        self._folder = file.parent
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(
                f"can't make the folder {self._folder} for what connectors keep: {error.strerror}; "
                "let this user write there"
            ) from None
        self.engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_SECONDS})
        event.listen(self.engine, "connect", lasting)
        with errors(self.engine, "open"), self.engine.connect() as connection:
            # What makes the tables waits for who makes them now.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            migrate(connection, str(file))
            connection.commit()

    @contextlib.contextmanager
    def hold(self, connector: str) -> Iterator[Hold]:
        with lock.held(self._folder, connector):
            yield Hold(self.engine)

    def held(self, connector: str) -> bool:
        return lock.is_held(self._folder, connector)

    def close(self) -> None:
        self.engine.dispose()


def lasting(connection: Any, _record: Any) -> None:
    """Has SQLite keep for good what is committed; a listener of an engine's connections."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
