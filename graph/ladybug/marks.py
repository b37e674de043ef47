"""Marks on nodes with which something is the matter, put where an earlier version wrote the nodes without."""

from __future__ import annotations

from graph.columns import ISSUE
from graph.cypher import quote
from graph.issues import OVERLOOKED, marked
from graph.ladybug.ddl import Tables
from graph.ladybug.engine import Session

CHUNK = 2_000

_SET = (
    "UNWIND $rows AS r MATCH (n:{kind} {{id: r[1][1]}}) "
    "SET n.`_issue` = r[1][2], n.`_disputed` = CASE WHEN size(r[2]) = 0 THEN NULL ELSE r[2] END"
)


def put_marks(session: Session, there: Tables) -> None:
    """Marks the nodes of tables that were there without the column, which has been added by now."""
    for name, columns in there.nodes.items():
        if "_conflicts" not in columns or ISSUE.name in columns:
            continue
        table = quote(name)
        while rows := session.run(OVERLOOKED.format(kind=table, limit=CHUNK)):
            found = [[[id_, mark], words] for id_, _, mark, words in marked(name, rows)]
            session.run_rows(_SET.format(kind=table), found)
