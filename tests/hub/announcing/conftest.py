from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from graph.ladybug.store import LadybugStore
from hub.announcing import outbox as outboxes
from hub.announcing.outbox import Outbox
from hub.announcing.trail import Trail
from hub.journal.open import open_journal
from schema.model import MODEL
from tests.hub.announcing.plant import HUB, PREFIX, Plant, Wire


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def outbox(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Outbox]:
    monkeypatch.setattr(outboxes, "PAUSE", 0.01)
    box = Outbox(wire.publish, limit=10, in_flight=4)
    task = asyncio.create_task(box.run())
    yield box
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    store = await LadybugStore.open(tmp_path / "graph", MODEL)
    await store.migrate()
    yield Plant(journal, store, await Trail.open(journal, MODEL, PREFIX, HUB))
    await store.close()
    await journal.close()
