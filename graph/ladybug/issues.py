"""Things with which something is the matter, on Ladybug: a statement for each kind, as tables have no common index.

No kind is read but for its column of marks, which is empty nearly everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph.columns import DISPUTED, ISSUE
from graph.cypher import quote
from graph.issues import Issue, Issues, Range, page, ranges, referrer, stated_by
from graph.ladybug.cypher import EVERYTHING
from graph.plan import Row, Select
from graph.thing import Key
from schema.registry import Kind

Run = Callable[[str, Mapping[str, Any]], list[list[Any]]]
WithIds = Callable[[Select, Sequence[str]], Mapping[str, Row]]
"""Reads what is wanted of things of a kind, by id."""

_MARK, _DISPUTED = quote(ISSUE.name), quote(DISPUTED.name)


def issues(run: Run, root: Issues, given: Mapping[str, Any], with_ids: WithIds) -> Row:
    """The rows of a page, whose things `with_ids` reads."""
    first = int(given[root.first])
    keys: list[Key] = []
    kinds = {select.kind.name: select.kind for select in root.selects}
    for place in ranges(root, given[root.after]):
        if len(keys) > first:
            break
        keys += _found(run, root, given, kinds[place.kind], place, first + 1 - len(keys))
    rows: dict[Key, Row] = {}
    for select in root.selects:
        kind = select.kind.name
        if ids := [key.id for key in keys[:first] if key.kind == kind]:
            nodes = with_ids(select, ids)
            referring: dict[str, tuple[int, list[Row]]] = {}
            if root.referrers is not None and select.kind.inverses:
                referring = _referring(run, select.kind, ids, int(given[root.referrers]))
            for id_ in ids:
                count, found = referring.get(id_, (None, []))
                rows[Key(kind, id_)] = {"kind": kind, "node": nodes[id_], "count": count, "referrers": found}
    return {**page([rows[key] for key in keys[:first]], first), "more": len(keys) > first}


def _found(run: Run, root: Issues, given: Mapping[str, Any], kind: Kind, place: Range, limit: int) -> list[Key]:
    start = f"MATCH (n:{quote(place.kind)}) WHERE n.{_MARK} > $low AND n.{_MARK} < $high"
    bound: dict[str, Any] = {"low": place.low, "high": place.high, "limit": limit}
    if root.only is not None and root.issue is Issue.CONFLICT:
        start += f" AND list_contains(n.{_DISPUTED}, $word)"
        bound["word"] = given[root.only]
    elif root.only is not None:
        if not kind.inverses:
            return []
        referring = f"OPTIONAL MATCH (n)<-[e:{_leading_to(kind)}]-(x)"
        start += f" WITH n {referring} WITH n, e WHERE e.`_stated` CONTAINS $word"
        bound["word"] = stated_by(given[root.only])
    rows = run(f"{start} RETURN DISTINCT n.id ORDER BY n.id LIMIT $limit", bound)
    return [Key(place.kind, id_) for (id_,) in rows]


def _referring(run: Run, kind: Kind, ids: Sequence[str], number: int) -> dict[str, tuple[int, list[Row]]]:
    """By id, how many refer to a thing and the first of them."""
    rows = run(
        f"UNWIND $ids AS k MATCH (n:{quote(kind.name)} {{id: k}}) WITH k, n "
        f"OPTIONAL MATCH (n)<-[e:{_leading_to(kind)}]-(x) "
        "WITH k, e, x WHERE x.id IS NOT NULL "
        "WITH k, label(x) AS kind, label(e) AS type, x.id AS id, e.`_occurrence` AS occurrence, e.`_stated` AS stated "
        f"ORDER BY kind, type, id, occurrence LIMIT {EVERYTHING} "
        "WITH k, collect({kind: kind, type: type, id: id, stated: stated}) AS l "
        "RETURN k, list_slice(l, 1, $number), size(l)",
        {"ids": list(ids), "number": number},
    )
    found = {id_: ([list(each.values()) for each in referring], count) for id_, referring, count in rows}
    records = _records(run, [Key(kind, id_) for referring, _ in found.values() for kind, _, id_, _ in referring])
    return {
        id_: (
            count,
            [referrer(kind, type_, of, stated, records[Key(kind, of)]) for kind, type_, of, stated in referring],
        )
        for id_, (referring, count) in found.items()
    }


def _leading_to(kind: Kind) -> str:
    """The types of the edges that may lead to a kind, as a pattern takes them; others are not looked through."""
    return "|".join(sorted({quote(link.relationship) for link in kind.inverses.values()}))


def _records(run: Run, keys: Sequence[Key]) -> dict[Key, str]:
    """What systems say of things, as text."""
    found: dict[Key, str] = {}
    for kind in sorted({key.kind for key in keys}):
        ids = sorted({key.id for key in keys if key.kind == kind})
        text = f"UNWIND $ids AS i MATCH (n:{quote(kind)} {{id: i}}) RETURN n.id, n.`_records`"
        found.update({Key(kind, id_): records for id_, records in run(text, {"ids": ids})})
    return found
