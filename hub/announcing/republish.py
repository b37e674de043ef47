"""Golden records looked up in the graph and put on the broker as they are now, whatever has happened to them before.

A record is handed to the outbox while its thing is locked: a change that is committed later is announced later, so that
a newer record never gives way to this one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from graph.store import GraphStore
from graph.thing import Key, Thing
from hub.announcing import golden
from hub.announcing.newest import Newest
from hub.announcing.outbox import Outbox
from hub.announcing.trail import LooseEnd
from schema.authority import Authority
from schema.identifier import of_id
from schema.merge import resolve
from schema.registry import Model

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Republish:
    """What it takes to publish again: where from, where to, and by which rules."""

    store: GraphStore
    model: Model
    authority: Authority
    outbox: Outbox
    prefix: str
    newest: Newest | None = None

    async def named(self, ids: Collection[Key]) -> int:
        """Publishes the things that these ids name now; gives how many."""
        async with self.store.write() as tx:
            # Only referred to, not claimed: what is not there is nobody's.
            named = await tx.resolve([(key.kind, of_id(key.id)) for key in ids], claim=False)
            things = await tx.things({Key(kind, id_) for (kind, _), id_ in named.items()})
            for thing in things.values():
                self._push(thing)
        await self.outbox.room()
        return len(things)

    async def ends(self, ends: Iterable[LooseEnd]) -> None:
        """Publishes things under the keys that they are kept by, and clears the topics that they have left."""
        ordered = sorted(ends, key=lambda end: end.key)
        for start in range(0, len(ordered), CHUNK):
            chunk = ordered[start : start + CHUNK]
            async with self.store.write() as tx:
                things = await tx.things({end.key for end in chunk})
                topics = {key: self._push(thing) for key, thing in things.items()}
                for key, topic in chunk:
                    if topic is not None and topic != topics.get(key):
                        self.outbox.push(golden.removal(topic))
            await self.outbox.room()

    async def dealt_with(self, keys: Collection[Key]) -> None:
        """Looks again at things that another hub has changed, those among them that this one dealt with lately."""
        newest = self.newest
        versions = {} if newest is None else {key: version for key in keys if (version := newest.version(key))}
        if newest is None or not versions:
            return
        async with self.store.write() as tx:
            things = await tx.things(versions.keys())
            for key, version in versions.items():
                # A thing that is not there can't be locked: where it has come meanwhile, that is the newer look.
                if newest.version(key) == version:
                    topic = self._push(things[key]) if key in things else None
                    for left in newest.topics(key) - {topic}:
                        self.outbox.push(golden.removal(left))
                    newest.published(key, topic)
        await self.outbox.room()

    async def everything(self) -> int:
        """Publishes every thing in the graph; gives how many. What goes while it runs is not missed by it."""
        published = 0
        async for keys in self._keys():
            async with self.store.write() as tx:
                things = await tx.things(keys)
                for thing in things.values():
                    self._push(thing)
            published += len(things)
            await self.outbox.room()
        return published

    async def _keys(self) -> AsyncIterator[Sequence[Key]]:
        chunk: list[Key] = []
        async for entry in self.store.dump():
            if "node" not in entry:
                break
            chunk.append(Key(entry["node"], entry["id"]))
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _push(self, thing: Thing) -> str | None:
        """Hands a thing's golden record to the outbox; gives its topic, None where it has none."""
        if thing.placeholder:
            return None
        kind = self.model.kinds[thing.key.kind]
        thing = replace(thing, golden=resolve(self.model, kind, thing.records, self.authority))
        topic = golden.topic_of(self.model, self.prefix, thing)
        if topic is not None:
            self.outbox.push(golden.message(self.model, topic, thing))
        return topic
