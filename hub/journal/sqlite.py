from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from pathlib import Path

import orjson

from hub.errors import JournalError
from hub.journal.group import GroupCommit
from hub.journal.letters import Letters, ListedLetter, Wanted, listed, page
from hub.journal.migrations import Migration, load
from hub.journal.port import (
    AS_READ,
    AcceptedAssertion,
    AcceptedEvent,
    Aside,
    DeadLetter,
    Entry,
    JournalStatus,
    Refusal,
    State,
    TagValue,
)
from hub.journal.rows import DEAD_LETTER, ENTRY, TAG, Rows, dead_letter, encode, entry, refusal_row, tag_value
from hub.journal.sqlite_copies import SqliteCopies
from hub.journal.sqlite_file import ENGINE, Connection, SqliteFile, Synchronous
from hub.journal.sqlite_letters import matching
from hub.journal.sqlite_rows import insert, insert_refusals
from schema.errors import Reason

_LAST = (1 << 63) - 1
_CHUNK = 5000

_APPLIED_TO = (
    "SELECT max(seq) FROM assertion WHERE seq <= (SELECT applied FROM progress) AND seq NOT IN (SELECT seq FROM failed)"
)
_APPLIED_LAST = (
    f"SELECT max(seq) FROM (SELECT ({_APPLIED_TO}) AS seq UNION ALL SELECT seq FROM applied_ahead "
    "WHERE seq NOT IN (SELECT seq FROM failed))"
)


class SqliteJournal:
    """The journal in one SQLite file, for one hub process. `hub.journal.port.Journal` says what each method means.

    Appends that wait at the same time share one commit. A process that has the file open keeps others from writing it.
    """

    def __init__(self, file: SqliteFile, synchronous: Synchronous) -> None:
        self._file = file
        self._synchronous = synchronous
        self._appends = GroupCommit(self._keep)

    @classmethod
    async def open(
        cls, path: Path, synchronous: Synchronous = "FULL", migrations: Sequence[Migration] | None = None
    ) -> SqliteJournal:
        """Opens the journal in `path`, or makes it; call `migrate` before anything else.

        With `synchronous="NORMAL"` a power failure may lose the last messages acknowledged; `FULL` loses none.
        `JournalError` where another process has it, where it can't be written, or where it is no journal of a version
        known here; the file is left as it was.
        """
        steps = load("sqlite") if migrations is None else migrations
        file = await asyncio.to_thread(SqliteFile.open, path, steps, synchronous)
        return cls(file, synchronous)

    async def migrate(self) -> tuple[str, ...]:
        return tuple(str(step) for step in await self._file.migrate())

    async def append(
        self,
        assertions: Sequence[AcceptedAssertion] = (),
        events: Sequence[AcceptedEvent] = (),
        refusals: Sequence[Refusal] = (),
    ) -> None:
        rows = encode(assertions, events, refusals)
        if len(rows):
            await self._appends.add(rows)

    async def pending(self, limit: int, held: Collection[int] = ()) -> Sequence[Entry]:
        sql = (
            f"SELECT {ENTRY} FROM assertion WHERE seq > (SELECT applied FROM progress) "
            "AND seq NOT IN (SELECT seq FROM applied_ahead) AND seq NOT IN (SELECT seq FROM failed) "
            "AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?"
        )
        return await self._entries("can't read what is pending", sql, (orjson.dumps(list(held)).decode(), limit))

    async def applied(self, entries: Sequence[Entry]) -> None:
        done = {entry.sequence for entry in entries}
        await self._file.write(self._doing("can't mark assertions as applied"), lambda c: _settle(c, done))

    async def reached(self) -> int:
        doing = self._doing("can't read how far all is applied")
        return await self._file.read(doing, lambda c: _value(c, "SELECT applied FROM progress"))

    async def last(self) -> int:
        doing = self._doing("can't read how far the journal goes")
        return await self._file.read(doing, lambda c: _value(c, "SELECT max(seq) FROM assertion"))

    async def note_aside(self, asides: Sequence[Aside], forget: int = 0) -> None:
        def job(connection: Connection) -> None:
            rows = [(aside.sequence, aside.kind, aside.id) for aside in asides]
            connection.executemany("INSERT OR IGNORE INTO aside VALUES (?, ?, ?)", rows)
            connection.execute("DELETE FROM aside WHERE seq <= ?", (forget,))

        await self._file.write(self._doing("can't note what changes aside"), job)

    async def asides(self, after: int) -> Sequence[Aside]:
        sql = "SELECT seq, kind, id FROM aside WHERE seq > ? ORDER BY seq, kind, id"
        doing = self._doing("can't read what changed aside")
        return await self._file.read(doing, lambda c: [Aside(*row) for row in c.execute(sql, (after,))])

    async def applied_to(self) -> int:
        doing = self._doing("can't read how far all is applied")
        return await self._file.read(doing, lambda c: _value(c, _APPLIED_TO))

    async def applied_last(self) -> int:
        doing = self._doing("can't read what was applied last")
        return await self._file.read(doing, lambda c: _value(c, _APPLIED_LAST))

    async def failed(self, entry: Entry, reason: Reason) -> None:
        def job(connection: Connection) -> None:
            if connection.execute("INSERT OR IGNORE INTO failed VALUES (?)", (entry.sequence,)).rowcount == 0:
                return
            # Without its digest the message is news when it is sent again.
            connection.execute("UPDATE assertion SET digest = NULL WHERE seq = ?", (entry.sequence,))
            insert_refusals(connection, [refusal_row(refusal)])
            _settle(connection, {entry.sequence})

        accepted = entry.accepted
        refusal = Refusal(accepted.topic, accepted.assertion.to_bytes(), AS_READ, accepted.received, (reason,))
        await self._file.write(self._doing("can't list an assertion as failed"), job)

    async def read_assertions(self, after: int = 0, batch: int = 1000) -> AsyncIterator[Sequence[Entry]]:
        doing = self._doing("can't read the assertions")
        last = await self._file.read(doing, lambda c: _value(c, "SELECT max(seq) FROM assertion"))
        sql = (
            f"SELECT {ENTRY} FROM assertion WHERE seq > ? AND seq <= ? AND seq NOT IN (SELECT seq FROM failed) "
            "ORDER BY seq LIMIT ?"
        )
        while entries := await self._entries("can't read the assertions", sql, (after, last, batch)):
            yield entries
            after = entries[-1].sequence

    async def history(
        self, kind: str, ids: Collection[str], limit: int, before: int | None = None, *, after: int | None = None
    ) -> Sequence[Entry]:
        wanted = sorted(set(ids))
        if not wanted:
            return ()
        beyond, start = ("<", _LAST if before is None else before) if after is None else (">", after)
        way = "DESC" if after is None else "ASC"
        # At most `limit` of each id are looked at, all in the index; only the rows that are given are read.
        sql = (
            f"WITH wanted (id) AS (VALUES {', '.join(['(?)'] * len(wanted))}) "
            f"SELECT {ENTRY} FROM assertion WHERE seq IN (SELECT found.seq FROM wanted JOIN assertion AS found "
            f"ON found.seq IN (SELECT seq FROM assertion WHERE kind = ? AND id = wanted.id AND seq {beyond} ? "
            f"ORDER BY seq {way} LIMIT ?) ORDER BY found.seq {way} LIMIT ?) ORDER BY seq {way}"
        )
        return await self._entries("can't read the history", sql, (*wanted, kind, start, limit, limit))

    async def states(self, sequences: Collection[int]) -> Mapping[int, State]:
        sql = (
            "SELECT value, CASE WHEN value IN (SELECT seq FROM failed) THEN 'failed' "
            "WHEN value <= applied OR value IN (SELECT seq FROM applied_ahead) THEN 'applied' ELSE 'pending' END "
            "FROM json_each(?), progress"
        )
        bound = (orjson.dumps(list(sequences)).decode(),)
        doing = self._doing("can't read how far assertions are")
        return await self._file.read(doing, lambda c: {seq: State(state) for seq, state in c.execute(sql, bound)})

    async def tags(self, path: str, limit: int) -> Sequence[TagValue]:
        below = (f"{path}/", f"{path}0") if path else ("", "\U0010ffff")
        sql = (
            f"SELECT {TAG} FROM tag WHERE path = ? UNION ALL SELECT {TAG} FROM tag WHERE path >= ? AND path < ? "
            "ORDER BY path, name LIMIT ?"
        )
        doing = self._doing("can't read the tags")
        return await self._file.read(
            doing, lambda c: [tag_value(row) for row in c.execute(sql, (path or None, *below, limit))]
        )

    async def dead_letters(self, limit: int, after: int = 0, waiting: bool = True) -> Sequence[DeadLetter]:
        only = "AND replayed IS NULL" if waiting else ""
        sql = f"SELECT {DEAD_LETTER} FROM dead_letter WHERE number > ? {only} ORDER BY number LIMIT ?"
        doing = self._doing("can't read the dead letters")
        return await self._file.read(doing, lambda c: [dead_letter(row) for row in c.execute(sql, (after, limit))])

    async def refused(self, wanted: Wanted, limit: int, before: int | None = None, head: int = 2000) -> Letters:
        doing = self._doing("can't look through the dead letters")
        sql, bound = matching(wanted)

        async def read(before: int, floor: int, most: int) -> Sequence[ListedLetter]:
            given = (head, before, floor, *bound, most)
            return await self._file.read(doing, lambda c: [listed(row) for row in c.execute(sql, given)])

        last = await self._file.read(doing, lambda c: _value(c, "SELECT max(number) FROM dead_letter"))
        return await page(wanted, limit, min(_LAST if before is None else before, last + 1), read)

    async def replayed(self, number: int, time: int) -> None:
        doing = self._doing(f"can't mark dead letter {number} as replayed")
        sql = "UPDATE dead_letter SET replayed = ? WHERE number = ?"
        if not await self._file.write(doing, lambda c: c.execute(sql, (time, number)).rowcount):
            raise JournalError(f"{doing}: there is none; `unshub dead-letters list` shows those there are")

    async def reset(self, after: int = 0) -> int:
        def job(connection: Connection) -> int:
            connection.execute("UPDATE progress SET applied = min(applied, ?)", (after,))
            connection.execute("DELETE FROM applied_ahead WHERE seq > ?", (after,))
            _settle(connection, {row[0] for row in connection.execute("SELECT seq FROM failed")})
            return _pending(connection)

        return await self._file.write(self._doing("can't mark assertions as pending"), job)

    async def checkpoint(self, name: str) -> bytes | None:
        def job(connection: Connection) -> bytes | None:
            row = connection.execute("SELECT value FROM checkpoint WHERE name = ?", (name,)).fetchone()
            return None if row is None else bytes(row[0])

        return await self._file.read(self._doing(f"can't read checkpoint {name!r}"), job)

    async def checkpoints(self, prefix: str) -> Mapping[str, bytes]:
        def job(connection: Connection) -> Mapping[str, bytes]:
            sql = "SELECT name, value FROM checkpoint WHERE substr(name, 1, ?) = ? ORDER BY name"
            return {name: bytes(value) for name, value in connection.execute(sql, (len(prefix), prefix))}

        return await self._file.read(self._doing(f"can't read the checkpoints {prefix!r}"), job)

    async def set_checkpoint(self, name: str, value: bytes) -> None:
        sql = "INSERT INTO checkpoint VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        await self._file.write(self._doing(f"can't set checkpoint {name!r}"), lambda c: c.execute(sql, (name, value)))

    async def drop_checkpoint(self, name: str, value: bytes) -> bool:
        sql = "DELETE FROM checkpoint WHERE name = ? AND value = ?"
        doing = self._doing(f"can't drop checkpoint {name!r}")
        return bool(await self._file.write(doing, lambda c: c.execute(sql, (name, value)).rowcount))

    async def hold(self, name: str) -> bool:
        # The lock on the file keeps every other hub out.
        return True

    async def release(self, name: str) -> None:
        return

    async def forget_events(self, before: int) -> None:
        # The last one stays, since its number says how many there were. Looking for them holds up no append.
        old = "SELECT seq FROM event WHERE time < ? AND seq < (SELECT max(seq) FROM event) LIMIT ?"
        doing = self._doing("can't drop old events")
        while found := await self._file.read(doing, lambda c: c.execute(old, (before, _CHUNK)).fetchall()):
            await self._delete_events(doing, found)

    async def watch(self, wake: Callable[[], None]) -> None:
        return

    def copies(self) -> SqliteCopies:
        return SqliteCopies(self._file)

    async def status(self) -> JournalStatus:
        def job(connection: Connection) -> JournalStatus:
            return JournalStatus(
                accepted=_value(connection, "SELECT max(seq) FROM assertion"),
                pending=_pending(connection),
                events=_value(connection, "SELECT max(seq) FROM event"),
                refused=_value(connection, "SELECT count(*) FROM dead_letter WHERE replayed IS NULL"),
                bytes=self._file.size(),
                detail=f"{ENGINE}, {self._file.path}, write-ahead log, synchronous={self._synchronous}",
            )

        return await self._file.read(self._doing("can't read the status"), job)

    async def close(self) -> None:
        await self._appends.close()
        await self._file.close()

    async def _keep(self, groups: Sequence[Rows]) -> None:
        await self._file.write(self._doing("can't write to the journal"), lambda c: insert(c, groups))

    async def _delete_events(self, doing: str, found: Sequence[tuple[int]]) -> None:
        await self._file.write(doing, lambda c: c.executemany("DELETE FROM event WHERE seq = ?", found))

    async def _entries(self, doing: str, sql: str, bound: tuple[object, ...]) -> Sequence[Entry]:
        return await self._file.read(self._doing(doing), lambda c: [entry(row) for row in c.execute(sql, bound)])

    def _doing(self, what: str) -> str:
        return f"{what} (journal {self._file.path})"


def _settle(connection: Connection, done: set[int]) -> None:
    """Marks sequences as done: moves the watermark as far as it goes, and lists the rest of those applied beyond it."""
    applied = start = _value(connection, "SELECT applied FROM progress")
    if start + 1 in done:
        settled = done.union(
            row[0]
            for row in connection.execute(
                "SELECT seq FROM applied_ahead UNION ALL SELECT seq FROM failed WHERE seq > ?", (start,)
            )
        )
        while applied + 1 in settled:
            applied += 1
        connection.execute("UPDATE progress SET applied = ?", (applied,))
        connection.execute("DELETE FROM applied_ahead WHERE seq <= ?", (applied,))
    connection.executemany(
        "INSERT OR IGNORE INTO applied_ahead VALUES (?)", [(sequence,) for sequence in done if sequence > applied]
    )


def _pending(connection: Connection) -> int:
    return _value(
        connection,
        "SELECT (SELECT coalesce(max(seq), 0) FROM assertion) - applied "
        "- (SELECT count(*) FROM (SELECT seq FROM applied_ahead UNION SELECT seq FROM failed WHERE seq > applied)) "
        "FROM progress",
    )


def _value(connection: Connection, sql: str) -> int:
    (value,) = connection.execute(sql).fetchone()
    return value or 0
