"""Projection: a batch of assertions becomes a change of the graph, inside one write transaction.

    assertions --join--> records --things--> which thing each is of, now            (schema.merge)
    what was there before, read by identifier     -> which identifiers lead elsewhere now
    things touched, and those that refer to what moved -> their edges anew          (graph.linking)
    before and after compared                     -> Delta, and the changes to announce

Everything is computed from the records that nodes carry, so joins, splits and withdrawals touch only the things
involved and those that refer to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from graph.linking import Reference, link, references, target_of
from graph.state import conflicts_to_json, edges_to_json, records_to_json
from graph.store import WriteTransaction
from graph.thing import Delta, Key, Thing
from schema.assertion import Assertion, RecordKey
from schema.authority import Authority
from schema.identifier import of_id, placeholder_id
from schema.json import Json, canonical, compact
from schema.merge import Record, canonical_id, join, record_of, resolve, things
from schema.registry import Model


@dataclass(frozen=True, slots=True)
class Changed:
    """What a batch did to one thing. `before` is None for a new one, `after` None for one that is gone.

    A placeholder counts as no thing: becoming one is being deleted, ceasing to be one is being created.
    """

    key: Key
    before: Thing | None
    after: Thing | None

    @property
    def names(self) -> tuple[str, ...]:
        """Attributes, properties and links that are different now."""
        old, new = _said(self.before), _said(self.after)
        return tuple(sorted(name for name in old.keys() | new.keys() if _differ(old.get(name), new.get(name))))


def _said(thing: Thing | None) -> dict[str, Json]:
    if thing is None or thing.golden is None:
        return {}
    said: dict[str, Json] = {name: value.value for name, value in thing.golden.values.items()}
    links: dict[str, list[Json]] = {}
    for edge in thing.edges:
        if edge.golden:
            stated: Json = [*edge.key.target, edge.key.occurrence, dict(edge.attributes)]
            links.setdefault(edge.key.link, []).append(stated)
    return said | links


def _differ(one: Json, other: Json) -> bool:
    """Whether two values are written differently: to Python 1, 1.0 and True are equal, and so are 0.0 and -0.0."""
    if one != other:
        return True
    return not isinstance(one, str) and one is not other and canonical(one) != canonical(other)


async def project(
    tx: WriteTransaction, model: Model, authority: Authority, assertions: Iterable[Assertion]
) -> tuple[Changed, ...]:
    """Applies a batch. The result depends on the set of assertions ever applied, not on order or batching."""
    batch = _Batch(tx, model, authority)
    await batch.gather(assertions)
    batch.regroup()
    await batch.find_referrers()
    await batch.relink()
    delta = batch.delta()
    if delta != Delta():
        await tx.write(delta)
    return batch.changed()


async def current(
    tx: WriteTransaction, model: Model, authority: Authority, keys: Collection[Key]
) -> Mapping[Key, Thing]:
    """Things as they are, locked like all that is read; placeholders count as no things."""
    found = await tx.things(keys) if keys else {}
    return {key: resolved(model, authority, thing) for key, thing in found.items() if not thing.placeholder}


def resolved(model: Model, authority: Authority, thing: Thing) -> Thing:
    """A thing as it was read, with what its records amount to."""
    golden = resolve(model, model.kinds[thing.key.kind], thing.records, authority)
    return Thing(thing.key, thing.records, golden, thing.edges, thing.conflicts)


@dataclass
class _Batch:
    """The working state of one projection."""

    tx: WriteTransaction
    model: Model
    authority: Authority

    asked: dict[Reference, str | None] = field(default_factory=dict)
    """References that name things touched, or may, with the thing that each named before the batch."""
    before: dict[Key, Thing] = field(default_factory=dict)
    """Nodes read: things and placeholders."""
    names_before: dict[Reference, str] = field(default_factory=dict)
    """The identifiers of the things read, as they were."""
    absent: set[Key] = field(default_factory=set)
    records: dict[RecordKey, Record] = field(default_factory=dict)
    """Every record of the things touched, the batch's among them."""
    floors: Mapping[RecordKey, Record] = field(default_factory=dict)
    after: dict[Key, Thing] = field(default_factory=dict)
    """Things touched, as they are now."""
    names: dict[Reference, str] = field(default_factory=dict)
    """Where the identifiers of those things lead now."""
    gone: set[Key] = field(default_factory=set)
    """Keys that named a thing and name none now."""
    moved: set[Reference] = field(default_factory=set)
    """References that led to a node which was there, and lead to another now."""
    unresolved: set[Key] = field(default_factory=set)
    """Where references lead that name nothing known."""

    async def gather(self, assertions: Iterable[Assertion]) -> None:
        """Reads every thing that the batch speaks of, until no identifier is left that might name another."""
        fresh: dict[RecordKey, Record] = {}
        for assertion in assertions:
            record = record_of(assertion)
            known = fresh.get(record.key)
            fresh[record.key] = join(known, record) if known else record
        self.floors = await self.tx.withdrawn(fresh.keys())
        for key, floor in self.floors.items():
            fresh[key] = join(fresh[key], floor)
        self.records = dict(fresh)
        unknown = self._unknown(fresh.values())
        while unknown:
            found = await self.tx.resolve(unknown)
            self.asked.update({reference: found.get(reference) for reference in unknown})
            read = await self._read(Key(kind, self.asked[kind, name] or placeholder_id(name)) for kind, name in unknown)
            self.asked.update(self.names_before)
            there = [record for thing in read for record in thing.records]
            joined = {record.key: join(record, fresh[record.key]) for record in there if record.key in fresh}
            self.records.update({record.key: joined.get(record.key, record) for record in there})
            unknown = self._unknown(joined.values())

    def _unknown(self, records: Iterable[Record]) -> set[Reference]:
        return {reference for record in records for reference in self._names(record) if reference not in self.asked}

    def _names(self, record: Record) -> list[Reference]:
        kind = record.key.kind
        return [(kind, name) for name in record.identifiers(self.model.kinds[kind])]

    async def _read(self, keys: Iterable[Key]) -> Collection[Thing]:
        """Reads the nodes that were not read yet; gives those that there are."""
        wanted = {key for key in keys if key not in self.before and key not in self.absent}
        found = await self.tx.things(wanted) if wanted else {}
        self.before.update(found)
        self.absent |= wanted - found.keys()
        for key, thing in found.items():
            for record in thing.records:
                self.names_before.update(dict.fromkeys(self._names(record), key.id))
        return found.values()

    def regroup(self) -> None:
        """Finds the things that there are now, and which identifiers lead elsewhere than before."""
        by_kind: dict[str, list[Record]] = {}
        for record in self.records.values():
            by_kind.setdefault(record.key.kind, []).append(record)
        for name, records in by_kind.items():
            kind = self.model.kinds[name]
            for group in things(records, kind):
                key = Key(name, canonical_id(group, self.authority))
                golden = resolve(self.model, kind, group, self.authority)
                self.after[key] = Thing(key, group, golden)
                self.names.update({(name, identifier): key.id for identifier in golden.identifiers})
        self.gone = {key for key, thing in self.before.items() if not thing.placeholder} - self.after.keys()
        self.moved = {reference for reference in self.asked if self._has_moved(reference)}

    def _has_moved(self, reference: Reference) -> bool:
        kind, name = reference
        old = Key(kind, self.asked[reference] or placeholder_id(name))
        return old in self.before and target_of(reference, self.names) != old

    def _left(self) -> set[Key]:
        """Nodes that some reference led to and no longer does."""
        return {Key(kind, self.asked[kind, name] or placeholder_id(name)) for kind, name in self.moved}

    async def find_referrers(self) -> None:
        """Takes in the things that refer to nodes which some reference no longer leads to: their edges change too."""
        left = self._left()
        if not left:
            return
        found = await self.tx.referrers(left)
        sources = {source for group in found.values() for source in group} - self.before.keys()
        await self._read(sources)
        for key in sources & self.before.keys():
            thing = resolved(self.model, self.authority, self.before[key])
            assert thing.golden is not None
            self.after[key] = thing
            self.names.update({(key.kind, identifier): key.id for identifier in thing.golden.identifiers})

    async def relink(self) -> None:
        """Computes the edges of every thing in `after`."""
        targets = await self._targets()
        for key, thing in self.after.items():
            assert thing.golden is not None
            linked = link(self.model.kinds[key.kind], key, thing.golden, targets)
            self.after[key] = Thing(key, thing.records, thing.golden, linked.edges, linked.conflicts)

    async def _targets(self) -> Mapping[Reference, str]:
        """Where every reference of the things in `after` leads; asks the store only for those not seen yet."""
        wanted = {
            reference
            for key, thing in self.after.items()
            if thing.golden is not None
            for reference in references(self.model.kinds[key.kind], thing.golden)
        }
        seen = self._seen()
        unknown = wanted - self.asked.keys() - self.names.keys() - seen.keys()
        found = await self.tx.resolve(unknown, claim=False) if unknown else {}
        targets: dict[Reference, str] = {}
        for reference in wanted:
            named = self.names.get(reference)
            if named is None and reference not in self.asked:
                named = found.get(reference) or seen.get(reference)
            if named is None:
                self.unresolved.add(target_of(reference, {}))
            else:
                targets[reference] = named
        return targets

    def _seen(self) -> dict[Reference, str]:
        """References on edges that were there: they lead where they led, unless this batch moved them."""
        return {
            (edge.key.target.kind, stated.identifier): edge.key.target.id
            for thing in self.before.values()
            for edge in thing.edges
            for stated in edge.stated
        }

    def delta(self) -> Delta:
        """What to write."""
        new = {edge.key: edge for thing in self.after.values() for edge in thing.edges}
        old = {edge.key: edge for thing in self.before.values() for edge in thing.edges}
        removed = {key for key in self.gone if (key.kind, of_id(key.id)) in self.names}
        emptied = self.gone - removed
        edges = tuple(edge for key, edge in sorted(new.items()) if old.get(key) != edge)
        cut = old.keys() - new.keys()
        lost = {key.target for key in cut} | self._left() | emptied
        return Delta(
            things=tuple(thing for _, thing in self.written),
            removed=frozenset(removed),
            placeholders=frozenset(({edge.key.target for edge in edges} & self.unresolved) | emptied),
            unreferred=frozenset(lost - self.after.keys() - removed),
            identifiers={r: id_ for r, id_ in self.names.items() if self.names_before.get(r) != id_},
            released=frozenset(self.names_before.keys() - self.names.keys()),
            edges=edges,
            cut=frozenset(key for key in cut if key.source not in removed),
            withdrawn=self._withdrawn(),
            revived=frozenset(key for key in self.floors if self.records[key].current),
        )

    @cached_property
    def written(self) -> Collection[tuple[Key, Thing]]:
        """The things that are different now, in order of key; to be asked for when they are linked."""
        return [(key, thing) for key, thing in sorted(self.after.items()) if not _same(self.before.get(key), thing)]

    def _withdrawn(self) -> tuple[Record, ...]:
        silent = (record for _, record in sorted(self.records.items()) if not record.current)
        return tuple(record for record in silent if self.floors.get(record.key) != record)

    def changed(self) -> tuple[Changed, ...]:
        """What there is to announce, in order of key."""
        gone = ((key, None) for key in self.gone)
        touched: Iterable[tuple[Key, Thing | None]] = sorted([*self.written, *gone], key=lambda pair: pair[0])
        return tuple(Changed(key, self._thing_before(key), thing) for key, thing in touched)

    def _thing_before(self, key: Key) -> Thing | None:
        thing = self.before.get(key)
        return None if thing is None or thing.placeholder else resolved(self.model, self.authority, thing)


def _same(before: Thing | None, after: Thing) -> bool:
    return (
        before is not None
        and before.records == after.records
        and before.edges == after.edges
        and before.conflicts == after.conflicts
        and _text(before) == _text(after)
    )


def _text(thing: Thing) -> str:
    """A thing's state as it is kept, which tells 1 from 1.0 and True."""
    return compact([records_to_json(thing.records), edges_to_json(thing.edges), conflicts_to_json(thing.conflicts)])
