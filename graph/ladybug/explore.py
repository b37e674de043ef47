"""Reads over the whole graph: counts and places."""

from __future__ import annotations

from graph.cypher import quote
from graph.ladybug.engine import Session
from schema.registry import Model


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
