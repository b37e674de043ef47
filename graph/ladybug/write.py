"""A write transaction on Ladybug: the reads of the projection, and a delta written in bulk.

Measured choices. Rows go as lists of texts that the statement casts: half the time of structs to bind, and one plan
whatever is null (a struct's members are typed by the batch's values). New nodes are created and old ones set, after
asking which are there: MERGE is several times slower. Two nodes in one MATCH are a cross product, so WITH parts them.
Edges of a known node are found by OPTIONAL MATCH, for MATCH scans the whole table; those that were there are deleted
and made again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from graph.columns import (
    Column,
    ColumnType,
    edge_columns,
    edge_values,
    node_columns,
    node_values,
)
from graph.cypher import quote
from graph.errors import WriteFailed
from graph.ladybug.ddl import IDENTIFIER_COLUMNS, SQL_TYPES, WITHDRAWN_COLUMNS
from graph.ladybug.engine import Session
from graph.rows import IDENTIFIER, WITHDRAWN, by_kind, by_link, chunks, identifier_key, record_key, thing_of
from graph.thing import Delta, Edge, EdgeKey, Key, Thing
from schema.assertion import RecordKey
from schema.json import compact
from schema.merge import Record
from schema.registry import Link, Model

CHUNK = 2000
"""Rows in one statement."""


class Rows:
    """How values of some columns travel to a statement: `[[texts…, list marks…], list, list, …]`."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._single = [(place, column) for place, column in enumerate(columns) if column.type is not ColumnType.TEXTS]
        self._lists = [(place, column) for place, column in enumerate(columns) if column.type is ColumnType.TEXTS]
        expressions = [(column, _cast(column, f"r[1][{k}]")) for k, (_, column) in enumerate(self._single, 1)]
        for k, (_, column) in enumerate(self._lists, 1):
            mark = f"r[1][{len(self._single) + k}]"
            expressions.append((column, f"CASE WHEN {mark} = '1' THEN r[{k + 1}] ELSE NULL END"))
        self.expressions = tuple((quote(column.name), expression) for column, expression in expressions)
        """Column names, quoted, with the expression that gives the value from a row `r`."""

    def pack(self, values: Sequence[Any]) -> list[list[str | None]]:
        texts = [_text(values[place]) for place, _ in self._single]
        lists = [values[place] for place, _ in self._lists]
        texts += ["0" if value is None else "1" for value in lists]
        return [texts, *(value or [] for value in lists)]


def _cast(column: Column, expression: str) -> str:
    type_ = SQL_TYPES[column.type]
    return expression if type_ == "STRING" else f"CAST({expression} AS {type_})"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


class NodeStatements:
    """Writing rows of one node table, whose first column is its key."""

    def __init__(self, table: str, columns: Sequence[Column]) -> None:
        self._rows = Rows(columns)
        name, key = quote(table), quote(columns[0].name)
        (_, key_value), *others = self._rows.expressions
        every = ", ".join(f"{column}: {value}" for column, value in self._rows.expressions)
        self._known = f"UNWIND $rows AS k MATCH (n:{name} {{{key}: k}}) RETURN k"
        self._create = f"UNWIND $rows AS r CREATE (n:{name} {{{every}}})"
        self._set = f"UNWIND $rows AS r MATCH (n:{name} {{{key}: {key_value}}}) SET " + ", ".join(
            f"n.{column} = {value}" for column, value in others
        )
        self._delete = f"UNWIND $rows AS k MATCH (n:{name} {{{key}: k}}) DETACH DELETE n"

    def put(self, session: Session, rows: Mapping[str, Sequence[Any]]) -> set[str]:
        """Writes rows by key; gives the keys that were not there before."""
        created: set[str] = set()
        for chunk in chunks(rows, CHUNK):
            known = {row[0] for row in session.run_rows(self._known, chunk)}
            new = [key for key in chunk if key not in known]
            if new:
                session.run_rows(self._create, [self._rows.pack(rows[key]) for key in new])
                created.update(new)
            if known:
                session.run_rows(self._set, [self._rows.pack(rows[key]) for key in chunk if key in known])
        return created

    def delete(self, session: Session, keys: Iterable[str]) -> None:
        for chunk in chunks(keys, CHUNK):
            session.run_rows(self._delete, chunk)


class EdgeStatements:
    """Writing the edges of one link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        columns = (Column("source", ColumnType.TEXT), Column("target", ColumnType.TEXT), *edge_columns(link))
        self._rows = Rows(columns)
        (_, source), (_, target), *own = self._rows.expressions
        self._key = Rows(columns[:3])
        occurrence, occurrence_value = self._key.expressions[2]
        type_, source_kind, target_kind = quote(link.relationship), quote(link.source), quote(link.target)
        start = f"UNWIND $rows AS r MATCH (a:{source_kind} {{id: {source}}}) WITH a, r "
        self._create = (
            f"{start}MATCH (b:{target_kind} {{id: {target}}}) "
            f"CREATE (a)-[:{type_} {{{', '.join(f'{column}: {value}' for column, value in own)}}}]->(b) RETURN count(*)"
        )
        self._delete = (
            f"{start}OPTIONAL MATCH (a)-[e:{type_}]->(b:{target_kind}) WITH r, e, b "
            f"WHERE b.id = {target} AND e.{occurrence} = {occurrence_value} DELETE e"
        )

    def create(self, session: Session, edges: Iterable[Edge]) -> None:
        for chunk in chunks(edges, CHUNK):
            rows = [self._rows.pack([e.key.source.id, e.key.target.id, *edge_values(self._link, e)]) for e in chunk]
            ((made,),) = session.run_rows(self._create, rows)
            if made != len(chunk):
                link = f"{self._link.source}.{self._link.name}"
                raise WriteFailed(f"writing {len(chunk)} edges {link}, only {made} have both their nodes in the graph")

    def delete(self, session: Session, keys: Iterable[EdgeKey]) -> None:
        for chunk in chunks(keys, CHUNK):
            rows = [self._key.pack([key.source.id, key.target.id, key.occurrence]) for key in chunk]
            session.run_rows(self._delete, rows)


@dataclass(frozen=True)
class Statements:
    """Every statement that writes a model's tables, rendered once."""

    model: Model
    nodes: Mapping[str, NodeStatements]
    edges: Mapping[tuple[str, str], EdgeStatements]
    """By the stating kind and the link's name."""
    identifiers: NodeStatements
    withdrawn: NodeStatements
    incoming: Mapping[str, str]
    """Relationship types that lead to a kind, as a pattern takes them: `` `A`|`B` ``."""

    @classmethod
    def of(cls, model: Model) -> Statements:
        incoming: dict[str, set[str]] = defaultdict(set)
        for link in model.links:
            incoming[link.target].add(quote(link.relationship))
        return cls(
            model,
            {kind.name: NodeStatements(kind.name, node_columns(kind)) for kind in model},
            {(link.source, link.name): EdgeStatements(link) for link in model.links},
            NodeStatements(IDENTIFIER, IDENTIFIER_COLUMNS),
            NodeStatements(WITHDRAWN, WITHDRAWN_COLUMNS),
            {kind: "|".join(sorted(types)) for kind, types in incoming.items()},
        )


class Writer:
    """What a write transaction reads and writes, on the thread of its session."""

    def __init__(self, session: Session, statements: Statements) -> None:
        self._session = session
        self._statements = statements
        self._model = statements.model

    def resolve(self, identifiers: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        by_key = {identifier_key(*reference): reference for reference in identifiers}
        cypher = f"UNWIND $rows AS k MATCH (i:{quote(IDENTIFIER)} {{key: k}}) RETURN k, i.thing"
        return {by_key[key]: thing for key, thing in self._read(cypher, by_key)}

    def things(self, keys: Collection[Key]) -> dict[Key, Thing]:
        found: dict[Key, Thing] = {}
        for kind, ids in by_kind(keys).items():
            cypher = (
                f"UNWIND $rows AS k MATCH (n:{quote(kind)} {{id: k}}) "
                "RETURN k, n.`_records`, n.`_edges`, n.`_conflicts`"
            )
            for id_, records, edges, conflicts in self._read(cypher, ids):
                key = Key(kind, id_)
                found[key] = thing_of(key, records, edges, conflicts)
        return found

    def referrers(self, keys: Collection[Key]) -> dict[Key, frozenset[Key]]:
        found: dict[Key, set[Key]] = {key: set() for key in keys}
        for kind, ids in by_kind(keys).items():
            if (types := self._statements.incoming.get(kind)) is None:
                continue
            cypher = (
                f"UNWIND $rows AS k MATCH (n:{quote(kind)} {{id: k}}) WITH k, n "
                f"OPTIONAL MATCH (n)<-[:{types}]-(x) WITH k, x WHERE x.id IS NOT NULL RETURN DISTINCT k, label(x), x.id"
            )
            for id_, source_kind, source in self._read(cypher, ids):
                found[Key(kind, id_)].add(Key(source_kind, source))
        return {key: frozenset(sources) for key, sources in found.items()}

    def withdrawn(self, keys: Collection[RecordKey]) -> dict[RecordKey, Record]:
        by_key = {record_key(key): key for key in keys}
        cypher = f"UNWIND $rows AS k MATCH (w:{quote(WITHDRAWN)} {{key: k}}) RETURN k, w.record"
        rows = self._read(cypher, by_key)
        return {by_key[key]: Record.from_json(by_key[key].kind, orjson.loads(text)) for key, text in rows}

    def write(self, delta: Delta) -> frozenset[Key]:
        for kind, ids in by_kind(delta.removed).items():
            self._statements.nodes[kind].delete(self._session, ids)
        created = self._put_nodes(delta)
        self._put_identifiers(delta)
        self._put_edges(delta, created)
        self._put_withdrawn(delta)
        return self._sweep(delta.unreferred)

    def _put_nodes(self, delta: Delta) -> set[Key]:
        rows: dict[str, dict[str, Sequence[Any]]] = defaultdict(dict)
        for thing in (*map(Thing, delta.placeholders), *delta.things):
            rows[thing.key.kind][thing.key.id] = node_values(self._model.kind(thing.key.kind), thing)
        created: set[Key] = set()
        for kind, by_id in rows.items():
            created |= {Key(kind, id_) for id_ in self._statements.nodes[kind].put(self._session, by_id)}
        return created

    def _put_identifiers(self, delta: Delta) -> None:
        statements = self._statements.identifiers
        statements.delete(self._session, (identifier_key(*reference) for reference in delta.released))
        rows = {identifier_key(*reference): id_ for reference, id_ in delta.identifiers.items()}
        statements.put(self._session, {key: (key, id_) for key, id_ in rows.items()})

    def _put_edges(self, delta: Delta, created: set[Key]) -> None:
        replaced = [edge.key for edge in delta.edges if edge.key.source not in created]
        for link, keys in by_link((*delta.cut, *replaced)).items():
            self._statements.edges[link].delete(self._session, keys)
        edges = {edge.key: edge for edge in delta.edges}
        for link, keys in by_link(edges).items():
            self._statements.edges[link].create(self._session, [edges[key] for key in keys])

    def _put_withdrawn(self, delta: Delta) -> None:
        statements = self._statements.withdrawn
        statements.delete(self._session, map(record_key, delta.revived))
        rows = {record_key(record.key): compact(record.as_json()) for record in delta.withdrawn}
        statements.put(self._session, {key: (key, text) for key, text in rows.items()})

    def _sweep(self, unreferred: Collection[Key]) -> frozenset[Key]:
        """Deletes those of these placeholders to which no edge leads."""
        swept: set[Key] = set()
        for kind, ids in by_kind(unreferred).items():
            types = self._statements.incoming.get(kind)
            known = f"UNWIND $rows AS k MATCH (n:{quote(kind)} {{id: k}}) WHERE n.placeholder "
            alone = {row[0] for row in self._read(f"{known}RETURN k", ids)}
            if types is not None:
                referred = f"{known}WITH k, n OPTIONAL MATCH (n)<-[:{types}]-(x) WITH k, x WHERE x.id IS NOT NULL "
                alone -= {row[0] for row in self._read(f"{referred}RETURN DISTINCT k", alone)}
            self._statements.nodes[kind].delete(self._session, alone)
            swept |= {Key(kind, id_) for id_ in alone}
        return frozenset(swept)

    def _read(self, cypher: str, keys: Iterable[str]) -> Iterator[list[Any]]:
        for chunk in chunks(keys, CHUNK):
            yield from self._session.run_rows(cypher, chunk)
