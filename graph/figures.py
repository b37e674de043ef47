"""Figures from parts: a statement gives parts of each group, one for each combination of units, and they are folded.

A part is a row: the units of the quantities that are measured, the count, and then sums, counts, least and greatest
values of columns. A mean is a sum by a count, so that parts can be put together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from graph.aggregate import Figure, Measure, Measures
from graph.columns import Column, ColumnType, columns_of
from graph.plan import Own, Row
from schema.registry import Attribute, AttributeType

Part = Mapping[str, Any]
"""A part by the names of its members: units and `Partial`s."""

_NEEDS = {Figure.SUM: ("sum", "count"), Figure.AVG: ("sum", "count"), Figure.MIN: ("min",), Figure.MAX: ("max",)}

COUNT = "count"
EDGE = "edge"


@dataclass(frozen=True, slots=True)
class Of:
    """A column of things, or of the edges that lead to them."""

    column: Column
    edge: bool = False

    @property
    def name(self) -> str:
        return f"{EDGE}.{self.column.name}" if self.edge else self.column.name


@dataclass(frozen=True, slots=True)
class Partial:
    """What a statement makes of a column: `sum` (as a double), `count`, `min` or `max`."""

    function: str
    of: Of

    @property
    def name(self) -> str:
        return f"{self.function}_{self.of.name}"


@dataclass(frozen=True)
class Fold:
    """How the figures that are wanted come of parts."""

    measures: Measures

    @cached_property
    def units(self) -> list[Of]:
        """The columns by which amounts are kept apart."""
        return list(dict.fromkeys(Of(columns_of(m.what)[1], m.edge) for m in self.measures if _quantity(m)))

    @cached_property
    def partials(self) -> list[Partial]:
        """What a statement is to make of each part, beside its count."""
        wanted = (Partial(f, Of(columns_of(m.what)[0], m.edge)) for m in self.measures for f in _NEEDS[m.figure])
        return list(dict.fromkeys(wanted))

    def figures(self, parts: Sequence[Part]) -> Row:
        """The figures of one group."""
        found = _none()
        of_edges = _none()
        for measure in self.measures:
            place = of_edges if measure.edge else found
            place[measure.figure.value][name_of(measure.what)] = self._figure(measure, parts)
        edges = {EDGE: of_edges} if any(of_edges.values()) else {}
        return {COUNT: sum(part[COUNT] for part in parts), **found, **edges}

    def _figure(self, measure: Measure, parts: Sequence[Part]) -> Any:
        value, *unit = (Of(column, measure.edge) for column in columns_of(measure.what))
        if not _quantity(measure):
            return _value(measure.figure, value, parts)
        by_unit: dict[str, list[Part]] = {}
        for part in parts:
            if (known := part[unit[0].name]) is not None:
                by_unit.setdefault(known, []).append(part)
        return [
            {"value": _value(measure.figure, value, same), "unit": known} for known, same in sorted(by_unit.items())
        ]


def _none() -> Row:
    return {figure.value: {} for figure in Figure}


def _value(figure: Figure, of: Of, parts: Sequence[Part]) -> Any:
    if figure in (Figure.MIN, Figure.MAX):
        values = _made(figure.value, of, parts)
        found = min if figure is Figure.MIN else max
        # The texts of instants don't order where one has a fraction of a second.
        order = datetime.fromisoformat if of.column.type is ColumnType.INSTANT else None
        return found(values, key=order) if values else None
    count = sum(_made("count", of, parts))
    if not count:
        return None
    total = math.fsum(_made("sum", of, parts))
    return total if figure is Figure.SUM else total / count


def _made(function: str, of: Of, parts: Sequence[Part]) -> list[Any]:
    name = Partial(function, of).name
    return [part[name] for part in parts if part[name] is not None]


def name_of(what: Attribute | Own) -> str:
    """The name by which figures of it are found."""
    return what.value if isinstance(what, Own) else what.name


def _quantity(measure: Measure) -> bool:
    return not isinstance(measure.what, Own) and measure.what.data_type is AttributeType.QUANTITY
