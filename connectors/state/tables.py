"""The tables of what connectors keep, and how they are reached."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import ConnectorError

TABLES = MetaData()
CHECKPOINT = Table(
    "checkpoint",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("position", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("complete", Integer, nullable=False),
    sqlite_with_rowid=False,
)
RECORD = Table(
    "record",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("mark", Float),
    Column("generation", Integer, nullable=False),
    sqlite_with_rowid=False,
)
THING = Table(
    "thing",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("location", Text, nullable=False),
    Index("thing_by_id", "connector", "kind", "id"),
    sqlite_with_rowid=False,
)
WITHDRAWN = Table(
    "withdrawn",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("time", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""As of when things were withdrawn last. What is said of one that comes back must be later, or it would not count."""

LETTER = Table(
    "letter",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("time", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("troubles", LargeBinary, nullable=False),
    Index("letter_by_key", "connector", "stream", "key", unique=True),
)
SWITCH = Table("switch", TABLES, Column("connector", Text, primary_key=True), Column("paused", Integer, nullable=False))
LAST = Table(
    "last",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("told", LargeBinary, nullable=False),
)
GONE = ""
"""The key of things that no record asserts any more, until they are withdrawn."""


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read; `ConnectorError` where that fails."""
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise ConnectorError(f"can't read what connectors keep in {engine.url.database}: {_cause(error)}") from None


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One commit at the end of the block; `ConnectorError` where that fails."""
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise ConnectorError(f"can't write what connectors keep in {engine.url.database}: {_cause(error)}") from None


def _cause(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error)
