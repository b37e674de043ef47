"""Reads over the whole graph: counts and places, one statement each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from graph.cypher import quote
from graph.neo4j.ddl import THING
from schema.registry import Model

Query = tuple[str, dict[str, Any]]

_KIND = "[label IN labels(n) WHERE label IN $kinds][0]"


def counts(model: Model) -> str:
    """One row: how many things there are of each kind, in the model's order."""
    counted = (f"COUNT {{ MATCH (n:{quote(kind.name)}) WHERE NOT n.placeholder }}" for kind in model)
    return f"RETURN [{', '.join(counted)}]"


def places(model: Model, path: str | None) -> Query:
    """Rows (path, kind, count): how many things there are at each location, at or below `path`."""
    where, parameters = "n.path IS NOT NULL", {}
    if path is not None:
        where, parameters = "(n.path = $path OR n.path STARTS WITH $below)", {"path": path, "below": f"{path}/"}
    return (
        f"MATCH (n:{quote(THING)}) WHERE {where} AND NOT n.placeholder "
        f"WITH n.path AS path, {_KIND} AS kind WHERE kind IS NOT NULL RETURN path, kind, count(*) ORDER BY path, kind",
        {**parameters, "kinds": list(model.kinds)},
    )


def by_place(rows: Collection[tuple[str, str, int]]) -> Mapping[str, Mapping[str, int]]:
    """Counts by location, then by kind, from the rows of `places`."""
    found: dict[str, dict[str, int]] = {}
    for path, kind, count in rows:
        found.setdefault(path, {})[kind] = count
    return found
