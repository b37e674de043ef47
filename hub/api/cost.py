"""How many things an answer has, counted before it is made.

A store gives a thing that several others lead to as one shared row, and the answer has it once for each of them: thirty
lots linked to each other are 30 rows, and four levels of them 810,000 things. Each row is counted once and its count
kept, so counting takes as long as the rows do and not as the answer would.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from graph.aggregate import Aggregate
from graph.around import Near, Shortest
from graph.issues import Issues
from graph.plan import Lookup, Page, Row, Select
from graph.roots import Root
from graph.search import Search
from graph.walks import Walk


def most(roots: Iterable[Root], parameters: Mapping[str, Any]) -> float:
    """How many things look-ups and lists can give at most, by their pages: where that is few, nobody has to count.

    Infinity where pages don't bound it: what is searched, walked or grouped.
    """
    return sum(_most(root, parameters) for root in roots)


def things(root: Root, found: Row | None) -> int:
    """The things in the answer to a plan's root; a thing counts as often as it is in it, and a group as one."""
    if found is None:
        return 0
    if isinstance(root, Aggregate):
        return len(found["groups"] or ())
    counts: dict[tuple[int, int], int] = {}
    if isinstance(root, Lookup):
        return _of(root.select, found, counts)
    if isinstance(root, Search | Issues):
        selects = {select.kind.name: select for select in root.selects}
        return sum(_of(selects[row["kind"]], row["node"], counts) for row in found["rows"])
    if isinstance(root, Walk | Near | Shortest):
        selects = {select.kind.name: select for select in root.nodes}
        return sum(_of(selects[row["kind"]], row["node"], counts) for row in found["nodes"] or ())
    return sum(_of(root.select, row["node"], counts) for row in found["rows"])


def _most(root: Root, parameters: Mapping[str, Any]) -> float:
    match root:
        case Lookup():
            return _below(root.select, parameters)
        case Page():
            return int(parameters[root.paging.first]) * _below(root.select, parameters)
        case _:
            return math.inf


def _below(select: Select, parameters: Mapping[str, Any]) -> float:
    if select.figures:
        return math.inf
    ones = sum(_below(one.select, parameters) for one in select.ones)
    manys = sum(int(parameters[many.paging.first]) * _below(many.select, parameters) for many in select.manys)
    return 1 + ones + manys


def _of(select: Select, node: Row, counts: dict[tuple[int, int], int]) -> int:
    """A thing with all below it. Rows stay alive meanwhile, so that their ids are theirs alone."""
    key = (id(select), id(node))
    if (known := counts.get(key)) is not None:
        return known
    count = 1
    for one in select.ones:
        if (below := node[one.key]) is not None:
            count += _of(one.select, below, counts)
    for many in select.manys:
        count += sum(_of(many.select, row["node"], counts) for row in node[many.key]["rows"])
    count += sum(len(node[figures.key]["groups"] or ()) for figures in select.figures)
    counts[key] = count
    return count
