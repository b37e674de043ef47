"""Selections become read plans: one root field, one plan.

    Document, field nodes ──Compiler──> Compiled(plan, parameters) ──GraphStore.read──> rows ──hub.api.walk──> answer

Every value of the client is a parameter; names of kinds, links and attributes come from the model. A connection's
things may be selected in several places, as in `{a: nodes {…} edges {node {…}}}`: their keys are then prefixed with the
place (`a.`, `edges/node.`), so that equal keys with different arguments stay apart. No response key holds a `.`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import FieldNode

from graph.aggregate import Aggregate, Grouping, LinkedAggregate, Measures
from graph.cypher import Make, as_given
from graph.plan import (
    Compare,
    Condition,
    Direction,
    Lookup,
    Many,
    One,
    Operator,
    Own,
    Page,
    Paging,
    Plan,
    Select,
    Value,
)
from graph.roots import Root
from graph.search import Search
from hub.api import cursors
from hub.api.conditions import Conditions, order
from hub.api.context import Limits
from hub.api.errors import RequestError
from hub.api.grouping import Wanted, zone_named
from hub.api.inputs import counted, directions
from hub.api.operators import OWN
from hub.api.selections import Document, Fields
from hub.api.slots import Bound, holds_slot
from schema.registry import Attribute, Kind, Model

FIELDS: dict[str, Own] = OWN | {
    "globalId": Own.ID,
    "sources": Own.RECORDS,
    "conflicts": Own.CONFLICTS,
    "identifiers": Own.IDENTIFIERS,
    "properties": Own.PROPERTIES,
}
"""Fields that every thing has, beside its attributes, and what they are read from."""

ROOT = "it"
"""The response key of a plan's one root."""

Place = tuple[str, Sequence[FieldNode]]
"""A prefix for keys, and the nodes whose selections stand there."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A plan, and what its parameters are made of."""

    plan: Plan
    bounds: Mapping[str, Bound]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Those of a document that was compiled with its variables' values."""
        return self.filled({})

    def filled(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Those of a run of a document that was compiled with slots; `RequestError` where a value can't be one."""
        return {name: bound.filled(variables) for name, bound in self.bounds.items()}


@dataclass(frozen=True, slots=True, eq=False)
class At:
    """The first few things of a kind at a location; `nodes` select fields of each."""

    kind: Kind
    path: str
    first: int
    nodes: Sequence[FieldNode]


class Compiler:
    """Compiles root fields of one document. Make one for each plan: it gathers the plan's parameters."""

    def __init__(self, model: Model, document: Document, limits: Limits, name: str = "") -> None:
        """`name` is the operation's."""
        self._name = name
        self._model = model
        self._document = document
        self._limits = limits
        self._bounds: dict[str, Bound] = {}
        self._conditions = Conditions(model, limits, self._bind)

    def lookup(self, kind: Kind, identifier: Any, nodes: Sequence[FieldNode], make: Make = as_given) -> Compiled:
        """One thing by an identifier (`id:LOT-1`), or by what one is made of; `nodes` select its fields."""
        return self.together([self.lookup_root(ROOT, kind, identifier, nodes, make)])

    def page(self, kind: Kind, arguments: Mapping[str, Any], nodes: Sequence[FieldNode]) -> Compiled:
        """A list of things with its coerced arguments; `nodes` select fields of the connection."""
        return self.together([self.page_root(ROOT, kind, arguments, nodes)])

    def lookup_root(
        self, key: str, kind: Kind, identifier: Any, nodes: Sequence[FieldNode], make: Make = as_given
    ) -> Lookup:
        """A root of a plan: see `lookup`."""
        return Lookup(key, self._bind("identifier", identifier, make), self._select(kind, [("", nodes)]))

    def page_root(self, key: str, kind: Kind, arguments: Mapping[str, Any], nodes: Sequence[FieldNode]) -> Page:
        """A root of a plan: see `page`."""
        connection = self._connection(f"{kind.name}Connection", kind, nodes)
        return Page(key, connection.select, self._paging(kind, arguments, connection))

    def together(self, roots: Sequence[Root], *, kept: bool = False) -> Compiled:
        """One plan of roots that this compiler made; `kept` where it will be run again."""
        return Compiled(Plan(tuple(roots), self._name, kept), self._bounds)

    def aggregate(self, kind: Kind, arguments: Mapping[str, Any], nodes: Sequence[FieldNode]) -> Compiled:
        """Figures of a kind's things with coerced arguments; `nodes` select fields of the aggregate."""
        return self.together([self.aggregate_root(ROOT, kind, arguments, nodes)])

    def aggregate_root(
        self, key: str, kind: Kind, arguments: Mapping[str, Any], nodes: Sequence[FieldNode]
    ) -> Aggregate:
        """A root of a plan: see `aggregate`."""
        return Aggregate(key, kind, *self._figures(kind, arguments, nodes))

    def _figures(
        self, kind: Kind, arguments: Mapping[str, Any], nodes: Sequence[FieldNode], over: Direction | None = None
    ) -> tuple[Condition | None, Measures | None, Grouping | None]:
        """Of which things figures are wanted, and which, of all of them and of groups."""
        where = self._conditions.where(kind, arguments.get("where"), over)
        wanted = Wanted(self._model, self._document, kind, nodes, over)
        first = self._bind("first", arguments.get("first"), self._first)
        zone = self._bind("timeZone", arguments.get("timeZone"), zone_named)
        return where, wanted.whole(), wanted.groups(arguments, first, zone)

    def search(self, kinds: Iterable[Kind], text: str, first: int, nodes: Sequence[FieldNode]) -> Compiled:
        """Things of some kinds by a text, at most so many; `nodes` select fields of each."""
        return self.together([self.search_root(ROOT, kinds, (text, as_given), (first, as_given), nodes)])

    def search_root(
        self,
        key: str,
        kinds: Iterable[Kind],
        text: tuple[Any, Make],
        first: tuple[Any, Make],
        nodes: Sequence[FieldNode],
    ) -> Search:
        """A root of a plan: see `search`. The text and the number may be such that something is made of."""
        selects = tuple(self._select(kind, [("", nodes)]) for kind in kinds)
        return Search(key, self._bind("text", *text), self._bind("first", *first), selects)

    def at(self, wanted: Sequence[At]) -> Compiled:
        """The first few things of a kind at a location, in order of id, for each that is wanted: a root each.

        A selection that several share is compiled once.
        """
        selects: dict[tuple[str, int], Select] = {}
        roots = []
        for number, one in enumerate(wanted):
            same = (one.kind.name, id(one.nodes))
            if same not in selects:
                selects[same] = self._select(one.kind, [("", one.nodes)])
            where = Compare(Own.PATH, Operator.EQ, self._bind("path", one.path))
            paging = Paging(where, first=self._bind("first", one.first))
            roots.append(Page(f"{ROOT}{number}", selects[same], paging))
        return self.together(roots)

    def things(self, kind: Kind, places: Sequence[Place]) -> Select:
        """What is selected of a thing that a question reads, at each place of its answer."""
        return self._select(kind, places)

    def question(self, roots: Sequence[Root], parameters: Mapping[str, Any]) -> Compiled:
        """A plan of a question's own, with its parameters, whose names end in no digit."""
        own = {name: Bound(value, as_given) for name, value in parameters.items()}
        return Compiled(Plan(tuple(roots), self._name), {**self._bounds, **own})

    def _bind(self, name: str, value: Any, make: Make = as_given) -> str:
        parameter = f"{name.replace('.', '_')}{len(self._bounds)}"
        known = not holds_slot(value)
        self._bounds[parameter] = Bound(make(value), as_given) if known else Bound(value, make)
        return parameter

    def _select(self, kind: Kind, places: Sequence[Place]) -> Select:
        values: list[Value] = []
        ones: list[One] = []
        manys: list[Many] = []
        figures: list[LinkedAggregate] = []
        links, of_links = directions(kind), counted(kind)
        for prefix, nodes in places:
            for key, fields in self._document.fields(nodes, kind.name).items():
                name = fields[0].name.value
                if (what := kind.attributes.get(name) or FIELDS.get(name)) is not None:
                    values.append(Value(prefix + key, what))
                elif (direction := of_links.get(name)) is not None:
                    figures.append(self._linked_figures(prefix + key, kind, direction, fields))
                elif (direction := links.get(name)) is None:
                    continue
                elif direction.many:
                    manys.append(self._many(prefix + key, kind, direction, fields))
                else:
                    target = self._model.kind(direction.target)
                    ones.append(One(prefix + key, direction, self._select(target, [("", fields)])))
        return Select(kind, tuple(values), tuple(ones), tuple(manys), tuple(figures))

    def _linked_figures(
        self, key: str, kind: Kind, direction: Direction, nodes: Sequence[FieldNode]
    ) -> LinkedAggregate:
        arguments = self._document.arguments(kind.name, nodes[0])
        found = self._figures(self._model.kind(direction.target), arguments, nodes, direction)
        return LinkedAggregate(key, direction, *found)

    def _many(self, key: str, kind: Kind, direction: Direction, nodes: Sequence[FieldNode]) -> Many:
        target = self._model.kind(direction.target)
        type_name = self._document.type_of(kind.name, direction.name)
        connection = self._connection(type_name, target, nodes, direction.link.attributes)
        arguments = self._document.arguments(kind.name, nodes[0])
        return Many(
            key, direction, connection.select, connection.edge, self._paging(target, arguments, connection, direction)
        )

    def _connection(
        self, type_name: str, kind: Kind, nodes: Sequence[FieldNode], attributes: Sequence[Attribute] = ()
    ) -> _Connection:
        fields = self._document.fields(nodes, type_name)
        places = [(key, found) for key, found in fields.items() if found[0].name.value == "nodes"]
        edges = {key: found for key, found in fields.items() if found[0].name.value == "edges"}
        by_name = {attribute.name: attribute for attribute in attributes}
        values: list[Value] = []
        for edge_key, edge_nodes in edges.items():
            prefix = f"{edge_key}." if len(edges) > 1 else ""
            edge_type = self._document.type_of(type_name, "edges")
            for key, found in self._document.fields(edge_nodes, edge_type).items():
                name = found[0].name.value
                if name == "node":
                    places.append((f"{edge_key}/{key}", found))
                elif name in by_name:
                    values.append(Value(prefix + key, by_name[name]))
        prefixed = [(f"{place}.", found) for place, found in places] if len(places) > 1 else []
        select = self._select(kind, prefixed or [("", found) for _, found in places])
        pages = self._document.fields_of(fields, "pageInfo", "PageInfo")
        of_edges = self._document.fields_of(fields, "edges", self._document.type_of(type_name, "edges"))
        return _Connection(
            select,
            tuple(values),
            total="totalCount" in _names(fields),
            rows=not _names(fields).isdisjoint(("nodes", "edges", "pageInfo")),
            more="hasNextPage" in pages,
            cursors="cursor" in of_edges or not pages.isdisjoint(("startCursor", "endCursor")),
        )

    def _paging(
        self, kind: Kind, arguments: Mapping[str, Any], connection: _Connection, over: Direction | None = None
    ) -> Paging:
        order_by = arguments.get("orderBy")
        keys = order(self._model, kind, order_by)
        after = arguments.get("after")
        read_cursor = partial(cursors.decode, order=cursors.order_text(order_by), keys=keys)
        return Paging(
            where=self._conditions.where(kind, arguments.get("where"), over),
            order=keys,
            first=self._bind("first", arguments.get("first"), self._first),
            after=None if after is None else self._bind("after", after, read_cursor),
            total=connection.total,
            rows=connection.rows,
            more=connection.more,
            cursors=connection.cursors,
        )

    def _first(self, first: int | None) -> int:
        if first is None:
            return self._limits.default_page
        if not 0 <= first <= self._limits.max_page:
            raise RequestError(f"`first` is {first}; ask for 0 to {self._limits.max_page}, and go on with `after`")
        return first


@dataclass(frozen=True, slots=True)
class _Connection:
    """What is selected of a connection."""

    select: Select
    edge: tuple[Value, ...]
    total: bool
    rows: bool
    more: bool
    cursors: bool


def _names(fields: Fields) -> set[str]:
    return {nodes[0].name.value for nodes in fields.values()}
