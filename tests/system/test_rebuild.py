"""`unshub rebuild` after a busy history, with the graph as it should be and with one that was damaged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from graph.ladybug.store import LadybugStore
from graph.thing import Delta, Key
from hub.announcing.trail import Trail
from hub.journal.open import open_journal
from schema.model import MODEL
from tests.faults.load import message
from tests.system.hub_process import HubProcess, rebuild, run, running
from tests.system.sender import Sender

pytestmark = pytest.mark.slow


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[HubProcess]:
    """A hub that is stopped, with a busy history."""
    async with running(tmp_path, "amqtt") as hub:
        sender = Sender(hub.mqtt, "plant", message, rate=2000)
        sending = asyncio.create_task(sender.run())
        while sender.sent < 1500:
            await asyncio.sleep(0.01)
        await sender.finished()
        await sending
        await hub.settled()
        assert hub.stop() == 0
        yield hub


@asynccontextmanager
async def graph(hub: HubProcess) -> AsyncIterator[LadybugStore]:
    store = await LadybugStore.open(hub.data / "graph", MODEL)
    try:
        yield store
    finally:
        await store.close()


async def test_the_new_graph_equals_the_one_in_use(busy: HubProcess) -> None:
    async with graph(busy) as store:
        before = [row async for row in store.dump()]
    assert len(before) > 1000
    found = rebuild(busy)
    assert (found["differences"], found["old"]) == ([], None)
    assert found["assertions"] >= 1500
    assert sorted(path.name for path in busy.data.glob("graph*")) == ["graph"]
    async with graph(busy) as store:
        assert [row async for row in store.dump()] == before


async def test_a_damaged_graph_is_told_kept_and_replaced(busy: HubProcess) -> None:
    lot = Key("MaterialLot", "ERP-7")
    async with graph(busy) as store:
        before = [row async for row in store.dump()]
        async with store.write() as tx:
            found = await tx.things([lot, Key("MaterialLot", "LOT-6")])
            assert lot in found
            # Its values are gone, its edges stay; another thing is nowhere to be found by its name.
            await tx.write(
                Delta(
                    things=(replace(found[lot], records=found[lot].records[:1]),),
                    released=frozenset({("MaterialLot", "id:LOT-8")}),
                )
            )
        damaged = [row async for row in store.dump()]
    assert damaged != before

    found = rebuild(busy)
    told = [difference["new"] or difference["old"] for difference in found["differences"]]
    assert {row.get("id") or row.get("identifier") for row in told} == {"ERP-7", "id:LOT-8"}
    old = Path(found["old"])
    async with graph(busy) as store:
        assert [row async for row in store.dump()] == before
    kept = await LadybugStore.open(old, MODEL)
    assert [row async for row in kept.dump()] == damaged
    await kept.close()

    journal = await open_journal(f"sqlite:///{busy.data / 'journal.db'}")
    assert (await Trail.open(journal, MODEL, "uns/v1", "unshub")).position == 0, "golden records are published anew"
    await journal.close()

    assert "nothing differed" in run("rebuild", "--data", str(busy.data), cwd=busy.data.parent).stdout
    busy.start()
    await busy.ready()
    assert (await busy.ask('{ materialLot(id: "LOT-8") { id } }'))["materialLot"]


async def test_a_graph_that_is_gone_is_made_again_at_the_start(busy: HubProcess) -> None:
    async with graph(busy) as store:
        before = [row async for row in store.dump()]
    (busy.data / "graph").unlink()
    busy.start()
    await busy.ready()
    await busy.settled()
    assert (await busy.ask('{ materialLot(id: "LOT-8") { id } }'))["materialLot"]
    assert busy.stop() == 0
    async with graph(busy) as store:
        assert [row async for row in store.dump()] == before
