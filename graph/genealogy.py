"""What a lot came of, and what came of it: which steps lead there, and how they make one genealogy.

Links say which way material goes along them (`schema.model.base.Flow`). A step leads from a thing that is material to
the next, directly or through the work between, whichever the systems gave: a lot that names its lots, or a job that
consumed some and produced others. Several that say the same of two lots are ways of one edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.cycles import components
from graph.plan import Direction, Row, Value
from graph.thing import Key
from graph.walks import Hop, Step, Walk
from schema.json import Json
from schema.model.base import Flow
from schema.registry import Kind, Model

MATERIAL = "materials"
"""The domain whose things are what a genealogy is of; things of other domains, such as jobs, only lead on."""


def materials(model: Model) -> tuple[Kind, ...]:
    """The kinds that a genealogy may begin with or lead to."""
    flowing = {end for link in model.links if link.flow for end in (link.source, link.target)}
    return tuple(kind for kind in model if kind.domain == MATERIAL and kind.name in flowing)


def steps(model: Model, *, up: bool) -> tuple[Step, ...]:
    """Every step from material to what it came of (`up`) or to what came of it, the most direct first."""
    found = (step for kind in materials(model) for step in _from(model, kind, up, ()))
    places = {name: place for place, name in enumerate(model.kinds)}
    return tuple(sorted(found, key=lambda step: (len(step.hops), [places[name] for name in step.between])))


def work(model: Model) -> tuple[Kind, ...]:
    """The kinds of what steps lead through."""
    between = {name for step in steps(model, up=True) for name in step.between}
    return tuple(kind for kind in model if kind.name in between)


def _from(model: Model, kind: Kind, up: bool, hops: tuple[Hop, ...]) -> Iterator[Step]:
    for direction in _onward(kind, up):
        target = model.kind(direction.target)
        further = (*hops, Hop(direction, tuple(Value(a.name, a) for a in direction.link.attributes)))
        if target.domain == MATERIAL:
            yield Step(further)
        elif target.name not in [hop.direction.target for hop in hops]:
            yield from _from(model, target, up, further)


def _onward(kind: Kind, up: bool) -> Iterator[Direction]:
    """The links along which material came to a thing of the kind (`up`), or goes on from it."""
    along, against = (Flow.IN, Flow.OUT) if up else (Flow.OUT, Flow.IN)
    yield from (Direction(link) for link in kind.links.values() if link.flow is along)
    yield from (Direction(link, inverse=True) for link in kind.inverses.values() if link.flow is against)


@dataclass(frozen=True, slots=True)
class Way:
    """How one thing came of another, as one statement has it."""

    relationships: tuple[str, ...]
    through: tuple[Key, ...]
    """The work between, in the order of the material's way."""
    said: Mapping[str, Json]
    """What is said of the link on which the material went in: quantity, time …"""


@dataclass(frozen=True, slots=True)
class Origin:
    """That one thing came of another."""

    of: Key
    into: Key
    depth: int
    """How many steps the further of the two is from the beginning, by this edge."""
    closes_cycle: bool
    """Whether it leads back to what it came from, no further from the beginning. Without these there is no cycle."""
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Genealogy:
    """What was found, nearest first."""

    depths: Mapping[Key, int]
    edges: tuple[Origin, ...]
    cycles: tuple[tuple[Key, ...], ...]
    """Things that each came of all the others, and of themselves."""


def genealogy(walk: Walk, found: Row, *, up: bool) -> Genealogy:
    """What a walk over `steps` found, put together."""
    depths = {Key(node["kind"], node["id"]): node["depth"] for node in found["nodes"]}
    ways: dict[tuple[Key, Key], list[Way]] = {}
    for step, rows in zip(walk.steps, found["steps"], strict=True):
        for row in rows:
            ends = Key(step.source, row["from"]), Key(step.target, row["to"])
            ways.setdefault(ends, []).append(_way(step, row, up))
    cycles = components(depths, ways)
    of_cycle = {key: place for place, keys in enumerate(cycles) for key in keys}
    edges = [
        Origin(
            *((end, begin) if up else (begin, end)),
            depths[begin] + 1,
            begin in of_cycle and of_cycle[begin] == of_cycle.get(end) and depths[end] <= depths[begin],
            tuple(said),
        )
        for (begin, end), said in ways.items()
    ]
    return Genealogy(depths, tuple(sorted(edges, key=lambda e: (e.depth, e.of, e.into))), cycles)


def _way(step: Step, row: Row, up: bool) -> Way:
    hops: list[tuple[Hop, Any]] = list(zip(step.hops, row["edges"], strict=True))
    through = [Key(kind, id_) for kind, id_ in zip(step.between, row["through"], strict=True)]
    if up:
        hops.reverse()
        through.reverse()
    into: Mapping[str, Json] = next((edge for hop, edge in hops if hop.direction.link.flow is Flow.IN), {})
    return Way(tuple(hop.direction.link.relationship for hop, _ in hops), tuple(through), into)


def total(ways: Sequence[Way]) -> Json:
    """How much went in, by the most direct statements that say so; None where their units differ."""
    for relationships in dict.fromkeys(way.relationships for way in ways):
        amounts: list[Any] = [way.said.get("quantity") for way in ways if way.relationships == relationships]
        given = [amount for amount in amounts if amount is not None]
        if given:
            units = {amount["unit"] for amount in given}
            return {"value": sum(a["value"] for a in given), "unit": units.pop()} if len(units) == 1 else None
    return None
