"""A walk as one expression of a plan's statement: `reduce` goes from level to level, each found by `COLLECT {}`.

    head(COLLECT { <beginning a>
      WITH reduce(s = {front: a, seen: a, …}, level IN range(1, <depth> + 1) | <s with the next level, its steps>) AS s
      RETURN [<sizes of levels>, [<thing>, …], [<step>, …], [[<thing between>, …], …], <deeper>] })

A level takes each thing once, so the work is that of the things and edges reached, whatever number of paths there is; a
pattern of variable length goes every path, and a shortest one can't tell directions apart by kind without doing so
(`docs/decisions/0015-walks.md`). The steps from the last level are found too, but lead to no thing that was not seen.
Rows with a list in them count against the server's memory with the whole list where they are sorted, or told apart by
`WITH DISTINCT`: so neither is done here, and things are put in order in Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from graph.cypher import quote, where_text
from graph.neo4j.cypher import Decode, Given, Part, PlanRenderer
from graph.neo4j.rendering import returned
from graph.neo4j.stepping import Together, values
from graph.plan import Row, Select
from graph.rows import IDENTIFIER, identifier_key
from graph.walks import LEVEL, Reached, StepRow, Walk, answer
from schema.identifier import placeholder_id


class WalkRenderer(PlanRenderer):
    """Renders walks too."""

    def walk(self, walk: Walk) -> Part:
        begin, state, level = (self.variable(letter) for letter in "asd")
        first, levels = self.bind(walk.first, int), self._levels(walk)
        steps = Together.of(walk)
        start = f"{{front: {begin}, seen: {begin}, sizes: [size({begin})], rows: [], deeper: false}}"
        text = (
            f"head(COLLECT {{ {self._beginning(walk, begin)} WITH reduce({state} = {start}, "
            f"{level} IN range(1, {levels} + 1) | CASE WHEN size({state}.front) = 0 THEN {state} "
            f"ELSE {self._next(walk, steps, state, f'{level} > {levels} OR size({state}.seen) > {first}')} END) "
            f"AS {state} "
        )
        nodes, of_nodes = self.nodes(walk.nodes, f"{state}.seen")
        between = [self._between(select, state) for select in walk.through]
        members = [
            f"{state}.sizes",
            nodes,
            f"[r IN {state}.rows WHERE r[1] IN {state}.seen | "
            "[r[0].id, r[1].id, r[2], [j IN r[3] | j.id], r[4], r[5]]]",
            f"[{', '.join(part.text for part in between)}]",
            f"{state}.deeper",
        ]
        decode = partial(_decode, walk, steps, of_nodes, [part.decode for part in between])
        row = f"[{', '.join(members)}]"
        return Part(f"{text}{returned(row, state)} }})", decode)

    def _beginning(self, walk: Walk, begin: str) -> str:
        """The things that it begins with, as a list; no row where there are none."""
        node = self.variable("n")
        if walk.identifier is not None:
            return f"{self.named(walk.kind, walk.identifier, node)} WITH [{node}] AS {begin}"
        where = where_text([] if walk.where is None else [self.condition(walk.where, node)])
        most = self.bind(walk.first, level_size)
        found = f"COLLECT {{ MATCH ({node}:{quote(walk.kind)}){where} RETURN {node} LIMIT {most} }}"
        return f"WITH {found} AS {begin} WHERE size({begin}) > 0"

    def named(self, kind: str, identifier: str, node: str) -> str:
        """Matches the thing that an identifier names; else a placeholder, which nothing names but its id."""
        by = self.variable("i")
        key = self.bind(identifier, partial(identifier_key, kind))
        id_ = self.bind(identifier, placeholder_id)
        return (
            f"OPTIONAL MATCH ({by}:{quote(IDENTIFIER)} {{key: {key}}}) "
            f"MATCH ({node}:{quote(kind)} {{id: coalesce({by}.thing, {id_})}}) "
            f"WHERE {by}.thing IS NOT NULL OR {node}.placeholder"
        )

    def _levels(self, walk: Walk) -> str:
        """The most levels that there may be: each has a thing at least, so as many as things."""
        first = self.bind(walk.first, int)
        if walk.depth is None:
            return first
        depth = self.bind(walk.depth, int)
        return f"CASE WHEN {depth} < {first} THEN {depth} ELSE {first} END"

    def _next(self, walk: Walk, steps: Sequence[Together], state: str, last: str) -> str:
        """The state after one level more; after the `last` with its steps, and no more things."""
        found = " + ".join(group.collected(self, walk, f"{state}.front", n) for n, group in enumerate(steps))
        thing, most = self.variable("y"), self.bind(walk.first, level_size)
        front = (
            f"COLLECT {{ UNWIND found AS r WITH r[1] AS {thing} WHERE NOT {thing} IN {state}.seen "
            f"RETURN DISTINCT {thing} LIMIT {most} }}"
        )
        deeper = f"any(r IN found WHERE NOT r[1] IN {state}.seen)"
        ended = f"{{front: [], seen: {state}.seen, sizes: {state}.sizes, rows: {state}.rows + found, deeper: {deeper}}}"
        grown = (
            f"{{front: f, seen: {state}.seen + f, sizes: {state}.sizes + size(f), "
            f"rows: {state}.rows + found, deeper: false}}"
        )
        return f"head([found IN [{found}] | CASE WHEN {last} THEN {ended} ELSE head([f IN [{front}] | {grown}]) END])"

    def nodes(self, selects: Sequence[Select], things: str) -> tuple[str, list[Decode]]:
        """Rows `[place among the kinds, id, thing]`, in the order in which they were found."""
        node = self.variable("n")
        found = [self._node(select, node) for select in selects]
        cases = " ".join(
            f"WHEN {node}:{quote(select.kind.name)} THEN [{place}, {node}.id, {part.text}]"
            for place, (select, part) in enumerate(zip(selects, found, strict=True))
        )
        text = f"COLLECT {{ UNWIND {things} AS {node} {returned(f'CASE {cases} END', node)} }}"
        return text, [part.decode for part in found]

    def _between(self, select: Select, state: str) -> Part:
        """The things of a kind that steps lead through, `[id, thing]` each."""
        row, between, node = (self.variable(letter) for letter in "rjn")
        found = self._node(select, node)
        once = (
            f"COLLECT {{ UNWIND {state}.rows AS {row} UNWIND {row}[3] AS {between} "
            f"WITH {row}, {between} WHERE {between}:{quote(select.kind.name)} AND {row}[1] IN {state}.seen "
            f"RETURN DISTINCT {between} }}"
        )
        text = f"COLLECT {{ UNWIND {once} AS {node} {returned(f'[{node}.id, {found.text}]', node)} }}"
        return Part(text, found.decode)


def level_size(first: Any) -> int:
    """How many things a level may have, of how many are wanted."""
    return max(2 * int(first), LEVEL)


def _decode(
    walk: Walk,
    steps: Sequence[Together],
    of_nodes: Sequence[Decode],
    of_between: Sequence[Decode],
    raw: Sequence[Any] | None,
    given: Given,
) -> Row | None:
    if raw is None:
        return None
    sizes, nodes, rows, between, deeper = raw
    found = iter(nodes)
    kinds = [select.kind.name for select in walk.nodes]
    levels = [[(kinds[place], id_, node) for place, id_, node in islice(found, size)] for size in sizes]
    decodes = {select.kind.name: decode for select, decode in zip(walk.nodes, of_nodes, strict=True)}
    reached = Reached(
        [[(kind, id_) for kind, id_, _ in level] for level in levels], _step_rows(walk, steps, rows), deeper
    )
    raws = {(kind, id_): node for level in levels for kind, id_, node in level}
    met = {
        (select.kind.name, id_): partial(decode, node, given)
        for select, rows_, decode in zip(walk.through, between, of_between, strict=True)
        for id_, node in rows_
    }

    def node(kind: str, id_: str) -> Any:
        return decodes[kind](raws[kind, id_], given)

    return answer(walk, reached, int(given[walk.first]), node, lambda kind, id_: met[kind, id_]())


def _step_rows(walk: Walk, steps: Sequence[Together], rows: Sequence[Any]) -> list[list[StepRow]]:
    """By step, its rows."""
    places: list[Mapping[str, list[int]]] = [group.places() for group in steps]
    found: list[list[StepRow]] = [[] for _ in walk.steps]
    for begin, end, (number, code), between, edges, occurrences in rows:
        for place in places[number][code]:
            said = values(walk.steps[place], edges)
            found[place].append((begin, end, tuple(between), tuple(occurrences), said))
    return found
