"""The least that Neo4j could be asked to do for the sample's lots: `UNWIND … MERGE` written by hand, no provenance."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import neo4j

BATCH = 1000

_PUT = (
    "UNWIND $rows AS r MERGE (l:{lot} {{id: r.id}}) SET l.name = r.name, l.status = r.status, l.quantity = r.quantity, "
    "l.quantity_unit = r.unit, l.producedAt = datetime(r.producedAt), l.path = r.path, "
    "l.updatedAt = datetime(r.updatedAt) "
    "MERGE (m:{material} {{id: r.definition}}) MERGE (l)-[:BARE_DEFINED_BY]->(m)"
)
_UNIQUE = "CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS FOR (n:{lot}) ON (n.status)",
    "CREATE INDEX IF NOT EXISTS FOR (n:{lot}) ON (n.producedAt)",
    "CREATE INDEX IF NOT EXISTS FOR (n:{lot}) ON (n.path)",
    "CREATE TEXT INDEX IF NOT EXISTS FOR (n:{lot}) ON (n.name)",
)
_CLEAR = "MATCH (n:{label}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 5000 ROWS"


class Batches:
    """Lots and materials, a thousand a transaction, one transaction at a time. Make one with `on`."""

    def __init__(self, session: neo4j.AsyncSession, lot: str, material: str) -> None:
        self._session = session
        self._put = _PUT.format(lot=lot, material=material)

    @classmethod
    @asynccontextmanager
    async def on(cls, url: str, *, indexed: bool) -> AsyncIterator[Batches]:
        """On an empty graph with unique ids; `indexed` adds what the hub too keeps so that queries are fast."""
        lot, material = ("IndexedLot", "IndexedMaterial") if indexed else ("BareLot", "BareMaterial")
        async with neo4j.AsyncGraphDatabase.driver(url) as driver, driver.session() as session:
            for statement in (_CLEAR, _UNIQUE):
                for label in (lot, material):
                    await (await session.run(statement.format(label=label))).consume()
            for statement in _INDEXES if indexed else ():
                await (await session.run(statement.format(lot=lot))).consume()
            await (await session.run("CALL db.awaitIndexes(600)")).consume()
            yield cls(session, lot, material)

    async def put(self, rows: Sequence[dict[str, Any]]) -> None:
        """Merges lots with their links."""
        for start in range(0, len(rows), BATCH):
            await self._session.execute_write(self._merge, rows[start : start + BATCH])

    async def _merge(self, transaction: neo4j.AsyncManagedTransaction, rows: Sequence[dict[str, Any]]) -> None:
        await (await transaction.run(self._put, rows=rows)).consume()
