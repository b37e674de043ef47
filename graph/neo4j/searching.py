"""A search as Cypher: found by one index over the words of all things, and made by kind.

Kinds whose things are made alike share one expression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph.columns import SEARCH, folded
from graph.cypher import Renderer, quote
from graph.neo4j.ddl import THING
from graph.neo4j.rendering import returned
from graph.plan import Row
from graph.search import Search, start, whole

Made = tuple[str, Callable[[Any, Mapping[str, Any]], Any]]
"""The expression that makes a thing of a node, and what makes a row of its value."""


def search(render: Renderer, root: Search, node: str, made: Mapping[str, Made]) -> Made:
    """The expression of a search's rows, each `[kind, thing]`; `made` says by kind how things are made of `node`."""
    words = f"{node}.{quote(SEARCH.name)}"
    text, same, like = (render.bind(root.text, make) for make in (folded, whole, start))
    rank = f"CASE WHEN {words} CONTAINS {same} THEN 0 WHEN {words} CONTAINS {like} THEN 1 ELSE 2 END"
    found = (
        f"MATCH ({node}:{quote(THING)}) WHERE {words} CONTAINS {text} AND {text} <> '' "
        f"WITH {node}, [label IN labels({node}) WHERE label IN {_names(made)}][0] AS kind WHERE kind IS NOT NULL "
        f"WITH {node}, kind ORDER BY {rank}, kind, {node}.id LIMIT {render.bind(root.first)}"
    )

    def rows(raw: Sequence[Any], given: Mapping[str, Any]) -> Row:
        return {"rows": [{"kind": kind, "node": made[kind][1](value, given)} for kind, value in raw]}

    return f"COLLECT {{ {found} {returned(f'[kind, {by_kind(made)}]', node, 'kind')} }}", rows


def by_kind(made: Mapping[str, Made]) -> str:
    """The expression that makes a thing whose kind is `kind`."""
    alike: dict[str, list[str]] = {}
    for kind, (text, _) in made.items():
        alike.setdefault(text, []).append(kind)
    *others, (last, _) = sorted(alike.items(), key=lambda item: len(item[1]))
    ways = "".join(f"WHEN kind IN {_names(kinds)} THEN {text} " for text, kinds in others)
    return f"CASE {ways}ELSE {last} END" if ways else last


def _names(kinds: Any) -> str:
    return f"[{', '.join(repr(kind) for kind in kinds)}]"
