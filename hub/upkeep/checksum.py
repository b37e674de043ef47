"""Checksums by which two journals, or two graphs, are seen to hold the same whatever keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.journal.copies import ORDERED, Copies, Table
from hub.journal.rows import Row
from schema.json import canonical

_WIDTH = 256

Seen = Callable[[int], None]
"""Told how many more rows have been read."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows there are, and a checksum over all of them, in hexadecimal."""

    count: int
    checksum: str

    @classmethod
    def of(cls, count: int, total: bytes) -> Sum:
        return cls(count, total.hex()[:32])


async def of_table(copies: Copies, table: Table, seen: Seen) -> Sum:
    """The sum of a journal's table: over its rows in their order, or where they have none, in any."""
    rows = copies.read(table)
    return await (_in_order(rows, seen) if table in ORDERED else _in_any_order(rows, seen))


async def of_graph(dump: AsyncIterator[Mapping[str, Any]], seen: Seen) -> Sum:
    """The sum of a graph, from its dump."""
    whole, count = hashlib.sha256(), 0
    async for entry in dump:
        whole.update(canonical(dict(entry)) + b"\n")
        count += 1
        if count % 1000 == 0:
            seen(1000)
    seen(count % 1000)
    return Sum.of(count, whole.digest())


async def _in_order(batches: AsyncIterator[Sequence[Row]], seen: Seen) -> Sum:
    whole, count = hashlib.sha256(), 0
    async for rows in batches:
        for row in rows:
            whole.update(_bytes(row))
        count += len(rows)
        seen(len(rows))
    return Sum.of(count, whole.digest())


async def _in_any_order(batches: AsyncIterator[Sequence[Row]], seen: Seen) -> Sum:
    """Each row's own checksum, added up."""
    total, count = 0, 0
    async for rows in batches:
        for row in rows:
            total += int.from_bytes(hashlib.sha256(_bytes(row)).digest())
        count += len(rows)
        seen(len(rows))
    return Sum.of(count, (total % (1 << _WIDTH)).to_bytes(_WIDTH // 8))


def _bytes(row: Row) -> bytes:
    # Rows hold whole numbers, texts, bytes and None, whose literals no two of them share.
    return repr(row).encode() + b"\n"
