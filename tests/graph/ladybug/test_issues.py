"""Things with which something is the matter, on Ladybug, held to the contract of every graph store."""

from __future__ import annotations

from pathlib import Path

from graph.ladybug.store import LadybugStore
from graph.store import GraphStore
from tests.contracts.graph_issues import GraphIssuesContract
from tests.contracts.graph_world import WORLD


class TestLadybugIssues(GraphIssuesContract):
    async def open(self, place: Path) -> GraphStore:
        store = await LadybugStore.open(place, WORLD)
        await store.migrate()
        return store
