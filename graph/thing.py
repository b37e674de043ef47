"""What a graph store keeps of one thing, and how it is put into rows.

A node's properties are the golden values, ready to be filtered and ordered, and beside them the thing's state: the
records it was resolved from, its edges and its conflicts, each as one JSON text. The state alone is enough to compute
the node anew, which is what makes joins, splits and withdrawals local.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from schema.assertion import RecordKey
from schema.json import Json
from schema.merge import Golden, Record, Said


class Key(NamedTuple):
    """A node: its kind, and the id that names it there."""

    kind: str
    id: str


class EdgeKey(NamedTuple):
    """An edge. `occurrence` tells apart several references of one source to one target, as two charges of one lot."""

    link: str
    source: Key
    target: Key
    occurrence: int


class Stated(NamedTuple):
    """Who states an edge, by which reference."""

    system: str
    id: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge with the records that state it. `golden` is False where another system's word on a link to one counts."""

    key: EdgeKey
    stated: tuple[Stated, ...]
    attributes: Mapping[str, Json]
    golden: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Systems say different things of one attribute or link to one. `said` begins with the word that counts."""

    cell: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """A node as kept. A placeholder has no records: others refer to it and no system describes it."""

    key: Key
    records: tuple[Record, ...] = ()
    golden: Golden | None = None
    edges: tuple[Edge, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def placeholder(self) -> bool:
        return not self.records

    @property
    def updated_at(self) -> int | None:
        """The newest event time among what counts, in microseconds since 1970 UTC; None for a placeholder."""
        golden = self.golden
        counting = [said.time for said in golden.values.values()] if golden else []
        counting += [statement.time for statement in golden.statements if statement.wins] if golden else []
        return max(counting, default=max((record.asserted.time for record in self.records), default=None))


@dataclass(frozen=True, slots=True)
class Delta:
    """What one batch changes. Removals come first, then nodes, identifiers, edges; then unreferenced placeholders go.

    `placeholders` are nodes that must exist, with nothing known of them; `unreferred` those among existing placeholders
    that lost an edge and go if it was their last.
    """

    things: tuple[Thing, ...] = ()
    removed: frozenset[Key] = frozenset()
    placeholders: frozenset[Key] = frozenset()
    unreferred: frozenset[Key] = frozenset()
    identifiers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(kind, identifier) -> the id of the thing that it names."""
    released: frozenset[tuple[str, str]] = frozenset()
    edges: tuple[Edge, ...] = ()
    cut: frozenset[EdgeKey] = frozenset()
    withdrawn: tuple[Record, ...] = ()
    """Records that say nothing any more; only their floors are kept."""
    revived: frozenset[RecordKey] = frozenset()
    """Records that had been withdrawn and speak again."""
