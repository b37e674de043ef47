"""Who applies what: rows of the queue, taken by the sessions of several hubs.

A session takes a number of its own, locks that number (an advisory lock, which lives as long as the session) and lists
it in `holder`. To take rows is to write its number on them, in one short transaction: `FOR UPDATE SKIP LOCKED` has two
who look at the same time take different rows. They stay taken while the graph is written, however long that takes, and
no transaction is open meanwhile: an open one would keep the server from cleaning up the tables that change the most.

A row is free when it bears no number, or one that is listed and not locked. So:

- A hub that is killed: the server sees the connection end and drops the lock; its rows are free at once.
- A machine or network that vanishes: the server notices within 25 seconds by keep-alive probes; then as above.
- A server that is killed or restarted: it has no sessions when it comes back, so that all rows are free. A hub takes a
  new number with its next call.
- A hub that is paused keeps what it took, the few batches that it has in flight, until it goes on or is killed.

A hub whose session ended may still be applying what another takes meanwhile. That is only work done twice: the graph is
a function of the set of assertions, and the second one finds nothing to change. `applied` is true whoever says it, so
that it deletes rows by their numbers and does not ask who holds them.

Why a listed and unlocked number is surely dead: it was locked before it was listed, and a statement looks at the locks
after it has fixed which rows it sees. The rows of a number that was listed later bear no number that it knows as dead.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hub.journal.port import Entry
from hub.journal.postgres_rows import entry
from hub.journal.postgres_server import Connection, Lines, Place
from hub.journal.rows import ENTRY

_DEAD = """
    SELECT number FROM holder WHERE number::bigint NOT IN (
        SELECT objid::bigint FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 'queue'::regclass AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""

# While a backup runs, the server can't clean up what was deleted since it began, and to look from the start would take
# longer and longer. New rows have greater numbers than all before them, so none can come below the least one seen; only
# a reset puts old ones back. Rows are looked up by arrays of numbers, which leaves the planner no way but the index.
_TAKE = f"""
    WITH least AS MATERIALIZED (
        SELECT min(seq) AS seq FROM queue
        WHERE seq >= CASE WHEN (SELECT times FROM reset) = %(resets)s THEN %(least)s ELSE 0 END
    ), free AS MATERIALIZED (
        SELECT seq, holder FROM queue
        WHERE seq >= (SELECT seq FROM least) AND seq <> ALL (%(held)s::bigint[])
          AND (holder IS NULL OR holder = %(me)s OR holder = ANY (ARRAY({_DEAD})))
        ORDER BY seq LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE queue SET holder = %(me)s
        WHERE seq = ANY (ARRAY(SELECT seq FROM free WHERE holder IS DISTINCT FROM %(me)s))
    )
    SELECT {ENTRY}, (SELECT least.seq FROM least) AS least, (SELECT times FROM reset) AS resets
    FROM assertion WHERE seq = ANY (ARRAY(SELECT free.seq FROM free)) ORDER BY assertion.seq
"""


class Queue:
    """The session in which this hub takes rows."""

    def __init__(self, place: Place) -> None:
        self._session = Lines(place, prepare=self._begin)
        self._me = 0
        self._least = 0
        self._resets = 0

    async def take(self, limit: int, held: Collection[int]) -> Sequence[Entry]:
        """The oldest rows that are free or taken already by this session, but for those `held`; its own afterwards."""
        async with self._session.take("can't read what is pending") as connection:
            cursor = connection.cursor(binary=True)
            known = {"me": self._me, "least": self._least, "resets": self._resets}
            await cursor.execute(_TAKE.encode(), {**known, "limit": limit, "held": list(held)})
            rows = await cursor.fetchall()
        if rows:
            *_, self._least, self._resets = rows[0]
        return [entry(row[:-2]) for row in rows]

    async def remove(self, entries: Sequence[Entry]) -> None:
        """Takes entries that are applied out of the queue."""
        done = [entry.sequence for entry in entries]
        async with self._session.take("can't mark assertions as applied") as connection:
            await connection.execute("DELETE FROM queue WHERE seq = ANY (%s)", (done,))

    async def close(self) -> None:
        """Ends the session, and with it the hold on what was taken."""
        await self._session.close()

    async def _begin(self, connection: Connection) -> None:
        row = await (await connection.execute("SELECT nextval('holder_number')::integer")).fetchone()
        assert row is not None
        (self._me,) = row
        await connection.execute("SELECT pg_advisory_lock(lock_key(%s))", (self._me,))
        await connection.execute("INSERT INTO holder VALUES (%s)", (self._me,))
        # In a statement of its own, which sees all that the dead have written.
        dead = [number for (number,) in await (await connection.execute(_DEAD.encode())).fetchall()]
        await connection.execute(
            "DELETE FROM holder WHERE number = ANY (%s) "
            "AND number NOT IN (SELECT holder FROM queue WHERE holder IS NOT NULL)",
            (dead,),
        )
