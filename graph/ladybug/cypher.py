"""Plans in Cypher as Ladybug takes it: patterns, conditions, orders and pages.

Names come from the model and are quoted; every value of a client's is bound to a parameter. A condition on a missing
value is neither true nor false, in the engine as here; where that matters (`EVERY`) it is made false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.columns import Column, ColumnType, compared_column
from graph.ladybug.ddl import quote
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

EVERYTHING = 2**63 - 1
"""A LIMIT that limits nothing: Ladybug orders rows inside a statement only where a LIMIT follows."""

_REPEATED = "\n"
"""Parts id and occurrence in the last value of a cursor; no id holds a control character."""


class Renderer:
    """Renders parts of one statement, and gathers its parameters."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._variables = 0
        self.parameters: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """The parameter that stands for a value."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def given(self, parameter: str) -> Any:
        return self._given[parameter]

    def where(self, paging: Paging, *, after: bool, edge: str | None = None) -> list[str]:
        """What a list's rows `n` must meet: its filter, and where `after` is set its cursor."""
        conditions = [] if paging.where is None else [self.condition(paging.where, "n")]
        cursor = self.given(paging.after) if after and paging.after is not None else None
        return conditions if cursor is None else [*conditions, self._beyond(paging.order, cursor, edge)]

    def condition(self, condition: Condition, node: str) -> str:
        match condition:
            case Compare():
                return self._compare(condition, node)
            case Linked():
                return self._linked(condition, node)
            case And(conditions):
                return "(" + " AND ".join(self.condition(c, node) for c in conditions) + ")" if conditions else "true"
            case Or(conditions):
                return "(" + " OR ".join(self.condition(c, node) for c in conditions) + ")" if conditions else "false"
            case Not(inner):
                return f"NOT ({self.condition(inner, node)})"

    def _compare(self, compare: Compare, node: str) -> str:
        column = compared_column(compare.what, compare.part)
        name, value = f"{node}.{quote(column.name)}", self.given(compare.parameter)
        if compare.operator is Operator.IS_NULL:
            return f"{name} IS NULL" if value else f"{name} IS NOT NULL"
        if column.type is ColumnType.TEXTS and compare.operator is Operator.CONTAINS:
            return f"list_contains({name}, {self.bind(value)})"
        if value == "" and compare.operator in (Operator.CONTAINS, Operator.STARTS_WITH):
            return f"{name} = {name}"  # every text holds it, which Ladybug denies
        if compare.operator is Operator.NE:
            return f"({name} IS NULL OR {name} <> {self._typed(column, value, compare.operator)})"
        return f"{name} {_SIGNS[compare.operator]} {self._typed(column, value, compare.operator)}"

    def _typed(self, column: Column, value: Any, operator: Operator) -> str:
        if column.type is ColumnType.INSTANT:
            return f"CAST({self.bind(value)} AS TIMESTAMP{'[]' if operator is Operator.IN else ''})"
        if column.type is ColumnType.FLOAT:
            value = [float(v) for v in value] if operator is Operator.IN else float(value)
        return self.bind(value)

    def _linked(self, linked: Linked, node: str) -> str:
        self._variables += 1
        there, edge = f"n{self._variables}", f"e{self._variables}"
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

    def _beyond(self, orders: Sequence[Order], cursor: Sequence[Any], edge: str | None) -> str:
        """Rows that come after a cursor in an order: greater in one key and equal in all before it."""
        id_, _, occurrence = str(cursor[-1]).partition(_REPEATED)
        ways: list[str] = []
        equal: list[str] = []
        for order, value in zip(orders, cursor[:-1], strict=True):
            column = compared_column(order.what, order.part)
            name = f"n.{quote(column.name)}"
            if value is None:
                equal.append(f"{name} IS NULL")
                continue
            bound = self._typed(column, value, Operator.EQ)
            sign = "<" if order.descending else ">"
            ways.append(" AND ".join([*equal, f"({name} {sign} {bound} OR {name} IS NULL)"]))
            equal.append(f"{name} = {bound}")
        bound = self.bind(id_)
        ways.append(" AND ".join([*equal, f"n.id > {bound}"]))
        if edge is not None:
            beyond = f"{edge}.`_occurrence` > {self.bind(int(occurrence or 0))}"
            ways.append(" AND ".join([*equal, f"n.id = {bound}", beyond]))
        return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def order_by(orders: Sequence[Order], edge: str | None = None) -> str:
    """The keys of a list's order; nulls last, and the id (and which of several edges) at the end."""
    keys: list[str] = []
    for order in orders:
        name = f"n.{quote(compared_column(order.what, order.part).name)}"
        keys += [f"{name} IS NULL", f"{name}{' DESC' if order.descending else ''}"]
    return ", ".join([*keys, "n.id", *([] if edge is None else [f"{edge}.`_occurrence`"])])


def arrow(direction: Direction, source: str, edge: str, target: str) -> str:
    """The pattern of a link from a bound node `source` to a node `target` of the link's other kind."""
    type_, kind = quote(direction.link.relationship), quote(direction.target)
    left, right = ("<-", "-") if direction.inverse else ("-", "->")
    return f"({source}){left}[{edge}:{type_}]{right}({target}:{kind})"


def origin(direction: Direction) -> str:
    """The kind that a link is followed from."""
    return direction.link.target if direction.inverse else direction.link.source


def cursor_end(id_: str, occurrence: int | None) -> str:
    """The last value of a cursor: the id, with the occurrence where one node stands in a list several times."""
    return f"{id_}{_REPEATED}{occurrence}" if occurrence else id_


def order_columns(orders: Sequence[Order]) -> list[Column]:
    """The columns whose values make up a cursor."""
    return [compared_column(order.what, order.part) for order in orders]
