"""Walks on Ladybug, held to the contract of every graph store."""

from __future__ import annotations

from pathlib import Path

from graph.ladybug.store import LadybugStore
from graph.store import GraphStore
from tests.contracts.graph_around import GraphAroundContract
from tests.contracts.graph_walks import GraphWalkContract
from tests.contracts.walk_world import WALKS


class TestLadybugWalks(GraphWalkContract, GraphAroundContract):
    async def open(self, place: Path) -> GraphStore:
        store = await LadybugStore.open(place, WALKS)
        await store.migrate()
        return store
