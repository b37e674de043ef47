"""Plans as one Cypher statement: lists are nested `COLLECT {}`, totals `COUNT {}`, nodes map projections.

    MATCH (l:`_Lane`) WITH collect(l.token) AS before
    WITH before, [<root>, <root>, …] AS found
    RETURN found, before = COLLECT { MATCH (l:`_Lane`) RETURN l.token } AS whole

Every write leaves a new token on a lane (see `write`), so tokens that are the same before and after say that no write
was committed in between: what was found is one state of the graph, although Neo4j reads whatever is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.columns import Column, ColumnType, columns_of, compared_column, value_of
from graph.cypher import Renderer, arrow, cursor_end, order_columns, quote, where_text
from graph.neo4j.ddl import LANE, THING
from graph.neo4j.driver import instant
from graph.plan import (
    And,
    Compare,
    Condition,
    Lookup,
    Many,
    One,
    Operator,
    Or,
    Order,
    Own,
    Page,
    Paging,
    Plan,
    Row,
    Select,
    Value,
)
from graph.rows import IDENTIFIER, identifier_key
from schema.identifier import placeholder_id
from schema.model.base import instant_text

Decode = Callable[[Any], Any]

_WHOLE_SECONDS = len("2026-01-01T00:00:00Z")


@dataclass(frozen=True, slots=True)
class Part:
    """An expression of a statement, and what makes a plan's result of its value."""

    text: str
    decode: Decode


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole plan. It gives one row: the values of the roots, and whether they are of one state of the graph."""

    text: str
    parameters: Mapping[str, Any]
    roots: tuple[tuple[str, Part], ...]

    def result(self, found: Sequence[Any]) -> Row:
        return {key: part.decode(value) for (key, part), value in zip(self.roots, found, strict=True)}


def statement(plan: Plan, parameters: Mapping[str, Any]) -> Statement:
    """Renders a plan; the text depends on the values only in where they are null, or a list empty."""
    render = PlanRenderer(parameters)
    roots = tuple((root.key, render.root(root)) for root in plan.roots)
    lanes = f"MATCH (l:{quote(LANE)})"
    text = (
        f"{lanes} WITH collect(l.token) AS before "
        f"WITH before, [{', '.join(part.text for _, part in roots)}] AS found "
        f"RETURN found, before = COLLECT {{ {lanes} RETURN l.token }} AS whole"
    )
    return Statement(text, render.parameters, roots)


def decode(column: Column, value: Any) -> Any:
    """A column's value as JSON. Instants come as text in UTC from plans, where that is faster; else as such."""
    if column.type is not ColumnType.INSTANT or value is None:
        return value
    if isinstance(value, str):
        return value if len(value) == _WHOLE_SECONDS else instant_text(datetime.fromisoformat(value))
    return instant_text(instant(value))


def _read(variable: str, column: Column) -> str:
    """The expression that gives a column's value."""
    name = f"{variable}.{quote(column.name)}"
    return f"toString({name})" if column.type is ColumnType.INSTANT else name


class Neo4jRenderer(Renderer):
    """Renders conditions for Neo4j."""

    def compare(self, name: str, column: Column, operator: Operator, value: Any) -> str:
        if column.type is ColumnType.TEXTS and operator is Operator.CONTAINS:
            return f"{self.bind(value)} IN {name}"
        if operator is Operator.IN and not value:
            return f"{name} <> {name}"  # `null IN []` would be false, not open
        return super().compare(name, column, operator, value)

    def typed(self, column: Column, value: Any, operator: Operator) -> str:
        return self.bind([_bound(column, v) for v in value] if operator is Operator.IN else _bound(column, value))


def _bound(column: Column, value: Any) -> Any:
    if column.type is ColumnType.INSTANT:
        return datetime.fromisoformat(value)
    return float(value) if column.type is ColumnType.FLOAT else value


class PlanRenderer(Neo4jRenderer):
    """Renders the parts of one plan."""

    def root(self, root: Lookup | Page) -> Part:
        return self._lookup(root) if isinstance(root, Lookup) else self._page(root)

    def _lookup(self, root: Lookup) -> Part:
        """By what names a thing; else a placeholder, which nothing names but its id."""
        identifier, kind = self.given(root.identifier), root.select.kind.name
        node, by = self.variable("n"), self.variable("i")
        key, id_ = self.bind(identifier_key(kind, identifier)), self.bind(placeholder_id(identifier))
        found = self._node(root.select, node)
        text = (
            f"head(COLLECT {{ OPTIONAL MATCH ({by}:{quote(IDENTIFIER)} {{key: {key}}}) "
            f"MATCH ({node}:{quote(kind)} {{id: coalesce({by}.thing, {id_})}}) "
            f"WHERE {by}.thing IS NOT NULL OR {node}.placeholder RETURN {found.text} }})"
        )
        return Part(text, found.decode)

    def _page(self, root: Page) -> Part:
        node = self.variable("n")
        # Paths have one index over all things.
        things = f":{quote(THING)}" if _compares_path(root.paging.where) else ""
        pattern = f"({node}:{quote(root.select.kind.name)}{things})"
        return self._list(pattern, root.paging, root.select, node, None, ())

    def _many(self, many: Many, parent: str) -> Part:
        node, edge = self.variable("n"), self.variable("e")
        pattern = arrow(many.direction, parent, edge, node)
        return self._list(pattern, many.paging, many.select, node, edge, many.edge)

    def _one(self, one: One, parent: str) -> Part:
        node, edge = self.variable("n"), self.variable("e")
        found = self._node(one.select, node)
        text = (
            f"head(COLLECT {{ MATCH {arrow(one.direction, parent, edge, node)} WHERE {edge}.`_golden` "
            f"WITH {node} ORDER BY {node}.id LIMIT 1 RETURN {found.text} }})"
        )
        return Part(text, found.decode)

    def _list(
        self, pattern: str, paging: Paging, select: Select, node: str, edge: str | None, values: tuple[Value, ...]
    ) -> Part:
        # Saying that every node has an id lets a root list be read in the order of the ids' index.
        always = [f"{node}.id IS NOT NULL" if edge is None else f"{edge}.`_golden`"]
        members: list[str] = []
        listing = _Listing(paging, edge is not None)
        if paging.rows:
            listing.first = int(self.given(paging.first))
            where = where_text([*always, *self.where(paging, after=True, node=node, edge=edge)])
            row, listing.row = self._row(select, paging.order, node, edge, values)
            kept = node if edge is None else f"{node}, {edge}"
            order = _order_by(paging.order, node, edge)
            limit = self.bind(listing.first + 1)
            found = f"MATCH {pattern}{where} WITH {kept} ORDER BY {order} LIMIT {limit}"
            members.append(f"COLLECT {{ {found} RETURN {row} }}")
        if paging.total:
            where = where_text(
                [*(always if edge or paging.where else []), *self.where(paging, after=False, node=node, edge=edge)]
            )
            members.append(f"COUNT {{ MATCH {pattern}{where} }}")
        return Part(f"[{', '.join(members)}]", listing.page)

    def _row(
        self, select: Select, orders: Sequence[Order], node: str, edge: str | None, values: tuple[Value, ...]
    ) -> tuple[str, Decode]:
        """One row of a list: `[node, edge's values, order values, id, occurrence]`."""
        found = self._node(select, node)
        columns = order_columns(orders)
        of_edge = _Projection(values)
        keys = [_read(node, column) for column in columns]
        ends = [f"{node}.id", "0" if edge is None else f"{edge}.`_occurrence`"]
        own = of_edge.text(edge) if edge and values else "null"
        text = f"[{found.text}, {own}, [{', '.join(keys)}], {', '.join(ends)}]"

        def row(raw: Sequence[Any]) -> Row:
            order = [decode(column, value) for column, value in zip(columns, raw[2], strict=True)]
            return {
                "node": found.decode(raw[0]),
                "edge": of_edge.row(raw[1]) if values else {},
                "cursor": [*order, cursor_end(raw[3], raw[4])],
            }

        return text, row

    def _node(self, select: Select, node: str) -> Part:
        own = _Projection(select.values)
        below = [(one.key, self._one(one, node)) for one in select.ones]
        below += [(many.key, self._many(many, node)) for many in select.manys]
        text = own.text(node, [part.text for _, part in below])

        def row(raw: Mapping[str, Any] | None) -> Row | None:
            if raw is None:
                return None
            return own.row(raw) | {key: part.decode(raw[f"_{place}"]) for place, (key, part) in enumerate(below)}

        return Part(text, row)


class _Projection:
    """Values as a map projection: each column once, by its own name."""

    def __init__(self, values: Iterable[Value]) -> None:
        self._values = [(value.key, value.what, columns_of(value.what)) for value in values]
        self._columns = list(dict.fromkeys(column for _, _, columns in self._values for column in columns))

    def text(self, variable: str, below: Iterable[str] = ()) -> str:
        members = [
            f"{quote(column.name)}: {_read(variable, column)}"
            if column.type is ColumnType.INSTANT
            else f".{quote(column.name)}"
            for column in self._columns
        ]
        members += [f"_{place}: {text}" for place, text in enumerate(below)]
        return f"{variable} {{{', '.join(members) or '.id'}}}"

    def row(self, raw: Mapping[str, Any]) -> Row:
        return {
            key: value_of(what, [decode(column, raw[column.name]) for column in columns])
            for key, what, columns in self._values
        }


@dataclass
class _Listing:
    """How a list's value, `[rows, total]` as wanted, becomes a page."""

    paging: Paging
    linked: bool
    first: int = 0
    row: Decode | None = None

    def page(self, raw: Sequence[Any]) -> Row:
        rows = raw[0] if self.row is not None else []
        return {
            "rows": [] if self.row is None else [self.row(row) for row in rows[: self.first]],
            "more": len(rows) > self.first if self.row is not None else False,
            "total": raw[-1] if self.paging.total else None,
        }


def _compares_path(condition: Condition | None) -> bool:
    match condition:
        case Compare(what):
            return what is Own.PATH
        case And(conditions) | Or(conditions):
            return any(_compares_path(inner) for inner in conditions)
        case _:
            return False


def _order_by(orders: Sequence[Order], node: str, edge: str | None) -> str:
    """The keys of a list's order. Neo4j puts nulls last where it ascends."""
    keys: list[str] = []
    for order in orders:
        name = f"{node}.{quote(compared_column(order.what, order.part).name)}"
        keys += [f"{name} IS NULL", f"{name} DESC"] if order.descending else [name]
    return ", ".join([*keys, f"{node}.id", *([] if edge is None else [f"{edge}.`_occurrence`"])])
