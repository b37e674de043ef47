"""Numbered migrations of the tables of connectors, one folder of SQL files a dialect, as the journal has them.

    sqlite/0001_state.sql        number, underscore, name; numbers run from 1 without gaps

Each file that a database has not seen is run, in order. A file that was released is never edited: a change is a new
file.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from sqlalchemy import text
from sqlalchemy.engine import Connection

from connectors.errors import StateError

_VERSIONS = "CREATE TABLE IF NOT EXISTS connector_version (version integer NOT NULL PRIMARY KEY)"


@cache
def steps(dialect: str) -> tuple[str, ...]:
    """The migrations of a dialect, in order."""
    files = sorted((file.name, file) for file in (resources.files(__name__) / dialect).iterdir())
    found = [file.read_text(encoding="utf-8") for name, file in files if name.endswith(".sql")]
    return tuple(found)


def migrate(connection: Connection, where: str) -> None:
    """Brings the tables to this version, in the transaction that is open, which no other may have beside."""
    connection.execute(text(_VERSIONS))
    version = connection.execute(text("SELECT coalesce(max(version), 0) FROM connector_version")).scalar_one()
    known = steps(connection.dialect.name)
    if version > len(known):
        raise StateError(
            f"can't use what connectors keep in {where}: its tables are of version {version}, and this unshub knows "
            f"versions up to {len(known)}; nothing was changed. Install the newer unshub that wrote it"
        )
    for number, step in enumerate(known[version:], version + 1):
        for statement in _statements(step):
            connection.exec_driver_sql(statement)
        connection.execute(text("INSERT INTO connector_version VALUES (:number)"), {"number": number})


def _statements(step: str) -> list[str]:
    """The statements of a file. None has a semicolon within."""
    lines = (line for line in step.splitlines() if not line.startswith("--"))
    return [statement for part in "\n".join(lines).split(";") if (statement := part.strip())]
