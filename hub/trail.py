"""How far golden records have been published, kept in the journal, so that a hub killed at any moment can go on.

The position says up to which assertion everything is on the broker; what a later one names can be looked up again. Not
so what a commit changes beyond that: the topic that a thing leaves when it moves, goes, or becomes one with another,
and the things that change because another one did. These are *loose ends*, kept before the commit and dropped when all
of it is published. They are rare, so most commits cost nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import orjson

from graph.projection import Changed
from graph.thing import Key
from hub import golden
from hub.journal.port import Entry, Journal
from schema.registry import Model

ANNOUNCED = "announced"
"""The checkpoint with the sequence of the last assertion whose changes are on the broker."""

LOOSE = "loose-ends"
"""The checkpoint with the loose ends, as JSON: [[kind, id, topic or null] …]."""


class LooseEnd(NamedTuple):
    """A golden record that must be looked at again: the thing, and the topic that it may have left."""

    key: Key
    topic: str | None


class Trail:
    """The position and the loose ends. Make one with `open`."""

    def __init__(
        self, journal: Journal, model: Model, prefix: str, position: int, ends: Mapping[LooseEnd, int]
    ) -> None:
        self._journal = journal
        self._model = model
        self._prefix = prefix
        self._ends = dict(ends)
        """Each with the sequence of the last assertion of the batch that left it."""
        self.position = position

    @classmethod
    async def open(cls, journal: Journal, model: Model, prefix: str) -> Trail:
        """Reads where the hub stood when it stopped. `JournalError` if the journal can't be read."""
        position = int(await journal.checkpoint(ANNOUNCED) or 0)
        rows = orjson.loads(await journal.checkpoint(LOOSE) or b"[]")
        ends = {LooseEnd(Key(kind, id_), topic): position for kind, id_, topic in rows}
        return cls(journal, model, prefix, position, ends)

    async def begin_anew(self) -> None:
        """Lets everything count as unpublished, where the graph was replaced by another one."""
        await self._journal.set_checkpoint(ANNOUNCED, b"0")
        self.position = 0

    @property
    def loose_ends(self) -> Collection[LooseEnd]:
        return tuple(self._ends)

    async def before_commit(self, changed: Sequence[Changed], entries: Sequence[Entry]) -> None:
        """Keeps the loose ends of a batch that is about to be committed; whether it then is does not matter."""
        named = {Key(entry.accepted.assertion.kind, entry.accepted.assertion.id) for entry in entries}
        found = [end for one in changed if (end := self._loose_end(one, named)) is not None]
        fresh = any(end not in self._ends for end in found)
        self._ends.update(dict.fromkeys(found, entries[-1].sequence))
        if fresh:
            await self._keep_ends()

    async def published(self, through: int) -> None:
        """Keeps that everything up to an assertion is on the broker."""
        await self._journal.set_checkpoint(ANNOUNCED, str(through).encode())
        self.position = through
        done = [end for end, sequence in self._ends.items() if sequence <= through]
        for end in done:
            del self._ends[end]
        if done:
            await self._keep_ends()

    def _loose_end(self, changed: Changed, named: Collection[Key]) -> LooseEnd | None:
        old = golden.topic_of(self._model, self._prefix, changed.before)
        if old is not None and old != golden.topic_of(self._model, self._prefix, changed.after):
            return LooseEnd(changed.key, old)
        return None if changed.key in named else LooseEnd(changed.key, None)

    async def _keep_ends(self) -> None:
        rows = [[*end.key, end.topic] for end in self._ends]
        await self._journal.set_checkpoint(LOOSE, orjson.dumps(rows))
