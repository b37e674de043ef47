"""A walk on Ladybug, level by level: one statement for each hop of a kind of step, over all things of the level.

beginning   1 statement, and 1 more where nothing known has the identifier; 1 for all that meet a condition
level       1 statement for each hop that begins at a kind in it; steps that begin with equal hops share theirs
at the end  1 statement for each kind reached, and those of what hangs below its things
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from graph.cypher import quote, where_text
from graph.ladybug.cypher import LadybugRenderer
from graph.ladybug.read import Fields, Reader, Run, following
from graph.periods import Times, bounds, overlap
from graph.plan import Lookup, Own, Row, Select, Value
from graph.rows import by_kind
from graph.thing import Key
from graph.walks import LEVEL, Hop, Reached, Step, StepRow, Walk, answer

End = tuple[str, int, Row, tuple[Times, ...]]
"""The id at the end of a hop, the edge's occurrence and values, and when it was so, where the hop has a period."""

Ends = dict[str, list[End]]
"""By the id where a hop begins."""

Below = Callable[[Select, Mapping[str, Row]], None]
"""Reads what hangs below things into their rows."""


_ID = Value("id", Own.ID)


class WalkReader(Reader):
    """Reads walks too."""

    def walk(self, walk: Walk) -> Row | None:
        first = int(self._parameters[walk.first])
        begin = self._begin(walk, max(2 * first, LEVEL))
        if not begin:
            return None
        depth = None if walk.depth is None else int(self._parameters[walk.depth])
        window = [self._parameters[name] for name in walk.window or ()]
        return Walker(self._run, self._below, walk, first, depth, window).go(begin)

    def _begin(self, walk: Walk, most: int) -> list[str]:
        """The ids of what it begins with."""
        if walk.identifier is not None:
            kind = next(select.kind for select in walk.nodes if select.kind.name == walk.kind)
            found = self._lookup(Lookup(walk.key, walk.identifier, Select(kind, (_ID,))))
            return [] if found is None else [found[_ID.key]]
        render = LadybugRenderer(self._parameters)
        where = where_text([] if walk.where is None else [render.condition(walk.where, "n")])
        text = f"MATCH (n:{quote(walk.kind)}){where} RETURN n.id ORDER BY n.id LIMIT {most}"
        return [id_ for (id_,) in self._run(text, render.parameters)]


class Walker:
    """Walks once."""

    def __init__(
        self, run: Run, below: Below, walk: Walk, first: int, depth: int | None, window: Sequence[str | None] = ()
    ) -> None:
        self._run = run
        self._below = below
        self._walk = walk
        self._first = first
        self._depth = first if depth is None else min(depth, first)
        self._bounded = depth is not None
        self._window: tuple[Times, ...] = ((_time(window[0]), _time(window[1])),) if window else ()
        self._rows: list[list[StepRow]] = [[] for _ in walk.steps]

    def go(self, begin: Iterable[str]) -> Row:
        """Everything within reach of the things with these ids."""
        front = {Key(self._walk.kind, id_) for id_ in begin}
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
            rows = self._steps(step, ids.get(step.source, ()), hops)
            self._rows[place] += rows
            ahead |= {Key(step.target, row[1]) for row in rows}
        return {key for key in ahead if key not in seen}

    def _steps(self, step: Step, ids: Collection[str], known: dict[Any, Ends]) -> list[StepRow]:
        """The steps of a kind from things with these ids."""
        found: list[tuple[StepRow, tuple[Times, ...]]] = [((id_, id_, (), (), []), self._window) for id_ in sorted(ids)]
        for hop in step.hops:
            ends = self._ends(hop, {row[1] for row, _ in found}, known)
            found = [
                ((begin, end, (*between, at), (*occurrences, occurrence), [*values, value]), (*times, *period))
                for (begin, at, between, occurrences, values), times in found
                for end, occurrence, value, period in ends.get(at, ())
                if not period or overlap((*times, *period))
            ]
        return [(row[0], row[1], row[2][1:], row[3], row[4]) for row, _ in found]

    def _ends(self, hop: Hop, ids: Iterable[str], known: dict[Any, Ends]) -> Ends:
        """Where a hop leads from things with these ids. Steps that begin with equal hops share what it finds."""
        keys = sorted(ids)
        name = (hop, tuple(keys))
        if name not in known:
            known[name] = self._hop(hop, keys) if keys else {}
        return known[name]

    def _hop(self, hop: Hop, keys: list[str]) -> Ends:
        fields, period = Fields.of(hop.values, "e"), bounds(hop, "e", "n")
        wanted = ["k", "n.id", "e.`_occurrence`", *(time or "null" for time in period or ()), *fields.expressions]
        text = f"{following(hop.direction, [])} RETURN {', '.join(wanted)}"
        ends: Ends = {}
        for key, end, occurrence, *raw in self._run(text, {"keys": keys}):
            times = () if period is None else ((raw.pop(0), raw.pop(0)),)
            ends.setdefault(key, []).append((end, occurrence, fields.row(raw), times))
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


def _time(text: str | None) -> datetime | None:
    """A moment as the engine gives those that it keeps: in UTC, without saying so."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
