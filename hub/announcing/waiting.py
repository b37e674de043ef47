"""What waits for one who takes it, bounded, with a newer word on a thing in the place of the older one.

Who is slow gets fewer words and no older ones; who is too slow loses the oldest and is told so. Nobody is held back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar


@dataclass(frozen=True, slots=True)
class Lagged:
    """Stands in a stream for changes that are not in it."""

    missed: int | None
    """Of how many things; None where this hub may not have heard of some of other hubs' changes."""
    position: int = 0
    """Up to which assertion of the journal nothing is missing."""


class Item(Protocol):
    """What can wait."""

    @property
    def key(self) -> Hashable:
        """Which thing it is about."""
        ...

    @property
    def position(self) -> int:
        """Up to which assertion of the journal everything was said before it."""
        ...

    def followed_by(self, newer: Self) -> Self | None:
        """This and a newer one in one; None where they come to nothing."""
        ...


T = TypeVar("T", bound=Item)


class Waiting(Generic[T]):
    """The stream of one who takes items in order. It ends when it is closed, for one who waits in it too."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: dict[Hashable, T] = {}
        self._missed = 0
        self._cut_off = False
        self._position: int | None = None
        self._closed = False
        self._ready = asyncio.Event()

    def push(self, item: T) -> None:
        """Puts one at the end, or in the place of an older one of the same thing, which keeps its position."""
        older = self._items.get(item.key)
        if older is not None:
            both = older.followed_by(item)
            if both is None:
                del self._items[item.key]
            else:
                self._items[item.key] = both
            return
        if len(self._items) >= self._limit:
            oldest = self._items.pop(next(iter(self._items)))
            self.lag(Lagged(1, oldest.position))
        self._items[item.key] = item
        self._ready.set()

    def lag(self, lagged: Lagged) -> None:
        """Lets the one who takes know that changes are missing."""
        if lagged.missed is None:
            self._cut_off = True
        else:
            self._missed += lagged.missed
        self._position = lagged.position if self._position is None else min(self._position, lagged.position)
        self._ready.set()

    def close(self) -> None:
        """Ends the stream; what waits is gone."""
        self._items.clear()
        self._closed = True
        self._ready.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T | Lagged:
        await self._wait()
        lagged = self._take_lagged()
        return lagged if lagged is not None else self._items.pop(next(iter(self._items)))

    async def batch(self) -> tuple[Lagged | None, tuple[T, ...]]:
        """Everything that waits, once there is something; `StopAsyncIteration` at the end."""
        await self._wait()
        lagged, items = self._take_lagged(), tuple(self._items.values())
        self._items.clear()
        return lagged, items

    async def _wait(self) -> None:
        while not (self._items or self._position is not None or self._closed):
            self._ready.clear()
            await self._ready.wait()
        if self._closed:
            raise StopAsyncIteration

    def _take_lagged(self) -> Lagged | None:
        if self._position is None:
            return None
        # One that may have missed more than it can count is not given a number.
        lagged = Lagged(None if self._cut_off else self._missed, self._position)
        self._missed, self._cut_off, self._position = 0, False, None
        return lagged
