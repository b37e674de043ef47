from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.cache import Cache
from graph.cypher import outline
from graph.neo4j.around import AroundRenderer
from graph.neo4j.cypher import Statement, statement
from graph.plan import Plan


class KeptStatements:
    """Statements of plans that are run again, each rendered once for an outline of the values given."""

    def __init__(self, most: int = 1024) -> None:
        """`most` is how many are kept; of more, those go that were not run for the longest time."""
        self._kept: Cache[tuple[int, tuple[Any, ...]], tuple[Plan, Statement]] = Cache(most)

    def of(self, plan: Plan, given: Mapping[str, Any]) -> Statement:
        if not plan.kept:
            return statement(plan, given, AroundRenderer)
        # Plans are told apart by what they are, not by what they say: to compare them would take as long as to render.
        # So each is kept with its statement, and its id stays its own.
        key = (id(plan), outline(given))
        return self._kept.of(key, lambda: (plan, statement(plan, given, AroundRenderer)))[1]
