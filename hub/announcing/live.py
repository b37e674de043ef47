"""Changes as they happen: what a committed batch changed, handed to everyone who listens.

Each listener has a queue of its own (`waiting`), and never holds back the projection or another listener. Each change
bears the position in the journal up to which everything was told before it, from which a listener may go on later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from graph.projection import Changed
from graph.thing import Key, Thing
from hub.announcing.waiting import Lagged, Waiting
from schema.assertion import PATH


class ChangeType(StrEnum):
    """What happened to a thing."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"
    ENTERED = "ENTERED"
    """It is now among the things that somebody listens to, and was not; `LEFT` is the opposite."""
    LEFT = "LEFT"


_COME = (ChangeType.CREATED, ChangeType.ENTERED)
_GONE = (ChangeType.DELETED, ChangeType.LEFT)


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
    position: int = 0
    """The sequence in the journal up to which everything was told before this."""
    replayed: bool = False
    """Whether it is looked up since a cursor, and not told as it happened."""

    @property
    def key(self) -> Key:
        return Key(self.kind, self.id)

    def followed_by(self, newer: Change) -> Change | None:
        """This change and a newer one of the same thing, as one who has heard of neither is told of both."""
        change = newer.change
        if self.change in _COME:
            if change in _GONE:
                return None
            change = self.change
        elif change in _COME:
            change = ChangeType.UPDATED
        names = {*self.changed, *newer.changed}
        changed = tuple(sorted(names - {SOURCES})) or tuple(names)
        return replace(newer, change=change, path_before=self.path_before, changed=changed, position=self.position)


SOURCES = "sources"
"""The name among the changed fields where nothing that counts is different."""


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
    return tuple(sorted(names)) or (SOURCES,)


def _identifiers(thing: Thing | None) -> frozenset[str]:
    return thing.golden.identifiers if thing and thing.golden else frozenset()


Listener = Waiting[Change]
"""One listener's stream of changes."""


class Changes:
    """Where the projection hands in changes and listeners take them out."""

    def __init__(self, limit: int = 10_000) -> None:
        """`limit` is for how many things a listener may be behind."""
        self._limit = limit
        self._listeners: set[Listener] = set()
        self.position = 0
        """The sequence in the journal up to which all that was applied is told, or was in the graph before."""

    def publish(self, changes: Iterable[Change]) -> None:
        """Gives the changes to every listener; returns at once."""
        if not self._listeners:
            return
        batch = tuple(replace(change, position=self.position) for change in changes)
        for listener in self._listeners:
            for change in batch:
                listener.push(change)

    def interrupt(self) -> None:
        """Tells every listener that changes may be missing."""
        for listener in self._listeners:
            listener.lag(Lagged(None, self.position))

    def reached(self, position: int) -> None:
        """Says that everything up to a position has been told."""
        self.position = max(self.position, position)

    def subscribe(self) -> Listener:
        """Every change from this moment on, until `leave`."""
        listener = Listener(self._limit)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Ends a listener's stream."""
        self._listeners.discard(listener)
        listener.close()

    @property
    def listeners(self) -> int:
        return len(self._listeners)
