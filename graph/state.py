"""The JSON form of a thing's state, as a node carries it: its edges and its conflicts.

    edges      [[link, target kind, target id, occurrence, golden, [[system, id, identifier], …], attributes], …]
    conflicts  [[cell, [[system, id, event time µs, value], …]], …]     the word that counts comes first

Records have their own form (`schema.merge.Record.as_json`). All of it is in a fixed order, so equal states are equal
texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from graph.thing import Conflict, Edge, EdgeKey, Key, Stated
from schema.merge import Record, Said


def records_to_json(records: Iterable[Record]) -> list[Any]:
    return [record.as_json() for record in records]


def records_from_json(kind: str, rows: Sequence[Any]) -> tuple[Record, ...]:
    return tuple(Record.from_json(kind, row) for row in rows)


def edges_to_json(edges: Iterable[Edge]) -> list[Any]:
    return [
        [e.key.link, *e.key.target, e.key.occurrence, e.golden, [list(s) for s in e.stated], dict(e.attributes)]
        for e in sorted(edges, key=lambda e: e.key)
    ]


def edges_from_json(source: Key, rows: Sequence[Any]) -> tuple[Edge, ...]:
    return tuple(
        Edge(
            EdgeKey(link, source, Key(kind, id_), occurrence),
            tuple(Stated(*s) for s in stated),
            attributes,
            golden,
        )
        for link, kind, id_, occurrence, golden, stated, attributes in rows
    )


def conflicts_to_json(conflicts: Iterable[Conflict]) -> list[Any]:
    return [[c.cell, [list(s) for s in c.said]] for c in sorted(conflicts, key=lambda c: c.cell)]


def conflicts_from_json(rows: Sequence[Any]) -> tuple[Conflict, ...]:
    return tuple(Conflict(cell, tuple(Said(*s) for s in said)) for cell, said in rows)
