"""Conditions as Neo4j takes them, where it differs from other stores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from graph.columns import Column, ColumnType
from graph.cypher import Make, Renderer, as_given
from graph.grouping import COUNTED
from graph.plan import Operator


def returned(text: str, *variables: str) -> str:
    """The end of a subquery: a text for each row of these variables, which are all that the text looks at.

    Neo4j takes figures in a subquery within an expression for the expression's own, and refuses what else is in it
    unless that is grouped by: `n {.id, figures: head(COLLECT {… count(*) …})}`. So the variables are named beside it.
    """
    return f"WITH {', '.join(variables)}, {text} AS made RETURN made" if COUNTED in text else f"RETURN {text}"


class Neo4jRenderer(Renderer):
    """Renders conditions for Neo4j."""

    def compare(self, name: str, column: Column, operator: Operator, parameter: str) -> str:
        if column.type is ColumnType.TEXTS and operator is Operator.CONTAINS:
            return f"{self.bind(parameter)} IN {name}"
        if operator is Operator.IN and not self.given(parameter):
            return f"{name} <> {name}"  # `null IN []` would be false, not open
        return super().compare(name, column, operator, parameter)

    def typed(self, column: Column, operator: Operator, parameter: str, pick: Make = as_given) -> str:
        make = _MADE.get(column.type)
        if make is None:
            return self.bind(parameter, pick)
        if operator is Operator.IN:
            return self.bind(parameter, lambda given: [make(value) for value in pick(given)])
        return self.bind(parameter, lambda given: make(pick(given)))


_MADE: Mapping[ColumnType, Make] = {ColumnType.INSTANT: datetime.fromisoformat, ColumnType.FLOAT: float}
"""How values are given to the server, by the type of what they are compared with; others as they are."""
