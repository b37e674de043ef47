"""Things with which something is the matter, on Ladybug, held to the contract of every graph store."""

from __future__ import annotations

from pathlib import Path

from graph.ladybug.engine import Database
from graph.ladybug.store import LadybugStore
from graph.store import GraphStore
from tests.contracts.graph_issues import GraphIssuesContract
from tests.contracts.graph_world import WORLD


class TestLadybugIssues(GraphIssuesContract):
    async def open(self, place: Path) -> GraphStore:
        store = await LadybugStore.open(place, WORLD)
        await store.migrate()
        return store

    async def forget_marks(self, store: GraphStore, place: Path) -> GraphStore:
        await store.close()
        database = Database(place)
        session = database.session(writing=True)
        for table in ("Gadget", "Owner"):
            for column in ("_issue", "_disputed"):
                session.run(f"ALTER TABLE {table} DROP {column}")
        session.run("MATCH (m:_Model {key: 'tables'}) DELETE m")
        session.close()
        database.close()
        return await self.open(place)
