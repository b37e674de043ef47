"""After a stop: puts on the broker what had been applied to the graph but perhaps not published.

Golden records are retained, so one that was never published would stay wrong until its thing changes again. The things
of which the journal speaks after the last announced position, and the loose ends beside them (`hub.trail`), are looked
up and published as they are now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from graph.store import GraphStore
from graph.thing import Key, Thing
from hub import golden
from hub.announce import Outbox
from hub.journal.port import Journal
from hub.trail import Trail
from schema.authority import Authority
from schema.identifier import of_id
from schema.merge import resolve
from schema.registry import Model

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What it takes to catch up: where from, where to, and by which rules."""

    journal: Journal
    store: GraphStore
    model: Model
    authority: Authority
    outbox: Outbox
    prefix: str

    async def run(self, trail: Trail, since: int | None = None) -> int:
        """Publishes what may have been left unpublished; gives for how many ids.

        `since` is the sequence to begin after, by default the position up to which all was announced.
        """
        published = 0
        async for entries in self.journal.read_assertions(after=trail.position if since is None else since):
            said = (entry.accepted.assertion for entry in entries)
            things = await self._named({Key(assertion.kind, assertion.id) for assertion in said})
            for thing in things:
                await self._publish(thing)
            published += len(things)
        return published + await self._tie_up(trail)

    async def _tie_up(self, trail: Trail) -> int:
        ends = sorted(trail.loose_ends, key=lambda end: end.key)
        for start in range(0, len(ends), CHUNK):
            chunk = ends[start : start + CHUNK]
            things = await self._things({end.key for end in chunk})
            for key, topic in chunk:
                now = await self._publish(things[key]) if key in things else None
                if topic is not None and topic != now:
                    await self.outbox.put(golden.removal(topic))
        return len(ends)

    async def _named(self, keys: Collection[Key]) -> Collection[Thing]:
        """The things that these ids name now."""
        async with self.store.write() as tx:
            named = await tx.resolve([(key.kind, of_id(key.id)) for key in keys])
            return (await tx.things({Key(kind, id_) for (kind, _), id_ in named.items()})).values()

    async def _things(self, keys: Collection[Key]) -> Mapping[Key, Thing]:
        async with self.store.write() as tx:
            return await tx.things(keys)

    async def _publish(self, thing: Thing) -> str | None:
        """Publishes a thing's golden record; gives its topic, None where it has none."""
        if thing.placeholder:
            return None
        kind = self.model.kinds[thing.key.kind]
        thing = replace(thing, golden=resolve(self.model, kind, thing.records, self.authority))
        topic = golden.topic_of(self.model, self.prefix, thing)
        if topic is not None:
            await self.outbox.put(golden.message(self.model, topic, thing))
        return topic
