"""A broker that takes what is published, and a journal with a graph: what announcing is tested with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson

from connectors.wire.errors import PublishError, Unpublishable
from connectors.wire.messages import Outbound
from graph.ladybug.store import LadybugStore
from graph.projection import Changed, project
from hub.announcing.announce import Announcer
from hub.announcing.catchup import CatchUp
from hub.announcing.live import Changes
from hub.announcing.outbox import Outbox
from hub.announcing.republish import Republish
from hub.announcing.trail import Trail
from hub.journal.port import AcceptedAssertion, Entry, Journal
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL

PREFIX = "uns/v1"
HUB = "hub-1"


class Wire:
    """Takes what is published; away, or slow, when told so."""

    def __init__(self) -> None:
        self.sent: list[Outbound] = []
        self.refusals = 0
        self.open = asyncio.Event()
        self.open.set()

    async def publish(self, message: Outbound) -> None:
        await self.open.wait()
        if len(message.payload) > 1000:
            raise Unpublishable(f"can't publish on {message.topic!r}: too large")
        if self.refusals:
            self.refusals -= 1
            raise PublishError("publishing: not connected")
        self.sent.append(message)

    @property
    def retained(self) -> dict[str, Any]:
        return {m.topic: orjson.loads(m.payload) if m.payload else None for m in self.sent if m.retain}


class Plant:
    """A journal and a graph, and messages into both."""

    def __init__(self, journal: Journal, store: LadybugStore, trail: Trail) -> None:
        self.journal, self.store = journal, store
        self._time = 0
        self.trail = trail

    async def published(self, through: int) -> None:
        await self.trail.published(through, self.trail.setbacks)

    async def catch_up(self, outbox: Outbox) -> None:
        """As the hub does when it starts again."""
        last = CatchUp(self.journal, Republish(self.store, MODEL, EQUAL, outbox, PREFIX))
        await last.follow(await Trail.open(self.journal, MODEL, PREFIX, HUB))
        await asyncio.wait_for(outbox.drained(), 5)

    async def say(self, id_: str, place: str = "acme", **cells: Any) -> tuple[Changed, ...]:
        """Accepted and in the graph; the changes are not announced yet."""
        self._time += 1
        stamp = Stamp(self._time, "m")
        withdraw = cells.pop("withdraw", False)
        said = Assertion(
            "mes", "MaterialLot", id_, stamp, {} if withdraw else {"@path": place, **cells}, withdraw=withdraw
        )
        accepted = AcceptedAssertion(said, "t", self._time)
        await self.journal.append([accepted])
        async with self.store.write() as tx:
            changed = await project(tx, MODEL, EQUAL, [said])
            await self.trail.before_commit(changed, [Entry(self._time, accepted)])
        return changed


async def kept(plant: Plant) -> Trail:
    """The trail as the journal has it."""
    text = await plant.journal.checkpoint(f"trail/{HUB}")
    assert text is not None
    return Trail.read(plant.journal, MODEL, PREFIX, HUB, text)


async def announced(plant: Plant, outbox: Outbox, changes: Changes, *batches: Sequence[Changed]) -> None:
    announcer = Announcer(MODEL, PREFIX, changes, outbox, plant.trail)
    for number, batch in enumerate(batches):
        await announcer(batch, number + 1)
    await asyncio.wait_for(outbox.drained(), 5)
