"""Reads over the whole graph: search, counts, places and the dump."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import orjson

from graph.columns import EDGE_OWN, Column, ColumnType, edge_columns, folded, node_columns
from graph.ladybug.ddl import IDENTIFIER, WITHDRAWN, quote
from graph.ladybug.engine import Session
from graph.ladybug.read import decode
from graph.thing import Key
from schema.registry import Kind, Link, Model

PAGE = 2000
"""Rows read at once in a dump."""

Position = Sequence[Any] | None
"""The key of a dump's last row; None at the beginning, and at the end."""


def search(session: Session, *, text: str, kinds: Collection[str], limit: int) -> list[Key]:
    """Things by text, best first: a name or identifier that is the text, then begins with it, then holds it."""
    wanted = folded(text)
    if not wanted:
        return []
    found: list[tuple[int, str, str]] = []
    for kind in sorted(kinds):
        rows = session.run(
            f"MATCH (n:{quote(kind)}) WHERE n.`_search` CONTAINS $text "
            "RETURN CASE WHEN n.`_search` CONTAINS $whole THEN 0 WHEN n.`_search` CONTAINS $start THEN 1 ELSE 2 END "
            "AS rank, n.id ORDER BY rank, n.id LIMIT $limit",
            {"text": wanted, "whole": f"\n{wanted}\n", "start": f"\n{wanted}", "limit": limit},
        )
        found += [(rank, kind, id_) for rank, id_ in rows]
    return [Key(kind, id_) for _, kind, id_ in sorted(found)[:limit]]


def counts(session: Session, *, model: Model) -> dict[str, int]:
    """How many things there are of each kind."""
    return {
        kind.name: session.run(f"MATCH (n:{quote(kind.name)}) WHERE NOT n.placeholder RETURN count(*)")[0][0]
        for kind in model
    }


def places(session: Session, *, model: Model, path: str | None) -> dict[str, dict[str, int]]:
    """How many things of each kind there are at each location, at or below `path`."""
    where = "n.path IS NOT NULL" if path is None else "(n.path = $path OR n.path STARTS WITH $below)"
    parameters = {} if path is None else {"path": path, "below": f"{path}/"}
    found: dict[str, dict[str, int]] = {}
    for kind in model:
        cypher = f"MATCH (n:{quote(kind.name)}) WHERE NOT n.placeholder AND {where} RETURN n.path, count(*)"
        for place, count in session.run(cypher, parameters):
            found.setdefault(place, {})[kind.name] = count
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class DumpPage:
    """Some rows of one part of a dump, and where to go on; `next` is None after the last."""

    rows: list[dict[str, Any]]
    next: Position


class Part(Protocol):
    """One part of a dump, page by page."""

    def __call__(self, session: Session, *, after: Position) -> DumpPage: ...


def parts(model: Model, *, floors: bool) -> Iterator[Part]:
    """The parts of a dump in their order: nodes by kind, edges by link, identifiers, and floors where wanted."""
    for name in sorted(model.kinds):
        yield partial(_nodes, kind=model.kinds[name])
    for link in sorted(model.links, key=lambda link: (link.source, link.name)):
        yield partial(_edges, link=link)
    yield partial(_rows, table=IDENTIFIER, column="thing", row=_identifier)
    if floors:
        yield partial(_rows, table=WITHDRAWN, column="record", row=_floor)


def _nodes(session: Session, *, kind: Kind, after: Position) -> DumpPage:
    columns = node_columns(kind)
    where, parameters = ("WHERE n.id > $id ", {"id": after[0]}) if after else ("", {})
    names = ", ".join(f"n.{quote(column.name)}" for column in columns)
    cypher = f"MATCH (n:{quote(kind.name)}) {where}RETURN {names} ORDER BY n.id LIMIT {PAGE}"
    rows = session.run(cypher, parameters)
    return _page(rows, [{"node": kind.name, **_values(columns, row)} for row in rows], 1)


def _edges(session: Session, *, link: Link, after: Position) -> DumpPage:
    columns = [*EDGE_OWN, *(column for column in edge_columns(link) if column not in EDGE_OWN)]
    where, parameters = "", {}
    if after:
        where = "WHERE a.id > $a OR (a.id = $a AND (b.id > $b OR (b.id = $b AND e.`_occurrence` > $occurrence))) "
        parameters = dict(zip(("a", "b", "occurrence"), after, strict=True))
    names = ", ".join(f"e.{quote(column.name)}" for column in columns)
    rows = session.run(
        f"MATCH (a:{quote(link.source)})-[e:{quote(link.relationship)}]->(b:{quote(link.target)}) {where}"
        f"RETURN a.id, b.id, {names} ORDER BY a.id, b.id, e.`_occurrence` LIMIT {PAGE}",
        parameters,
    )
    name = f"{link.source}.{link.name}"
    found = [{"edge": name, "from": a, "to": [link.target, b], **_values(columns, row)} for a, b, *row in rows]
    return _page(rows, found, 3)


def _rows(
    session: Session, *, table: str, column: str, row: Callable[[str, str], dict[str, Any]], after: Position
) -> DumpPage:
    where, parameters = ("WHERE t.key > $key ", {"key": after[0]}) if after else ("", {})
    rows = session.run(
        f"MATCH (t:{quote(table)}) {where}RETURN t.key, t.{quote(column)} ORDER BY t.key LIMIT {PAGE}", parameters
    )
    return _page(rows, [row(*found) for found in rows], 1)


def _identifier(key: str, thing: str) -> dict[str, Any]:
    kind, _, name = key.partition("|")
    return {"identifier": name, "kind": kind, "thing": thing}


def _floor(key: str, record: str) -> dict[str, Any]:
    return {"withdrawn": orjson.loads(key), "record": orjson.loads(record)}


def _page(raw: Sequence[Sequence[Any]], rows: list[dict[str, Any]], keys: int) -> DumpPage:
    return DumpPage(rows, raw[-1][:keys] if len(raw) == PAGE else None)


def _values(columns: Sequence[Column], row: Sequence[Any]) -> Mapping[str, Any]:
    return {
        column.name: orjson.loads(value)
        if column.type is ColumnType.JSON and value is not None
        else decode(column, value)
        for column, value in zip(columns, row, strict=True)
    }
