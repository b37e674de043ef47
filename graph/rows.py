"""What stores keep beside nodes and edges, the keys of its rows, and keys brought together for statements over rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import orjson

from graph.state import conflicts_from_json, edges_from_json, records_from_json
from graph.thing import EdgeKey, Key, Thing
from schema.assertion import RecordKey
from schema.json import compact

IDENTIFIER = "_Identifier"
"""Rows `key`, `thing`: which thing an identifier names."""

WITHDRAWN = "_Withdrawn"
"""Rows `key`, `record`: the floors of withdrawn records, as JSON text."""

_T = TypeVar("_T")


def identifier_key(kind: str, identifier: str) -> str:
    """The key of a row of `_Identifier`."""
    return f"{kind}|{identifier}"


def record_key(key: RecordKey) -> str:
    """The key of a row of `_Withdrawn`: JSON, since systems and ids may hold anything."""
    return compact(list(key))


def thing_of(key: Key, records: str, edges: str, conflicts: str) -> Thing:
    """A thing from the texts of its state."""
    return Thing(
        key,
        records_from_json(key.kind, orjson.loads(records)),
        None,
        edges_from_json(key, orjson.loads(edges)),
        conflicts_from_json(orjson.loads(conflicts)),
    )


def chunks(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Items in lists of at most `size`."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk


def by_kind(keys: Iterable[Key]) -> dict[str, list[str]]:
    """The ids of keys, by kind."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        groups[key.kind].append(key.id)
    return groups


def by_link(keys: Iterable[EdgeKey]) -> dict[tuple[str, str], list[EdgeKey]]:
    """Edges by the stating kind and the link's name."""
    groups: dict[tuple[str, str], list[EdgeKey]] = defaultdict(list)
    for key in keys:
        groups[key.source.kind, key.link].append(key)
    return groups
