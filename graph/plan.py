"""Read plans: what to read, as a frozen tree that any store can run and that prints for people.

    Plan ── roots: Lookup | Page           one root field of a GraphQL document each (or one of `graph.roots`)
             └─ Select                     the fields wanted of a node, by response key
                 ├─ Value                  an attribute, or one of the node's own properties
                 ├─ One ── Select          a link to one (or its inverse)
                 ├─ Many ── Page-like      a link to many: filter, order, page, edge values, total
                 └─ LinkedAggregate        figures of a link to many: `graph.aggregate`

A plan holds no client's value: comparisons, ids and page sizes name *parameters*, given with each run, so that a plan
can be kept for a document and run again. Names of kinds, links and attributes come from the model alone.

What comes back is nested dicts by response key:

    Select  {key: value}            None where there is no such node
    Value   JSON value              instants as RFC 3339 in UTC, quantities {"value", "unit"}, `records` … parsed JSON
    One     Select or None
    Page    {"rows": [{"node": Select, "edge": {key: value}, "cursor": [order values…, id]}],
             "more": bool, "total": int | None}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from schema.registry import Attribute, Kind, Link

if TYPE_CHECKING:
    from graph.aggregate import LinkedAggregate
    from graph.roots import Root

Row = dict[str, Any]


class Own(Enum):
    """Properties that every node has, whatever its kind."""

    ID = "id"
    PATH = "path"
    PLACEHOLDER = "placeholder"
    UPDATED_AT = "updatedAt"
    """Newest event time among what counts."""
    IDENTIFIERS = "identifiers"
    """`["id:LOT-1", "serial:4711"]`"""
    SYSTEMS = "systems"
    """The systems that describe the thing, in order."""
    PROPERTIES = "properties"
    """What the model has no attribute for, by name."""
    RECORDS = "records"
    """`schema.merge.Record.as_json()` of every record."""
    EDGES = "edges"
    """The edges that the thing states, with who states them: `graph.state`."""
    CONFLICTS = "conflicts"
    """`graph.state`."""


@dataclass(frozen=True, slots=True)
class Direction:
    """A link, followed from the thing that states it, or against its direction."""

    link: Link
    inverse: bool = False

    @property
    def name(self) -> str:
        return self.link.inverse if self.inverse else self.link.name

    @property
    def many(self) -> bool:
        return self.link.inverse_many if self.inverse else self.link.many

    @property
    def target(self) -> str:
        return self.link.source if self.inverse else self.link.target


class Operator(Enum):
    """How an attribute is compared with a parameter. `IN` takes a list; `IS_NULL` a boolean."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    STARTS_WITH = "startsWith"
    IS_NULL = "isNull"


class Part(Enum):
    """Which part of a quantity is compared or ordered by."""

    VALUE = "value"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Compare:
    """An attribute, or a node's own property, against a parameter.

    A missing value compares as SQL and Cypher have it: it meets no operator but `IS_NULL`, and `NE` counts it in.
    """

    what: Attribute | Own
    operator: Operator
    parameter: str
    part: Part | None = None
    edge: bool = False
    """Whether it is an attribute of the edge that leads to the node, in a list or a condition over a link."""


class Quantifier(Enum):
    """How many of a link's targets must meet a condition. `IS` is for a link to one."""

    IS = "is"
    SOME = "some"
    EVERY = "every"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Linked:
    """A condition on the things at the other end of a link; without one, on there being any."""

    direction: Direction
    quantifier: Quantifier
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class And:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


Condition = Compare | Linked | And | Or | Not


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order; nulls come last either way. The id is always the last key, so that the order is total."""

    what: Attribute | Own
    descending: bool = False
    part: Part | None = None
    through: tuple[Direction, ...] = ()
    """Links to one, that lead from the thing in the list to the one whose value counts."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value under its response key."""

    key: str
    what: Attribute | Own


@dataclass(frozen=True, slots=True)
class One:
    """The thing at the other end of a link to one."""

    key: str
    direction: Direction
    select: Select


@dataclass(frozen=True, slots=True)
class Paging:
    """Filter, order and page of a list.

    `first` names the parameter with the page size and `after` the one with the cursor to go on from (order values and
    id, as given back), None for the beginning; where `after` is None itself, the list can't be paged on.
    """

    where: Condition | None = None
    order: tuple[Order, ...] = ()
    first: str = "first"
    after: str | None = None
    total: bool = False
    rows: bool = True
    """False where only the total is wanted."""
    more: bool = True
    """False where nobody asks whether there are more rows; it is False then in what comes back."""
    cursors: bool = True
    """False where nobody asks for the rows' cursors; they may be missing then in what comes back."""


@dataclass(frozen=True, slots=True)
class Many:
    """The things at the other end of a link to many. Only golden edges are followed, here as in `One`."""

    key: str
    direction: Direction
    select: Select
    edge: tuple[Value, ...] = ()
    """Link attributes wanted on each edge."""
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True)
class Select:
    """What is wanted of a node of one kind."""

    kind: Kind
    values: tuple[Value, ...] = ()
    ones: tuple[One, ...] = ()
    manys: tuple[Many, ...] = ()
    figures: tuple[LinkedAggregate, ...] = ()
    whole: bool = False
    """Whether a store does well to read all that a node has: then what it is asked does not depend on `values`."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One thing by any of its identifiers: the parameter holds `id:LOT-1`, `serial:4711` …"""

    key: str
    identifier: str
    select: Select


@dataclass(frozen=True, slots=True)
class Page:
    """Things of one kind, filtered, ordered and paged."""

    key: str
    select: Select
    paging: Paging


@dataclass(frozen=True, slots=True)
class Plan:
    """What one document reads: root fields by response key, in order."""

    roots: tuple[Root, ...]
    name: str = ""
    """The operation's name in the document; servers show it beside what they run."""
    kept: bool = False
    """Whether it will be run again: then a store does well to keep what it makes of it."""

    def __str__(self) -> str:
        return "\n".join(line for root in self.roots for line in _root_lines(root))


def _root_lines(root: Root) -> Iterator[str]:
    if not isinstance(root, Lookup | Page):
        yield from root.lines()
        return
    if isinstance(root, Lookup):
        yield f"{root.key}: {root.select.kind.name} by identifier ${root.identifier}"
    else:
        yield f"{root.key}: {root.select.kind.name} {_paging_text(root.paging)}"
    yield from select_lines(root.select, "  ")


def select_lines(select: Select, indent: str) -> Iterator[str]:
    """For people: what is wanted of a node."""
    if select.values:
        yield indent + " ".join(f"{v.key}={v.what.name}" for v in select.values)
    for one in select.ones:
        yield f"{indent}{one.key}: {_arrow(one.direction)} one"
        yield from select_lines(one.select, indent + "  ")
    for many in select.manys:
        edge = f" edge({' '.join(v.key for v in many.edge)})" if many.edge else ""
        yield f"{indent}{many.key}: {_arrow(many.direction)} {_paging_text(many.paging)}{edge}"
        yield from select_lines(many.select, indent + "  ")
    for figures in select.figures:
        yield from figures.lines(indent)


def _arrow(direction: Direction) -> str:
    link = direction.link
    return f"<-{link.relationship}- {link.source}" if direction.inverse else f"-{link.relationship}-> {link.target}"


def _paging_text(paging: Paging) -> str:
    parts = where_lines(paging.where)
    parts += [f"order {', '.join(_order_text(o) for o in paging.order)}"] if paging.order else []
    parts += [f"first ${paging.first}"] if paging.rows else []
    parts += [f"after ${paging.after}"] if paging.after else []
    parts += ["total"] if paging.total else []
    return " ".join(parts)


def where_lines(where: Condition | None) -> list[str]:
    """For people: a condition, where there is one."""
    return [f"where {_condition_text(where)}"] if where else []


def _order_text(order: Order) -> str:
    return ".".join([*(d.name for d in order.through), order.what.name]) + ("-" if order.descending else "")


def _condition_text(condition: Condition) -> str:
    match condition:
        case Compare(what, operator, parameter, part, edge):
            name = f"{'edge.' if edge else ''}{what.name}{'.' + part.value if part else ''}"
            return f"{name} {operator.value} ${parameter}"
        case Linked(direction, quantifier, inner):
            return f"{direction.name} {quantifier.value} ({_condition_text(inner) if inner else 'any'})"
        case And(conditions):
            return " and ".join(f"({_condition_text(c)})" for c in conditions)
        case Or(conditions):
            return " or ".join(f"({_condition_text(c)})" for c in conditions)
        case Not(inner):
            return f"not ({_condition_text(inner)})"
