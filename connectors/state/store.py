"""All that connectors keep."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import orjson
from sqlalchemy import func, select, update

from connectors.state.copy import copy
from connectors.state.form import Form, Hold
from connectors.state.postgresql import PostgresForm, Server
from connectors.state.sqlite import SqliteForm
from connectors.state.stream import StreamState, checkpoint_of, standing_of
from connectors.state.tables import CHECKPOINT, IDENTITY, LETTER, STANDING, SWITCH, reading, upsert, writing
from connectors.state.values import Asked, Letter, Overview


class State:
    """All that is kept, in one place."""

    def __init__(self, place: Path | Server | Form, hold: Hold | None = None) -> None:
        """Opens it, or makes it; `StateError` says what stands in the way."""
        if isinstance(place, Path):
            place = SqliteForm(place)
        elif isinstance(place, Server):
            place = PostgresForm(place)
        self._form: Form = place
        self._hold = hold
        self._engine = self._form.engine

    def hold(self, connector: str) -> AbstractContextManager[Hold]:
        """Holds a connector while the block runs; `Occupied` where another process does."""
        return self._form.hold(connector)

    def held(self, connector: str) -> bool:
        """Whether a process runs a connector now."""
        return self._form.held(connector)

    def by(self, hold: Hold) -> State:
        """The same, for who holds a connector: what is kept of its streams is kept only while that is so."""
        return State(self._form, hold)

    def stream(self, connector: str, stream: str) -> StreamState:
        """One stream's part."""
        return StreamState(self._engine, connector, stream, None if self._hold is None else self._hold.engine)

    def letters(self, connector: str, limit: int = 100) -> list[Letter]:
        """Records of a connector that can't be mapped, the oldest first; all of them where the limit is below 0."""
        chosen = select(LETTER).where(LETTER.c.connector == connector).order_by(LETTER.c.number)
        with reading(self._engine) as connection:
            rows = connection.execute(chosen if limit < 0 else chosen.limit(limit))
            return [
                Letter(row.key, orjson.loads(row.record), orjson.loads(row.troubles), row.time, row.stream)
                for row in rows
            ]

    def letter_count(self, connector: str) -> int:
        """How many records of a connector can't be mapped."""
        with reading(self._engine) as connection:
            chosen = select(func.count()).select_from(LETTER).where(LETTER.c.connector == connector)
            return connection.execute(chosen).scalar_one()

    def overview(self) -> Overview:
        """How all streams fare."""
        with reading(self._engine) as connection:
            counted = select(LETTER.c.connector, LETTER.c.stream, func.count()).group_by(
                LETTER.c.connector, LETTER.c.stream
            )
            return Overview(
                frozenset(connection.scalars(select(SWITCH.c.connector).where(SWITCH.c.paused != 0))),
                {(row.connector, row.stream): standing_of(row.told) for row in connection.execute(select(STANDING))},
                {(row.connector, row.stream): checkpoint_of(row) for row in connection.execute(select(CHECKPOINT))},
                {(connector, stream): letters for connector, stream, letters in connection.execute(counted)},
            )

    def identity(self, connector: str, made: str) -> str:
        """By which name a connector is known to its source: this one, where it has none yet."""
        with writing(self._engine) as connection:
            row = {"connector": connector, "name": made}
            # Of two who make one the first counts.
            connection.execute(upsert(connection, IDENTITY, "connector"), row)
            return str(connection.scalar(select(IDENTITY.c.name).where(IDENTITY.c.connector == connector)))

    def paused(self, connector: str) -> bool:
        """Whether a connector is to rest."""
        with reading(self._engine) as connection:
            return bool(connection.execute(select(SWITCH.c.paused).where(SWITCH.c.connector == connector)).scalar())

    def pause(self, connector: str, paused: bool) -> None:
        """Has a connector rest, or go on."""
        with writing(self._engine) as connection:
            connection.execute(upsert(connection, SWITCH, "paused"), {"connector": connector, "paused": int(paused)})

    def ask(self, connector: str, asked: Asked) -> None:
        """Asks whoever runs a connector to run streams of it now, beside those that were asked for before."""
        with writing(self._engine) as connection:
            before = connection.execute(select(SWITCH.c.asked).where(SWITCH.c.connector == connector)).scalar()
            if before is not None:
                asked = Asked(**orjson.loads(before)).beside(asked)
            row = {"connector": connector, "paused": 0, "asked": orjson.dumps(asked)}
            connection.execute(upsert(connection, SWITCH, "asked"), row)

    def orders(self, connector: str) -> tuple[bool, Asked | None]:
        """Whether a connector is to rest, and what was asked of it, which is told once."""
        own = SWITCH.c.connector == connector
        with reading(self._engine) as connection:
            row = connection.execute(select(SWITCH.c.paused, SWITCH.c.asked).where(own)).first()
        if row is None:
            return False, None
        if row.asked is None:
            return bool(row.paused), None
        with writing(self._engine) as connection:
            # What was asked for meanwhile is told the next time, with this once more.
            taken = connection.execute(update(SWITCH).where(own, SWITCH.c.asked == row.asked).values(asked=None))
        return bool(row.paused), Asked(**orjson.loads(row.asked)) if taken.rowcount else None

    def copy_to(self, other: State) -> int:
        """Puts all of it in the place of what is kept elsewhere, or nothing; gives how many records are known."""
        return copy(self._engine, other._engine)

    def close(self) -> None:
        """Lets go of it."""
        self._form.close()
