"""The Ladybug store, held to the contract of every graph store."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.ladybug.store import LadybugStore
from graph.store import GraphStore, Reached
from graph.thing import Delta
from tests.contracts.graph_figures import GraphFiguresContract
from tests.contracts.graph_paging import GraphPagingContract
from tests.contracts.graph_reads import GraphReadContract
from tests.contracts.graph_store import GraphStoreContract, gadget
from tests.contracts.graph_whole import WholeGraphContract
from tests.contracts.graph_world import WORLD


class TestLadybugReads(GraphReadContract):
    async def open(self, place: Path) -> GraphStore:
        return await opened(place)


class TestLadybugFigures(GraphFiguresContract):
    async def open(self, place: Path) -> GraphStore:
        return await opened(place)


class TestLadybugPaging(GraphPagingContract):
    async def open(self, place: Path) -> GraphStore:
        return await opened(place)


class TestLadybugStore(GraphStoreContract, WholeGraphContract):
    async def open(self, place: Path) -> GraphStore:
        return await opened(place)

    async def test_how_far_it_is_is_noted_with_the_batch(self, store: GraphStore) -> None:
        assert await store.reached() == Reached()
        for sequence, expected in ((7, 7), (5, 7), (0, 7), (9, 9)):
            async with store.write(reached=sequence) as tx:
                await tx.write(Delta(things=(gadget(f"G{sequence}"),)))
            assert await store.reached() == Reached(expected, expected)
        with pytest.raises(ZeroDivisionError):
            async with store.write(reached=99):
                raise ZeroDivisionError
        assert await store.reached() == Reached(9, 9)
        for sequence in (3, 5):
            await store.clear()
            assert await store.reached() == Reached()
            async with store.write(reached=sequence) as tx:
                await tx.write(Delta(things=(gadget("G"),)))
            assert await store.reached() == Reached(sequence, sequence)


async def opened(place: Path) -> GraphStore:
    store = await LadybugStore.open(place, WORLD)
    await store.migrate()
    return store
