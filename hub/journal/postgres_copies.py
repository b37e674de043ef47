from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from hub.journal.copies import BATCH, COLUMNS, FAILED, NAMES, Table
from hub.journal.postgres_server import Connection, Lines
from hub.journal.rows import Row

_LONGEST_SECONDS = 30 * 86400.0
"""A journal of years may be read for as long."""

_UTF8 = frozenset({"id", "topic", "path", "name", "content_type"})
"""Texts that are kept as bytes of UTF-8, but for the names of checkpoints."""

# Events have no number; of two that are equal in all columns it does not matter which comes first. An index begins with
# time and digest.
_ORDERS = {
    Table.ASSERTIONS: "seq",
    Table.EVENTS: "time, digest, kind, path, name, received, topic, body",
    Table.TAGS: "path, name",
    Table.DEAD_LETTERS: "number",
    Table.CHECKPOINTS: "name",
}

_FAILED = "EXISTS (SELECT FROM failed WHERE failed.seq = assertion.seq)::int"
_CHECKPOINT = "INSERT INTO checkpoint VALUES (%s, %b) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_LAST = "SELECT coalesce(max(seq), 0) FROM assertion"
_NUMBER_ON = "SELECT setval(pg_get_serial_sequence(%s, %s), %s)"


class PostgresCopies:
    """Implements `hub.journal.copies.Copies`. Rows go in by COPY, the server's way of taking many."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    async def count(self, table: Table) -> int:
        async with self._lines.take(f"can't count the {table}", _LONGEST_SECONDS) as connection:
            return await _number(connection, f"SELECT count(*) FROM {NAMES[table]}")

    async def read(self, table: Table, skip: int = 0, batch: int = BATCH) -> AsyncIterator[Sequence[Row]]:
        columns = ", ".join(_FAILED if column == FAILED else column for column in COLUMNS[table])
        sql = f"SELECT {columns} FROM {NAMES[table]} ORDER BY {_ORDERS[table]} OFFSET {skip}"
        taken = self._lines.take(f"can't read the {table}", _LONGEST_SECONDS)
        async with taken as connection, connection.transaction():
            # The caller may take its time with a batch.
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            async with connection.cursor(name="copies", binary=True) as cursor:
                await cursor.execute(sql.encode())
                while rows := await cursor.fetchmany(batch):
                    yield [_read(table, row) for row in rows]

    async def write(self, table: Table, rows: Sequence[Row], position: tuple[str, bytes]) -> None:
        taken = self._lines.take(f"can't write the {table}", _LONGEST_SECONDS)
        async with taken as connection, connection.transaction():
            await _WRITERS[table](connection, [_kept(table, row) for row in rows])
            await _write_checkpoints(connection, [position])


def _read(table: Table, row: Row) -> Row:
    if table is Table.CHECKPOINTS:
        return row
    pairs = zip(COLUMNS[table], row, strict=True)
    return tuple(value.decode() if name in _UTF8 and value is not None else value for name, value in pairs)


def _kept(table: Table, row: Row) -> Row:
    if table is Table.CHECKPOINTS:
        return row
    pairs = zip(COLUMNS[table], row, strict=True)
    return tuple(value.encode() if name in _UTF8 and value is not None else value for name, value in pairs)


async def _write_assertions(connection: Connection, rows: Sequence[Row]) -> None:
    last = await _number(connection, _LAST)
    columns = ("seq", *COLUMNS[Table.ASSERTIONS][:-1])
    await _copy(connection, "assertion", columns, ((last + at, *row[:-1]) for at, row in enumerate(rows, 1)))
    await _copy(connection, "queue", ("seq",), ((last + at,) for at, row in enumerate(rows, 1) if not row[-1]))
    await _copy(connection, "failed", ("seq",), ((last + at,) for at, row in enumerate(rows, 1) if row[-1]))
    await connection.execute("INSERT INTO tally VALUES (%s, 0)", (len(rows),))
    await connection.execute(_NUMBER_ON, ("assertion", "seq", last + len(rows)))


async def _write_events(connection: Connection, rows: Sequence[Row]) -> None:
    times = [row[COLUMNS[Table.EVENTS].index("time")] for row in rows]
    await connection.execute("SELECT make_months(%s::bigint[])", (times,))
    await _copy(connection, "event", COLUMNS[Table.EVENTS], rows)
    await connection.execute("INSERT INTO tally VALUES (0, %s)", (len(rows),))


async def _write_tags(connection: Connection, rows: Sequence[Row]) -> None:
    await _copy(connection, "tag", COLUMNS[Table.TAGS], rows)


async def _write_dead_letters(connection: Connection, rows: Sequence[Row]) -> None:
    await _copy(connection, "dead_letter", COLUMNS[Table.DEAD_LETTERS], rows)
    await connection.execute(_NUMBER_ON, ("dead_letter", "number", rows[-1][0]))


async def _write_checkpoints(connection: Connection, rows: Sequence[Row]) -> None:
    async with connection.cursor() as cursor:
        await cursor.executemany(_CHECKPOINT, rows)


_WRITERS = {
    Table.ASSERTIONS: _write_assertions,
    Table.EVENTS: _write_events,
    Table.TAGS: _write_tags,
    Table.DEAD_LETTERS: _write_dead_letters,
    Table.CHECKPOINTS: _write_checkpoints,
}


async def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    async with connection.cursor() as cursor, cursor.copy(sql.encode()) as copy:
        for row in rows:
            await copy.write_row(row)


async def _number(connection: Connection, sql: str) -> int:
    row: tuple[Any, ...] | None = await (await connection.execute(sql.encode())).fetchone()
    assert row is not None
    return int(row[0])
