"""A graph kept in dictionaries: the write port at its plainest, so that the laws run over thousands of examples.

Whatever holds here is also held against the real stores, with fewer examples (`test_laws.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from graph.state import conflicts_to_json, edges_to_json, records_to_json
from graph.thing import Delta, Edge, EdgeKey, Key, Thing
from schema.assertion import RecordKey
from schema.merge import Record


class MemoryGraph:
    """Implements `graph.store.WriteTransaction`, every write committed at once."""

    def __init__(self) -> None:
        self.nodes: dict[Key, Thing] = {}
        self.edges: dict[EdgeKey, Edge] = {}
        self.identifiers: dict[tuple[str, str], str] = {}
        self.floors: dict[RecordKey, Record] = {}

    async def resolve(
        self, identifiers: Collection[tuple[str, str]], *, claim: bool = True
    ) -> Mapping[tuple[str, str], str]:
        return {i: self.identifiers[i] for i in identifiers if i in self.identifiers}

    async def things(self, keys: Collection[Key]) -> Mapping[Key, Thing]:
        return {key: replace(self.nodes[key], golden=None) for key in keys if key in self.nodes}

    async def referrers(self, keys: Collection[Key]) -> Mapping[Key, frozenset[Key]]:
        return {key: frozenset(e.source for e in self.edges if e.target == key) for key in keys}

    async def withdrawn(self, keys: Collection[RecordKey]) -> Mapping[RecordKey, Record]:
        return {key: self.floors[key] for key in keys if key in self.floors}

    async def write(self, delta: Delta) -> frozenset[Key]:
        for key in delta.cut:
            del self.edges[key]
        for key in delta.removed:
            del self.nodes[key]
            self.edges = {k: e for k, e in self.edges.items() if key not in (k.source, k.target)}
        for thing in delta.things:
            self.nodes[thing.key] = thing
        for key in delta.placeholders:
            self.nodes[key] = Thing(key)
        for reference in delta.released:
            del self.identifiers[reference]
        self.identifiers.update(delta.identifiers)
        for edge in delta.edges:
            assert edge.key.source in self.nodes and edge.key.target in self.nodes, edge
            self.edges[edge.key] = edge
        for record_key in delta.revived:
            del self.floors[record_key]
        self.floors.update({record.key: record for record in delta.withdrawn})
        return self._sweep(delta.unreferred)

    def _sweep(self, keys: Collection[Key]) -> frozenset[Key]:
        referred = {edge.target for edge in self.edges}
        gone = frozenset(k for k in keys if k in self.nodes and self.nodes[k].placeholder and k not in referred)
        for key in gone:
            del self.nodes[key]
        return gone

    def dump(self) -> dict[str, Any]:
        """What two equal graphs have in common; floors left out."""
        return {
            "nodes": {key: thing_json(thing) for key, thing in sorted(self.nodes.items())},
            "edges": edges_to_json(self.edges.values()),
            "identifiers": dict(sorted(self.identifiers.items())),
        }


def thing_json(thing: Thing) -> dict[str, Any]:
    golden = thing.golden
    return {
        "values": {name: list(said) for name, said in golden.values.items()} if golden else {},
        "records": records_to_json(thing.records),
        "edges": edges_to_json(thing.edges),
        "conflicts": conflicts_to_json(thing.conflicts),
    }
