"""Tells the world what a committed batch changed: listeners in the process, golden records and changes on the broker.

What the broker does not take waits in the `Outbox`. How far the journal's assertions were announced is kept in the
journal (`trail`); what was applied but not yet published when the hub went down is published when it is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from graph.projection import Changed
from hub.announcing import change_message, golden
from hub.announcing.live import Change, Changes, ChangeType, changed_fields
from hub.announcing.newest import Newest
from hub.announcing.outbox import Outbox
from hub.announcing.trail import Trail
from hub.clock import now
from hub.errors import JournalError
from hub.journal.port import Entry
from schema.registry import Model

log = logging.getLogger(__name__)

POSITION_PAUSE = 0.1
"""Seconds between two writes of the position, which take the journal's time from the messages that come in."""


class Announcer:
    """Turns what a batch changed into changes for listeners and messages for the broker."""

    def __init__(
        self,
        model: Model,
        prefix: str,
        changes: Changes,
        outbox: Outbox,
        trail: Trail,
        newest: Newest | None = None,
    ) -> None:
        """`newest` is for a hub beside others: its changes are then delivered surely, since these rely on them."""
        self._newest = newest
        self._qos = 0 if newest is None else 1
        self._model = model
        self._prefix = prefix
        self._changes = changes
        self._outbox = outbox
        self._trail = trail
        self._numbers = 0
        """How many changes were told to other hubs in this run."""
        self._told = (0, 0)
        self._reached = (0, 0)
        self._news = asyncio.Event()

    async def before_commit(self, changed: Sequence[Changed], entries: Sequence[Entry]) -> None:
        """Keeps what must be known of a batch that is about to be committed. `JournalError` if that can't be."""
        if self._newest is not None:
            for one in changed:
                self._newest.note(one.key, one.after, self._topics(one))
        await self._trail.before_commit(changed, entries)

    async def __call__(self, changed: Sequence[Changed], through: int) -> None:
        """Announces what a batch changed. `through` is the sequence up to which everything is announced with it."""
        time = now()
        told = [(one, change_of(one, time)) for one in changed]
        self._changes.publish(change for _, change in told)
        for one, change in told:
            self._tell(change)
            await self._outbox.room()
            self._golden(one)
        self._reached = (through, self._trail.setbacks)
        self._news.set()

    def told(self, position: int) -> None:
        """Says to the other hubs that all is told by now that this hub changed up to a position in the journal."""
        if self._told != (self._numbers, position):
            self._told = (self._numbers, position)
            self._outbox.push_after(change_message.told(self._prefix, self._trail.name, self._place(), position))

    async def keep_position(self) -> None:
        """Keeps, until cancelled, how far everything has been published."""
        while True:
            await self._news.wait()
            self._news.clear()
            reached, mark = self._reached, self._outbox.mark
            await self._outbox.passed(mark)
            try:
                await self._trail.published(*reached)
            except JournalError as error:
                log.warning("keeping how far changes were announced: %s", error)
            await asyncio.sleep(POSITION_PAUSE)

    def _tell(self, change: Change) -> None:
        self._numbers += 1
        place = None if self._newest is None else self._place()
        message = change_message.build(self._model, self._prefix, self._trail.name, change, self._qos, place)
        self._outbox.push(message)

    def _place(self) -> change_message.Place:
        return change_message.Place(self._trail.run, self._numbers)

    def _golden(self, changed: Changed) -> None:
        """Hands on the record. Nothing is awaited between seeing that it counts and that, or a newer one could come."""
        old, new = self._topics(changed)
        left = {old} if old is not None else set()
        if self._newest is not None:
            if not self._newest.counts(changed.key, changed.after):
                return
            left |= self._newest.topics(changed.key)
            self._newest.announced(changed.key, changed.after, new)
        for topic in left - {new}:
            self._outbox.push(golden.removal(topic))
        if new is not None and changed.after is not None:
            self._outbox.push(golden.message(self._model, new, changed.after))

    def _topics(self, changed: Changed) -> tuple[str | None, str | None]:
        """The topics of the golden record, before and after."""
        before = golden.topic_of(self._model, self._prefix, changed.before)
        return before, golden.topic_of(self._model, self._prefix, changed.after)


def change_of(changed: Changed, time: int) -> Change:
    """The change that listeners are told of. `time` is that of the commit, in microseconds."""
    after = changed.after
    kind = ChangeType.DELETED if after is None else ChangeType.CREATED if changed.before is None else ChangeType.UPDATED
    return Change(
        kind=changed.key.kind,
        id=changed.key.id,
        change=kind,
        path=golden.path_of(after or changed.before),
        path_before=golden.path_of(changed.before),
        changed=changed_fields(changed),
        systems=tuple(sorted({r.key.system for r in after.records})) if after else (),
        time=time,
    )
