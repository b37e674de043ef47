"""The journal's tables in a PostgreSQL schema, the connection's current one, and their migrations."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import JournalError
from hub.journal.migrations import Migration, outstanding
from hub.journal.postgres_server import Connection

_MARK = "unshub journal"
"""The comment by which our table of versions is told from another program's of the same name."""

_LOCK = "SELECT pg_advisory_xact_lock(1431196488)"
"""One hub migrates at a time. The number stands for UNSH; it is locked for nothing else."""

_STATE = """
    SELECT to_regclass('schema_version') IS NOT NULL,
           obj_description(to_regclass('schema_version'), 'pg_class'),
           EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')),
           current_schema()
"""


async def version(connection: Connection, journal: str) -> int:
    """The version of the tables, 0 where there are none; `JournalError` where they are another program's."""
    row = await (await connection.execute(_STATE)).fetchone()
    assert row is not None
    known, mark, occupied, schema = row
    if schema is None:
        raise JournalError(
            f"can't open the journal {journal}: none of the schemas that its user searches is there; make one, or "
            "correct the search_path"
        )
    if occupied and (not known or mark != _MARK):
        raise JournalError(
            f"can't open the journal {journal}: the schema {schema!r} holds another program's tables; nothing was "
            "changed. Make a database for the hub alone (`createdb unshub`), or name another one"
        )
    if not known:
        return 0
    newest = await (await connection.execute("SELECT max(version) FROM schema_version")).fetchone()
    assert newest is not None
    return int(newest[0])


async def migrate(connection: Connection, steps: Sequence[Migration], journal: str) -> tuple[Migration, ...]:
    """Runs the steps that the tables have not seen, each in a transaction; gives them. Others who migrate wait."""
    done: list[Migration] = []
    while True:
        async with connection.transaction():
            await connection.execute(_LOCK)
            rest = outstanding(steps, await version(connection, journal), journal)
            if not rest:
                return tuple(done)
            if rest[0].version == 1:
                await _make_versions(connection)
            await connection.execute(rest[0].sql.encode())
            await connection.execute("INSERT INTO schema_version VALUES (%s, %s)", (rest[0].version, rest[0].name))
        done.append(rest[0])


async def _make_versions(connection: Connection) -> None:
    await connection.execute(
        "CREATE TABLE schema_version (version integer PRIMARY KEY, name text NOT NULL, "
        "time timestamptz NOT NULL DEFAULT now())"
    )
    await connection.execute(f"COMMENT ON TABLE schema_version IS '{_MARK}'".encode())
