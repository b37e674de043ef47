"""Whether the periods of a step have a moment in common, and lie within a walk's window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations

from graph.columns import Column, ColumnType
from graph.cypher import Renderer, quote
from graph.plan import Operator
from graph.walks import Hop, Period
from schema.registry import Attribute

Times = tuple[datetime | None, datetime | None]
"""From, to; None where there is no bound. Periods that touch have a moment in common."""

_TIME = Column("", ColumnType.INSTANT)
"""What a window's bounds are compared with: any column that holds times."""


def of_hops(ways: Sequence[Sequence[Hop]], edges: Sequence[str], things: Sequence[str]) -> list[tuple[str, str]]:
    """The expressions of when each hop with a period began and ended, for ways that are told together.

    `edges` and `things` are the variables at each hop. What one way looks at, no thing of another has.
    """
    found = []
    for hops, edge, thing in zip(zip(*ways, strict=True), edges, things, strict=True):
        periods = [period for hop in hops if (period := hop.period) is not None]
        if periods:
            found.append(_bounds(periods, edge, thing))
    return found


def apart(render: Renderer, window: tuple[str, str] | None, periods: Sequence[tuple[str, str]]) -> list[str]:
    """The conditions that each two of these periods have a moment in common, and with the window where there is one."""
    told = list(periods)
    if told and window is not None:
        start, end = ("" if render.given(name) is None else render.typed(_TIME, Operator.EQ, name) for name in window)
        told.append((start, end))
    return [f"coalesce({a[0]} <= {b[1]}, true)" for a, b in permutations(told, 2) if a[0] and b[1]]


def bounds(hop: Hop, edge: str, thing: str) -> tuple[str, str] | None:
    """The expressions of when a hop began and ended, each empty where nothing says; None where it has no period."""
    return None if hop.period is None else _bounds([hop.period], edge, thing)


def overlap(periods: Sequence[Times]) -> bool:
    """Whether each two of these have a moment in common."""
    return all(a[0] is None or b[1] is None or a[0] <= b[1] for a, b in permutations(periods, 2))


def _bounds(periods: Sequence[Period], edge: str, thing: str) -> tuple[str, str]:
    starts = [*(_named(edge, p.starts) for p in periods), *(_named(thing, p.begins) for p in periods)]
    ends = [*(_named(edge, p.ends) for p in periods), *(_named(thing, p.closes) for p in periods)]
    return _first(starts), _first(ends)


def _named(variable: str, times: Sequence[Attribute]) -> list[str]:
    return [f"{variable}.{quote(time.name)}" for time in times]


def _first(expressions: Sequence[Sequence[str]]) -> str:
    once = list(dict.fromkeys(expression for each in expressions for expression in each))
    return f"coalesce({', '.join(once)})" if len(once) > 1 else "".join(once)
