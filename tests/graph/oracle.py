"""The graph by its definition: from the whole set of messages at once, nothing incremental about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graph.linking import link, references, target_of
from graph.state import edges_to_json
from graph.thing import Key, Thing
from schema.assertion import Assertion, RecordKey
from schema.authority import Authority
from schema.merge import Record, canonical_id, join, record_of, resolve, things
from schema.registry import Model
from tests.graph.memory import thing_json


def graph_of(model: Model, authority: Authority, assertions: Iterable[Assertion]) -> dict[str, Any]:
    """What `MemoryGraph.dump` must give when these messages, in any order, were projected."""
    records: dict[RecordKey, Record] = {}
    for assertion in assertions:
        record = record_of(assertion)
        records[record.key] = join(records[record.key], record) if record.key in records else record
    known: dict[Key, Thing] = {}
    names: dict[tuple[str, str], str] = {}
    for kind in model:
        for group in things((r for r in records.values() if r.key.kind == kind.name), kind):
            key = Key(kind.name, canonical_id(group, authority))
            golden = resolve(model, kind, group, authority)
            known[key] = Thing(key, group, golden)
            names |= {(kind.name, name): key.id for name in golden.identifiers}
    nodes = dict(known)
    for key, thing in known.items():
        assert thing.golden is not None
        kind = model.kinds[key.kind]
        linked = link(kind, key, thing.golden, names)
        nodes[key] = Thing(key, thing.records, thing.golden, linked.edges, linked.conflicts)
        for reference in references(kind, thing.golden):
            target = target_of(reference, names)
            nodes.setdefault(target, Thing(target))
    return {
        "nodes": {key: thing_json(thing) for key, thing in sorted(nodes.items())},
        "edges": edges_to_json(edge for thing in nodes.values() for edge in thing.edges),
        "identifiers": dict(sorted(names.items())),
    }
