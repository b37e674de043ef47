"""All that connectors keep, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.dialects.sqlite import insert

from connectors.state.stream import StreamState
from connectors.state.tables import LETTER, SWITCH, TABLES, reading, writing
from connectors.state.values import Letter

BUSY_SECONDS = 30


class State:
    """All that is kept, in one file."""

    def __init__(self, file: Path) -> None:
        """Opens the file, or makes it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_SECONDS})
        event.listen(self._engine, "connect", _lasting)
        with writing(self._engine) as connection:
            TABLES.create_all(connection)

    def stream(self, connector: str, stream: str) -> StreamState:
        """One stream's part."""
        return StreamState(self._engine, connector, stream)

    def letters(self, connector: str, limit: int = 100) -> list[Letter]:
        """Records of a connector that can't be mapped, the oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(LETTER).where(LETTER.c.connector == connector).order_by(LETTER.c.number).limit(limit)
            )
            return [
                Letter(row.key, orjson.loads(row.record), orjson.loads(row.troubles), row.time, row.stream)
                for row in rows
            ]

    def letter_count(self, connector: str) -> int:
        """How many records of a connector can't be mapped."""
        with reading(self._engine) as connection:
            chosen = select(func.count()).select_from(LETTER).where(LETTER.c.connector == connector)
            return connection.execute(chosen).scalar_one()

    def paused(self, connector: str) -> bool:
        """Whether a connector is to rest."""
        with reading(self._engine) as connection:
            return bool(connection.execute(select(SWITCH.c.paused).where(SWITCH.c.connector == connector)).scalar())

    def pause(self, connector: str, paused: bool) -> None:
        """Has a connector rest, or go on."""
        with writing(self._engine) as connection:
            put = insert(SWITCH)
            put = put.on_conflict_do_update(index_elements=["connector"], set_={"paused": put.excluded.paused})
            connection.execute(put, {"connector": connector, "paused": int(paused)})

    def close(self) -> None:
        """Closes the file."""
        self._engine.dispose()


def _lasting(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
