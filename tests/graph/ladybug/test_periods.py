"""Walks within a window of time on Ladybug, held to the contract of every graph store."""

from __future__ import annotations

from pathlib import Path

from graph.ladybug.store import LadybugStore
from graph.store import GraphStore
from tests.contracts.graph_periods import PERIODS, GraphPeriodsContract


class TestLadybugPeriods(GraphPeriodsContract):
    async def open(self, place: Path) -> GraphStore:
        store = await LadybugStore.open(place, PERIODS)
        await store.migrate()
        return store
