from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Any

from connectors.wire.address import Url
from hub.errors import JournalError
from hub.journal.group import GroupCommit
from hub.journal.letters import Letters, ListedLetter, Wanted, page
from hub.journal.migrations import Migration, in_order, load, outstanding
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
from hub.journal.postgres_arrays import register
from hub.journal.postgres_copies import PostgresCopies
from hub.journal.postgres_letters import listed_letter, matching
from hub.journal.postgres_names import Names
from hub.journal.postgres_queue import Queue
from hub.journal.postgres_rows import KEEP, columns, dead_letter, entry, tag_value
from hub.journal.postgres_server import ANSWER_SECONDS, Connection, Lines, Place
from hub.journal.postgres_tables import migrate, version
from hub.journal.postgres_watch import watch
from hub.journal.rows import DEAD_LETTER, ENTRY, TAG, Row, Rows, encode, refusal_row
from schema.errors import Reason

_READERS = 4
_LAST = (1 << 63) - 1
_LONG_SECONDS = 3600.0

# In one statement, so that a failure is kept whole or not at all.
_FAIL = """
    WITH first AS (
        INSERT INTO failed VALUES (%s) ON CONFLICT DO NOTHING RETURNING seq
    ), news_again AS (
        UPDATE assertion SET digest = NULL WHERE seq = (SELECT seq FROM first)
    ), settled AS (
        DELETE FROM queue WHERE seq = (SELECT seq FROM first)
    )
    INSERT INTO dead_letter (topic, payload, properties, received, reasons, content_type, retained)
    SELECT %s, %s, %s, %s, %s, %s, %s FROM first
"""

# At most `limit` of each id are looked at, all in the index; only the rows that are given are read.
_HISTORY = f"""
    SELECT {ENTRY} FROM assertion WHERE seq = ANY (ARRAY(
        SELECT found.seq FROM unnest(%(ids)s::bytea[]) AS wanted (id), LATERAL (
            SELECT seq FROM assertion WHERE kind = %(kind)s AND id = wanted.id AND seq {{beyond}} %(start)s
            ORDER BY seq {{way}} LIMIT %(limit)s
        ) AS found ORDER BY found.seq {{way}} LIMIT %(limit)s
    )) ORDER BY seq {{way}}
"""

_STATES = """
    SELECT asked.seq, CASE WHEN EXISTS (SELECT FROM failed WHERE failed.seq = asked.seq) THEN 'failed'
                           WHEN EXISTS (SELECT FROM queue WHERE queue.seq = asked.seq) THEN 'pending'
                           ELSE 'applied' END
    FROM unnest(%s::bigint[]) AS asked (seq)
"""

_STATUS = """
    SELECT coalesce((SELECT sum(assertions) FROM tally), 0)::bigint,
           (SELECT count(*) FROM queue),
           coalesce((SELECT sum(events) FROM tally), 0)::bigint,
           (SELECT count(*) FROM dead_letter WHERE replayed IS NULL),
           (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
            WHERE relkind = 'r'
              AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'queue'::regclass))::bigint,
           current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync')
"""


# As in `postgres_queue`: what was deleted lately is not looked through again.
_REACHED = """
    WITH least AS MATERIALIZED (
        SELECT min(seq) AS seq FROM queue
        WHERE seq >= CASE WHEN (SELECT times FROM reset) = %(resets)s THEN %(least)s ELSE 0 END
    )
    SELECT coalesce(least.seq - 1, (SELECT max(seq) FROM assertion), 0),
           coalesce(least.seq, CASE WHEN times = %(resets)s THEN %(least)s ELSE 0 END), times
    FROM least, reset
"""

_NOTE = """
    WITH forgotten AS (DELETE FROM aside WHERE seq <= %s)
    INSERT INTO aside SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bytea[]) ON CONFLICT DO NOTHING
"""

_APPLIED_TO = """
    SELECT coalesce((
        SELECT seq FROM assertion AS a WHERE seq <= %s
        AND NOT EXISTS (SELECT FROM failed WHERE failed.seq = a.seq) ORDER BY seq DESC LIMIT 1
    ), 0)
"""
_APPLIED_LAST = """
    SELECT coalesce((
        SELECT seq FROM assertion AS a WHERE NOT EXISTS (SELECT FROM queue WHERE queue.seq = a.seq)
        AND NOT EXISTS (SELECT FROM failed WHERE failed.seq = a.seq) ORDER BY seq DESC LIMIT 1
    ), 0)
"""


class PostgresJournal:
    """The journal in a PostgreSQL database, for any number of hubs.

    `hub.journal.port.Journal` says what each method means. Appends that wait at the same time share one commit. Where
    the server is lost while it commits, what was given may be kept although `append` raises: the same message again is
    then left out by its digest, or said again without one.
    """

    def __init__(self, place: Place, steps: Sequence[Migration]) -> None:
        self._place = place
        self._steps = steps
        self._writing = Lines(place, prepare=_prepare)
        self._reading = Lines(place, _READERS)
        self._queue = Queue(place)
        self._names = Names(place)
        self._appends = GroupCommit(self._keep)
        self._looked = (0, 0)
        """The least sequence that was pending when that was last looked at, and how often all was reset by then."""
        self.outstanding: tuple[str, ...] = ()
        """The migrations that the tables had not seen when the journal was opened."""

    @classmethod
    async def open(
        cls, url: Url, migrations: Sequence[Migration] | None = None, seconds: float = ANSWER_SECONDS
    ) -> PostgresJournal:
        """Connects to the database that a URL names; call `migrate` before anything else.

        A call that the server does not answer within `seconds` fails. The URL's query may hold any parameter of libpq
        (`?sslmode=verify-full&passfile=…`). A pooler in between must give each connection a session of its own.
        `JournalError` where the server can't be reached, or the database is another program's or of a version not known
        here; it stays as it is.
        """
        journal = cls(Place(url, seconds), in_order(load("postgresql") if migrations is None else migrations))
        try:
            async with journal._reading.take("can't open the journal") as connection:
                rest = outstanding(journal._steps, await version(connection, journal._place.text), journal._place.text)
                journal.outstanding = tuple(map(str, rest))
        except BaseException:
            await journal.close()
            raise
        return journal

    async def migrate(self) -> tuple[str, ...]:
        async with self._writing.take("can't migrate the journal", _LONG_SECONDS) as connection:
            return tuple(str(step) for step in await migrate(connection, self._steps, self._place.text))

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
        return await self._queue.take(limit, held)

    async def applied(self, entries: Sequence[Entry]) -> None:
        await self._queue.remove(entries)

    async def reached(self) -> int:
        least, resets = self._looked
        known = {"least": least, "resets": resets}
        ((reached, *looked),) = await self._rows("can't read how far all is applied", _REACHED, known)
        self._looked = (looked[0], looked[1])
        return int(reached)

    async def last(self) -> int:
        ((last,),) = await self._rows("can't read how far the journal goes", "SELECT max(seq) FROM assertion")
        return last or 0

    async def note_aside(self, asides: Sequence[Aside], forget: int = 0) -> None:
        rows = [(aside.sequence, aside.kind, aside.id.encode()) for aside in asides]
        sequences, kinds, ids = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
        await self._write("can't note what changes aside", _NOTE, (forget, sequences, kinds, ids))

    async def asides(self, after: int) -> Sequence[Aside]:
        sql = "SELECT seq, kind, id FROM aside WHERE seq > %s ORDER BY seq, kind, id"
        rows = await self._rows("can't read what changed aside", sql, (after,))
        return [Aside(sequence, kind, id_.decode()) for sequence, kind, id_ in rows]

    async def applied_to(self) -> int:
        ((applied,),) = await self._rows("can't read how far all is applied", _APPLIED_TO, (await self.reached(),))
        return int(applied)

    async def applied_last(self) -> int:
        async with self._reading.take("can't read what was applied last", _LONG_SECONDS) as connection:
            row = await (await connection.execute(_APPLIED_LAST.encode())).fetchone()
            return int(row[0]) if row else 0

    async def failed(self, entry: Entry, reason: Reason) -> None:
        accepted = entry.accepted
        refusal = Refusal(accepted.topic, accepted.assertion.to_bytes(), AS_READ, accepted.received, (reason,))
        topic, *rest = refusal_row(refusal)
        await self._write("can't list an assertion as failed", _FAIL, (entry.sequence, topic.encode(), *rest))

    async def read_assertions(self, after: int = 0, batch: int = 1000) -> AsyncIterator[Sequence[Entry]]:
        doing = "can't read the assertions"
        ((last,),) = await self._rows(doing, "SELECT coalesce(max(seq), 0) FROM assertion")
        # Each batch is a statement of its own: the caller may take hours, and a transaction as long as that would keep
        # the server from cleaning up. Rows don't change and come in the order of their numbers, so nothing is missed.
        sql = (
            f"SELECT {ENTRY} FROM assertion AS a WHERE seq > %s AND seq <= %s "
            "AND NOT EXISTS (SELECT FROM failed WHERE failed.seq = a.seq) ORDER BY seq LIMIT %s"
        )
        while rows := await self._rows(doing, sql, (after, last, batch)):
            entries = [entry(row) for row in rows]
            yield entries
            after = entries[-1].sequence

    async def history(
        self, kind: str, ids: Collection[str], limit: int, before: int | None = None, *, after: int | None = None
    ) -> Sequence[Entry]:
        start = after if after is not None else _LAST if before is None else before
        sql = _HISTORY.format(beyond="<", way="DESC") if after is None else _HISTORY.format(beyond=">", way="ASC")
        bound = {"ids": sorted({id_.encode() for id_ in ids}), "kind": kind, "start": start, "limit": limit}
        return [entry(row) for row in await self._rows("can't read the history", sql, bound)]

    async def states(self, sequences: Collection[int]) -> Mapping[int, State]:
        rows = await self._rows("can't read how far assertions are", _STATES, (list(sequences),))
        return {sequence: State(state) for sequence, state in rows}

    async def tags(self, path: str, limit: int) -> Sequence[TagValue]:
        below = (f"{path}/", f"{path}0") if path else ("", "\U0010ffff")
        sql = (
            f"SELECT {TAG} FROM tag WHERE path = %s UNION ALL SELECT {TAG} FROM tag WHERE path >= %s AND path < %s "
            "ORDER BY path, name LIMIT %s"
        )
        bound = (path.encode() if path else None, *(end.encode() for end in below), limit)
        return [tag_value(row) for row in await self._rows("can't read the tags", sql, bound)]

    async def dead_letters(self, limit: int, after: int = 0, waiting: bool = True) -> Sequence[DeadLetter]:
        only = "AND replayed IS NULL" if waiting else ""
        sql = f"SELECT {DEAD_LETTER} FROM dead_letter WHERE number > %s {only} ORDER BY number LIMIT %s"
        rows = await self._rows("can't read the dead letters", sql, (after, limit))
        return [dead_letter(row) for row in rows]

    async def refused(self, wanted: Wanted, limit: int, before: int | None = None, head: int = 2000) -> Letters:
        doing = "can't look through the dead letters"
        sql, bound = matching(wanted)

        async def read(before: int, floor: int, most: int) -> Sequence[ListedLetter]:
            given = {**bound, "head": head, "before": before, "floor": floor, "most": most}
            return [listed_letter(row) for row in await self._rows(doing, sql, given)]

        ((last,),) = await self._rows(doing, "SELECT coalesce(max(number), 0) FROM dead_letter")
        return await page(wanted, limit, min(_LAST if before is None else before, int(last) + 1), read)

    async def replayed(self, number: int, time: int) -> None:
        doing = f"can't mark dead letter {number} as replayed"
        if not await self._write(doing, "UPDATE dead_letter SET replayed = %s WHERE number = %s", (time, number)):
            raise JournalError(
                f"{doing} (journal {self._place.text}): there is none; `unshub dead-letters list` shows those there are"
            )

    async def reset(self, after: int = 0) -> int:
        sql = (
            "WITH told AS (UPDATE reset SET times = times + 1) INSERT INTO queue (seq) SELECT seq FROM assertion AS a "
            "WHERE seq > %s AND NOT EXISTS (SELECT FROM failed WHERE failed.seq = a.seq) ON CONFLICT DO NOTHING"
        )
        async with self._reading.take("can't mark assertions as pending", _LONG_SECONDS) as connection:
            await connection.execute(sql.encode(), (after,))
            row = await (await connection.execute("SELECT count(*) FROM queue")).fetchone()
            return int(row[0]) if row else 0

    async def checkpoint(self, name: str) -> bytes | None:
        doing = f"can't read checkpoint {name!r}"
        found = await self._rows(doing, "SELECT value FROM checkpoint WHERE name = %s", (name,))
        return found[0][0] if found else None

    async def checkpoints(self, prefix: str) -> Mapping[str, bytes]:
        sql = "SELECT name, value FROM checkpoint WHERE starts_with(name, %s) ORDER BY name"
        return dict(await self._rows(f"can't read the checkpoints {prefix!r}", sql, (prefix,)))

    async def set_checkpoint(self, name: str, value: bytes) -> None:
        sql = "INSERT INTO checkpoint VALUES (%s, %b) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        await self._write(f"can't set checkpoint {name!r}", sql, (name, value))

    async def drop_checkpoint(self, name: str, value: bytes) -> bool:
        sql = "DELETE FROM checkpoint WHERE name = %s AND value = %b"
        return bool(await self._write(f"can't drop checkpoint {name!r}", sql, (name, value)))

    async def hold(self, name: str) -> bool:
        return await self._names.hold(name)

    async def release(self, name: str) -> None:
        await self._names.release(name)

    def copies(self) -> PostgresCopies:
        return PostgresCopies(self._reading)

    async def status(self) -> JournalStatus:
        ((accepted, pending, events, refused, size, engine, commit, fsync),) = await self._rows(
            "can't read the status", _STATUS
        )
        detail = f"PostgreSQL {engine}, {self._place.text}, synchronous_commit={commit}, fsync={fsync}"
        return JournalStatus(accepted, pending, events, refused, size, detail)

    async def forget_events(self, before: int) -> None:
        async with self._reading.take("can't drop old events", _LONG_SECONDS) as connection:
            await connection.execute("SELECT forget_months(%s)", (before,))

    async def watch(self, wake: Callable[[], None]) -> None:
        await watch(self._place, wake)

    async def close(self) -> None:
        await self._appends.close()
        for lines in (self._writing, self._reading, self._queue, self._names):
            await lines.close()

    async def _keep(self, groups: Sequence[Rows]) -> None:
        doing = "can't write to the journal"
        with self._place.errors(doing):
            parameters = columns(groups)
        async with self._writing.take(doing) as connection:
            await connection.execute(KEEP.encode(), parameters)

    async def _write(self, doing: str, sql: str, bound: Sequence[Any]) -> int:
        """Runs a statement; gives how many rows it wrote."""
        async with self._reading.take(doing) as connection:
            return (await connection.execute(sql.encode(), bound)).rowcount

    async def _rows(self, doing: str, sql: str, bound: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        async with self._reading.take(doing) as connection:
            cursor = connection.cursor(binary=True)
            await cursor.execute(sql.encode(), bound)
            return await cursor.fetchall()


async def _prepare(connection: Connection) -> None:
    register(connection)
