"""How far of the journal everything is in the graph, which batches note there; asked for at most once a second."""

from __future__ import annotations

import asyncio
import time

from graph.store import GraphStore
from hub.journal.port import Journal

SECONDS = 1.0


class Whole:
    """What the journal said lately. One that is a little old is less than it might be, and as true."""

    def __init__(self) -> None:
        self._applied = 0
        self._asked = -SECONDS
        self._asking = asyncio.Lock()

    async def now(self, journal: Journal, store: GraphStore) -> int:
        """The sequence up to which all is in the graph; 0 for a store that knows it by itself."""
        if store.writers == 1:
            return 0
        async with self._asking:
            if time.monotonic() >= self._asked + SECONDS:
                self._applied = await journal.applied_to()
                self._asked = time.monotonic()
            return self._applied

    def forget(self) -> None:
        """Asks the journal the next time, where it holds less for applied than it did."""
        self._applied, self._asked = 0, -SECONDS
