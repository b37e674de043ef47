"""Things made by hand, in the form in which a plan gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.plan import Row, Select
from graph.questions.facts import Fact, Shape, select
from schema.assertion import Assertion, Stamp
from schema.merge import record_of
from schema.model import MODEL

START = 1_772_323_200_000_000
"""2026-03-01, in microseconds: when everything was said."""


def made(kind: str, shape: Shape, of: Mapping[str, Any]) -> Fact:
    """A thing of a shape. What is not given nobody said: `{"id": "LOT-1", "samples": [{"id": "S-1", …}]}`.

    A member of a list with `edge` carries what is said of the link. `system` is who says it all, `mes` where none is
    given, and `conflicting` what other systems say.
    """
    wanted = select(MODEL, MODEL.kind(kind), shape)
    return Fact(wanted, _row(wanted, of))


def _row(wanted: Select, of: Mapping[str, Any]) -> Row:
    known = {v.key for v in wanted.values} | {o.key for o in wanted.ones} | {m.key for m in wanted.manys}
    unread = set(of) - known - {"edge", "system", "conflicting"}
    assert not unread, f"{wanted.kind.name} has no {unread} in this question"
    row: Row = {value.key: of.get(value.key) for value in wanted.values}
    row["placeholder"] = of.get("placeholder", False)
    row["records"] = [] if row["placeholder"] else _records(wanted, of)
    for one in wanted.ones:
        row[one.key] = None if of.get(one.key) is None else _row(one.select, of[one.key])
    for many in wanted.manys:
        rows = []
        for member in of.get(many.key, ()):
            edge = dict.fromkeys(value.key for value in many.edge) | member.get("edge", {})
            rows.append({"node": _row(many.select, member), "edge": edge, "cursor": [member["id"]]})
        row[many.key] = {"rows": rows, "more": False, "total": None}
    return row


def _records(wanted: Select, of: Mapping[str, Any]) -> list[Any]:
    cells = {name: of[name] for name in wanted.kind.attributes if of.get(name) is not None}
    cells |= {one.key: [{"to": {"id": of[one.key]["id"]}}] for one in wanted.ones if of.get(one.key)}
    by_system = {of.get("system", "mes"): cells, **of.get("conflicting", {})}
    return [
        record_of(Assertion(system, wanted.kind.name, of["id"], Stamp(START, "m"), said)).as_json()
        for system, said in by_system.items()
    ]
