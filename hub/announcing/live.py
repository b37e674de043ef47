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

from graph.projection import Changed
from graph.thing import Thing
from schema.assertion import PATH


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
    """Where it is; of one that is gone, where it was."""
    path_before: str | None
    """Where it was before; None for a new one."""
    changed: tuple[str, ...]
    """Names of the fields that are different now, as `changed_fields` gives them."""
    systems: tuple[str, ...]
    """The systems that describe it now, in order."""
    time: int


@dataclass(frozen=True, slots=True)
class Lagged:
    """Stands in a listener's stream for changes that are not in it."""

    missed: int | None
    """How many it was too slow to take; None where this hub may not have heard of some of other hubs."""


def changed_fields(changed: Changed) -> tuple[str, ...]:
    """The fields that a batch changed of a thing, in order, by their names in every interface.

    The members of `identifiers` and `properties` are not told apart. Where nothing that counts is different, it is
    `sources`: what the systems say.
    """
    names = {"path" if name == PATH else name.partition("/")[0] for name in changed.names}
    before, after = changed.before, changed.after
    if _identifiers(before) != _identifiers(after):
        names.add("identifiers")
    if (before.conflicts if before else ()) != (after.conflicts if after else ()):
        names.add("conflicts")
    return tuple(sorted(names)) or ("sources",)


def _identifiers(thing: Thing | None) -> frozenset[str]:
    return thing.golden.identifiers if thing and thing.golden else frozenset()


class Listener:
    """One listener's stream of changes. It ends when it is closed, for one who waits in it too."""

    def __init__(self, limit: int, leave: Callable[[Listener], None]) -> None:
        self._leave = leave
        self._queue: deque[Change] = deque()
        self._limit = limit
        self._missed = 0
        self._cut_off = False
        self._closed = False
        self._ready = asyncio.Event()

    def push(self, change: Change) -> None:
        """Hands it a change; the oldest goes where too many wait."""
        if len(self._queue) >= self._limit:
            self._queue.popleft()
            self._missed += 1
        self._queue.append(change)
        self._ready.set()

    def interrupt(self) -> None:
        """Lets it know that changes may be missing."""
        self._cut_off = True
        self._ready.set()

    def __aiter__(self) -> Listener:
        return self

    async def aclose(self) -> None:
        """Takes the listener off the list of those who are told, and ends the stream."""
        self._leave(self)
        self._queue.clear()
        self._closed = True
        self._ready.set()

    async def __anext__(self) -> Change | Lagged:
        while not (self._queue or self._cut_off or self._closed):
            self._ready.clear()
            await self._ready.wait()
        if self._closed:
            raise StopAsyncIteration
        if self._missed:
            missed, self._missed = self._missed, 0
            return Lagged(missed)
        if self._cut_off:
            self._cut_off = False
            return Lagged(None)
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

    def interrupt(self) -> None:
        """Tells every listener that changes may be missing."""
        for listener in self._listeners:
            listener.interrupt()

    def subscribe(self) -> Listener:
        """Every change from this moment on, until the caller closes the stream."""
        listener = Listener(self._limit, self._listeners.discard)
        self._listeners.add(listener)
        return listener

    @property
    def listeners(self) -> int:
        return len(self._listeners)
