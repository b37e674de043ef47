"""How figures of groups are asked for in Cypher, whichever store runs it.

    <MATCH … WHERE …> WITH <value> AS k_0, …, <unit> AS u_0, …, count(*) AS c, <sum, count, min, max> AS a_0, …
    WITH k_0, …, sum(c) AS size, collect(<u_0, …, c, a_0, …>) AS parts

One row is one group, with a part for each combination of units in it (`graph.figures`): so groups can be ordered and
cut off inside the store, and amounts in different units still stay apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graph.aggregate import By, Grouping, Measures
from graph.calendar import interval
from graph.columns import Column, ColumnType, columns_of
from graph.cypher import at, quote
from graph.figures import COUNT, Fold, Of
from graph.plan import Row

COUNTED = "count(*) AS c"
"""What every statement has that asks for figures."""

Decode = Callable[[Column, Any], Any]
"""Makes JSON of a column's value as a store gives it."""


@dataclass(frozen=True)
class Groups:
    """The figures wanted of groups of things `node`, as a statement asks for them."""

    measures: Measures
    node: str
    values: Sequence[str] = ()
    """The expressions of the values that a group has in common; none where all things are one group."""
    edge: str = ""
    """The variable of the edges that lead to the things, where figures are over a link."""
    parent: str = ""
    """A variable by which all is kept apart; none where things have one parent, or none."""

    @cached_property
    def fold(self) -> Fold:
        """What makes figures of the parts."""
        return Fold(self.measures)

    @property
    def members(self) -> list[str]:
        """The variables that make up a part."""
        units, partials = len(self.fold.units), len(self.fold.partials)
        return [*(f"u_{n}" for n in range(units)), "c", *(f"a_{n}" for n in range(partials))]

    def text(self, collected: str, *, size: bool = False) -> str:
        """What follows the MATCH; `collected` is a part as the store puts it together."""
        fold = self.fold
        apart = [self.parent] if self.parent else []
        found = [*apart, *(f"{value} AS k_{n}" for n, value in enumerate(self.values))]
        found += [f"{self._name(unit)} AS u_{n}" for n, unit in enumerate(fold.units)]
        found.append(COUNTED)
        for n, partial in enumerate(fold.partials):
            times = " * 1.0" if partial.function == "sum" else ""
            found.append(f"{partial.function}({self._name(partial.of)}{times}) AS a_{n}")
        kept = [*apart, *self.keys, *(["sum(c) AS size"] if size else []), f"collect({collected}) AS parts"]
        return f" WITH {', '.join(found)} WITH {', '.join(kept)}"

    def _name(self, of: Of) -> str:
        return f"{self.edge if of.edge else self.node}.{quote(of.column.name)}"

    @property
    def keys(self) -> list[str]:
        return [f"k_{n}" for n in range(len(self.values))]

    @cached_property
    def _read(self) -> list[tuple[str, Column | None]]:
        """The names of a part's members, each with the column that its value is decoded as."""
        units = [(unit.name, None) for unit in self.fold.units]
        partials = [(p.name, None if p.function == "count" else p.of.column) for p in self.fold.partials]
        return [*units, (COUNT, None), *partials]

    def figures(self, parts: Sequence[Sequence[Any]], decode: Decode) -> Row:
        """The figures of a group from its parts, each the values of `members`."""
        return self.fold.figures(
            [
                {
                    name: value if column is None or value is None else decode(column, value)
                    for (name, column), value in zip(self._read, part, strict=True)
                }
                for part in parts
            ]
        )


def order_of(groups: Groups, *, largest: bool) -> str:
    """The keys of the groups' order."""
    keys = [key for name in groups.keys for key in (f"{name} IS NULL", name)]
    return ", ".join([*(["size DESC"] if largest else []), *keys])


def column_of(by: By, node: str) -> tuple[str, Column]:
    """The name and the column of what things are grouped by."""
    column = columns_of(by.what)[0]
    return f"{at(node, by.through)}.{quote(column.name)}", column


def group(grouping: Grouping, begins: Sequence[Any], figures: Row, zone: str) -> Row:
    """A group as a plan gives it, from the values in common: for a stretch of the calendar, where it begins."""
    return {
        "by": [_value(by, begin, zone) for by, begin in zip(grouping.by, begins, strict=True)],
        "figures": figures,
    }


def _value(by: By, begin: Any, zone: str) -> Any:
    if by.calendar is None or begin is None:
        return begin
    instant = columns_of(by.what)[0].type is ColumnType.INSTANT
    return interval(by.calendar, begin, zone if instant else None)
