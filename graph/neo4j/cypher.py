"""Plans as one Cypher statement: lists are nested `COLLECT {}`, totals `COUNT {}`, nodes map projections.

    MATCH (m:`_Commit`) WITH collect(m.ended) AS ended
    WITH ended, [<root>, <root>, …] AS found
    RETURN found, ended = COLLECT { MATCH (m:`_Commit`) RETURN m.begun } AS whole

Every write is marked before and after its commit (see `commit`), so that the statement tells by itself whether what it
found is one state of the graph, although Neo4j reads whatever is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from graph.aggregate import Aggregate, LinkedAggregate
from graph.around import Near, Shortest
from graph.columns import Column, ColumnType, columns_of, compared_column, value_of
from graph.cypher import (
    Make,
    arrow,
    at,
    chains,
    cursor_end,
    one_more,
    order_columns,
    parameters,
    quote,
)
from graph.issues import Issues
from graph.neo4j import issues, searching
from graph.neo4j.aggregate import aggregate
from graph.neo4j.anchor import Start, start
from graph.neo4j.commit import ENDED, WHOLE
from graph.neo4j.driver import instant
from graph.neo4j.rendering import Neo4jRenderer, returned
from graph.plan import (
    Lookup,
    Many,
    One,
    Order,
    Own,
    Page,
    Paging,
    Plan,
    Row,
    Select,
    Value,
)
from graph.roots import Root
from graph.rows import IDENTIFIER, identifier_key
from graph.search import Search
from graph.walks import Walk
from schema.identifier import placeholder_id
from schema.model.base import instant_text
from schema.registry import Attribute

Given = Mapping[str, Any]
"""What a plan's parameters were given."""

Decode = Callable[[Any, Given], Any]

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
    sources: Mapping[str, tuple[str, Make]]
    """What its parameters are made of: `graph.cypher.Renderer.sources`."""
    roots: tuple[tuple[str, Part], ...]

    def parameters(self, given: Given) -> dict[str, Any]:
        """What it is given, of what its plan was given: of values of the outline that it was rendered for."""
        return parameters(self.sources, given)

    def result(self, found: Sequence[Any], given: Given) -> Row:
        return {key: part.decode(value, given) for (key, part), value in zip(self.roots, found, strict=True)}


def statement(plan: Plan, given: Given, renderer: type[PlanRenderer] | None = None) -> Statement:
    """Renders a plan for values of one outline (`graph.cypher.outline`)."""
    render = (renderer or PlanRenderer)(given)
    roots = tuple((root.key, render.root(root)) for root in plan.roots)
    found = ", ".join(part.text for _, part in roots)
    text = f"{ENDED} WITH ended, [{found}] AS found RETURN found, {WHOLE}"
    return Statement(text, render.sources, roots)


def decode(column: Column, value: Any) -> Any:
    """A column's value as JSON. Instants come as text in UTC from plans, where that is faster; else as such."""
    if column.type is not ColumnType.INSTANT or value is None:
        return value
    if isinstance(value, str):
        return value if len(value) == _WHOLE_SECONDS else instant_text(datetime.fromisoformat(value))
    return instant_text(instant(value))


def as_found(value: Any, _given: Given) -> Any:
    """What a statement gave, where that is a plan's result."""
    return value


def _read(variable: str, column: Column) -> str:
    """The expression that gives a column's value."""
    name = f"{variable}.{quote(column.name)}"
    return f"toString({name})" if column.type is ColumnType.INSTANT else name


class PlanRenderer(Neo4jRenderer):
    """Renders the parts of one plan."""

    def root(self, root: Root) -> Part:
        match root:
            case Aggregate():
                return self._aggregate(root)
            case Lookup():
                return self._lookup(root)
            case Page():
                return self._page(root)
            case Search():
                return self._search(root)
            case Walk():
                return self.walk(root)
            case Near():
                return self.near(root)
            case Shortest():
                return self.shortest(root)
            case Issues():
                return self._issues(root)

    def walk(self, walk: Walk) -> Part:
        """What walks from thing to thing: see `graph.neo4j.walk`."""
        raise NotImplementedError

    def near(self, root: Near) -> Part:
        """What is near a thing: see `graph.neo4j.around`."""
        raise NotImplementedError

    def shortest(self, root: Shortest) -> Part:
        """The shortest way between two things: see `graph.neo4j.around`."""
        raise NotImplementedError

    def _search(self, root: Search) -> Part:
        node = self.variable("n")
        parts = {select.kind.name: self._node(select, node) for select in root.selects}
        made = {kind: (part.text, part.decode) for kind, part in parts.items()}
        return Part(*searching.search(self, root, node, made))

    def _issues(self, root: Issues) -> Part:
        node = self.variable("n")
        parts = {select.kind.name: self._node(select, node) for select in root.selects}
        made = {kind: (part.text, part.decode) for kind, part in parts.items()}
        return Part(*issues.issues(self, root, node, made))

    def _lookup(self, root: Lookup) -> Part:
        """By what names a thing; else a placeholder, which nothing names but its id."""
        kind = root.select.kind.name
        node, by = self.variable("n"), self.variable("i")
        key, id_ = self.bind(root.identifier, partial(identifier_key, kind)), self.bind(root.identifier, placeholder_id)
        found = self._node(root.select, node)
        text = (
            f"head(COLLECT {{ OPTIONAL MATCH ({by}:{quote(IDENTIFIER)} {{key: {key}}}) "
            f"MATCH ({node}:{quote(kind)} {{id: coalesce({by}.thing, {id_})}}) "
            f"WHERE {by}.thing IS NOT NULL OR {node}.placeholder {returned(found.text, node)} }})"
        )
        return Part(text, found.decode)

    def _page(self, root: Page) -> Part:
        node, kind, where = self.variable("n"), root.select.kind, root.paging.where
        return self._list(lambda: start(self, kind, where, node), root.paging, root.select, node, None, ())

    def _aggregate(self, root: Aggregate) -> Part:
        node = self.variable("n")
        return Part(*aggregate(self, root, start(self, root.kind, root.where, node), node))

    def _many(self, many: Many, parent: str) -> Part:
        node, edge = self.variable("n"), self.variable("e")
        clause, where = f"MATCH {arrow(many.direction, parent, edge, node)}", many.paging.where

        def begin() -> Start:
            return Start(clause, () if where is None else (self.condition(where, node, edge),))

        return self._list(begin, many.paging, many.select, node, edge, many.edge)

    def _linked_figures(self, figures: LinkedAggregate, parent: str) -> Part:
        node, edge = self.variable("n"), self.variable("e")
        where = [] if figures.where is None else [self.condition(figures.where, node, edge)]
        clause = f"MATCH {arrow(figures.direction, parent, edge, node)}"
        return Part(*aggregate(self, figures, Start(clause, (f"{edge}.`_golden`", *where)), node, edge))

    def _one(self, one: One, parent: str) -> Part:
        node, edge = self.variable("n"), self.variable("e")
        found = self._node(one.select, node)
        text = (
            f"head(COLLECT {{ MATCH {arrow(one.direction, parent, edge, node)} WHERE {edge}.`_golden` "
            f"WITH {node} ORDER BY {node}.id LIMIT 1 {returned(found.text, node)} }})"
        )
        return Part(text, found.decode)

    def _list(
        self,
        begin: Callable[[], Start],
        paging: Paging,
        select: Select,
        node: str,
        edge: str | None,
        values: tuple[Value, ...],
    ) -> Part:
        # Saying that every node has an id lets a root list be read in the order of the ids' index.
        always = [f"{node}.id IS NOT NULL" if edge is None else f"{edge}.`_golden`"]
        members: list[str] = []
        row: Decode | None = None
        if paging.rows:
            matched = begin().text(always, self.beyond(paging, node, edge))
            text, row = self._row(select, paging, node, edge, values)
            kept = node if edge is None else f"{node}, {edge}"
            reached = self.reached(paging, kept, node=node, edge=edge)
            kept = ", ".join([kept, *(at(node, chain) for chain in chains(paging.order))])
            order = _order_by(paging.order, node, edge)
            limit = self.bind(paging.first, one_more) if paging.more else self.bind(paging.first)
            found = f"{matched}{reached} WITH {kept} ORDER BY {order} LIMIT {limit}"
            members.append(f"COLLECT {{ {found} {returned(text, kept)} }}")
        if paging.total:
            members.append(begin().count(always if edge or paging.where else ()))
        return Part(f"[{', '.join(members)}]", partial(_page, paging, row))

    def _row(
        self, select: Select, paging: Paging, node: str, edge: str | None, values: tuple[Value, ...]
    ) -> tuple[str, Decode]:
        """One row of a list: `[node, edge's values, order values, id, occurrence]`, or the node where that is all."""
        found = self._node(select, node)
        if not (paging.cursors or values):
            if found.decode is as_found:
                return found.text, lambda raw, _given: {"node": raw, "edge": {}}
            return found.text, lambda raw, given: {"node": found.decode(raw, given), "edge": {}}
        columns = order_columns(paging.order)
        of_edge = Projection(values)
        keys = [_read(at(node, o.through), column) for o, column in zip(paging.order, columns, strict=True)]
        ends = [f"{node}.id", "0" if edge is None else f"{edge}.`_occurrence`"]
        own = of_edge.text(edge) if edge and values else "null"
        text = f"[{found.text}, {own}, [{', '.join(keys)}], {', '.join(ends)}]"

        def row(raw: Sequence[Any], given: Given) -> Row:
            order = [decode(column, value) for column, value in zip(columns, raw[2], strict=True)]
            return {
                "node": found.decode(raw[0], given),
                "edge": of_edge.row(raw[1]) if values else {},
                "cursor": [*order, cursor_end(raw[3], raw[4])],
            }

        return text, row

    def _node(self, select: Select, node: str) -> Part:
        own = Projection(select.values, whole=select.whole, shaped=not select.whole)
        below = [(one.key, self._one(one, node)) for one in select.ones]
        below += [(many.key, self._many(many, node)) for many in select.manys]
        below += [(figures.key, self._linked_figures(figures, node)) for figures in select.figures]
        text = own.text(node, [part.text for _, part in below])
        if own.is_row and not below:
            return Part(text, as_found)
        decodes = [(key, f"_{place}", part.decode) for place, (key, part) in enumerate(below)]

        def row(raw: dict[str, Any] | None, given: Given) -> Row | None:
            if raw is None:
                return None
            found = raw if own.is_row else own.row(raw)
            for key, name, decoded in decodes:
                value = raw.pop(name)
                found[key] = value if decoded is as_found else decoded(value, given)
            return found

        return Part(text, row)


class Projection:
    """Values as a map projection: each column once, by its own name; or all that there are, where `whole`.

    Where it is `shaped`, a quantity is a map already, as a plan gives it. Edges of several links don't take that: under
    one name, another link may have something else.
    """

    def __init__(self, values: Iterable[Value], *, whole: bool = False, shaped: bool = False) -> None:
        self._whole = whole
        self._values = [(value.key, value.what, columns_of(value.what)) for value in values]
        self._columns = list(dict.fromkeys(column for _, _, columns in self._values for column in columns))
        self._members = dict.fromkeys(
            columns for _, _, found in self._values for columns in ([found] if shaped else [(c,) for c in found])
        )
        self._getters = [
            (key, columns[0].name, None if shaped and len(columns) > 1 else _getter(what, columns))
            for key, what, columns in self._values
        ]
        self._plain = all(get is None for _, _, get in self._getters)
        names = [(key, name) for key, name, _ in self._getters]
        self.is_row = shaped and self._plain and bool(names) and all(key == name for key, name in names)
        """Whether what a statement gives is a row as it is."""

    def text(self, variable: str, below: Iterable[str] = ()) -> str:
        members = [_member(variable, columns) for columns in self._members]
        members = [".*"] if self._whole else members
        members += [f"_{place}: {text}" for place, text in enumerate(below)]
        return f"{variable} {{{', '.join(members) or '.id'}}}"

    def row(self, raw: Mapping[str, Any]) -> Row:
        if self._whole:
            raw = {column.name: raw.get(column.name) for column in self._columns}
        if self._plain:
            return {key: raw[name] for key, name, _ in self._getters}
        return {key: raw[name] if get is None else get(raw) for key, name, get in self._getters}


def _member(variable: str, columns: Sequence[Column]) -> str:
    """A value in a map projection, by the name of its first column: a quantity as a map."""
    column = columns[0]
    if len(columns) > 1:
        value, unit = (_read(variable, each) for each in columns)
        return f"{quote(column.name)}: CASE WHEN {value} IS NOT NULL THEN {{value: {value}, unit: {unit}}} END"
    if column.type is ColumnType.INSTANT:
        return f"{quote(column.name)}: {_read(variable, column)}"
    return f".{quote(column.name)}"


def _getter(what: Attribute | Own, columns: Sequence[Column]) -> Callable[[Mapping[str, Any]], Any] | None:
    """What makes a value of a node's columns; None where it is that of its one column."""
    if len(columns) == 1 and columns[0].type not in (ColumnType.INSTANT, ColumnType.JSON):
        return None
    if len(columns) == 1 and columns[0].type is ColumnType.INSTANT:
        (column,) = columns
        return lambda raw: decode(column, raw[column.name])
    return lambda raw: value_of(what, [raw[column.name] for column in columns])


def _page(paging: Paging, row: Decode | None, raw: Sequence[Any], given: Given) -> Row:
    """A page, of a list's value: `[rows, total]` as wanted."""
    total = raw[-1] if paging.total else None
    if row is None:
        return {"rows": [], "more": False, "total": total}
    rows = raw[0]
    more = paging.more and len(rows) > int(given[paging.first])
    return {"rows": [row(each, given) for each in (rows[:-1] if more else rows)], "more": more, "total": total}


def _order_by(orders: Sequence[Order], node: str, edge: str | None) -> str:
    """The keys of a list's order. Neo4j puts nulls last where it ascends."""
    keys: list[str] = []
    for order in orders:
        name = f"{at(node, order.through)}.{quote(compared_column(order.what, order.part).name)}"
        keys += [f"{name} IS NULL", f"{name} DESC"] if order.descending else [name]
    return ", ".join([*keys, f"{node}.id", *([] if edge is None else [f"{edge}.`_occurrence`"])])
