"""A write transaction on Neo4j: what it locks, the reads of the projection, and a delta written in bulk.

Several batches are written at once, by several processes. Neo4j reads whatever is committed at the moment and locks a
node only where it is written to, so that a batch must lock what it relies on before it reads it:

    its lane      one of `LANES` nodes, by every batch, first of all
    identifiers   those it claims, in order of key; one that names nothing is made, and unmade at the end
    things        those it reads, in order of key
    every lane    where it moves an identifier, removes a node or sweeps a placeholder: then it is alone

What a batch only refers to is not locked, or every lot would wait for the others of its material. It needs no lock: to
lead a reference elsewhere takes every lane, and so waits for each batch that may have followed it. A reference that
leads nowhere yet is claimed, unless its placeholder is there: then whoever describes the thing either keeps that node,
or moves the reference. Two batches that wait for each other are told apart by the server; one of them fails with
`StoreBusy` and is tried again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from graph.cache import Cache
from graph.columns import Column, ColumnType, edge_columns, edge_values, node_columns, node_values
from graph.cypher import quote
from graph.errors import WriteFailed
from graph.neo4j.ddl import LANE, THING
from graph.rows import IDENTIFIER, WITHDRAWN, by_kind, by_link, chunks, identifier_key, record_key, thing_of
from graph.thing import Delta, Edge, Key, Thing
from schema.assertion import RecordKey
from schema.identifier import id_of, of_id, placeholder_id
from schema.json import compact
from schema.merge import Record
from schema.registry import Link, Model

LANES = 32
"""How many batches may be written at once."""

CHUNK = 5000
"""Rows in one statement."""

SMALL = 2000
"""The most characters of state with which a thing is kept in memory, where it takes some five times as much."""

Run = Callable[[str, Mapping[str, Any]], Awaitable[list[list[Any]]]]
"""Runs a statement in the transaction and gives its rows."""

_LOCK = "SET {0}.`_lock` = true"
_LOCKED = "WITH collect({0}) AS locked UNWIND locked AS {0}"
"""Lets the statement go on when all are locked: it might have read their properties before."""

# What is read comes back as one list: the driver takes as long over a row of its own as the server over finding it.

LOCK_LANES = f"UNWIND $rows AS k MERGE (l:{quote(LANE)} {{number: k}}) SET l.token = $token"
BEGIN = (
    f"MATCH (x:{quote(LANE)}) WITH coalesce(max(x.last), 0) AS last "
    f"MERGE (l:{quote(LANE)} {{number: $lane}}) SET l.token = $token "
    "SET l.last = CASE WHEN coalesce(l.last, 0) < $reached THEN $reached ELSE l.last END, "
    "l.whole = CASE WHEN coalesce(l.whole, 0) < $whole THEN $whole ELSE l.whole END RETURN last"
)
"""Locks a lane, notes there how far of the journal the graph is with this batch, and gives how far it was before."""

CLAIM = (
    f"UNWIND $rows AS r MERGE (i:{quote(IDENTIFIER)} {{key: r[0]}}) ON CREATE SET i.thing = r[1] "
    f"ON MATCH {_LOCK.format('i')} {_LOCKED.format('i')} WITH i WHERE i.`_lock` RETURN collect([i.key, i.thing])"
)
"""Rows are `[key, the thing that it names if it named none]`. Gives those that were there: what is made has no lock."""

FOLLOW = f"UNWIND $rows AS k MATCH (i:{quote(IDENTIFIER)} {{key: k}}) RETURN collect([k, i.thing])"
RELEASE = f"UNWIND $rows AS k MATCH (i:{quote(IDENTIFIER)} {{key: k}}) DELETE i"
NAME = f"UNWIND $rows AS r MERGE (i:{quote(IDENTIFIER)} {{key: r[0]}}) SET i.thing = r[1]"
FLOORS = f"UNWIND $rows AS k MATCH (w:{quote(WITHDRAWN)} {{key: k}}) RETURN collect([k, w.record])"
WITHDRAW = f"UNWIND $rows AS r MERGE (w:{quote(WITHDRAWN)} {{key: r[0]}}) SET w.record = r[1]"
REVIVE = f"UNWIND $rows AS k MATCH (w:{quote(WITHDRAWN)} {{key: k}}) DELETE w"


class NodeStatements:
    """Statements over the nodes of one kind. Rows are ids, or the values of all its columns.

    Properties are set one by one: as a map they cost a third more, for Neo4j then takes it that the id may change.
    A write leaves the number of its transaction as the node's version, so that `lock` need not give what is known.
    """

    def __init__(self, kind: str, columns: Sequence[Column]) -> None:
        known = f"UNWIND $rows AS k MATCH (n:{quote(kind)} {{id: k}})"
        alone = f"{known} WHERE n.placeholder AND NOT EXISTS {{ (n)<--() }}"
        merge = f"UNWIND $rows AS r MERGE (n:{quote(kind)} {{id: r[0]}}) ON CREATE SET n:{quote(THING)}"
        places = list(enumerate(columns))[1:]
        values = ", ".join(f"n.{quote(column.name)} = {_value(column, place)}" for place, column in places)
        values = f"n.`_version` = $token, {values}"
        state = "[n.id, n.`_version`, n.`_records`, n.`_edges`, n.`_conflicts`]"
        state = f"CASE WHEN n.`_version` = $versions[n.id] THEN [n.id] ELSE {state} END"
        self.floats = floats(columns)
        self.state = [place for place, column in places if column.name in ("_records", "_edges", "_conflicts")]
        self.lock = f"{known} {_LOCK.format('n')} {_LOCKED.format('n')} RETURN collect({state})"
        self.known = f"{known} RETURN collect(k)"
        self.put = f"{merge} SET {values}"
        self.add = f"{merge}, {values}"
        self.delete = f"{known} DETACH DELETE n"
        self.referrers = f"{known} MATCH (n)<--(x:{quote(THING)}) RETURN collect(DISTINCT [k, labels(x), x.id])"
        self.alone = f"{alone} RETURN collect(k)"
        self.sweep = f"{alone} WITH k, n DELETE n RETURN collect(k)"


class EdgeStatements:
    """Statements over the edges of one link. Rows are `[source, target, occurrence, values of its columns…]`."""

    def __init__(self, link: Link) -> None:
        type_, source, target = quote(link.relationship), quote(link.source), quote(link.target)
        start = f"UNWIND $rows AS r MATCH (a:{source} {{id: r[0]}})"
        end = f"MATCH (b:{target} {{id: r[1]}})"
        self.floats = floats(edge_columns(link))
        places = enumerate(edge_columns(link), 2)
        values = ", ".join(f"{quote(column.name)}: {_value(column, place)}" for place, column in places)
        self.create = f"{start} {end} CREATE (a)-[:{type_} {{{values}}}]->(b) RETURN [count(*)]"
        self.delete = f"{start}-[e:{type_} {{`_occurrence`: r[2]}}]->(b:{target} {{id: r[1]}}) DELETE e"


@dataclass(frozen=True)
class Statements:
    """Every statement that writes a model's graph, rendered once."""

    model: Model
    nodes: Mapping[str, NodeStatements]
    edges: Mapping[tuple[str, str], EdgeStatements]
    """By the stating kind and the link's name."""

    @classmethod
    def of(cls, model: Model) -> Statements:
        return cls(
            model,
            {kind.name: NodeStatements(kind.name, node_columns(kind)) for kind in model},
            {(link.source, link.name): EdgeStatements(link) for link in model.links},
        )


Known = Cache[Key, tuple[int, Thing]]
"""Things as they were written or read lately, with the version that their nodes had then."""


class Writer:
    """Implements `graph.store.WriteTransaction`."""

    def __init__(self, run: Run, statements: Statements, token: int, known: Known) -> None:
        """`token` is a number that no other transaction leaves on its lane, or on a node."""
        self._run = run
        self._known_things = known
        self._put: dict[Key, Thing] = {}
        """What is written, and small enough to be kept."""
        self._statements = statements
        self._model = statements.model
        self._token = token
        self._alone = False
        self._claimed: dict[str, str | None] = {}
        """What each names; None for those that name nothing."""
        self._kept: dict[str, str | None] = {}
        """What their nodes say. Those that were made say what they will name, in most cases."""
        self._followed: set[Key] = set()
        self._new: set[Key] = set()
        self.written = False

    async def begin(self, lane: int, reached: int, whole: int) -> int:
        """Takes a lane, and so waits for a transaction that has it, or is alone; gives how far the graph had come."""
        noted = {"lane": lane, "token": self._token, "reached": reached, "whole": whole}
        ((last,),) = await self._run(BEGIN, noted)
        return int(last)

    async def resolve(
        self, identifiers: Collection[tuple[str, str]], *, claim: bool = True
    ) -> Mapping[tuple[str, str], str]:
        by_key = {identifier_key(*reference): reference for reference in identifiers}
        if claim:
            found = await self._claim({key: id_of(reference[1]) for key, reference in by_key.items()})
        else:
            found = await self._follow(by_key)
        return {by_key[key]: thing for key, thing in found.items() if thing is not None}

    async def _claim(self, wanted: Mapping[str, str | None]) -> Mapping[str, str | None]:
        """Claims identifiers, each with the thing that it is to name where it names none."""
        new = sorted(wanted.keys() - self._claimed.keys())
        there: dict[str, str | None] = dict(await self._over(CLAIM, [[key, wanted[key]] for key in new]))
        self._claimed.update({key: there.get(key) for key in new})
        self._kept.update({key: there[key] if key in there else wanted[key] for key in new})
        return {key: self._claimed[key] for key in wanted}

    async def _follow(self, by_key: Mapping[str, tuple[str, str]]) -> Mapping[str, str | None]:
        found: dict[str, str | None] = {key: self._claimed[key] for key in by_key.keys() & self._claimed.keys()}
        found.update({key: thing for key, thing in await self._over(FOLLOW, sorted(by_key.keys() - found.keys()))})
        nowhere = {key: _placeholder(*by_key[key]) for key in by_key.keys() - found.keys()}
        there = await self._known(nowhere.values())
        self._followed |= there
        found.update(await self._claim({key: None for key, node in nowhere.items() if node not in there}))
        return found

    async def _known(self, keys: Iterable[Key]) -> set[Key]:
        return {
            Key(kind, id_)
            for kind, ids in by_kind(keys).items()
            for id_ in await self._over(self._statements.nodes[kind].known, ids)
        }

    async def things(self, keys: Collection[Key]) -> Mapping[Key, Thing]:
        found: dict[Key, Thing] = {}
        for kind, ids in sorted(by_kind(keys).items()):
            known = {id_: kept for id_ in ids if (kept := self._known_things.get(Key(kind, id_))) is not None}
            versions = {id_: version for id_, (version, _) in known.items()}
            for id_, *state in await self._over(self._statements.nodes[kind].lock, sorted(ids), versions=versions):
                key = Key(kind, id_)
                found[key] = self._read(key, *state) if state else _unresolved(known[id_][1])
        self._new |= set(keys) - found.keys()
        return found

    def _read(self, key: Key, version: int | None, *state: str) -> Thing:
        thing = thing_of(key, *state)
        if version is not None and version != self._token and _is_small(state):
            self._known_things.put(key, (version, thing))
        return thing

    async def referrers(self, keys: Collection[Key]) -> Mapping[Key, frozenset[Key]]:
        await self._be_alone()
        found: dict[Key, set[Key]] = {key: set() for key in keys}
        for kind, ids in by_kind(keys).items():
            for id_, labels, source in await self._over(self._statements.nodes[kind].referrers, ids):
                found[Key(kind, id_)] |= {Key(label, source) for label in labels if label in self._model.kinds}
        return {key: frozenset(sources) for key, sources in found.items()}

    async def withdrawn(self, keys: Collection[RecordKey]) -> Mapping[RecordKey, Record]:
        await self._claim({identifier_key(key.kind, of_id(key.id)): key.id for key in keys})
        by_key = {record_key(key): key for key in keys}
        rows = await self._over(FLOORS, by_key)
        return {by_key[key]: Record.from_json(by_key[key].kind, orjson.loads(text)) for key, text in rows}

    async def write(self, delta: Delta) -> frozenset[Key]:
        self.written = True
        if delta.removed:
            await self._be_alone()
        for kind, ids in by_kind(delta.removed).items():
            await self._over(self._statements.nodes[kind].delete, ids)
        await self._put_nodes(delta)
        await self._put_identifiers(delta)
        await self._put_edges(delta)
        await self._over(REVIVE, map(record_key, delta.revived))
        await self._over(WITHDRAW, ([record_key(r.key), compact(r.as_json())] for r in delta.withdrawn))
        return await self._sweep(delta.unreferred)

    async def end(self) -> None:
        """Unmakes identifiers that were claimed and name nothing."""
        await self._over(RELEASE, sorted(key for key, thing in self._claimed.items() if thing is None))

    def committed(self) -> None:
        """Keeps what this transaction has written, once it is committed."""
        for thing in self._put.values():
            self._known_things.put(thing.key, (self._token, thing))

    async def _put_nodes(self, delta: Delta) -> None:
        rows: dict[tuple[str, bool], list[list[Any]]] = defaultdict(list)
        for thing in sorted((*map(Thing, delta.placeholders), *delta.things), key=lambda thing: thing.key):
            kind = self._model.kind(thing.key.kind)
            keep = thing.placeholder and thing.key in self._followed
            statements = self._statements.nodes[kind.name]
            row = as_floats(node_values(kind, thing), statements.floats)
            rows[kind.name, keep].append(row)
            self._put.pop(thing.key, None)
            if not thing.placeholder and _is_small(row[place] for place in statements.state):
                self._put[thing.key] = thing
        for (name, keep), nodes in rows.items():
            statements = self._statements.nodes[name]
            await self._over(statements.add if keep else statements.put, nodes, token=self._token)

    async def _put_identifiers(self, delta: Delta) -> None:
        released = [identifier_key(*reference) for reference in delta.released]
        named = {identifier_key(*reference): id_ for reference, id_ in delta.identifiers.items()}
        await self._over(RELEASE, sorted(released))
        await self._over(NAME, ([key, id_] for key, id_ in sorted(named.items()) if self._kept.get(key) != id_))
        self._claimed.update(dict.fromkeys(released))
        self._claimed.update(named)

    async def _put_edges(self, delta: Delta) -> None:
        """Edges that were there are deleted and made again; a node that was not there had none."""
        new = self._new & {thing.key for thing in delta.things}
        gone = (*delta.cut, *(edge.key for edge in delta.edges if edge.key.source not in new))
        for link, keys in sorted(by_link(gone).items()):
            await self._over(
                self._statements.edges[link].delete, ([k.source.id, k.target.id, k.occurrence] for k in sorted(keys))
            )
        edges = {edge.key: edge for edge in delta.edges}
        for link, keys in sorted(by_link(edges).items()):
            await self._create(link, [edges[key] for key in sorted(keys)])

    async def _create(self, link: tuple[str, str], edges: Sequence[Edge]) -> None:
        declared = self._model.kinds[link[0]].links[link[1]]
        statements = self._statements.edges[link]
        rows = [
            [e.key.source.id, e.key.target.id, *as_floats(edge_values(declared, e), statements.floats)] for e in edges
        ]
        made = sum(await self._over(statements.create, rows))
        if made != len(edges):
            raise WriteFailed(
                f"writing {len(edges)} edges {'.'.join(link)}, only {made} have both their nodes in the graph"
            )

    async def _sweep(self, unreferred: Collection[Key]) -> frozenset[Key]:
        """Deletes those of these placeholders to which no edge leads."""
        swept: set[Key] = set()
        for kind, ids in by_kind(unreferred).items():
            statements = self._statements.nodes[kind]
            if await self._over(statements.alone, ids):
                await self._be_alone()
                swept |= {Key(kind, id_) for id_ in await self._over(statements.sweep, ids)}
        return frozenset(swept)

    async def _be_alone(self) -> None:
        if not self._alone:
            await self._run(LOCK_LANES, {"rows": list(range(LANES)), "token": self._token})
            self._alone = True

    async def _over(self, cypher: str, rows: Iterable[Any], **more: Any) -> list[Any]:
        """Runs a statement over rows; gives all of the lists that it returns."""
        found: list[Any] = []
        for chunk in chunks(rows, CHUNK):
            for (part,) in await self._run(cypher, {"rows": chunk, **more}):
                found += part
        return found


def _is_small(state: Iterable[str]) -> bool:
    return sum(map(len, state)) <= SMALL


def _unresolved(thing: Thing) -> Thing:
    """A thing as it is read back."""
    return Thing(thing.key, thing.records, None, thing.edges, thing.conflicts)


def floats(columns: Sequence[Column]) -> tuple[int, ...]:
    """Where the columns are that hold floating point numbers."""
    return tuple(place for place, column in enumerate(columns) if column.type is ColumnType.FLOAT)


def as_floats(row: list[Any], places: Iterable[int]) -> list[Any]:
    """A row as it travels to a statement: Neo4j keeps 5 as an integer, which orders as 5.0 and is another type."""
    for place in places:
        if row[place] is not None:
            row[place] = float(row[place])
    return row


def _value(column: Column, place: int) -> str:
    """A column's value in a statement, from a row `r`. Instants travel as text, which is ten times faster to pack."""
    return f"datetime(r[{place}])" if column.type is ColumnType.INSTANT else f"r[{place}]"


def _placeholder(kind: str, identifier: str) -> Key:
    return Key(kind, placeholder_id(identifier))
