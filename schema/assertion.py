"""What a system says of one thing at one time, in the form that merges.

An assertion speaks in *cells*: a flat mapping from cell key to JSON value, null to clear one.

    status, quantity, definition …   attributes and links by their camelCase names
    identifiers/<scheme>             another identifier of the thing
    properties/<name>                what the model has no attribute for
    @path                            the location in the topic, `acme/north/packing`

A link's value is a list of references, each `{"id": …}` or `{<scheme>: …, …}` under `to`, with the link's attributes
beside it: `[{"to": {"id": "LOT-2"}, "with": {"quantity": {"value": 5, "unit": "kg"}}}]`. A link to one has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from schema.json import Json

PATH = "@path"
IDENTIFIER_CELL = "identifiers/"
PROPERTY_CELL = "properties/"


class Stamp(NamedTuple):
    """When a message was true, and which message it was: the order in which a system's words count.

    `time` is the event time in microseconds since 1970 UTC; `message` breaks ties.
    """

    time: int
    message: str


class RecordKey(NamedTuple):
    """Whose word on what: one system's record of one id of one kind."""

    kind: str
    system: str
    id: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """One system's word on one thing. `replace`: it is all that the system says; `withdraw`: it says no more of it."""

    system: str
    kind: str
    id: str
    stamp: Stamp
    cells: Mapping[str, Json]
    replace: bool = False
    withdraw: bool = False

    @property
    def key(self) -> RecordKey:
        return RecordKey(self.kind, self.system, self.id)

    def to_bytes(self) -> bytes:
        """The form kept in the journal; `from_bytes` reads it back unchanged."""
        return orjson.dumps(
            {
                "system": self.system,
                "kind": self.kind,
                "id": self.id,
                "time": self.stamp.time,
                "message": self.stamp.message,
                "cells": self.cells,
                "replace": self.replace,
                "withdraw": self.withdraw,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Assertion:
        row: dict[str, Any] = orjson.loads(data)
        return cls(
            system=row["system"],
            kind=row["kind"],
            id=row["id"],
            stamp=Stamp(row["time"], row["message"]),
            cells=row["cells"],
            replace=row["replace"],
            withdraw=row["withdraw"],
        )
