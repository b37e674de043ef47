"""A walk as one expression of a plan's statement: `reduce` goes from level to level, each found by nested `COLLECT {}`.

    head(COLLECT { <beginning a>
      WITH reduce(s = {front: [a], seen: [a], …}, level IN range(1, <depth>) | <s with the next level>) AS s
      RETURN [<sizes of levels>, [<thing>, …], [[<step>, …], …], [[<thing between>, …], …], <deeper>] })

A level takes each thing once, so the work is that of the things and edges reached, whatever number of paths there is; a
pattern of variable length goes every path, and a shortest one can't tell directions apart by kind without doing so
(`docs/decisions/0015-walks.md`). Rows with a list in them count against the server's memory with the whole list where
they are sorted, or told apart by `WITH DISTINCT`: so neither is done here, and things are put in order in Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from graph.cypher import arrow, quote
from graph.neo4j.cypher import Decode, Given, Part, PlanRenderer, Projection
from graph.plan import Row, Select
from graph.rows import IDENTIFIER, identifier_key
from graph.walks import LEVEL, Reached, Step, Walk, answer
from schema.identifier import placeholder_id


class WalkRenderer(PlanRenderer):
    """Renders walks too."""

    def walk(self, walk: Walk) -> Part:
        begin, state, level, things = (self.variable(letter) for letter in "asdt")
        first = self.bind(walk.first, int)
        next_level = self._collected(walk, state, self.bind(walk.first, _level))
        grown = f"{{front: f, seen: {state}.seen + f, sizes: {state}.sizes + size(f)}}"
        text = (
            f"head(COLLECT {{ {self._beginning(walk, begin)} "
            f"WITH reduce({state} = {{front: [{begin}], seen: [{begin}], sizes: [1]}}, "
            f"{level} IN range(1, {self._levels(walk, first)}) | "
            f"CASE WHEN size({state}.front) = 0 OR size({state}.seen) > {first} THEN {state} "
            f"ELSE head([f IN [{next_level}] | {grown}]) END) AS {state} WITH {state}, {state}.seen AS {things} "
        )
        nodes, of_nodes = self._nodes(walk.nodes, things)
        steps = [self._step(step, things) for step in walk.steps]
        between = [self._between(select, walk.steps, things) for select in walk.through]
        members = [
            f"{state}.sizes",
            nodes,
            f"[{', '.join(text for text, _ in steps)}]",
            f"[{', '.join(part.text for part in between)}]",
            self._deeper(walk, state, first),
        ]
        decode = partial(_decode, walk, of_nodes, [made for _, made in steps], [part.decode for part in between])
        return Part(f"{text}RETURN [{', '.join(members)}] }})", decode)

    def _beginning(self, walk: Walk, node: str) -> str:
        by = self.variable("i")
        key = self.bind(walk.identifier, partial(identifier_key, walk.kind))
        id_ = self.bind(walk.identifier, placeholder_id)
        return (
            f"OPTIONAL MATCH ({by}:{quote(IDENTIFIER)} {{key: {key}}}) "
            f"MATCH ({node}:{quote(walk.kind)} {{id: coalesce({by}.thing, {id_})}}) "
            f"WHERE {by}.thing IS NOT NULL OR {node}.placeholder"
        )

    def _levels(self, walk: Walk, first: str) -> str:
        """The most levels that there may be: each has a thing at least, so as many as things."""
        if walk.depth is None:
            return first
        depth = self.bind(walk.depth, int)
        return f"CASE WHEN {depth} < {first} THEN {depth} ELSE {first} END"

    def _collected(self, walk: Walk, state: str, limit: str) -> str:
        """The things one step beyond the front that were not seen yet."""
        found = self.variable("y")
        ways = (
            f"COLLECT {{ {self._onward(step, f'{state}.front', found)} AND NOT {found} IN {state}.seen "
            f"RETURN DISTINCT {found} }}"
            for step in walk.steps
        )
        return f"COLLECT {{ UNWIND ({' + '.join(ways)}) AS {found} RETURN DISTINCT {found} LIMIT {limit} }}"

    def _onward(self, step: Step, things: str, end: str) -> str:
        begin = self.variable("x")
        pattern, edges, _ = self._path(step, begin, end)
        return f"UNWIND {things} AS {begin} MATCH {pattern} WHERE {_golden(edges)}"

    def _path(self, step: Step, begin: str, end: str) -> tuple[str, list[str], list[str]]:
        """The pattern of a step, with the variables of its edges and of the things between."""
        edges = [self.variable("e") for _ in step.hops]
        between = [self.variable("j") for _ in step.hops[1:]]
        text, source = f"({begin}:{quote(step.source)})", begin
        for hop, edge, target in zip(step.hops, edges, [*between, end], strict=True):
            text += arrow(hop.direction, source, edge, target).removeprefix(f"({source})")
            source = target
        return text, edges, between

    def _nodes(self, selects: Sequence[Select], things: str) -> tuple[str, list[Decode]]:
        """Rows `[place among the kinds, id, thing]`, in the order in which they were found."""
        node = self.variable("n")
        found = [self._node(select, node) for select in selects]
        cases = " ".join(
            f"WHEN {node}:{quote(select.kind.name)} THEN [{place}, {node}.id, {part.text}]"
            for place, (select, part) in enumerate(zip(selects, found, strict=True))
        )
        text = f"COLLECT {{ UNWIND {things} AS {node} RETURN CASE {cases} END }}"
        return text, [part.decode for part in found]

    def _step(self, step: Step, things: str) -> tuple[str, list[Projection]]:
        """Rows `[from, to, [between, …], [edge, …], [occurrence, …]]` of a kind of step, between things reached."""
        begin, end = self.variable("x"), self.variable("y")
        pattern, edges, between = self._path(step, begin, end)
        projections = [Projection(hop.values) for hop in step.hops]
        values = [
            projection.text(edge) if hop.values else "null"
            for projection, edge, hop in zip(projections, edges, step.hops, strict=True)
        ]
        ids = ", ".join(f"{node}.id" for node in between)
        occurrences = ", ".join(f"{edge}.`_occurrence`" for edge in edges)
        text = (
            f"COLLECT {{ UNWIND {things} AS {begin} MATCH {pattern} WHERE {_golden(edges)} AND {end} IN {things} "
            f"RETURN [{begin}.id, {end}.id, [{ids}], [{', '.join(values)}], [{occurrences}]] }}"
        )
        return text, projections

    def _between(self, select: Select, steps: Sequence[Step], things: str) -> Part:
        """The things of a kind that steps lead through, `[id, thing]` each."""
        node = self.variable("n")
        ways: list[str] = []
        for step in steps:
            begin, end = self.variable("x"), self.variable("y")
            pattern, edges, between = self._path(step, begin, end)
            ways += [
                f"COLLECT {{ UNWIND {things} AS {begin} MATCH {pattern} WHERE {_golden(edges)} AND {end} IN {things} "
                f"RETURN DISTINCT {variable} }}"
                for variable, kind in zip(between, step.between, strict=True)
                if kind == select.kind.name
            ]
        found = self._node(select, node)
        once = f"COLLECT {{ UNWIND ({' + '.join(ways)}) AS {node} RETURN DISTINCT {node} }}"
        text = f"COLLECT {{ UNWIND {once} AS {node} RETURN [{node}.id, {found.text}] }}"
        return Part(text, found.decode)

    def _deeper(self, walk: Walk, state: str, first: str) -> str:
        if walk.depth is None:
            return "false"
        end = self.variable("y")
        ways = (
            f"EXISTS {{ {self._onward(step, f'{state}.front', end)} AND NOT {end} IN {state}.seen }}"
            for step in walk.steps
        )
        return f"size({state}.seen) <= {first} AND ({' OR '.join(ways)})"


def _golden(edges: Sequence[str]) -> str:
    return " AND ".join(f"{edge}.`_golden`" for edge in edges)


def _level(first: Any) -> int:
    return max(2 * int(first), LEVEL)


def _decode(
    walk: Walk,
    of_nodes: Sequence[Decode],
    of_steps: Sequence[Sequence[Projection]],
    of_between: Sequence[Decode],
    raw: Sequence[Any] | None,
    given: Given,
) -> Row | None:
    if raw is None:
        return None
    sizes, nodes, steps, between, deeper = raw
    found = iter(nodes)
    kinds = [select.kind.name for select in walk.nodes]
    levels = [[(kinds[place], id_, node) for place, id_, node in islice(found, size)] for size in sizes]
    decodes = {select.kind.name: decode for select, decode in zip(walk.nodes, of_nodes, strict=True)}
    reached = Reached(
        [[(kind, id_) for kind, id_, _ in level] for level in levels],
        [[_step_row(row, projections) for row in rows] for rows, projections in zip(steps, of_steps, strict=True)],
        deeper,
    )
    raws = {(kind, id_): node for level in levels for kind, id_, node in level}
    met = {
        (select.kind.name, id_): partial(decode, node, given)
        for select, rows, decode in zip(walk.through, between, of_between, strict=True)
        for id_, node in rows
    }

    def node(kind: str, id_: str) -> Any:
        return decodes[kind](raws[kind, id_], given)

    return answer(walk, reached, int(given[walk.first]), node, lambda kind, id_: met[kind, id_]())


def _step_row(row: Sequence[Any], projections: Sequence[Projection]) -> tuple[Any, ...]:
    begin, end, between, edges, occurrences = row
    values: list[Mapping[str, Any]] = [
        {} if raw is None else projection.row(raw) for raw, projection in zip(edges, projections, strict=True)
    ]
    return begin, end, tuple(between), tuple(occurrences), values
