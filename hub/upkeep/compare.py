"""What differs between two graphs, read in step, and one of them brought to the state of the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.projection import resolved
from graph.rows import identifier_key, record_key
from graph.store import GraphStore
from graph.thing import Delta, EdgeKey, Key
from schema.assertion import RecordKey
from schema.authority import Authority
from schema.json import canonical
from schema.merge import Record
from schema.registry import Model

Entry = Mapping[str, Any]
"""An entry of a dump."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a dump has at one place: `old` in the graph in use, `new` in the one made from the journal."""

    old: Entry | None
    new: Entry | None

    @property
    def entry(self) -> Entry:
        found = self.new if self.old is None else self.old
        assert found is not None
        return found


async def differences(old: GraphStore, new: GraphStore, limit: int = 20) -> list[Difference]:
    """The first differences between two graphs, none when they are equal. Reads both in step, keeping neither."""
    found: list[Difference] = []
    ours, theirs = aiter(old.dump(floors=True)), aiter(new.dump(floors=True))
    left, right = await anext(ours, None), await anext(theirs, None)
    while (left is not None or right is not None) and len(found) < limit:
        if left is not None and right is not None and canonical(dict(left)) == canonical(dict(right)):
            left, right = await anext(ours, None), await anext(theirs, None)
        elif right is None or (left is not None and _place(left) < _place(right)):
            found.append(Difference(left, None))
            left = await anext(ours, None)
        elif left is None or _place(right) < _place(left):
            found.append(Difference(None, right))
            right = await anext(theirs, None)
        else:
            found.append(Difference(left, right))
            left, right = await anext(ours, None), await anext(theirs, None)
    return found


def _place(entry: Entry) -> tuple[Any, ...]:
    """Where an entry stands in a dump: nodes, edges, identifiers, floors, each in their own order."""
    if "node" in entry:
        return 0, entry["node"], entry["id"]
    if "edge" in entry:
        return 1, *entry["edge"].split("."), entry["from"], entry["to"][1], entry["_occurrence"]
    if "identifier" in entry:
        return 2, identifier_key(entry["kind"], entry["identifier"])
    return 3, record_key(RecordKey(*entry["withdrawn"]))


async def repair(
    old: GraphStore, new: GraphStore, model: Model, authority: Authority, found: Sequence[Difference]
) -> None:
    """Writes the state of `new` into `old` where they differ, in one transaction; `found` must be all differences."""
    touched = {key for difference in found for key in _things(difference.entry)}
    async with new.write() as tx:
        things = [resolved(model, authority, thing) for thing in (await tx.things(touched)).values()]
    gone = [difference.entry for difference in found if difference.new is None]
    delta = Delta(
        things=tuple(thing for thing in things if not thing.placeholder),
        placeholders=frozenset(thing.key for thing in things if thing.placeholder),
        removed=frozenset(Key(entry["node"], entry["id"]) for entry in gone if "node" in entry),
        identifiers=dict(_identifiers(difference.new for difference in found)),
        released=frozenset((entry["kind"], entry["identifier"]) for entry in gone if "identifier" in entry),
        edges=tuple(edge for thing in things for edge in thing.edges),
        cut=frozenset(_edge(entry) for entry in gone if "edge" in entry),
        withdrawn=tuple(_floors(difference.new for difference in found)),
        revived=frozenset(RecordKey(*entry["withdrawn"]) for entry in gone if "withdrawn" in entry),
    )
    async with old.write() as tx:
        await tx.things(touched)
        await tx.write(delta)


def _things(entry: Entry) -> Iterator[Key]:
    """The thing that an entry belongs to; an edge is kept with its source."""
    if "node" in entry:
        yield Key(entry["node"], entry["id"])
    if "edge" in entry:
        yield _edge(entry).source


def _edge(entry: Entry) -> EdgeKey:
    kind, link = entry["edge"].split(".")
    return EdgeKey(link, Key(kind, entry["from"]), Key(*entry["to"]), entry["_occurrence"])


def _identifiers(entries: Iterator[Entry | None]) -> Iterator[tuple[tuple[str, str], str]]:
    return (((e["kind"], e["identifier"]), e["thing"]) for e in entries if e is not None and "identifier" in e)


def _floors(entries: Iterator[Entry | None]) -> Iterator[Record]:
    return (Record.from_json(e["withdrawn"][0], e["record"]) for e in entries if e is not None and "withdrawn" in e)
