"""Columns of rows as PostgreSQL's binary arrays.

A statement with one array a column takes any number of rows in one message. The driver makes such arrays too, item by
item, which takes longer than the server needs to keep the rows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format

from hub.journal.postgres_server import Connection

_INT8, _BYTEA, _TEXT = 20, 17, 25
_ARRAYS = {_INT8: 1016, _BYTEA: 1001, _TEXT: 1009}
_LENGTH = struct.Struct("!i").pack
_NULL = _LENGTH(-1)


@dataclass(frozen=True, slots=True)
class Packed:
    """An array as the server reads it: the type of its items, and its bytes."""

    item: int
    data: bytes


def int8s(items: Sequence[int]) -> Packed:
    pairs = chain.from_iterable((8, item) for item in items)
    return Packed(_INT8, _head(_INT8, len(items)) + struct.pack("!" + "iq" * len(items), *pairs))


def byteas(items: Sequence[bytes | None]) -> Packed:
    return _packed(_BYTEA, items)


def texts(items: Sequence[str]) -> Packed:
    """ASCII only: what the server's encoding is does not matter then."""
    return _packed(_TEXT, [item.encode("ascii") for item in items])


def utf8s(items: Iterable[str | None]) -> Packed:
    """As bytes of UTF-8; `UnicodeError` where an item has no such form."""
    return byteas([None if item is None else item.encode() for item in items])


def register(connection: Connection) -> None:
    """Teaches a connection to send `Packed` values."""
    connection.adapters.register_dumper(Packed, _PackedDumper)


def _head(item: int, count: int) -> bytes:
    return struct.pack("!5i", 1, 1, item, count, 1) if count else struct.pack("!3i", 0, 0, item)


def _packed(item: int, items: Sequence[bytes | None]) -> Packed:
    parts = ((_NULL,) if value is None else (_LENGTH(len(value)), value) for value in items)
    return Packed(item, _head(item, len(items)) + b"".join(chain.from_iterable(parts)))


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> bytes:
        return obj.data

    def get_key(self, obj: Packed, format: PyFormat) -> Any:
        return (Packed, obj.item)

    def upgrade(self, obj: Packed, format: PyFormat) -> Dumper:
        dumper = _PackedDumper(Packed)
        dumper.oid = _ARRAYS[obj.item]
        return dumper
