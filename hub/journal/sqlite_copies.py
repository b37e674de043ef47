from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from hub.journal.copies import BATCH, COLUMNS, FAILED, NAMES, Table
from hub.journal.rows import Row
from hub.journal.sqlite_file import Connection, SqliteFile

_KEYS = {
    Table.ASSERTIONS: ("seq",),
    Table.EVENTS: ("seq",),
    Table.TAGS: ("path", "name"),
    Table.DEAD_LETTERS: ("number",),
    Table.CHECKPOINTS: ("name",),
}
"""By which rows are ordered."""

_FAILED = "seq IN (SELECT seq FROM failed)"


class SqliteCopies:
    """Implements `hub.journal.copies.Copies`."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def count(self, table: Table) -> int:
        def job(connection: Connection) -> int:
            (found,) = connection.execute(f"SELECT count(*) FROM {NAMES[table]}").fetchone()
            return int(found)

        return await self._file.read(self._doing(f"can't count the {table}"), job)

    async def read(self, table: Table, skip: int = 0, batch: int = BATCH) -> AsyncIterator[Sequence[Row]]:
        width = len(_KEYS[table])
        after: Row = ()
        while rows := await self._page(table, after, skip if not after else 0, batch):
            yield [row[width:] for row in rows]
            after = rows[-1][:width]

    async def _page(self, table: Table, after: Row, skip: int, batch: int) -> list[Row]:
        key = ", ".join(_KEYS[table])
        columns = ", ".join(_FAILED if column == FAILED else column for column in COLUMNS[table])
        where = f"WHERE ({key}) > ({', '.join('?' * len(after))})" if after else ""
        sql = f"SELECT {key}, {columns} FROM {NAMES[table]} {where} ORDER BY {key} LIMIT ? OFFSET ?"
        return await self._file.read(
            self._doing(f"can't read the {table}"), lambda c: c.execute(sql, (*after, batch, skip)).fetchall()
        )

    async def write(self, table: Table, rows: Sequence[Row], position: tuple[str, bytes]) -> None:
        def job(connection: Connection) -> None:
            _WRITERS.get(table, _write)(connection, table, rows)
            _write_checkpoints(connection, Table.CHECKPOINTS, [position])

        await self._file.write(self._doing(f"can't write the {table}"), job)

    def _doing(self, what: str) -> str:
        return f"{what} (journal {self._file.path})"


def _write(connection: Connection, table: Table, rows: Sequence[Row], conflict: str = "") -> None:
    columns = [column for column in COLUMNS[table] if column != FAILED]
    sql = f"INSERT INTO {NAMES[table]} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) {conflict}"
    connection.executemany(sql, rows)


def _write_assertions(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM assertion").fetchone()
    _write(connection, table, [row[:-1] for row in rows])
    failed = [(last + number,) for number, row in enumerate(rows, 1) if row[-1]]
    connection.executemany("INSERT INTO failed VALUES (?)", failed)


def _write_checkpoints(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    _write(connection, table, rows, "ON CONFLICT (name) DO UPDATE SET value = excluded.value")


_WRITERS = {Table.ASSERTIONS: _write_assertions, Table.CHECKPOINTS: _write_checkpoints}
