"""A search on Ladybug: a statement for each kind, as its tables have no index in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graph.columns import folded
from graph.cypher import quote
from graph.search import start, whole
from graph.thing import Key

Run = Callable[[str, Mapping[str, Any]], list[list[Any]]]


def search(run: Run, text: str, kinds: Iterable[str], limit: int) -> list[Key]:
    """Things by text, best first."""
    wanted = folded(text)
    if not wanted:
        return []
    found: list[tuple[int, str, str]] = []
    for kind in kinds:
        rows = run(
            f"MATCH (n:{quote(kind)}) WHERE n.`_search` CONTAINS $text "
            "RETURN CASE WHEN n.`_search` CONTAINS $whole THEN 0 WHEN n.`_search` CONTAINS $start THEN 1 ELSE 2 END "
            "AS rank, n.id ORDER BY rank, n.id LIMIT $limit",
            {"text": wanted, "whole": whole(text), "start": start(text), "limit": limit},
        )
        found += [(rank, kind, id_) for rank, id_ in rows]
    return [Key(kind, id_) for _, kind, id_ in sorted(found)[:limit]]
