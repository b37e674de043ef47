"""Marks on nodes with which something is the matter, put where an earlier version wrote the nodes without."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graph.cypher import quote
from graph.issues import OVERLOOKED, marked
from schema.registry import Model

CHUNK = 5_000

Run = Callable[[str, Mapping[str, Any] | None], Awaitable[list[list[Any]]]]

# A node that another hub has written meanwhile has its mark by then, or has other conflicts: it is looked at again.
_SET = (
    "UNWIND $rows AS r MATCH (n:{kind} {{id: r[0]}}) WHERE n.`_issue` IS NULL AND n.`_conflicts` = r[1] "
    "SET n.`_issue` = r[2], n.`_disputed` = CASE WHEN r[3] = [] THEN null ELSE r[3] END"
)


async def put_marks(model: Model, run: Run) -> None:
    """Marks every node that should have a mark and has none. Done again, it does nothing."""
    for kind in model:
        name = quote(kind.name)
        while rows := await run(OVERLOOKED.format(kind=name, limit=CHUNK), None):
            await run(_SET.format(kind=name), {"rows": [list(row) for row in marked(kind.name, rows)]})
