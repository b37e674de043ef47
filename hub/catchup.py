"""After a stop: puts on the broker what had been applied to the graph but perhaps not published.

Golden records are retained, so one that was never published would stay wrong until its thing changes again. The things
of which the journal speaks after the last announced position are looked up and published as they are now.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from graph.store import GraphStore
from graph.thing import Key, Thing
from hub import golden
from hub.announce import ANNOUNCED, Outbox
from hub.journal.port import Journal
from schema.assertion import PATH
from schema.authority import Authority
from schema.identifier import of_id
from schema.merge import resolve
from schema.registry import Model
from schema.topic import GoldenTopic, build


async def catch_up(
    journal: Journal,
    store: GraphStore,
    model: Model,
    authority: Authority,
    outbox: Outbox,
    prefix: str,
    since: int | None = None,
) -> int:
    """Publishes what may have been left unpublished; gives for how many ids.

    `since` is the sequence to begin after, by default the position up to which all was announced.
    """
    position = int(await journal.checkpoint(ANNOUNCED) or 0) if since is None else since
    published = 0
    async for entries in journal.read_assertions(after=position):
        places: dict[Key, set[str]] = {}
        for entry in entries:
            said = entry.accepted.assertion
            path = said.cells.get(PATH)
            places.setdefault(Key(said.kind, said.id), set()).update([path] if isinstance(path, str) else [])
        things = await _things(store, places.keys())
        for key, paths in places.items():
            await _publish(model, authority, outbox, prefix, key, things.get(key), paths)
        published += len(places)
    return published


async def _things(store: GraphStore, keys: Collection[Key]) -> dict[Key, Thing]:
    """The things that these ids name now, by the id asked for."""
    async with store.write() as tx:
        named = await tx.resolve([(key.kind, of_id(key.id)) for key in keys])
        found = await tx.things([Key(kind, id_) for (kind, _), id_ in named.items()])
    by_id = {key: Key(key.kind, named[key.kind, of_id(key.id)]) for key in keys if (key.kind, of_id(key.id)) in named}
    return {key: found[thing] for key, thing in by_id.items() if thing in found}


async def _publish(
    model: Model, authority: Authority, outbox: Outbox, prefix: str, key: Key, thing: Thing | None, paths: set[str]
) -> None:
    """Publishes a thing's golden record, and clears the places where an id of it was asserted and that it left."""
    topic = None
    if thing is not None:
        thing = replace(thing, golden=resolve(model, model.kinds[key.kind], thing.records, authority))
        topic = golden.topic_of(model, prefix, thing)
        if topic is not None:
            await outbox.put(golden.message(model, topic, thing))
    for path in paths:
        old = build(GoldenTopic(tuple(path.split("/")), model.kinds[key.kind].topic, key.id), prefix)
        if old != topic:
            await outbox.put(golden.removal(old))
