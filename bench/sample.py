"""The messages that are measured: lots with a link each, as an MES would send them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

SYSTEM = "mes"
PREFIX = "uns/v1"
_TOPIC = f"{PREFIX}/acme/north/packing/_source/{SYSTEM}/material-lot"
_MATERIALS = 100


def lot(number: int, version: int) -> dict[str, Any]:
    """A lot as said for the `version`th time, counted from 0; each version is newer than the one before."""
    return {
        "id": f"LOT-{number:07}",
        "name": f"Lot {number} of oat bars",
        "status": "RELEASED" if version % 2 else "AWAITING_RELEASE",
        "quantity": {"value": 500 + version, "unit": "kg"},
        "producedAt": "2026-01-05T06:00:00Z",
        "definition": f"MAT-{number % _MATERIALS}",
        "observedAt": f"2026-01-06T{version:02}:00:00Z",
    }


def messages(count: int, size: int, version: int = 0) -> Iterator[tuple[str, bytes]]:
    """Topics and payloads that say `count` lots: each alone (`size` 1), or arrays of `size`."""
    if size == 1:
        for number in range(count):
            said = lot(number, version)
            yield f"{_TOPIC}/{said.pop('id')}", orjson.dumps(said)
    else:
        for start in range(0, count, size):
            yield _TOPIC, orjson.dumps([lot(n, version) for n in range(start, min(count, start + size))])
