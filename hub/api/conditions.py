"""Filters and orders: a coerced `where` or `orderBy` argument becomes a condition or an order of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from graph.cypher import Make
from graph.plan import And, Compare, Condition, Direction, Linked, Not, Operator, Or, Order, Own, Part, Quantifier
from hub.api.common import SortDirection
from hub.api.context import Limits
from hub.api.errors import RequestError
from hub.api.inputs import EDGE, directions
from hub.api.operators import OWN
from schema.registry import Attribute, AttributeType, Kind, Model

Bind = Callable[[str, Any, Make], str]
"""Keeps a client's value as a parameter and gives the parameter's name. The first argument says what it is, the last
checks it."""

_OPERATORS = {operator.value: operator for operator in Operator}
_MAX_DEPTH = 10
MAX_LINKS = 5
"""How many links a key of an order or of groups may follow."""


class Conditions:
    """Compiles filters of one document. Every value goes through `bind`."""

    def __init__(self, model: Model, limits: Limits, bind: Bind) -> None:
        self._model = model
        self._limits = limits
        self._bind = bind
        self._count = 0

    def where(
        self, kind: Kind, where: Mapping[str, Any] | None, over: Direction | None = None, depth: int = 0
    ) -> Condition | None:
        """The condition that a filter states; None where everything meets it. `over` is the link that leads there."""
        if depth > _MAX_DEPTH:
            raise RequestError(f"a filter is nested more than {_MAX_DEPTH} levels deep; split the question")
        found: list[Condition] = []
        for name, value in (where or {}).items():
            self._take()
            if value is None:
                raise RequestError(f"{name} is null in a filter; leave it out, or ask `{{{name}: {{isNull: true}}}}`")
            found.extend(self._field(kind, name, value, over, depth))
        return _all(found)

    def _take(self) -> None:
        self._count += 1
        limit = self._limits.max_conditions
        if self._count > limit:
            raise RequestError(f"the filters have more than {limit} conditions; use `in`, or split the question")

    def _field(self, kind: Kind, name: str, value: Any, over: Direction | None, depth: int) -> list[Condition]:
        match name:
            case "and":
                return [c for part in value if (c := self.where(kind, part, over, depth + 1)) is not None]
            case "or":
                return self._any(kind, value, over, depth)
            case "not":
                inner = self.where(kind, value, over, depth + 1)
                if inner is None:
                    raise RequestError("`not` is empty, so nothing would meet it; give it a condition")
                return [Not(inner)]
        if name == EDGE and over is not None and over.link.attributes:
            return self._edge(over, value)
        if (attribute := kind.attributes.get(name)) is not None:
            return self._value(name, attribute, value)
        if name in OWN:
            return self._comparisons(name, OWN[name], value)
        return self._linked(kind, name, value, depth)

    def _any(
        self, kind: Kind, parts: Sequence[Mapping[str, Any]], over: Direction | None, depth: int
    ) -> list[Condition]:
        if not parts:
            raise RequestError("`or` is empty, so nothing would meet it; give it a condition or leave it out")
        found = [self.where(kind, part, over, depth + 1) for part in parts]
        stated = tuple(c for c in found if c is not None)
        return [Or(stated)] if len(stated) == len(found) else []

    def _linked(self, kind: Kind, name: str, value: Mapping[str, Any], depth: int) -> list[Condition]:
        direction = directions(kind)[name]
        target = self._model.kind(direction.target)
        found: list[Condition] = []
        for word, where in value.items():
            if where is None:
                raise RequestError(f"{name}.{word} is null in a filter; leave it out, or give `{{}}` for any")
            inner = self.where(target, where, direction, depth + 1)
            if inner is not None or word != "every":
                found.append(Linked(direction, Quantifier(word), inner))
        return found

    def _edge(self, over: Direction, where: Mapping[str, Any]) -> list[Condition]:
        attributes = {attribute.name: attribute for attribute in over.link.attributes}
        found: list[Condition] = []
        for name, value in where.items():
            if value is None:
                raise RequestError(f"{EDGE}.{name} is null in a filter; leave it out, or ask `{{isNull: true}}`")
            found += self._value(f"{EDGE}.{name}", attributes[name], value, edge=True)
        return found

    def _value(
        self, name: str, attribute: Attribute, value: Mapping[str, Any], *, edge: bool = False
    ) -> list[Condition]:
        if attribute.data_type is not AttributeType.QUANTITY:
            return self._comparisons(name, attribute, value, edge=edge)
        found: list[Condition] = []
        for part, comparisons in value.items():
            if part == "isNull":
                found.extend(self._comparisons(name, attribute, {part: comparisons}, Part.VALUE, edge=edge))
            else:
                found.extend(self._comparisons(f"{name}.{part}", attribute, comparisons or {}, Part(part), edge=edge))
        return found

    def _comparisons(
        self,
        name: str,
        what: Attribute | Own,
        value: Mapping[str, Any],
        part: Part | None = None,
        *,
        edge: bool = False,
    ) -> list[Condition]:
        found: list[Condition] = []
        for word, operand in value.items():
            self._take()
            if operand is None:
                raise RequestError(f"{name}.{word} is null in a filter; leave it out, or ask with isNull")
            bound = self._bind(name, operand, partial(self._operand, f"{name}.{word}"))
            found.append(Compare(what, _OPERATORS[word], bound, part, edge))
        return found

    def _operand(self, name: str, operand: Any) -> Any:
        if isinstance(operand, list) and len(operand) > self._limits.max_list:
            raise RequestError(f"{name} has {len(operand)} values; at most {self._limits.max_list} are allowed")
        return operand


def order(model: Model, kind: Kind, order_by: Sequence[Mapping[str, Any]] | None) -> tuple[Order, ...]:
    """The order that an `orderBy` argument states; without one, the id's."""
    found: list[Order] = []
    for key in order_by or ():
        through, what, way = led_to(model, kind, key)
        quantity = isinstance(what, Attribute) and what.data_type is AttributeType.QUANTITY
        found.append(Order(what, way is SortDirection.DESC, Part.VALUE if quantity else None, through))
    return tuple(found)


def led_to(model: Model, kind: Kind, key: Mapping[str, Any]) -> tuple[tuple[Direction, ...], Attribute | Own, Any]:
    """The links that a key follows, what it names at their end, and the value given there.

    `{definition: {name: ASC}}` leads by `definition` to `name`.
    """
    through: list[Direction] = []
    ((name, value),) = key.items()
    while (what := kind.attributes.get(name) or OWN.get(name)) is None:
        through.append(directions(kind)[name])
        if len(through) > MAX_LINKS:
            raise RequestError(f"a key of `orderBy` or `groupBy` follows more than {MAX_LINKS} links; follow fewer")
        kind = model.kind(through[-1].target)
        ((name, value),) = value.items()
    return tuple(through), what, value


def _all(found: Sequence[Condition]) -> Condition | None:
    if not found:
        return None
    return found[0] if len(found) == 1 else And(tuple(found))
