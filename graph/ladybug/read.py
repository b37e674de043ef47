"""Runs plans on Ladybug level by level: one statement for each list or link of a level, whatever the number of parents.

    root list        1 statement, and 1 more where a total is wanted
    root lookup      1 statement, and 1 more where nothing known has the identifier: a placeholder may
    aggregate        1 for the whole and 1 for the groups, and 1 more where times are by the calendar of a time zone
    issues           1 statement for each kind until the page is full, and 1 to 3 more for each with things on the page
    search           1 statement for each kind, and 1 more for each that has found something
    link of a level  1 statement over all nodes of the level, and 1 more for totals of lists that go on from a cursor
    figures of a link as an aggregate, over all nodes of the level

Ladybug has no LIMIT by group. A list below a node is ordered, collected by parent and cut inside the engine, so that
no more than a page of each parent's rows comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from graph.aggregate import Aggregate, LinkedAggregate
from graph.around import Near, Shortest
from graph.columns import Column, ColumnType, columns_of, value_of
from graph.cypher import (
    Renderer,
    arrow,
    at,
    chains,
    cursor_end,
    one_more,
    order_by,
    order_columns,
    origin,
    quote,
    where_text,
)
from graph.issues import Issues
from graph.ladybug import issues, searching
from graph.ladybug.aggregate import Aggregator
from graph.ladybug.cypher import EVERYTHING, LadybugRenderer
from graph.plan import (
    Compare,
    Direction,
    Lookup,
    Many,
    One,
    Operator,
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
from graph.thing import Key
from graph.walks import Walk
from schema.identifier import placeholder_id
from schema.model.base import instant_text

Run = Callable[[str, Mapping[str, Any]], list[list[Any]]]
"""Runs a statement with its parameters and gives its rows."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a statement gives of each row: an expression for each column, and how values are made of them."""

    expressions: tuple[str, ...]
    columns: tuple[Column, ...]
    values: tuple[tuple[Value, slice], ...]

    @classmethod
    def of(cls, values: Iterable[Value], variable: str) -> Fields:
        expressions: list[str] = []
        columns: list[Column] = []
        places: list[tuple[Value, slice]] = []
        for value in values:
            found = columns_of(value.what)
            places.append((value, slice(len(columns), len(columns) + len(found))))
            columns += found
            expressions += [f"{variable}.{quote(column.name)}" for column in found]
        return cls(tuple(expressions), tuple(columns), tuple(places))

    def row(self, raw: Sequence[Any]) -> Row:
        decoded = [decode(column, value) for column, value in zip(self.columns, raw, strict=True)]
        return {value.key: value_of(value.what, decoded[place]) for value, place in self.values}


def decode(column: Column, value: Any) -> Any:
    """A column's value as JSON: Ladybug gives timestamps as UTC without saying so."""
    if column.type is ColumnType.INSTANT and isinstance(value, datetime):
        return instant_text(value.replace(tzinfo=UTC))
    return value


class _Listing:
    """The rows of one list: what its statement gives of each, and how a page is made of them."""

    def __init__(self, select: Select, paging: Paging, edge: Sequence[Value] | None) -> None:
        self._linked = edge is not None
        self._node = Fields.of(select.values, "n")
        self._edge = Fields.of(edge or (), "e")
        self._order = order_columns(paging.order)
        own = ("n.id", "e.`_occurrence`") if self._linked else ("n.id",)
        keys = (f"{at('n', o.through)}.{quote(c.name)}" for o, c in zip(paging.order, self._order, strict=True))
        self.expressions = (*own, *self._node.expressions, *self._edge.expressions, *keys)

    def page(self, rows: Sequence[Sequence[Any]], first: int, nodes: dict[str, Row]) -> Row:
        """A page of at most `first` rows. Nodes not seen yet are added to `nodes`, without what hangs below them."""
        return {"rows": [self._row(row, nodes) for row in rows[:first]], "more": len(rows) > first}

    def _row(self, row: Sequence[Any], nodes: dict[str, Row]) -> Row:
        values = iter(row)
        id_ = next(values)
        occurrence = next(values) if self._linked else None
        of_node = [next(values) for _ in self._node.columns]
        of_edge = [next(values) for _ in self._edge.columns]
        if id_ not in nodes:
            nodes[id_] = self._node.row(of_node)
        order = [decode(column, value) for column, value in zip(self._order, values, strict=True)]
        return {"node": nodes[id_], "edge": self._edge.row(of_edge), "cursor": [*order, cursor_end(id_, occurrence)]}


class Reader:
    """Runs one plan with its parameters."""

    def __init__(self, run: Run, parameters: Mapping[str, Any]) -> None:
        self._run = run
        self._parameters = parameters

    def read(self, plan: Plan) -> Row:
        return {root.key: self._root(root) for root in plan.roots}

    def _root(self, root: Root) -> Row | None:
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
                return issues.issues(self._run, root, self._parameters, self._with_ids)

    def _aggregate(self, root: Aggregate) -> Row:
        def matched(render: LadybugRenderer) -> str:
            conditions = [] if root.where is None else [render.condition(root.where, "n")]
            return f"MATCH (n:{quote(root.kind.name)}){where_text(conditions)}"

        return Aggregator(self._run, self._parameters, root, matched).read()

    def walk(self, walk: Walk) -> Row | None:
        """What walks from thing to thing: see `graph.ladybug.walk`."""
        raise NotImplementedError

    def near(self, root: Near) -> Row | None:
        """What is near a thing: see `graph.ladybug.around`."""
        raise NotImplementedError

    def shortest(self, root: Shortest) -> Row:
        """The shortest way between two things: see `graph.ladybug.around`."""
        raise NotImplementedError

    def _search(self, root: Search) -> Row:
        given = self._parameters
        by_kind = {select.kind.name: select for select in root.selects}
        keys = searching.search(self._run, given[root.text], by_kind, int(given[root.first]))
        found: dict[Key, Row] = {}
        for kind, select in by_kind.items():
            if ids := [key.id for key in keys if key.kind == kind]:
                found.update({Key(kind, id_): row for id_, row in self._with_ids(select, ids).items()})
        return {"rows": [{"kind": key.kind, "node": found[key]} for key in keys]}

    def _with_ids(self, select: Select, ids: Sequence[str]) -> dict[str, Row]:
        fields = Fields.of(select.values, "n")
        rows = self._run(
            f"UNWIND $ids AS i MATCH (n:{quote(select.kind.name)} {{id: i}}) "
            f"RETURN {', '.join(['n.id', *fields.expressions])}",
            {"ids": list(ids)},
        )
        nodes = {row[0]: fields.row(row[1:]) for row in rows}
        self._below(select, nodes)
        return nodes

    def _lookup(self, root: Lookup) -> Row | None:
        identifier = self._parameters[root.identifier]
        kind, fields = root.select.kind.name, Fields.of(root.select.values, "n")
        wanted = ", ".join(["n.id", *fields.expressions])
        by_identifier = f"MATCH (i:{quote(IDENTIFIER)} {{key: $key}}) WITH i MATCH (n:{quote(kind)} {{id: i.thing}})"
        rows = self._run(f"{by_identifier} RETURN {wanted}", {"key": identifier_key(kind, identifier)})
        if not rows:
            by_id = f"MATCH (n:{quote(kind)} {{id: $id}}) WHERE n.placeholder"
            rows = self._run(f"{by_id} RETURN {wanted}", {"id": placeholder_id(identifier)})
        found = {row[0]: fields.row(row[1:]) for row in rows}
        self._below(root.select, found)
        return next(iter(found.values()), None)

    def _page(self, root: Page) -> Row:
        paging = root.paging
        total = self._count(root) if paging.total else None
        if not paging.rows:
            return {"rows": [], "more": False, "total": total}
        listing = _Listing(root.select, paging, None)
        render = LadybugRenderer(self._parameters)
        first = int(self._parameters[paging.first])
        rows = self._run(
            f"{_listed(render, root, after=True)}{render.reached(paging, 'n')} RETURN {', '.join(listing.expressions)} "
            f"ORDER BY {order_by(paging.order)} LIMIT {render.bind(paging.first, one_more)}",
            render.parameters,
        )
        nodes: dict[str, Row] = {}
        page = listing.page(rows, first, nodes)
        self._below(root.select, nodes)
        return {**page, "total": total}

    def _count(self, root: Page) -> int:
        render = LadybugRenderer(self._parameters)
        ((total,),) = self._run(f"{_listed(render, root, after=False)} RETURN count(*)", render.parameters)
        return int(total)

    def _below(self, select: Select, nodes: Mapping[str, Row]) -> None:
        """Reads what hangs below the nodes of a level into their rows; `nodes` by id."""
        if not nodes:
            return
        for one in select.ones:
            self._one(one, nodes)
        for many in select.manys:
            self._many(many, nodes)
        for figures in select.figures:
            self._figures(figures, nodes)

    def _figures(self, figures: LinkedAggregate, parents: Mapping[str, Row]) -> None:
        def matched(render: LadybugRenderer) -> str:
            where = figures.where
            return following(figures.direction, [] if where is None else [render.condition(where, "n", "e")])

        found = Aggregator(self._run, self._parameters, figures, matched, list(parents)).by_parent()
        for parent, row in parents.items():
            row[figures.key] = found[parent]

    def _one(self, one: One, parents: Mapping[str, Row]) -> None:
        fields = Fields.of(one.select.values, "n")
        rows = self._run(
            f"{following(one.direction, [])} RETURN k, {', '.join(['n.id', *fields.expressions])} ORDER BY n.id",
            {"keys": list(parents)},
        )
        targets: dict[str, str] = {}
        nodes: dict[str, Row] = {}
        for parent, id_, *values in rows:
            if targets.setdefault(parent, id_) == id_ and id_ not in nodes:
                nodes[id_] = fields.row(values)
        for parent, row in parents.items():
            row[one.key] = nodes[targets[parent]] if parent in targets else None
        self._below(one.select, nodes)

    def _many(self, many: Many, parents: Mapping[str, Row]) -> None:
        paging = many.paging
        cut: dict[str, tuple[list[list[Any]], int]] = {}
        listing = _Listing(many.select, paging, many.edge)
        first = int(self._parameters[paging.first]) if paging.rows else 0
        if paging.rows:
            cut = self._cut(many, parents, listing, first)
        totals = self._totals(many, parents, cut) if paging.total else None
        nodes: dict[str, Row] = {}
        for parent, row in parents.items():
            page = listing.page(cut[parent][0] if parent in cut else [], first, nodes)
            row[many.key] = {**page, "total": None if totals is None else totals.get(parent, 0)}
        self._below(many.select, nodes)

    def _cut(
        self, many: Many, parents: Mapping[str, Row], listing: _Listing, first: int
    ) -> dict[str, tuple[list[list[Any]], int]]:
        """By parent, the first rows of its list (one more than the page has, if there is) and the list's length."""
        render = LadybugRenderer(self._parameters)
        edges = following(many.direction, render.where(many.paging, after=True, edge="e"))
        edges += render.reached(many.paging, "k, n, e", edge="e")
        kept = ", ".join(["k, n, e", *(at("n", chain) for chain in chains(many.paging.order))])
        members = ", ".join(f"c{place}: {expression}" for place, expression in enumerate(listing.expressions))
        rows = self._run(
            f"{edges} WITH {kept} ORDER BY {order_by(many.paging.order, edge='e')} LIMIT {EVERYTHING} "
            f"WITH k, collect({{{members}}}) AS l "
            f"RETURN k, list_slice(l, 1, {render.bind(many.paging.first, one_more)}), size(l)",
            {"keys": list(parents), **render.parameters},
        )
        return {parent: ([list(struct.values()) for struct in structs], length) for parent, structs, length in rows}

    def _totals(
        self, many: Many, parents: Mapping[str, Row], cut: Mapping[str, tuple[list[list[Any]], int]]
    ) -> dict[str, int]:
        """How many rows each parent's list has in all."""
        paging = many.paging
        if paging.rows and (paging.after is None or self._parameters[paging.after] is None):
            return {parent: length for parent, (_, length) in cut.items()}
        render = LadybugRenderer(self._parameters)
        edges = following(many.direction, render.where(paging, after=False, edge="e"))
        rows = self._run(f"{edges} RETURN k, count(*)", {"keys": list(parents), **render.parameters})
        return {parent: int(total) for parent, total in rows}


def _listed(render: Renderer, root: Page, *, after: bool) -> str:
    """The nodes `n` of a root list. Ids are looked up: as a condition their list would be run through for each node."""
    kind, paging = quote(root.select.kind.name), root.paging
    match paging.where:
        case Compare(Own.ID, Operator.IN, parameter):
            ids = render.bind(parameter, lambda given: list(dict.fromkeys(given)))
            conditions = render.where(replace(paging, where=None), after=after)
            return f"UNWIND {ids} AS i MATCH (n:{kind} {{id: i}}){where_text(conditions)}"
        case _:
            return f"MATCH (n:{kind}){where_text(render.where(paging, after=after))}"


def following(direction: Direction, conditions: Sequence[str]) -> str:
    """Nodes `n` over golden edges `e` from the nodes whose ids are `$keys`, each with its parent's id `k`.

    MATCH would join with a scan of the whole relationship table; OPTIONAL MATCH looks only at the parents' edges.
    """
    start = f"UNWIND $keys AS k MATCH (a:{quote(origin(direction))} {{id: k}}) WITH k, a"
    edges = f"OPTIONAL MATCH {arrow(direction, 'a', 'e', 'n')} WHERE e.`_golden`"
    return f"{start} {edges} WITH k, n, e{where_text(['n.id IS NOT NULL', *conditions])}"
