"""A root of a read plan that walks: everything that can be reached by steps of some kinds.

    Walk ── steps: Step      from a thing to the next; several hops where it leads through things in between
             └─ Hop          one link, in one direction, with the values wanted of its edge
                 └─ Period   when it held, for a walk within a window of time

It begins with one thing, or with all of a kind that meet a condition.

A walk goes level by level and takes each thing once, so diamonds and cycles cost no more than their things and edges.
What comes back holds the things that were reached and every step between two of them, whichever way it was reached:

    None where there is no thing to begin with, else
    {"nodes":  [{"kind", "id", "depth", "node": Select}]    nearest first, those equally near by kind and id
     "steps":  [[{"from": id, "to": id, "through": [id, …], "edges": [{key: value}, …]}], …]    for each `Step`
     "through": {kind: {id: Select}}    the things between, of the kinds whose fields are wanted
     "more": bool                       whether there are more things than `first`
     "deeper": bool}                    whether steps lead on from the greatest depth; unknown, so False, with `more`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph.plan import Condition, Direction, Row, Select, Value, where_lines
from schema.registry import Attribute

LEVEL = 1_000
"""Of a level with more things than this, and more than twice `first`, a store may take which it finds first."""


@dataclass(frozen=True, slots=True)
class Period:
    """When something was so: of its edge where the edge says, else of the thing that the hop leads to.

    Where nobody said the beginning or the end there is none: so nothing is left out that may have been in a window.
    """

    starts: tuple[Attribute, ...] = ()
    ends: tuple[Attribute, ...] = ()
    """Of the edge."""
    begins: tuple[Attribute, ...] = ()
    closes: tuple[Attribute, ...] = ()
    """Of the thing. The first that is said counts."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A link followed from one thing to the next."""

    direction: Direction
    values: tuple[Value, ...] = ()
    """Link attributes wanted of the edge."""
    period: Period | None = None
    """Where there is one, it must have a moment in common with the walk's window and with the step's other periods."""


@dataclass(frozen=True, slots=True)
class Step:
    """From a thing to the next, over one link, or over several with things in between. Only golden edges count."""

    hops: tuple[Hop, ...]

    @property
    def source(self) -> str:
        """The kind that the step begins at."""
        first = self.hops[0].direction
        return first.link.target if first.inverse else first.link.source

    @property
    def target(self) -> str:
        return self.hops[-1].direction.target

    @property
    def between(self) -> tuple[str, ...]:
        """The kinds of the things that it leads through."""
        return tuple(hop.direction.target for hop in self.hops[:-1])


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything within reach. `first` counts the beginning too; without `depth`, no depth is too great.

    It begins with the thing of `kind` that the parameter `identifier` names, or with all things of the kind that meet
    `where`.
    """

    key: str
    kind: str
    identifier: str | None
    steps: tuple[Step, ...]
    nodes: tuple[Select, ...]
    """What is wanted of the things reached: one for each kind that the walk can come to, its beginning included."""
    through: tuple[Select, ...] = ()
    first: str = "first"
    depth: str | None = None
    where: Condition | None = None
    window: tuple[str, str] | None = None
    """The parameters with the first and the last moment that periods must touch; None in one is no bound."""

    def lines(self) -> Iterator[str]:
        """The walk, for people."""
        deep = f" depth ${self.depth}" if self.depth else ""
        named = f"by identifier ${self.identifier}" if self.identifier else " ".join(where_lines(self.where))
        meanwhile = f" from ${self.window[0]} to ${self.window[1]}" if self.window else ""
        yield f"{self.key}: walk from {self.kind} {named} first ${self.first}{deep}{meanwhile}"
        for step in self.steps:
            yield "  " + step.source + "".join(_hop_text(hop) for hop in step.hops)


def _hop_text(hop: Hop) -> str:
    link = hop.direction.link
    left, right = ("<-", "-") if hop.direction.inverse else ("-", "->")
    return f" {left}{link.relationship}{right} {hop.direction.target}"


StepRow = tuple[str, str, tuple[str, ...], tuple[int, ...], list[Row]]
"""From, to, through, the occurrence of each edge, and the values wanted of each."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a store found: kinds and ids level by level, and for each kind of step its rows between them."""

    levels: Sequence[Sequence[tuple[str, str]]]
    steps: Sequence[Sequence[StepRow]]
    deeper: bool


def answer(
    walk: Walk,
    reached: Reached,
    first: int,
    node: Callable[[str, str], Any],
    through: Callable[[str, str], Any],
) -> Row:
    """What a walk gives, of what a store found: in order, and no more than the nearest `first` things."""
    found = [(kind, id_, depth) for depth, level in enumerate(reached.levels) for kind, id_ in sorted(level)]
    kept = {(kind, id_) for kind, id_, _ in found[:first]}
    steps = [
        [row for row in sorted(rows, key=lambda row: row[:4]) if {(step.source, row[0]), (step.target, row[1])} <= kept]
        for step, rows in zip(walk.steps, reached.steps, strict=True)
    ]
    return {
        "nodes": [
            {"kind": kind, "id": id_, "depth": depth, "node": node(kind, id_)} for kind, id_, depth in found[:first]
        ],
        "steps": [
            [{"from": row[0], "to": row[1], "through": list(row[2]), "edges": row[4]} for row in rows] for rows in steps
        ],
        "through": {
            select.kind.name: {id_: through(select.kind.name, id_) for id_ in _between(walk, steps, select.kind.name)}
            for select in walk.through
        },
        "more": len(found) > first,
        "deeper": reached.deeper and len(found) <= first,
    }


def _between(walk: Walk, steps: Sequence[Sequence[StepRow]], kind: str) -> list[str]:
    """The ids of things of a kind that steps lead through."""
    found = (
        id_
        for step, rows in zip(walk.steps, steps, strict=True)
        for place, name in enumerate(step.between)
        if name == kind
        for id_ in (row[2][place] for row in rows)
    )
    return sorted(set(found))
