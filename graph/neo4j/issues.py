"""Things with which something is the matter, as Cypher: by the index of their marks, a page's worth of each kind.

UNWIND $kinds AS r                                     [kind, between which marks]
CALL (r) { <the first of the kind> } WITH n, kind ORDER BY n._issue LIMIT $limit
RETURN [kind, thing, how many refer to it, [referrer, …]]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from graph.columns import DISPUTED, ISSUE
from graph.cypher import Renderer, one_more, quote
from graph.issues import ALL, Issue, Issues, page, ranges, referrer, stated_by
from graph.neo4j.ddl import THING
from graph.neo4j.rendering import returned
from graph.neo4j.searching import Made, by_kind
from graph.plan import Row

_MARK, _DISPUTED = quote(ISSUE.name), quote(DISPUTED.name)


def issues(render: Renderer, root: Issues, node: str, made: Mapping[str, Made]) -> Made:
    """The expression of the rows, and what reads it; `made` says by kind how things are made of `node`."""
    places = render.bind(root.after, partial(_places, root))
    limit = render.bind(root.first, one_more)
    found = (
        f"UNWIND {places} AS r CALL (r) {{ MATCH ({node}:{quote(THING)}) "
        f"WHERE {node}.{_MARK} > r[1] AND {node}.{_MARK} < r[2]{_only(render, root, node)} "
        f"RETURN {node} ORDER BY {node}.{_MARK} LIMIT {limit} }} "
        f"WITH {node}, r[0] AS kind ORDER BY {node}.{_MARK} LIMIT {limit}"
    )
    referrers = _referrers(render, root.referrers, node) if root.referrers else "null, []"

    def read(raw: Sequence[Any], given: Mapping[str, Any]) -> Row:
        rows = [
            {
                "kind": kind,
                "node": made[kind][1](thing, given),
                "count": count,
                "referrers": [referrer(*each) for each in referring],
            }
            for kind, thing, count, referring in raw
        ]
        return page(rows, int(given[root.first]))

    row = f"[kind, {by_kind(made)}, {referrers}]"
    return f"COLLECT {{ {found} {returned(row, node, 'kind')} }}", read


def _places(root: Issues, after: str | None) -> list[list[str]]:
    return [[each.kind, each.low, each.high] for each in ranges(root, after)]


def _only(render: Renderer, root: Issues, node: str) -> str:
    if root.only is None:
        return ""
    if root.issue is Issue.CONFLICT:
        return f" AND {render.bind(root.only)} IN {node}.{_DISPUTED}"
    said = f"e.`_stated` CONTAINS {render.bind(root.only, stated_by)}"
    return f" AND EXISTS {{ MATCH ({node})<-[e]-(:{quote(THING)}) WHERE {said} }}"


def _referrers(render: Renderer, number: str, node: str) -> str:
    """How many refer to a node, which the server keeps with it, and the first of them."""
    order = "of, type(e), x.id, e.`_occurrence`"
    return (
        f"COUNT {{ ({node})<--() }}, COLLECT {{ MATCH ({node})<-[e]-(x:{quote(THING)}) WITH e, x LIMIT {ALL} "
        f"WITH e, x, [label IN labels(x) WHERE label <> '{THING}'][0] AS of ORDER BY {order} "
        f"LIMIT {render.bind(number)} RETURN [of, type(e), x.id, e.`_stated`, x.`_records`] }}"
    )
