"""Things with which something is the matter, of any kind, as a root of a read plan: found by what they carry for it.

A node in a conflict, or one that is a placeholder, has a mark in its column `_issue`, and no other node has one; so an
index over it holds nothing else. The mark orders them too: `conflict\\nMaterialLot\\nLOT-1`; no id has a line's end.
`_disputed` has what a conflict may be looked for by: the cell, the system, and both, apart by a line's end.

What comes back, in order of kind and id:

    {"rows": [{"kind", "node": Select, "count", "referrers": [referrer, …]}], "more": bool}
    referrer  {"kind", "id", "relationship", "stated": [[system, id, identifier], …], "records": [Record.as_json(), …]}

`count` is how many edges lead to the thing, and `referrers` a few of them in order of kind, relationship and id; None
and none where they are not wanted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson

from graph.plan import Row, Select, select_lines
from graph.state import conflicts_from_json
from graph.thing import Conflict, Key, Thing

ALL = 1_000
"""Of a thing with more edges than this that lead to it, a store may take which it finds first."""

_APART = "\n"
_NEXT = chr(ord(_APART) + 1)


class Issue(Enum):
    """What may be the matter with a thing."""

    CONFLICT = "conflict"
    """Systems say different things of it."""
    PLACEHOLDER = "placeholder"
    """Others refer to it, and no system describes it."""


@dataclass(frozen=True, slots=True)
class Issues:
    """Things with an issue, of the kinds of the selections. The fields of type `str` name parameters."""

    key: str
    issue: Issue
    selects: tuple[Select, ...]
    """What is wanted of a thing, for each kind."""
    first: str
    after: str
    """The kind and id (`Kind:id`) after which to go on; None from the beginning."""
    only: str | None = None
    """Of conflicts a word of `disputed`; of placeholders a system that refers to them."""
    referrers: str | None = None
    """How many referrers of each to give."""

    def lines(self) -> Iterator[str]:
        """For people: what is looked for, and what is wanted of it."""
        told = [f"{name} ${given}" for name, given in (("only", self.only), ("referrers", self.referrers)) if given]
        kinds = " ".join(select.kind.name for select in self.selects)
        paged = [f"first ${self.first}", f"after ${self.after}"]
        yield f"{self.key}: {kinds} with {self.issue.name} {' '.join([*paged, *told])}"
        for select in self.selects:
            yield from select_lines(select, f"  {select.kind.name}: ")


def mark(thing: Thing) -> str | None:
    """What is the matter with a thing, as its node has it; None where nothing is."""
    if thing.placeholder:
        return _mark(Issue.PLACEHOLDER, thing.key)
    return _mark(Issue.CONFLICT, thing.key) if thing.conflicts else None


def disputed(conflicts: Collection[Conflict]) -> list[str] | None:
    """What a thing's conflicts may be looked for by; None where there are none."""
    words = {
        word
        for conflict in conflicts
        for said in conflict.said
        for word in (word_of(conflict.cell, None), word_of(None, said.system), word_of(conflict.cell, said.system))
    }
    return sorted(words) or None


def word_of(cell: str | None, system: str | None) -> str:
    """What to look for conflicts of a cell by, or of a system, or of both."""
    return _APART.join((cell or "", system)) if system else cell or ""


def stated_by(system: str) -> str:
    """What the statements of an edge hold, as JSON text, where a system is among those that state it."""
    return f"[{orjson.dumps(system).decode()},"


@dataclass(frozen=True, slots=True)
class Range:
    """The things of one kind that may be wanted: those whose marks, and whose ids, are between these."""

    kind: str
    low: str
    high: str


def ranges(root: Issues, after: str | None) -> list[Range]:
    """Where the things are that are wanted, in order; kinds that a page before has told are left out."""
    kind, _, id_ = (after or "").partition(":")
    names = sorted(select.kind.name for select in root.selects)
    return [
        Range(name, _mark(root.issue, Key(name, id_ if name == kind else "")), _end(root.issue, name))
        for name in names
        if name >= kind
    ]


def _mark(issue: Issue, key: Key) -> str:
    return _APART.join((issue.value, *key))


def _end(issue: Issue, kind: str) -> str:
    return f"{issue.value}{_APART}{kind}{_NEXT}"


def referrer(kind: str, relationship: str, id_: str, stated: str, records: str) -> Row:
    """A referrer, from what a store has of it: texts of JSON."""
    return {
        "kind": kind,
        "id": id_,
        "relationship": relationship,
        "stated": orjson.loads(stated),
        "records": orjson.loads(records),
    }


OVERLOOKED = (
    "MATCH (n:{kind}) WHERE n.`_issue` IS NULL AND (n.placeholder OR n.`_conflicts` <> '[]') "
    "RETURN n.id, n.placeholder, n.`_conflicts` LIMIT {limit}"
)
"""Gives nodes that should have a mark and have none, as those that an earlier version wrote."""


def marked(kind: str, rows: Iterable[Sequence[Any]]) -> list[tuple[str, str, str, list[str]]]:
    """Of rows of `OVERLOOKED`: the id, the conflicts as they are, the mark, and what is disputed."""
    found: list[tuple[str, str, str, list[str]]] = []
    for id_, placeholder, text in rows:
        issue = Issue.PLACEHOLDER if placeholder else Issue.CONFLICT
        words = disputed(conflicts_from_json(orjson.loads(text)))
        found.append((id_, text, _mark(issue, Key(kind, id_)), words or []))
    return found


def page(rows: Sequence[Row], first: int) -> Row:
    """A page of rows, of which one more was read than it has."""
    return {"rows": list(rows[:first]), "more": len(rows) > first}
