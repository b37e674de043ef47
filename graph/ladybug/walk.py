"""A walk on Ladybug, level by level: one statement for each hop of a kind of step, over all things of the level.

beginning   1 statement, and 1 more where nothing known has the identifier
level       1 statement for each hop that begins at a kind in it; steps that begin with equal hops share theirs
at the end  1 statement for each kind reached, and those of what hangs below its things
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from graph.cypher import quote
from graph.ladybug.read import Fields, Reader, Run, following
from graph.plan import Direction, Lookup, Own, Row, Select, Value
from graph.rows import by_kind
from graph.thing import Key
from graph.walks import LEVEL, Hop, Reached, StepRow, Walk, answer

Ends = dict[str, list[tuple[str, int, Row]]]
"""By the id where a hop begins: the ids at its end, each with the edge's occurrence and values."""

Below = Callable[[Select, Mapping[str, Row]], None]
"""Reads what hangs below things into their rows."""


_ID = Value("id", Own.ID)


class WalkReader(Reader):
    """Reads walks too."""

    def walk(self, walk: Walk) -> Row | None:
        kind = next(select.kind for select in walk.nodes if select.kind.name == walk.kind)
        begin = self._lookup(Lookup(walk.key, walk.identifier, Select(kind, (_ID,))))
        if begin is None:
            return None
        first = int(self._parameters[walk.first])
        depth = None if walk.depth is None else int(self._parameters[walk.depth])
        return Walker(self._run, self._below, walk, first, depth).go(begin[_ID.key])


class Walker:
    """Walks once."""

    def __init__(self, run: Run, below: Below, walk: Walk, first: int, depth: int | None) -> None:
        self._run = run
        self._below = below
        self._walk = walk
        self._first = first
        self._depth = first if depth is None else min(depth, first)
        self._bounded = depth is not None
        self._rows: list[list[StepRow]] = [[] for _ in walk.steps]

    def go(self, begin: str) -> Row:
        """Everything within reach of the thing with this id."""
        front = {Key(self._walk.kind, begin)}
        seen, levels = set(front), [front]
        ahead = self._ahead(front, seen)
        while ahead and len(levels) <= self._depth and len(seen) <= self._first:
            front = set(sorted(ahead)[: max(2 * self._first, LEVEL)])
            seen |= front
            levels.append(front)
            ahead = self._ahead(front, seen)
        reached = Reached([sorted(level) for level in levels], self._rows, self._bounded and bool(ahead))
        nodes = {
            select.kind.name: self._read(select, [key.id for key in seen if key.kind == select.kind.name])
            for select in self._walk.nodes
        }
        between = self._through()
        return answer(
            self._walk,
            reached,
            self._first,
            lambda kind, id_: nodes[kind][id_],
            lambda kind, id_: between[kind][id_],
        )

    def _ahead(self, front: Collection[Key], seen: AbstractSet[Key]) -> set[Key]:
        """The things one step beyond the front that were not seen; notes every step from it."""
        ids, hops = by_kind(front), dict[Any, Ends]()
        ahead: set[Key] = set()
        for place, step in enumerate(self._walk.steps):
            rows: list[StepRow] = [(id_, id_, (), (), []) for id_ in sorted(ids.get(step.source, ()))]
            for hop in step.hops:
                ends = self._ends(hop, rows, hops)
                rows = [
                    (begin, end, (*between, at), (*occurrences, occurrence), [*values, value])
                    for begin, at, between, occurrences, values in rows
                    for end, occurrence, value in ends.get(at, ())
                ]
            self._rows[place] += [(row[0], row[1], row[2][1:], row[3], row[4]) for row in rows]
            ahead |= {Key(step.target, row[1]) for row in rows}
        return {key for key in ahead if key not in seen}

    def _ends(self, hop: Hop, rows: Iterable[StepRow], known: dict[Any, Ends]) -> Ends:
        """Where a hop leads from the ends of these steps. Steps that begin with equal hops share what it finds."""
        keys = sorted({row[1] for row in rows})
        name = (hop, tuple(keys))
        if name not in known:
            known[name] = self._hop(hop.direction, hop.values, keys) if keys else {}
        return known[name]

    def _hop(self, direction: Direction, values: tuple[Value, ...], keys: list[str]) -> Ends:
        fields = Fields.of(values, "e")
        wanted = ", ".join(["k", "n.id", "e.`_occurrence`", *fields.expressions])
        ends: Ends = {}
        for key, end, occurrence, *raw in self._run(f"{following(direction, [])} RETURN {wanted}", {"keys": keys}):
            ends.setdefault(key, []).append((end, occurrence, fields.row(raw)))
        return ends

    def _through(self) -> dict[str, dict[str, Row]]:
        found: dict[str, set[str]] = {}
        for step, rows in zip(self._walk.steps, self._rows, strict=True):
            for row in rows:
                for kind, id_ in zip(step.between, row[2], strict=True):
                    found.setdefault(kind, set()).add(id_)
        return {s.kind.name: self._read(s, found.get(s.kind.name, ())) for s in self._walk.through}

    def _read(self, select: Select, ids: Collection[str]) -> dict[str, Row]:
        if not ids:
            return {}
        fields = Fields.of(select.values, "n")
        wanted = ", ".join(["n.id", *fields.expressions])
        text = f"UNWIND $ids AS i MATCH (n:{quote(select.kind.name)} {{id: i}}) RETURN {wanted}"
        rows = {id_: fields.row(raw) for id_, *raw in self._run(text, {"ids": sorted(ids)})}
        self._below(select, rows)
        return rows
