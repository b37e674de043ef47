"""A graph from end to end, in a fixed order and page by page: equal graphs give equal dumps, whatever the store.

nodes by kind, then id; edges by link, then their ends and occurrence; identifiers; floors, where they are wanted
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from graph.columns import EDGE_OWN, Column, ColumnType, edge_columns, node_columns
from graph.cypher import quote
from graph.rows import IDENTIFIER, WITHDRAWN
from schema.registry import Kind, Link, Model

PAGE = 20_000
"""Rows read at once. An engine without an index to follow sorts what is left for every page, so pages are few."""

Entry = dict[str, Any]

Decode = Callable[[Column, Any], Any]
"""A column's value as JSON, from what a store gives."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a dump: its pattern, what keys order its rows, and what is made of a row.

    A row has the values of `keys` first, then those of `expressions`.
    """

    pattern: str
    keys: tuple[str, ...]
    entry: Callable[[Sequence[Any], Decode], Entry]
    expressions: tuple[str, ...] = field(default=())

    def statement(self, after: Sequence[Any] | None) -> tuple[str, dict[str, Any]]:
        """The statement that gives the next page, from the keys of the row before it."""
        parameters = {f"after{place}": value for place, value in enumerate(after or ())}
        where = f" WHERE {self._beyond(0)}" if after else ""
        order = ", ".join(self.keys)
        columns = ", ".join([*self.keys, *self.expressions])
        return f"MATCH {self.pattern}{where} RETURN {columns} ORDER BY {order} LIMIT {PAGE}", parameters

    def _beyond(self, place: int) -> str:
        """Keys greater than those of the row before, beginning with the key at `place`; the first bounds all."""
        key, value = self.keys[place], f"$after{place}"
        if place + 1 == len(self.keys):
            return f"{key} > {value}"
        bound = f"{key} >= {value} AND " if place == 0 else ""
        return f"{bound}({key} > {value} OR ({key} = {value} AND {self._beyond(place + 1)}))"

    def next(self, rows: Sequence[Sequence[Any]]) -> Sequence[Any] | None:
        """Where to go on after a page; None after the last."""
        return rows[-1][: len(self.keys)] if len(rows) == PAGE else None


def parts(model: Model, *, floors: bool) -> Iterator[Part]:
    """The parts of a dump in their order."""
    for name in sorted(model.kinds):
        yield _nodes(model.kinds[name])
    for link in sorted(model.links, key=lambda link: (link.source, link.name)):
        yield _edges(link)
    yield Part(f"(t:{quote(IDENTIFIER)})", ("t.key",), _identifier, ("t.thing",))
    if floors:
        yield Part(f"(t:{quote(WITHDRAWN)})", ("t.key",), _floor, ("t.record",))


def _nodes(kind: Kind) -> Part:
    columns = node_columns(kind)
    expressions = tuple(f"n.{quote(column.name)}" for column in columns[1:])

    def entry(row: Sequence[Any], decode: Decode) -> Entry:
        return {"node": kind.name, **_values(columns, row, decode)}

    return Part(f"(n:{quote(kind.name)})", ("n.id",), entry, expressions)


def _edges(link: Link) -> Part:
    columns = [*EDGE_OWN, *(column for column in edge_columns(link) if column not in EDGE_OWN)]
    occurrence, *others = (f"e.{quote(column.name)}" for column in columns)

    def entry(row: Sequence[Any], decode: Decode) -> Entry:
        ends = {"edge": f"{link.source}.{link.name}", "from": row[0], "to": [link.target, row[1]]}
        return {**ends, **_values(columns, row[2:], decode)}

    pattern = f"(a:{quote(link.source)})-[e:{quote(link.relationship)}]->(b:{quote(link.target)})"
    return Part(pattern, ("a.id", "b.id", occurrence), entry, tuple(others))


def _identifier(row: Sequence[Any], decode: Decode) -> Entry:
    kind, _, name = row[0].partition("|")
    return {"identifier": name, "kind": kind, "thing": row[1]}


def _floor(row: Sequence[Any], decode: Decode) -> Entry:
    return {"withdrawn": orjson.loads(row[0]), "record": orjson.loads(row[1])}


def _values(columns: Sequence[Column], row: Sequence[Any], decode: Decode) -> Mapping[str, Any]:
    return {
        column.name: orjson.loads(value)
        if column.type is ColumnType.JSON and value is not None
        else decode(column, value)
        for column, value in zip(columns, row, strict=True)
    }
