"""The least that the work could cost: bare SQLite inserts, bare Ladybug batches, and the bare MQTT hop."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ladybug

from bench import client, parts, publisher, sample

BATCH = 1000
_ASSERTION = (
    "INSERT INTO assertion (kind, id, system, event_time, received, topic, body, digest) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_TABLES = (
    "CREATE NODE TABLE Lot(id STRING PRIMARY KEY, name STRING, status STRING, quantity DOUBLE, quantity_unit STRING, "
    "producedAt TIMESTAMP, path STRING, updatedAt TIMESTAMP)",
    "CREATE NODE TABLE Material(id STRING PRIMARY KEY)",
    "CREATE REL TABLE DEFINED_BY(FROM Lot TO Material)",
)
_NODES = (
    "UNWIND $rows AS r MERGE (l:Lot {id: r.id}) SET l.name = r.name, l.status = r.status, l.quantity = r.quantity, "
    "l.quantity_unit = r.unit, l.producedAt = CAST(r.producedAt AS TIMESTAMP), l.path = r.path, "
    "l.updatedAt = CAST(r.updatedAt AS TIMESTAMP)"
)
_MATERIALS = "UNWIND $ids AS id MERGE (m:Material {id: id})"
_EDGES = (
    "UNWIND $rows AS r MATCH (l:Lot {id: r.id}) WITH l, r MATCH (m:Material {id: r.definition}) "
    "MERGE (l)-[:DEFINED_BY]->(m)"
)


class Inserts:
    """A journal's file, written by hand."""

    def __init__(self, path: Path) -> None:
        """`path` is a journal that has its tables; it is written as durably as the hub writes it."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")

    def put(self, rows: Sequence[Sequence[Any]]) -> None:
        """Inserts rows of assertions, a thousand a commit."""
        for batch in _batches(rows):
            self._connection.execute("BEGIN")
            self._connection.executemany(_ASSERTION, batch)
            self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class Batches:
    """A graph of lots and materials, written by hand: the values that a person would ask for, and the edge."""

    def __init__(self, path: Path) -> None:
        self._database = ladybug.Database(path)
        self._connection = ladybug.Connection(self._database)
        for statement in _TABLES:
            self._connection.execute(statement)

    def put(self, rows: Sequence[dict[str, Any]]) -> None:
        """Merges lots with their links, a thousand a transaction."""
        for batch in _batches(rows):
            self._connection.execute("BEGIN TRANSACTION")
            self._connection.execute(_NODES, {"rows": batch})
            self._connection.execute(_MATERIALS, {"ids": sorted({row["definition"] for row in batch})})
            self._connection.execute(_EDGES, {"rows": batch})
            self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()
        self._database.close()


def rows_of_lots(count: int, version: int) -> list[dict[str, Any]]:
    """The sample's lots as rows of `Batches`."""
    return [row_of(sample.lot(number, version)) for number in range(count)]


def row_of(lot: Mapping[str, Any]) -> dict[str, Any]:
    """A lot, as the sample says it, as a row of `Batches`."""
    return {
        "id": lot["id"],
        "name": lot["name"],
        "status": lot["status"],
        "quantity": float(lot["quantity"]["value"]),
        "unit": lot["quantity"]["unit"],
        "producedAt": lot["producedAt"],
        "path": "acme/north/packing",
        "updatedAt": lot["observedAt"],
        "definition": lot["definition"],
    }


async def hop(count: int, size: int) -> float:
    """Lots a second from a publisher through Mosquitto to the hub's client, which does nothing with them."""
    countdown = parts.Countdown(parts.nothing, -(-count // size))
    async with parts.broker(countdown) as port:
        (first,) = await publisher.run(port, count, size)
        await countdown.done()
        return count / (time.monotonic() - first)


async def bare_hop(count: int, size: int) -> float:
    """Lots a second from a publisher through Mosquitto to a socket that acknowledges."""
    async with parts.broker(parts.nothing, prefix="elsewhere") as port:
        with client.connect(port, "bench-subscriber") as link:
            client.subscribe(link, f"{sample.PREFIX}/#")
            received = asyncio.create_task(asyncio.to_thread(client.receive, link, -(-count // size)))
            (first,) = await publisher.run(port, count, size)
            return count / (await received - first)


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
