"""The least that PostgreSQL could be asked to do for the journal: bare inserts, written by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg

_TABLE = (
    "CREATE TABLE bare (seq bigserial PRIMARY KEY, kind text, id text, system text, event_time bigint, "
    "received bigint, topic text, body bytea, digest bytea UNIQUE)"
)
_ASSERTION = (
    "INSERT INTO bare (kind, id, system, event_time, received, topic, body, digest) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)


class Inserts:
    """Rows of assertions, one a commit. Make one with `on`."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def on(cls, url: str) -> AsyncIterator[Inserts]:
        """In a table of its own, in an empty schema."""
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute(_TABLE)
            yield cls(connection)

    async def put(self, row: Sequence[Any]) -> None:
        """Inserts a row, and commits."""
        await self._connection.execute(_ASSERTION, row)
