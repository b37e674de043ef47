"""Order among batches that are in flight at once: whose changes are announced first, and how far all are done."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable


class Turns:
    """Tickets, and waiting until all that were taken before are closed.

    A batch takes its ticket while its transaction holds its locks. Of two that change one thing, the second gets the
    lock when the first is committed, so their tickets are in the order of their commits.
    """

    def __init__(self) -> None:
        self._last = 0
        self._open: dict[int, asyncio.Event] = {}

    def take(self) -> int:
        """A ticket, to be closed by whoever took it, whatever happens."""
        self._last += 1
        self._open[self._last] = asyncio.Event()
        self._call()
        return self._last

    async def come(self, ticket: int) -> None:
        """Returns when every ticket taken before this one is closed."""
        await self._open[ticket].wait()

    def close(self, ticket: int) -> None:
        del self._open[ticket]
        self._call()

    def _call(self) -> None:
        if self._open:
            next(iter(self._open.values())).set()


class InFlight:
    """The sequences that were taken from the journal, until they are marked there, and those not announced yet."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._waiting: set[int] = set()
        self._greatest = 0
        self.owing = 0
        """How many batches have to announce what an earlier one may have changed."""

    @property
    def taken(self) -> Collection[int]:
        return self._taken

    def take(self, sequences: Collection[int]) -> None:
        self._taken.update(sequences)
        self._waiting.update(sequences)
        self._greatest = max(self._greatest, *sequences)

    def through(self, sequences: Iterable[int]) -> int:
        """Up to which sequence everything that was ever taken is announced, once these are."""
        rest = self._waiting.difference(sequences)
        return min(rest) - 1 if rest else self._greatest

    def announced(self, sequences: Iterable[int]) -> None:
        """Notes what is announced."""
        self._waiting.difference_update(sequences)

    def told(self, reached: int) -> int:
        """Up to which sequence nothing waits to be announced here, where all up to `reached` is in the graph."""
        return min(reached, min(self._waiting, default=reached + 1) - 1)

    def give_back(self, sequences: Collection[int]) -> None:
        """Notes that these are marked in the journal, or pending again."""
        self._taken.difference_update(sequences)
        self._waiting.difference_update(sequences)
