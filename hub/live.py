"""Changes as they happen: what a committed batch changed, handed to everyone who listens.

Each listener has a queue of its own, bounded: one that falls behind loses its oldest changes and is told how many,
and never holds back the projection or another listener.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class ChangeType(StrEnum):
    """What happened to a thing."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a committed batch changed. `time` is that of the commit, in microseconds since 1970 UTC."""

    kind: str
    id: str
    change: ChangeType
    path: str | None
    changed: tuple[str, ...]
    """Names of the attributes and links that are different now."""
    systems: tuple[str, ...]
    """The systems that describe it now, in order."""
    time: int


@dataclass(frozen=True, slots=True)
class Lagged:
    """Stands in a listener's stream for changes that it was too slow to take."""

    missed: int


class Listener:
    """One listener's stream of changes; ends when it is closed."""

    def __init__(self, limit: int, leave: Callable[[Listener], None]) -> None:
        self._leave = leave
        self._queue: deque[Change] = deque()
        self._limit = limit
        self._missed = 0
        self._ready = asyncio.Event()

    def push(self, change: Change) -> None:
        if len(self._queue) >= self._limit:
            self._queue.popleft()
            self._missed += 1
        self._queue.append(change)
        self._ready.set()

    def __aiter__(self) -> Listener:
        return self

    async def aclose(self) -> None:
        """Takes the listener off the list of those who are told."""
        self._leave(self)

    async def __anext__(self) -> Change | Lagged:
        while not self._queue:
            self._ready.clear()
            await self._ready.wait()
        if self._missed:
            missed, self._missed = self._missed, 0
            return Lagged(missed)
        return self._queue.popleft()


class Changes:
    """Where the projection hands in changes and listeners take them out."""

    def __init__(self, limit: int = 10_000) -> None:
        """`limit` is how many changes a listener may be behind."""
        self._limit = limit
        self._listeners: set[Listener] = set()

    def publish(self, changes: Iterable[Change]) -> None:
        """Gives the changes to every listener; returns at once."""
        batch = tuple(changes)
        for listener in self._listeners:
            for change in batch:
                listener.push(change)

    def subscribe(self) -> Listener:
        """Every change from this moment on, until the caller closes the stream."""
        listener = Listener(self._limit, self._listeners.discard)
        self._listeners.add(listener)
        return listener

    @property
    def listeners(self) -> int:
        return len(self._listeners)
