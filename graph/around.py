"""Roots of a read plan that go any way there is, along links and against them: what is near a thing, and the shortest
way from one to another.

    Near      {"nodes": [{"kind", "id", "depth", "node": Select}]    nearest first, those equally near by kind and id
               "edges": [Edge]     every golden edge between two of them, nearest first
               "more": bool}       whether there are more things than `first`
              None where there is no thing to begin with

    Shortest  {"from": bool, "to": bool       whether there are such things
               "gaveUp": bool                 whether more than `most` things were looked at in vain
               "nodes": [{"kind", "id", "node": Select}] | None    in the order of the way; None where there is none
               "edges": [Edge]}               one less

    Edge      {"link": Link, "from": id, "to": id, "values": {attribute: value}}    as it is stated

Of several shortest ways it is the one whose things come first, by kind and id, from the first thing on; of several
edges between two things the first by relationship, then one that the nearer states, then the first stated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph.plan import Direction, Row, Select, Value
from graph.thing import Key
from schema.registry import Link, Model


@dataclass(frozen=True, slots=True)
class Near:
    """What is within so many links of one thing. `first` counts the thing itself."""

    key: str
    kind: str
    identifier: str
    kinds: frozenset[str]
    """The kinds that it leads to, and through."""
    links: tuple[Link, ...]
    nodes: tuple[Select, ...]
    """What is wanted of things: one for each kind, its beginning's included."""
    first: str = "first"
    depth: str = "depth"

    def lines(self) -> Iterator[str]:
        """The root, for people."""
        yield f"{self.key}: near {self.kind} by identifier ${self.identifier} first ${self.first} depth ${self.depth}"
        yield from _link_lines(self.links)


@dataclass(frozen=True, slots=True)
class Shortest:
    """The shortest way from one thing to another, of at most `depth` links."""

    key: str
    kind: str
    identifier: str
    to_kind: str
    to_identifier: str
    kinds: frozenset[str]
    """The kinds that it leads through."""
    links: tuple[Link, ...]
    nodes: tuple[Select, ...]
    depth: str = "depth"
    most: str = "most"

    def lines(self) -> Iterator[str]:
        """The root, for people."""
        ends = f"{self.kind} ${self.identifier} to {self.to_kind} ${self.to_identifier}"
        yield f"{self.key}: shortest way from {ends} depth ${self.depth} most ${self.most}"
        yield from _link_lines(self.links)


def _link_lines(links: Sequence[Link]) -> Iterator[str]:
    for link in links:
        yield f"  {link.source} -{link.relationship}- {link.target}"


def links_between(model: Model, kinds: Collection[str], relationships: Collection[str]) -> tuple[Link, ...]:
    """The links of these relationships between things of these kinds."""
    return tuple(
        link
        for link in model.links
        if link.relationship in relationships and link.source in kinds and link.target in kinds
    )


def ways(links: Sequence[Link], kind: str) -> Iterator[Direction]:
    """The links that lead on from a kind, along and against."""
    yield from (Direction(link) for link in links if link.source == kind)
    yield from (Direction(link, inverse=True) for link in links if link.target == kind)


def values(link: Link) -> tuple[Value, ...]:
    """What is said of an edge of a link."""
    return tuple(Value(attribute.name, attribute) for attribute in link.attributes)


Found = tuple[Link, str, str, int, Row]
"""An edge as a store found it: its link, from, to, which of several, and what is said of it."""


def edge(found: Found) -> Row:
    """An edge as it is given."""
    return {"link": found[0], "from": found[1], "to": found[2], "values": found[4]}


def near(depths: dict[Key, int], first: int, nodes: dict[Key, Any], edges: Sequence[Found]) -> Row:
    """What a root `Near` gives, of what a store found; no more than the nearest `first` things."""
    kept = sorted(depths, key=lambda key: (depths[key], key))[:first]
    within = set(kept)

    def place(found: Found) -> tuple[int, Key, str, Key, int] | None:
        source, target = Key(found[0].source, found[1]), Key(found[0].target, found[2])
        if not {source, target} <= within:
            return None
        return max(depths[source], depths[target]), source, found[0].relationship, target, found[3]

    placed = [(where, found) for found in edges if (where := place(found)) is not None]
    return {
        "nodes": [{"kind": key.kind, "id": key.id, "depth": depths[key], "node": nodes[key]} for key in kept],
        "edges": [edge(found) for _, found in sorted(placed, key=lambda each: each[0])],
        "more": len(depths) > first,
    }


def first_edge(begin: Key, edges: Sequence[Found]) -> Row:
    """Of several edges between two things the one that is told, on a way that begins at the one."""

    def place(found: Found) -> tuple[str, bool, int]:
        return found[0].relationship, Key(found[0].source, found[1]) != begin, found[3]

    return edge(min(edges, key=place))
