"""The tables of what connectors keep, and how they are reached. `migrations` makes them.

They stand beside the journal's in PostgreSQL, so that their names tell whose they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from connectors.errors import StateError


class Word(TypeDecorator[str]):
    """A source's own text: PostgreSQL takes no text with a NUL in it, so that it is bytes there."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(LargeBinary() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return value.encode() if value is not None and dialect.name == "postgresql" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return bytes(value).decode() if dialect.name == "postgresql" else value


TABLES = MetaData()
CHECKPOINT = Table(
    "connector_checkpoint",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("position", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("complete", Integer, nullable=False),
)
RECORD = Table(
    "connector_record",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("observed", BigInteger, nullable=False),
    Column("mark", Double),
    Column("generation", Integer, nullable=False),
)
THING = Table(
    "connector_thing",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Word, primary_key=True),
    Column("location", Text, nullable=False),
)
WITHDRAWN = Table(
    "connector_withdrawn",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Word, primary_key=True),
    Column("time", BigInteger, nullable=False),
)
"""As of when things were withdrawn last. What is said of one that comes back must be later, or it would not count."""

LETTER = Table(
    "connector_letter",
    TABLES,
    Column("number", BigInteger, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("key", Word, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("troubles", LargeBinary, nullable=False),
)
SWITCH = Table(
    "connector_switch",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("paused", Integer, nullable=False),
    Column("asked", LargeBinary),
)
"""What a connector is told by people: to rest, and which streams to run now."""

IDENTITY = Table(
    "connector_identity",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("name", Text, nullable=False),
)
"""By which name a connector is known to its source, whichever hub runs it."""

STANDING = Table(
    "connector_standing",
    TABLES,
    Column("connector", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("told", LargeBinary, nullable=False),
)
GONE = ""
"""The key of things that no record asserts any more, until they are withdrawn."""


def upsert(
    connection: Connection,
    table: Table,
    *changed: str,
    by: tuple[str, ...] = (),
    where: ColumnElement[bool] | None = None,
) -> Any:
    """An insert that, where there is a row of that key already, changes these columns of it, if it is such a row."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    put: Any = insert(table)
    return put.on_conflict_do_update(
        index_elements=by or table.primary_key, set_={name: put.excluded[name] for name in changed}, where=where
    )


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read; `StateError` where that fails."""
    with errors(engine, "read"), engine.connect() as connection:
        yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One commit at the end of the block; `StateError` where that fails."""
    with errors(engine, "write"), engine.begin() as connection:
        yield connection


@contextlib.contextmanager
def errors(engine: Engine, doing: str) -> Iterator[None]:
    """Turns the driver's exceptions into `StateError`s."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = " ".join(str(getattr(error, "orig", None) or error).split())
        raise StateError(f"can't {doing} what connectors keep in {place(engine)}: {cause}") from None


def place(engine: Engine) -> str:
    """Where it is, for people; never with a password."""
    url = engine.url
    return url.database or "memory" if engine.dialect.name == "sqlite" else url.render_as_string(hide_password=True)
