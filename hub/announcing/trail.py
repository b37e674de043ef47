"""How far golden records have been published, kept in the journal, so that a hub killed at any moment can go on.

The position says up to which assertion everything that this hub applied is on the broker; what a later one names can be
looked up again. Not so what a commit changes beyond that: the topic that a thing leaves when it moves, goes, or becomes
one with another, and the things that change because another one did. These are *loose ends*, kept before the commit and
dropped when all of it is published. They are rare, so most commits cost nothing here.

Each hub on a journal leaves a trail of its own, under its name. What was published twice does no harm, so the trail of
a hub that is gone may be followed by any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import uuid4

import orjson

from graph.projection import Changed
from graph.thing import Key
from hub.announcing import golden
from hub.journal.port import Aside, Entry, Journal
from schema.registry import Model

TRAIL = "trail/"
"""A trail is the checkpoint of this name and the hub's: {"position": 12, "ends": [[kind, id, topic or null] …]}.

A member `run` differs for each run of the hub, so that nobody who has followed an earlier one drops it.
"""


ASIDES_KEPT = 200_000
"""For how many assertions it is kept what changed beside those that they name."""


class LooseEnd(NamedTuple):
    """A golden record that must be looked at again: the thing, and the topic that it may have left."""

    key: Key
    topic: str | None


class Trail:
    """The position and the loose ends of one hub. Make one with `open`."""

    def __init__(
        self, journal: Journal, model: Model, prefix: str, name: str, position: int, ends: Mapping[LooseEnd, int]
    ) -> None:
        self._journal = journal
        self._model = model
        self._prefix = prefix
        self._ends = dict(ends)
        """Each with the greatest sequence of the batch that left it."""
        self.run = uuid4().hex[:8]
        """Tells this run of the hub from others."""
        self._writing = asyncio.Lock()
        self._unkept = False
        """Whether something is not in the journal that must be there before the next commit."""
        self.name = name
        self.position = position
        self.setbacks = 0
        """How often the position had to go back."""

    @classmethod
    async def open(cls, journal: Journal, model: Model, prefix: str, name: str) -> Trail:
        """Reads where the hub of this name stood when it stopped. `JournalError` if the journal can't be read.

        One that was never there has left nothing unpublished: it begins where the others are. It is there from now on.
        """
        kept = await journal.checkpoints(TRAIL)
        if (own := kept.get(f"{TRAIL}{name}")) is not None:
            trail = cls.read(journal, model, prefix, name, own)
        else:
            others = (cls.read(journal, model, prefix, name, other).position for other in kept.values())
            trail = cls(journal, model, prefix, name, max(others, default=0), {})
        await trail._keep()
        return trail

    @classmethod
    def read(cls, journal: Journal, model: Model, prefix: str, name: str, kept: bytes) -> Trail:
        """The trail that a checkpoint holds."""
        said = orjson.loads(kept)
        position = int(said["position"])
        ends = {LooseEnd(Key(kind, id_), topic): position for kind, id_, topic in said["ends"]}
        return cls(journal, model, prefix, name, position, ends)

    @staticmethod
    async def runs(journal: Journal) -> Mapping[str, str]:
        """The hubs that put things into the graph, or did and were not followed yet, each with the name of its run."""
        kept = await journal.checkpoints(TRAIL)
        return {key.removeprefix(TRAIL): orjson.loads(value).get("run", "") for key, value in kept.items()}

    async def begin_anew(self) -> None:
        """Lets everything count as unpublished, where the graph was replaced by another one."""
        self.position = 0
        await self._keep()

    @property
    def loose_ends(self) -> Collection[LooseEnd]:
        return tuple(self._ends)

    async def before_commit(self, changed: Sequence[Changed], entries: Sequence[Entry]) -> None:
        """Keeps what a batch that is about to be committed leaves to be published; whether it then is does not matter.

        A batch may be older than others that are published already, where another hub had it first and did not end it.
        """
        named = {Key(entry.accepted.assertion.kind, entry.accepted.assertion.id) for entry in entries}
        beside = frozenset(one.key for one in changed if _is_beside(one, named))
        found = [end for one in changed if (end := self._loose_end(one, beside)) is not None]
        first, last = min(entry.sequence for entry in entries), max(entry.sequence for entry in entries)
        if any(end not in self._ends for end in found):
            self._unkept = True
        if beside:
            asides = [Aside(last, key.kind, key.id) for key in sorted(beside)]
            await self._journal.note_aside(asides, forget=last - ASIDES_KEPT)
        for end in found:
            self._ends[end] = max(last, self._ends.get(end, 0))
        if first <= self.position:
            self.position = first - 1
            self.setbacks += 1
            self._unkept = True
        # What another batch has yet to keep may concern this one too.
        if self._unkept:
            await self._keep()

    async def published(self, through: int, setbacks: int) -> None:
        """Keeps that everything up to an assertion is on the broker, as it looked after so many setbacks.

        Where the position has gone back since, it is left there until the batch that it went back for is published.
        """
        if setbacks != self.setbacks:
            return
        self.position = through
        self._ends = {end: sequence for end, sequence in self._ends.items() if sequence > through}
        await self._keep()

    def _loose_end(self, changed: Changed, beside: Collection[Key]) -> LooseEnd | None:
        old = golden.topic_of(self._model, self._prefix, changed.before)
        if old is not None and old != golden.topic_of(self._model, self._prefix, changed.after):
            return LooseEnd(changed.key, old)
        return LooseEnd(changed.key, None) if changed.key in beside else None

    async def _keep(self) -> None:
        """Writes the trail as it is when its turn has come: of two that write, the later one has the newer state."""
        async with self._writing:
            ends = [[*end.key, end.topic] for end in self._ends]
            kept = {"position": self.position, "ends": ends, "run": self.run}
            self._unkept, before = False, self._unkept
            try:
                await self._journal.set_checkpoint(f"{TRAIL}{self.name}", orjson.dumps(kept))
            except BaseException:
                self._unkept = self._unkept or before
                raise


def _is_beside(changed: Changed, named: Collection[Key]) -> bool:
    """Whether a thing changes though no id that the batch names leads to it, whatever the id that it is kept under."""
    records = changed.after.records if changed.after else ()
    ids = {changed.key, *(Key(changed.key.kind, record.key.id) for record in records)}
    return ids.isdisjoint(named)
