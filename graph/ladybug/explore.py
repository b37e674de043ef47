"""Reads over the whole graph: search, counts and places."""

from __future__ import annotations

from collections.abc import Collection

from graph.columns import folded
from graph.cypher import quote
from graph.ladybug.engine import Session
from graph.thing import Key
from schema.registry import Model


def search(session: Session, *, text: str, kinds: Collection[str], limit: int) -> list[Key]:
    """Things by text, best first: a name or identifier that is the text, then begins with it, then holds it."""
    wanted = folded(text)
    if not wanted:
        return []
    found: list[tuple[int, str, str]] = []
    for kind in sorted(kinds):
        rows = session.run(
            f"MATCH (n:{quote(kind)}) WHERE n.`_search` CONTAINS $text "
            "RETURN CASE WHEN n.`_search` CONTAINS $whole THEN 0 WHEN n.`_search` CONTAINS $start THEN 1 ELSE 2 END "
            "AS rank, n.id ORDER BY rank, n.id LIMIT $limit",
            {"text": wanted, "whole": f"\n{wanted}\n", "start": f"\n{wanted}", "limit": limit},
        )
        found += [(rank, kind, id_) for rank, id_ in rows]
    return [Key(kind, id_) for _, kind, id_ in sorted(found)[:limit]]


def counts(session: Session, *, model: Model) -> dict[str, int]:
    """How many things there are of each kind."""
    return {
        kind.name: session.run(f"MATCH (n:{quote(kind.name)}) WHERE NOT n.placeholder RETURN count(*)")[0][0]
        for kind in model
    }


def places(session: Session, *, model: Model, path: str | None) -> dict[str, dict[str, int]]:
    """How many things of each kind there are at each location, at or below `path`."""
    where = "n.path IS NOT NULL" if path is None else "(n.path = $path OR n.path STARTS WITH $below)"
    parameters = {} if path is None else {"path": path, "below": f"{path}/"}
    found: dict[str, dict[str, int]] = {}
    for kind in model:
        cypher = f"MATCH (n:{quote(kind.name)}) WHERE NOT n.placeholder AND {where} RETURN n.path, count(*)"
        for place, count in session.run(cypher, parameters):
            found.setdefault(place, {})[kind.name] = count
    return dict(sorted(found.items()))
