"""From what records state to edges: references resolved, statements of one edge brought together.

Pure: it is given where every identifier leads (`Targets`), and asks nothing of a store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.thing import Conflict, Edge, EdgeKey, Key, Stated
from schema.identifier import placeholder_id
from schema.json import Json
from schema.merge import Golden, Statement
from schema.registry import Kind

Reference = tuple[str, str]
"""(kind, identifier): what a link refers to."""

Targets = Mapping[Reference, str]
"""Where references lead: the ids of the things that they name. One that is absent leads to a placeholder."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A thing's edges, and the conflicts of its attributes and links to one."""

    edges: tuple[Edge, ...]
    conflicts: tuple[Conflict, ...]


def references(kind: Kind, golden: Golden) -> Iterable[Reference]:
    """Every reference that a thing's records state."""
    return ((kind.links[s.link].target, s.identifier) for s in golden.statements)


def target_of(reference: Reference, targets: Targets) -> Key:
    """The node that a reference leads to; a placeholder's where nothing is known by that identifier."""
    kind, identifier = reference
    return Key(kind, targets.get(reference) or placeholder_id(identifier))


def link(kind: Kind, source: Key, golden: Golden, targets: Targets) -> Linked:
    """The edges and conflicts of the thing at `source`."""
    seen: dict[tuple[str, str, str, Key], int] = {}
    grouped: dict[EdgeKey, list[Statement]] = {}
    for statement in golden.statements:
        target = target_of((kind.links[statement.link].target, statement.identifier), targets)
        spoken = (statement.system, statement.id, statement.link, target)
        occurrence = seen[spoken] = seen.get(spoken, -1) + 1
        grouped.setdefault(EdgeKey(statement.link, source, target, occurrence), []).append(statement)
    edges = tuple(_edge(key, statements) for key, statements in sorted(grouped.items()))
    return Linked(edges, _conflicts(kind, golden, targets))


def _edge(key: EdgeKey, statements: list[Statement]) -> Edge:
    """Statements come in order of precedence: of each link attribute, the first one's value counts."""
    attributes: dict[str, Json] = {}
    for statement in statements:
        for name, value in statement.attributes.items():
            attributes.setdefault(name, value)
    stated = tuple(sorted(Stated(s.system, s.id, s.identifier) for s in statements))
    return Edge(key, stated, attributes, any(s.wins for s in statements))


def _conflicts(kind: Kind, golden: Golden, targets: Targets) -> tuple[Conflict, ...]:
    """Rival values; rival references only where two systems' lead to different things."""
    return tuple(
        Conflict(cell, said)
        for cell, said in golden.rivals.items()
        if cell not in kind.links or _lead_apart(kind.links[cell].target, cell, golden, targets)
    )


def _lead_apart(target: str, link: str, golden: Golden, targets: Targets) -> bool:
    """Whether another system refers to another thing than the one whose word counts. A system may call one thing by
    several ids, and so refer to several things itself: that is no conflict, as it is none between values."""
    said = [(s.system, target_of((target, s.identifier), targets)) for s in golden.statements if s.link == link]
    counts, *others = said
    return any(system != counts[0] and thing != counts[1] for system, thing in others)
