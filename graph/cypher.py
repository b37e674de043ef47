"""What plans are in Cypher, whichever store runs it: patterns, conditions, orders and pages.

Names come from the model and are quoted; every value of a client's is bound to a parameter. A condition on a missing
value is neither true nor false, in the stores as here; where that matters (`EVERY`) it is made false. How a value is
bound to be compared with a column differs by store: each has its `Renderer`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from graph.columns import Column, compared_column
from graph.plan import And, Compare, Condition, Direction, Linked, Not, Operator, Or, Order, Paging, Quantifier

_SIGNS = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.IN: "IN",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.CONTAINS: "CONTAINS",
    Operator.STARTS_WITH: "STARTS WITH",
}

_REPEATED = "\n"
"""Parts id and occurrence in the last value of a cursor; no id holds a control character."""


def quote(name: str) -> str:
    """A name from the model as Cypher takes it."""
    return f"`{name}`"


class Renderer(ABC):
    """Renders parts of one statement, and gathers its parameters."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._variables = 0
        self.parameters: dict[str, Any] = {}

    @abstractmethod
    def typed(self, column: Column, value: Any, operator: Operator) -> str:
        """The expression that stands for a value compared with a column; for `IN`, for a list of values."""

    def bind(self, value: Any) -> str:
        """The parameter that stands for a value."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def given(self, parameter: str) -> Any:
        """The value that a parameter of the plan was given."""
        return self._given[parameter]

    def variable(self, letter: str) -> str:
        """A variable that nothing else in the statement has."""
        self._variables += 1
        return f"{letter}{self._variables}"

    def where(self, paging: Paging, *, after: bool, node: str = "n", edge: str | None = None) -> list[str]:
        """What a list's rows must meet: its filter, and where `after` is set its cursor."""
        conditions = [] if paging.where is None else [self.condition(paging.where, node)]
        cursor = self.given(paging.after) if after and paging.after is not None else None
        return conditions if cursor is None else [*conditions, self._beyond(paging.order, cursor, node, edge)]

    def condition(self, condition: Condition, node: str) -> str:
        """What a node must meet, in brackets where it needs them."""
        match condition:
            case Compare(what, operator, parameter, part):
                column = compared_column(what, part)
                return self.compare(f"{node}.{quote(column.name)}", column, operator, self.given(parameter))
            case Linked():
                return self._linked(condition, node)
            case And(conditions):
                return "(" + " AND ".join(self.condition(c, node) for c in conditions) + ")" if conditions else "true"
            case Or(conditions):
                return "(" + " OR ".join(self.condition(c, node) for c in conditions) + ")" if conditions else "false"
            case Not(inner):
                return f"NOT ({self.condition(inner, node)})"

    def compare(self, name: str, column: Column, operator: Operator, value: Any) -> str:
        """A property, by its name in the statement, against a value."""
        match operator:
            case Operator.IS_NULL:
                return f"{name} IS NULL" if value else f"{name} IS NOT NULL"
            case Operator.NE:
                return f"({name} IS NULL OR {name} <> {self.typed(column, value, operator)})"
            case _:
                return f"{name} {_SIGNS[operator]} {self.typed(column, value, operator)}"

    def _linked(self, linked: Linked, node: str) -> str:
        there, edge = self.variable("m"), self.variable("l")
        pattern = f"MATCH {arrow(linked.direction, node, edge, there)} WHERE {edge}.`_golden`"
        inner = None if linked.condition is None else self.condition(linked.condition, there)
        match linked.quantifier:
            case Quantifier.IS | Quantifier.SOME:
                return f"EXISTS {{{pattern}{f' AND {inner}' if inner else ''}}}"
            case Quantifier.NONE:
                return f"NOT EXISTS {{{pattern}{f' AND {inner}' if inner else ''}}}"
            case Quantifier.EVERY:
                fails = f" AND CASE WHEN {inner} THEN false ELSE true END" if inner else " AND false"
                return f"NOT EXISTS {{{pattern}{fails}}}"

    def _beyond(self, orders: Sequence[Order], cursor: Sequence[Any], node: str, edge: str | None) -> str:
        """Rows that come after a cursor in an order: greater in one key and equal in all before it."""
        id_, _, occurrence = str(cursor[-1]).partition(_REPEATED)
        ways: list[str] = []
        equal: list[str] = []
        for order, value in zip(orders, cursor[:-1], strict=True):
            column = compared_column(order.what, order.part)
            name = f"{node}.{quote(column.name)}"
            if value is None:
                equal.append(f"{name} IS NULL")
                continue
            bound = self.typed(column, value, Operator.EQ)
            sign = "<" if order.descending else ">"
            ways.append(" AND ".join([*equal, f"({name} {sign} {bound} OR {name} IS NULL)"]))
            equal.append(f"{name} = {bound}")
        bound = self.bind(id_)
        ways.append(" AND ".join([*equal, f"{node}.id > {bound}"]))
        if edge is not None:
            beyond = f"{edge}.`_occurrence` > {self.bind(int(occurrence or 0))}"
            ways.append(" AND ".join([*equal, f"{node}.id = {bound}", beyond]))
        return "(" + " OR ".join(f"({way})" for way in ways) + ")" if len(ways) > 1 else ways[0]


def where_text(conditions: Sequence[str]) -> str:
    """The clause that all of these conditions make; nothing where there is none."""
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def order_by(orders: Sequence[Order], node: str = "n", edge: str | None = None) -> str:
    """The keys of a list's order; nulls last, and the id (and which of several edges) at the end."""
    keys: list[str] = []
    for order in orders:
        name = f"{node}.{quote(compared_column(order.what, order.part).name)}"
        keys += [f"{name} IS NULL", f"{name}{' DESC' if order.descending else ''}"]
    return ", ".join([*keys, f"{node}.id", *([] if edge is None else [f"{edge}.`_occurrence`"])])


def order_columns(orders: Sequence[Order]) -> list[Column]:
    """The columns whose values make up a cursor."""
    return [compared_column(order.what, order.part) for order in orders]


def cursor_end(id_: str, occurrence: int | None) -> str:
    """The last value of a cursor: the id, with the occurrence where one node stands in a list several times."""
    return f"{id_}{_REPEATED}{occurrence}" if occurrence else id_


def arrow(direction: Direction, source: str, edge: str, target: str) -> str:
    """The pattern of a link from a bound node `source` to a node `target` of the link's other kind."""
    type_, kind = quote(direction.link.relationship), quote(direction.target)
    left, right = ("<-", "-") if direction.inverse else ("-", "->")
    return f"({source}){left}[{edge}:{type_}]{right}({target}:{kind})"


def origin(direction: Direction) -> str:
    """The kind that a link is followed from."""
    return direction.link.target if direction.inverse else direction.link.source
