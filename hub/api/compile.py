"""Selections become read plans: one root field, one plan.

    Document, field nodes ──Compiler──> Compiled(plan, parameters) ──GraphStore.read──> rows ──hub.api.walk──> answer

Every value of the client is a parameter; names of kinds, links and attributes come from the model. A connection's
things may be selected in several places, as in `{a: nodes {…} edges {node {…}}}`: their keys are then prefixed with the
place (`a.`, `edges/node.`), so that equal keys with different arguments stay apart. No response key holds a `.`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode

from graph.plan import Compare, Direction, Lookup, Many, One, Operator, Own, Page, Paging, Plan, Select, Value
from hub.api import cursors
from hub.api.conditions import Conditions, order
from hub.api.context import Limits
from hub.api.errors import RequestError
from hub.api.inputs import directions
from hub.api.operators import OWN
from hub.api.selections import Document, Fields
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
    """A plan with the parameters of this run."""

    plan: Plan
    parameters: Mapping[str, Any]


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
        self._parameters: dict[str, Any] = {}
        self._conditions = Conditions(model, limits, self._bind)

    def lookup(self, kind: Kind, identifier: str, nodes: Sequence[FieldNode]) -> Compiled:
        """One thing by an identifier (`id:LOT-1`); `nodes` select its fields."""
        root = Lookup(ROOT, self._bind("identifier", identifier), self._select(kind, [("", nodes)]))
        return self._compiled(root)

    def page(self, kind: Kind, arguments: Mapping[str, Any], nodes: Sequence[FieldNode]) -> Compiled:
        """A list of things with its coerced arguments; `nodes` select fields of the connection."""
        connection = self._connection(f"{kind.name}Connection", kind, nodes)
        root = Page(ROOT, connection.select, self._paging(kind, arguments, connection))
        return self._compiled(root)

    def among(self, kind: Kind, ids: Collection[str], nodes: Sequence[FieldNode]) -> Compiled:
        """The things of a kind that have these ids, in order of id; `nodes` select fields of each."""
        where = Compare(Own.ID, Operator.IN, self._bind("id", list(ids)))
        paging = Paging(where, first=self._bind("first", len(ids)))
        return self._compiled(Page(ROOT, self._select(kind, [("", nodes)]), paging))

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
        return Compiled(Plan(tuple(roots), self._name), self._parameters)

    def _compiled(self, root: Lookup | Page) -> Compiled:
        return Compiled(Plan((root,), self._name), self._parameters)

    def _bind(self, name: str, value: Any) -> str:
        parameter = f"{name.replace('.', '_')}{len(self._parameters)}"
        self._parameters[parameter] = value
        return parameter

    def _select(self, kind: Kind, places: Sequence[Place]) -> Select:
        values: list[Value] = []
        ones: list[One] = []
        manys: list[Many] = []
        links = directions(kind)
        for prefix, nodes in places:
            for key, fields in self._document.fields(nodes, kind.name).items():
                name = fields[0].name.value
                if (what := kind.attributes.get(name) or FIELDS.get(name)) is not None:
                    values.append(Value(prefix + key, what))
                elif (direction := links.get(name)) is None:
                    continue
                elif direction.many:
                    manys.append(self._many(prefix + key, kind, direction, fields))
                else:
                    target = self._model.kind(direction.target)
                    ones.append(One(prefix + key, direction, self._select(target, [("", fields)])))
        return Select(kind, tuple(values), tuple(ones), tuple(manys))

    def _many(self, key: str, kind: Kind, direction: Direction, nodes: Sequence[FieldNode]) -> Many:
        target = self._model.kind(direction.target)
        type_name = self._document.type_of(kind.name, direction.name)
        connection = self._connection(type_name, target, nodes, direction.link.attributes)
        arguments = self._document.arguments(kind.name, nodes[0])
        return Many(key, direction, connection.select, connection.edge, self._paging(target, arguments, connection))

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
        return _Connection(select, tuple(values), _named(fields, "totalCount"), _any_rows(fields))

    def _paging(self, kind: Kind, arguments: Mapping[str, Any], connection: _Connection) -> Paging:
        order_by = arguments.get("orderBy")
        keys = order(kind, order_by)
        after = arguments.get("after")
        cursor = None if after is None else cursors.decode(after, cursors.order_text(order_by), keys)
        return Paging(
            where=self._conditions.where(kind, arguments.get("where")),
            order=keys,
            first=self._bind("first", self._first(arguments.get("first"))),
            after=None if cursor is None else self._bind("after", cursor),
            total=connection.total,
            rows=connection.rows,
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


def _any_rows(fields: Fields) -> bool:
    """Whether a connection's selection needs rows to be read."""
    return any(_named(fields, name) for name in ("nodes", "edges", "pageInfo"))


def _named(fields: Fields, name: str) -> bool:
    return any(nodes[0].name.value == name for nodes in fields.values())
