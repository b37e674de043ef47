"""The Ladybug store, held to the contract of every graph store."""

from __future__ import annotations

from pathlib import Path

from graph.ladybug.store import LadybugStore
from graph.store import GraphStore
from tests.contracts.graph_reads import GraphReadContract
from tests.contracts.graph_store import GraphStoreContract
from tests.contracts.graph_world import WORLD


class TestLadybugReads(GraphReadContract):
    async def open(self, place: Path) -> GraphStore:
        return await opened(place)


class TestLadybugStore(GraphStoreContract):
    async def open(self, place: Path) -> GraphStore:
        return await opened(place)


async def opened(place: Path) -> GraphStore:
    store = await LadybugStore.open(place, WORLD)
    await store.migrate()
    return store
