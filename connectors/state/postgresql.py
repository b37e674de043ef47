"""What connectors keep, in the database of the hubs' journal, so that any hub goes on where another left off.

A connector is held by an advisory lock of one session, and what its runs keep is written in that session alone. Where
it is lost, with the server or the network, the lock is lost, and the run can keep nothing more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from connectors.errors import Occupied, StateError
from connectors.state.form import Hold
from connectors.state.migrations import migrate
from connectors.state.tables import errors, reading

LINES = 4
WAIT_SECONDS = 60

_MIGRATING = "SELECT pg_advisory_xact_lock(1431196489)"
"""The number stands for UNSI; it is locked for nothing else."""

# The tables' own number sets those of several schemas apart.
_KEY = "hashtextextended(:name, 'connector_switch'::regclass::oid::bigint)"

_HELD = f"""
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND ((classid::bigint << 32) | objid::bigint) = {_KEY}
    )
"""


@dataclass(frozen=True)
class Server:
    """Where the database is, as the driver takes it."""

    parameters: Mapping[str, Any] = field(repr=False)
    session: str = ""
    """What each session begins with."""


class PostgresForm:
    """The database of a journal."""

    def __init__(self, server: Server) -> None:
        """Connects, and makes the tables; `StateError` where there is no journal yet."""
        self._server = server
        self.engine = self._engine(LINES)
        try:
            with errors(self.engine, "open"), self.engine.begin() as connection:
                if not connection.execute(text("SELECT to_regclass('schema_version') IS NOT NULL")).scalar():
                    raise StateError("the journal's tables are not made yet; start a hub on it, as `unshub up` does")
                connection.execute(text(_MIGRATING))
                migrate(connection, "the journal's database")
        except BaseException:
            self.engine.dispose()
            raise

    @contextlib.contextmanager
    def hold(self, connector: str) -> Iterator[Hold]:
        # Who waits for its turn asks again and again, and needs no session of its own for that.
        if self.held(connector):
            raise _occupied(connector)
        engine = self._engine(1)
        sessions = _Sessions(connector)
        event.listen(engine, "do_connect", sessions.begins)
        try:
            with errors(engine, f"hold the connector {connector} by"), engine.begin() as connection:
                if not connection.execute(text(f"SELECT pg_try_advisory_lock({_KEY})"), {"name": connector}).scalar():
                    raise _occupied(connector)

            def check() -> None:
                if _at_work(engine):
                    # Which tells as much.
                    return
                with reading(engine) as connection:
                    connection.execute(text("SELECT 1"))

            try:
                yield Hold(engine, check)
            finally:
                _let_go(engine, connector)
        finally:
            engine.dispose()

    def held(self, connector: str) -> bool:
        with reading(self.engine) as connection:
            return bool(connection.execute(text(_HELD), {"name": connector}).scalar())

    def close(self) -> None:
        self.engine.dispose()

    def _engine(self, lines: int) -> Engine:
        engine = create_engine(
            "postgresql+psycopg://",
            connect_args=dict(self._server.parameters),
            poolclass=QueuePool,
            pool_size=lines,
            max_overflow=0,
            pool_timeout=WAIT_SECONDS,
            # One that holds a connector must not be replaced unnoticed.
            pool_pre_ping=lines > 1,
        )
        event.listen(engine, "connect", self._begin)
        return engine

    def _begin(self, connection: Any, _record: Any) -> None:
        if self._server.session:
            with connection.cursor() as cursor:
                cursor.execute(self._server.session)
            connection.commit()


def _at_work(engine: Engine) -> bool:
    return isinstance(engine.pool, QueuePool) and bool(engine.pool.checkedout())


def _let_go(engine: Engine, connector: str) -> None:
    """Gives the lock back. The server does so by itself, a moment after it has noticed that the session ended."""
    if not _at_work(engine):
        with contextlib.suppress(SQLAlchemyError, StateError), engine.begin() as connection:
            connection.execute(text(f"SELECT pg_advisory_unlock({_KEY})"), {"name": connector})


def _occupied(connector: str) -> Occupied:
    return Occupied(
        f"the connector {connector} is run by another process on this journal; a hub runs its connectors by itself, as "
        "often as `every` says; anything else, stop first"
    )


class _Sessions:
    """Sees to it that what holds a connector is one session, from the beginning to the end."""

    def __init__(self, connector: str) -> None:
        self._connector = connector
        self._begun = False

    def begins(self, *_: Any) -> None:
        """Before a session begins."""
        if self._begun:
            raise StateError(
                f"the connector {self._connector} is no longer held by this process: its session with the journal's "
                "database has ended"
            )
        self._begun = True
