"""What plans are in Cypher, whichever store runs it: patterns, conditions, orders and pages.

Names come from the model and are quoted; every value of a client's is bound to a parameter. A condition on a missing
value is neither true nor false, in the stores as here; where that matters (`EVERY`) it is made false. How a value is
bound to be compared with a column differs by store: each has its `Renderer`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from graph.aggregate import By
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


Make = Callable[[Any], Any]
"""What a statement is given, made of what a parameter of its plan was given."""


def as_given(value: Any) -> Any:
    """The value as it is."""
    return value


def one_more(first: Any) -> int:
    """How many rows to read of a page: one more than it has tells whether there are more."""
    return int(first) + 1


def quote(name: str) -> str:
    """A name from the model as Cypher takes it."""
    return f"`{name}`"


class Renderer(ABC):
    """Renders parts of one statement, and gathers what its parameters are made of.

    The text depends on what was given only in its outline (`outline`), so that it can be kept and run again with other
    values of the same outline.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._variables = 0
        self.sources: dict[str, tuple[str, Make]] = {}
        """The statement's parameters: for each a parameter of the plan, and what is made of its value."""

    @abstractmethod
    def typed(self, column: Column, operator: Operator, parameter: str, pick: Make = as_given) -> str:
        """The expression for what was given, or `pick`ed from it, compared with a column; for `IN`, for a list."""

    def bind(self, parameter: str, make: Make = as_given) -> str:
        """The statement's parameter that stands for what `make` makes of what the plan's parameter was given."""
        name = f"p{len(self.sources)}"
        self.sources[name] = (parameter, make)
        return f"${name}"

    def given(self, parameter: str) -> Any:
        """The value that a parameter of the plan was given. The text may depend on its outline alone."""
        return self._given[parameter]

    @property
    def parameters(self) -> dict[str, Any]:
        """What the statement is given."""
        return parameters(self.sources, self._given)

    def variable(self, letter: str) -> str:
        """A variable that nothing else in the statement has."""
        self._variables += 1
        return f"{letter}{self._variables}"

    def where(self, paging: Paging, *, after: bool, node: str = "n", edge: str | None = None) -> list[str]:
        """What a list's rows must meet: its filter, and where `after` is set its cursor."""
        conditions = [] if paging.where is None else [self.condition(paging.where, node, edge)]
        return [*conditions, *(self.beyond(paging, node, edge) if after else ())]

    def beyond(self, paging: Paging, node: str = "n", edge: str | None = None) -> list[str]:
        """That a list's rows come after its cursor, where that is told by the rows alone: see `reached`."""
        return [] if chains(paging.order) else self._after(paging, node, edge)

    def reached(self, paging: Paging, kept: str, *, node: str = "n", edge: str | None = None) -> str:
        """What follows a list's MATCH where its order looks at linked things: these, and the condition of the cursor.

        `kept` are the variables that stay. Nothing where the order looks at the list's own things alone.
        """
        wanted = chains(paging.order)
        if not wanted:
            return ""
        beyond = where_text(self._after(paging, node, edge))
        return f"{reach(wanted, node)} WITH {', '.join([kept, *(at(node, chain) for chain in wanted)])}{beyond}"

    def _after(self, paging: Paging, node: str, edge: str | None) -> list[str]:
        if paging.after is None or self.given(paging.after) is None:
            return []
        return [self._beyond(paging.order, paging.after, node, edge)]

    def condition(self, condition: Condition, node: str, edge: str | None = None) -> str:
        """What a node must meet, and the edge that led to it, in brackets where it needs them."""
        match condition:
            case Compare(what, operator, parameter, part, of_edge):
                column = compared_column(what, part)
                return self.compare(f"{edge if of_edge else node}.{quote(column.name)}", column, operator, parameter)
            case Linked():
                return self._linked(condition, node)
            case And(conditions):
                return self._several(" AND ", conditions, node, edge) if conditions else "true"
            case Or(conditions):
                return self._several(" OR ", conditions, node, edge) if conditions else "false"
            case Not(inner):
                return f"NOT ({self.condition(inner, node, edge)})"

    def _several(self, word: str, conditions: Iterable[Condition], node: str, edge: str | None) -> str:
        return "(" + word.join(self.condition(each, node, edge) for each in conditions) + ")"

    def compare(self, name: str, column: Column, operator: Operator, parameter: str) -> str:
        """A property, by its name in the statement, against what a parameter was given."""
        match operator:
            case Operator.IS_NULL:
                return f"{name} IS NULL" if self.given(parameter) else f"{name} IS NOT NULL"
            case Operator.NE:
                return f"({name} IS NULL OR {name} <> {self.typed(column, operator, parameter)})"
            case _:
                return f"{name} {_SIGNS[operator]} {self.typed(column, operator, parameter)}"

    def _linked(self, linked: Linked, node: str) -> str:
        there, edge = self.variable("m"), self.variable("l")
        pattern = f"MATCH {arrow(linked.direction, node, edge, there)} WHERE {edge}.`_golden`"
        inner = None if linked.condition is None else self.condition(linked.condition, there, edge)
        match linked.quantifier:
            case Quantifier.IS | Quantifier.SOME:
                return f"EXISTS {{{pattern}{f' AND {inner}' if inner else ''}}}"
            case Quantifier.NONE:
                return f"NOT EXISTS {{{pattern}{f' AND {inner}' if inner else ''}}}"
            case Quantifier.EVERY:
                fails = f" AND CASE WHEN {inner} THEN false ELSE true END" if inner else " AND false"
                return f"NOT EXISTS {{{pattern}{fails}}}"

    def _beyond(self, orders: Sequence[Order], after: str, node: str, edge: str | None) -> str:
        """Rows that come after a cursor in an order: greater in one key and equal in all before it."""
        cursor = self.given(after)
        ways: list[str] = []
        equal: list[str] = []
        for place, order in enumerate(orders):
            column = compared_column(order.what, order.part)
            name = f"{at(node, order.through)}.{quote(column.name)}"
            if cursor[place] is None:
                equal.append(f"{name} IS NULL")
                continue
            bound = self.typed(column, Operator.EQ, after, itemgetter(place))
            sign = "<" if order.descending else ">"
            ways.append(" AND ".join([*equal, f"({name} {sign} {bound} OR {name} IS NULL)"]))
            equal.append(f"{name} = {bound}")
        bound = self.bind(after, _cursor_id)
        ways.append(" AND ".join([*equal, f"{node}.id > {bound}"]))
        if edge is not None:
            beyond = f"{edge}.`_occurrence` > {self.bind(after, _cursor_occurrence)}"
            ways.append(" AND ".join([*equal, f"{node}.id = {bound}", beyond]))
        return "(" + " OR ".join(f"({way})" for way in ways) + ")" if len(ways) > 1 else ways[0]


def parameters(sources: Mapping[str, tuple[str, Make]], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a statement is given, of what its plan was given."""
    return {name: make(given[parameter]) for name, (parameter, make) in sources.items()}


def outline(given: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of the values given a statement's text may depend on: nulls, truths, and which texts and lists are empty."""
    return tuple(_outline(value) for value in given.values())


def _outline(value: Any) -> Any:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, list):
        nulls = tuple(place for place, member in enumerate(value) if member is None) if None in value else ()
        return (bool(value), nulls)
    return value != ""


def where_text(conditions: Sequence[str]) -> str:
    """The clause that all of these conditions make; nothing where there is none."""
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def order_by(orders: Sequence[Order], node: str = "n", edge: str | None = None) -> str:
    """The keys of a list's order; nulls last, and the id (and which of several edges) at the end."""
    keys: list[str] = []
    for order in orders:
        name = f"{at(node, order.through)}.{quote(compared_column(order.what, order.part).name)}"
        keys += [f"{name} IS NULL", f"{name}{' DESC' if order.descending else ''}"]
    return ", ".join([*keys, f"{node}.id", *([] if edge is None else [f"{edge}.`_occurrence`"])])


def order_columns(orders: Sequence[Order]) -> list[Column]:
    """The columns whose values make up a cursor."""
    return [compared_column(order.what, order.part) for order in orders]


def chains(keys: Iterable[Order | By]) -> list[tuple[Direction, ...]]:
    """The links that lead to what keys look at, each with those before it in its chain."""
    found = (key.through[:length] for key in keys for length in range(1, len(key.through) + 1))
    return list(dict.fromkeys(found))


def at(node: str, through: Sequence[Direction]) -> str:
    """The variable of what links to one lead to from a node; the node's own where there are none."""
    return quote("_".join([node, *(direction.name for direction in through)])) if through else node


def reach(wanted: Iterable[tuple[Direction, ...]], node: str) -> str:
    """Matches what chains of links to one lead to, where there is something: one row stays one row.

    Against a link's direction there may be several at an end that should have one. The first in order of id counts.
    """
    found: list[str] = []
    for chain in wanted:
        before, there, edge = at(node, chain[:-1]), at(node, chain), quote(f"{at(node, chain).strip('`')}_by")
        only = ""
        if chain[-1].inverse:
            earlier = f"x.id < {there}.id OR x.id = {there}.id AND f.`_occurrence` < {edge}.`_occurrence`"
            only = f" AND NOT EXISTS {{MATCH {arrow(chain[-1], before, 'f', 'x')} WHERE f.`_golden` AND ({earlier})}}"
        found.append(f" OPTIONAL MATCH {arrow(chain[-1], before, edge, there)} WHERE {edge}.`_golden`{only}")
    return "".join(found)


def cursor_end(id_: str, occurrence: int | None) -> str:
    """The last value of a cursor: the id, with the occurrence where one node stands in a list several times."""
    return f"{id_}{_REPEATED}{occurrence}" if occurrence else id_


def _cursor_id(cursor: Sequence[Any]) -> str:
    return str(cursor[-1]).partition(_REPEATED)[0]


def _cursor_occurrence(cursor: Sequence[Any]) -> int:
    return int(str(cursor[-1]).partition(_REPEATED)[2] or 0)


def arrow(direction: Direction, source: str, edge: str, target: str) -> str:
    """The pattern of a link from a bound node `source` to a node `target` of the link's other kind."""
    type_, kind = quote(direction.link.relationship), quote(direction.target)
    left, right = ("<-", "-") if direction.inverse else ("-", "->")
    return f"({source}){left}[{edge}:{type_}]{right}({target}:{kind})"


def origin(direction: Direction) -> str:
    """The kind that a link is followed from."""
    return direction.link.target if direction.inverse else direction.link.source
