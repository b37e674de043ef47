"""Cycles of a directed graph: its strongly connected components, by Tarjan's algorithm without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

_T = TypeVar("_T")


def components(nodes: Iterable[_T], edges: Iterable[tuple[_T, _T]]) -> tuple[tuple[_T, ...], ...]:
    """The groups of nodes that each lead to all others of the group and to themselves, in order of the nodes given."""
    order = {node: place for place, node in enumerate(nodes)}
    after: dict[_T, list[_T]] = {node: [] for node in order}
    loops: set[_T] = set()
    for begin, end in edges:
        after[begin].append(end)
        if begin == end:
            loops.add(begin)
    groups = (sorted(group, key=order.__getitem__) for group in _strong(after))
    found = [tuple(group) for group in groups if len(group) > 1 or group[0] in loops]
    return tuple(sorted(found, key=lambda group: order[group[0]]))


def _strong(after: dict[_T, list[_T]]) -> Iterator[list[_T]]:
    index: dict[_T, int] = {}
    low: dict[_T, int] = {}
    open_: dict[_T, None] = {}
    for root in after:
        if root in index:
            continue
        path: list[tuple[_T, Iterator[_T]]] = []
        waiting = [root]
        while waiting or path:
            if waiting:
                node = waiting.pop()
                index[node] = low[node] = len(index)
                open_[node] = None
                path.append((node, iter(after[node])))
            node, further = path[-1]
            for end in further:
                if end not in index:
                    waiting.append(end)
                    break
                if end in open_:
                    low[node] = min(low[node], index[end])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    group: list[_T] = []
                    while not group or group[-1] != node:
                        group.append(open_.popitem()[0])
                    yield group
