"""Conditions as Ladybug takes them, where it differs from other stores."""

from __future__ import annotations

from typing import Any

from graph.columns import Column, ColumnType
from graph.cypher import Renderer
from graph.plan import Operator

EVERYTHING = 2**63 - 1
"""A LIMIT that limits nothing: Ladybug orders rows inside a statement only where a LIMIT follows."""


class LadybugRenderer(Renderer):
    """Renders parts of one statement for Ladybug."""

    def compare(self, name: str, column: Column, operator: Operator, value: Any) -> str:
        if column.type is ColumnType.TEXTS and operator is Operator.CONTAINS:
            return f"list_contains({name}, {self.bind(value)})"
        if value == "" and operator in (Operator.CONTAINS, Operator.STARTS_WITH):
            return f"{name} = {name}"  # every text holds it, which Ladybug denies
        return super().compare(name, column, operator, value)

    def typed(self, column: Column, value: Any, operator: Operator) -> str:
        if column.type is ColumnType.INSTANT:
            return f"CAST({self.bind(value)} AS TIMESTAMP{'[]' if operator is Operator.IN else ''})"
        if column.type is ColumnType.FLOAT:
            value = [float(v) for v in value] if operator is Operator.IN else float(value)
        return self.bind(value)
