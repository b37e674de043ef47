"""Names that hubs on one journal hold, each held by one of them: an advisory lock for as long as a session lives.

A hub that is killed, or vanishes, loses its names with its session, as it loses the rows that it took (see
`postgres_queue`). Where the server was restarted, all names are free until their holders take them again.
"""

from __future__ import annotations

from hub.journal.postgres_server import Connection, Lines, Place

# The tables' own number sets journals in one database apart.
_KEY = "hashtextextended(%s, 'checkpoint'::regclass::oid::bigint)"


class Names:
    """The session that holds this hub's names."""

    def __init__(self, place: Place) -> None:
        self._session = Lines(place, prepare=self._begin)
        self._held: set[str] = set()

    async def hold(self, name: str) -> bool:
        """Takes a name, or sees that it is still held; False where another hub has it."""
        async with self._session.take(f"can't hold the name {name!r}") as connection:
            # The server is asked also for a name that is held: a session that ended without a word is found out now.
            sql = f"SELECT %s OR pg_try_advisory_lock({_KEY})"
            row = await (await connection.execute(sql.encode(), (name in self._held, name))).fetchone()
            assert row is not None
            if row[0]:
                self._held.add(name)
            return bool(row[0])

    async def release(self, name: str) -> None:
        """Gives up a name."""
        async with self._session.take(f"can't release the name {name!r}") as connection:
            if name in self._held:
                await connection.execute(f"SELECT pg_advisory_unlock({_KEY})".encode(), (name,))
                self._held.discard(name)

    async def close(self) -> None:
        """Ends the session, and with it the hold on every name."""
        await self._session.close()

    async def _begin(self, connection: Connection) -> None:
        """A new session holds nothing yet."""
        self._held.clear()
