"""Conditions as Ladybug takes them, where it differs from other stores."""

from __future__ import annotations

from graph.columns import Column, ColumnType
from graph.cypher import Make, Renderer, as_given
from graph.plan import Operator

EVERYTHING = 2**63 - 1
"""A LIMIT that limits nothing: Ladybug orders rows inside a statement only where a LIMIT follows."""


class LadybugRenderer(Renderer):
    """Renders parts of one statement for Ladybug."""

    def compare(self, name: str, column: Column, operator: Operator, parameter: str) -> str:
        if column.type is ColumnType.TEXTS and operator is Operator.CONTAINS:
            return f"list_contains({name}, {self.bind(parameter)})"
        if operator in (Operator.CONTAINS, Operator.STARTS_WITH) and self.given(parameter) == "":
            return f"{name} = {name}"  # every text holds it, which Ladybug denies
        return super().compare(name, column, operator, parameter)

    def typed(self, column: Column, operator: Operator, parameter: str, pick: Make = as_given) -> str:
        several = operator is Operator.IN
        if column.type is ColumnType.INSTANT:
            return f"CAST({self.bind(parameter, pick)} AS TIMESTAMP{'[]' if several else ''})"
        if column.type is ColumnType.FLOAT:
            return self.bind(parameter, lambda given: [*map(float, pick(given))] if several else float(pick(given)))
        return self.bind(parameter, pick)
