"""The steps of a walk as few patterns: those that go the same ways are one, and which they are is told by their codes.

A server plans each pattern by itself, which takes longer than to follow it; so steps with as many hops, in the same
directions, are matched together. The code of a step names the kinds and relationships on its way:

    MATCH (x)<-[e1:`CONSUMED`|`PRODUCED`]-(j1)-[e2:`PRODUCED`|`RESPONDS_TO`]->(y)
    WHERE <code of each hop> IN [...] AND <code of the whole> IN ["MaterialLot CONSUMED JobResponse PRODUCED …", …]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.cypher import quote
from graph.neo4j.cypher import PlanRenderer, Projection
from graph.neo4j.ddl import THING
from graph.periods import apart, of_hops
from graph.plan import Row
from graph.walks import Step, Walk


@dataclass(frozen=True, slots=True)
class Together:
    """Steps of a walk that are matched by one pattern, with their places among its steps."""

    steps: tuple[tuple[int, Step], ...]

    @classmethod
    def of(cls, walk: Walk) -> list[Together]:
        """All steps of a walk."""
        ways: dict[tuple[Any, ...], list[tuple[int, Step]]] = {}
        for place, step in enumerate(walk.steps):
            way = tuple((hop.direction.inverse, hop.period is not None) for hop in step.hops)
            ways.setdefault(way, []).append((place, step))
        return [cls(tuple(steps)) for steps in ways.values()]

    @property
    def one(self) -> Step:
        """Any of them: what is asked of it is the same for all."""
        return self.steps[0][1]

    def collected(self, render: PlanRenderer, walk: Walk, things: str, number: int) -> str:
        """Rows `[from, to, [number, code], [between, …], [edge, …], [occurrence, …]]` of these steps from things."""
        begin, end = render.variable("x"), render.variable("y")
        edges = [render.variable("e") for _ in self.one.hops]
        between = [render.variable("j") for _ in self.one.hops[1:]]
        nodes = [begin, *between, end]
        pattern = f"({begin})" + "".join(
            f"{self._arrow(hop, edge)}({node})" for hop, (edge, node) in enumerate(zip(edges, nodes[1:], strict=True))
        )
        codes = [
            f"{kind_of(render, a)} + ' ' + type({edge}) + ' ' + {kind_of(render, b)}"
            for a, edge, b in zip(nodes, edges, nodes[1:], strict=False)
        ]
        whole = " + ' ' + ".join(codes)
        conditions = [f"{edge}.`_golden`" for edge in edges]
        conditions += [f"{code} IN {_texts(self._hop_codes(hop))}" for hop, code in enumerate(codes)]
        conditions += [f"{whole} IN {_texts(map(_code, self._all()))}"] if len(codes) > 1 else []
        conditions += apart(render, walk.window, of_hops([step.hops for step in self._all()], edges, nodes[1:]))
        values = [self._values(hop).text(edge) if self._told(hop) else "null" for hop, edge in enumerate(edges)]
        occurrences = ", ".join(f"{edge}.`_occurrence`" for edge in edges)
        row = f"[{begin}, {end}, [{number}, {whole}], [{', '.join(between)}], [{', '.join(values)}], [{occurrences}]]"
        return f"COLLECT {{ UNWIND {things} AS {begin} MATCH {pattern} WHERE {' AND '.join(conditions)} RETURN {row} }}"

    def places(self) -> Mapping[str, list[int]]:
        """The places of the steps with a code."""
        found: dict[str, list[int]] = {}
        for place, step in self.steps:
            found.setdefault(_code(step), []).append(place)
        return found

    def _all(self) -> list[Step]:
        return [step for _, step in self.steps]

    def _arrow(self, hop: int, edge: str) -> str:
        types = dict.fromkeys(step.hops[hop].direction.link.relationship for step in self._all())
        left, right = ("<-", "-") if self.one.hops[hop].direction.inverse else ("-", "->")
        return f"{left}[{edge}:{'|'.join(map(quote, types))}]{right}"

    def _hop_codes(self, hop: int) -> Iterator[str]:
        return (_code(Step(step.hops[hop : hop + 1])) for step in self._all())

    def _told(self, hop: int) -> bool:
        return any(step.hops[hop].values for step in self._all())

    def _values(self, hop: int) -> Projection:
        return Projection(value for step in self._all() for value in step.hops[hop].values)


def kind_of(render: PlanRenderer, node: str) -> str:
    """The expression for the kind of a node: its label that not all things have."""
    label = render.variable("k")
    return f"head([{label} IN labels({node}) WHERE {label} <> '{THING}'])"


def values(step: Step, edges: Sequence[Mapping[str, Any] | None]) -> list[Row]:
    """What is wanted of each edge of a step."""
    return [
        Projection(hop.values).row(raw) if hop.values and raw is not None else {}
        for hop, raw in zip(step.hops, edges, strict=True)
    ]


def _code(step: Step) -> str:
    kinds = (step.source, *step.between, step.target)
    hops = zip(kinds, (hop.direction.link.relationship for hop in step.hops), kinds[1:], strict=False)
    return " ".join(f"{source} {relationship} {target}" for source, relationship, target in hops)


def _texts(codes: Iterable[str]) -> str:
    texts = (f"'{code}'" for code in dict.fromkeys(codes))
    return f"[{', '.join(texts)}]"
