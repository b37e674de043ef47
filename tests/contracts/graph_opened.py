"""A store for each test, for the contracts of graph stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.store import GraphStore


class OpenedGraph:
    """Every test has an empty store, closed at its end. Subclasses give `open`."""

    async def open(self, place: Path) -> GraphStore:
        """A store for the contract's model at a place of its own, ready to be used."""
        raise NotImplementedError

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[GraphStore]:
        store = await self.open(tmp_path / "graph")
        yield store
        await store.close()
