"""A store with gadgets in it, for the contracts of reading."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.store import GraphStore
from tests.contracts.graph_world import World, many_gadgets, tell


class FilledGraph:
    """Every test has a store with the same gadgets, and the same in plain Python as `world`."""

    async def open(self, place: Path) -> GraphStore:
        """A store for the model `WORLD` at a place of its own, ready to be used."""
        raise NotImplementedError

    @pytest.fixture
    async def empty(self, tmp_path: Path) -> AsyncIterator[GraphStore]:
        store = await self.open(tmp_path / "graph")
        yield store
        await store.close()

    @pytest.fixture
    async def world(self, empty: GraphStore) -> World:
        return World(await tell(empty, many_gadgets()))

    @pytest.fixture
    def store(self, empty: GraphStore, world: World) -> GraphStore:
        return empty
