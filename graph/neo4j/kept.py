from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from graph.cypher import outline
from graph.neo4j.cypher import Statement, statement
from graph.neo4j.walk import WalkRenderer
from graph.plan import Plan


class KeptStatements:
    """Statements of plans that are run again, each rendered once for an outline of the values given."""

    def __init__(self, most: int = 1024) -> None:
        """`most` is how many are kept; of more, those go that were not run for the longest time."""
        self._most = most
        self._kept: OrderedDict[tuple[int, tuple[Any, ...]], tuple[Plan, Statement]] = OrderedDict()

    def of(self, plan: Plan, given: Mapping[str, Any]) -> Statement:
        if not plan.kept:
            return statement(plan, given, WalkRenderer)
        # Plans are told apart by what they are, not by what they say: to compare them would take as long as to render.
        key = (id(plan), outline(given))
        if (found := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return found[1]
        made = statement(plan, given, WalkRenderer)
        self._kept[key] = (plan, made)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made
