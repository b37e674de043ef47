"""Golden records looked up in the graph and put on the broker as they are now, whatever has happened to them before.

A record is handed to the outbox while its thing is locked: a change that this hub commits later is announced later, so
that a newer record of its own never gives way to this one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from graph.store import GraphStore, WriteTransaction
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

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Republish:
    """What it takes to publish again: where from, where to, and by which rules."""

    store: GraphStore
    model: Model
    authority: Authority
    outbox: Outbox
    prefix: str
    newest: Newest = field(default_factory=Newest)

    async def named(self, ids: Collection[Key]) -> int:
        """Publishes the things that these ids name now; gives how many."""
        async with self.store.write() as tx:
            # Only referred to, not claimed: what is not there is nobody's.
            named = await tx.resolve([(key.kind, of_id(key.id)) for key in ids], claim=False)
            keys = {Key(kind, id_) for (kind, _), id_ in named.items()}
            await self._look(tx, keys)
        await self.outbox.room()
        return len(keys)

    async def ends(self, ends: Iterable[LooseEnd]) -> None:
        """Publishes things under the keys that they are kept by, and clears the topics that they have left."""
        for chunk in _chunks(sorted(ends, key=lambda end: end.key)):
            for key, topic in chunk:
                if topic is not None:
                    self.newest.left(key, topic)
            await self.things({end.key for end in chunk})

    async def things(self, keys: Collection[Key]) -> None:
        """Publishes the things that are kept by these keys, and takes off the broker what is left of those gone."""
        for chunk in _chunks(sorted(keys)):
            async with self.store.write() as tx:
                await self._look(tx, chunk)
            await self.outbox.room()

    async def everything(self) -> int:
        """Publishes every thing in the graph; gives how many. What goes while it runs is not missed by it."""
        published = 0
        async for keys in self._keys():
            await self.things(keys)
            published += len(keys)
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

    async def _look(self, tx: WriteTransaction, keys: Collection[Key]) -> None:
        """Hands the records of things to the outbox, as they are while they are locked."""
        versions = {key: self.newest.version(key) for key in keys}
        things = await tx.things(keys)
        for key in keys:
            # A thing that is not there can't be locked: where it has come meanwhile, that is the newer look.
            if self.newest.version(key) == versions[key]:
                topic = self._push(things[key]) if key in things else None
                for left in self.newest.topics(key) - {topic}:
                    self.outbox.push(golden.removal(left))
                self.newest.looked_up(key, topic)

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


def _chunks(ordered: Sequence[T]) -> Iterator[Sequence[T]]:
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
