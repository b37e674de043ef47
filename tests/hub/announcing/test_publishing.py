"""Publishing what an earlier run left goes on until it is done, whatever the graph says meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import pytest

from graph.errors import ReadFailed, ReadTimeout, StoreBusy, StoreUnavailable
from hub.announcing import publishing
from hub.announcing.announce import Announcer
from hub.announcing.catchup import CatchUp
from hub.announcing.live import Changes
from hub.announcing.outbox import Outbox
from hub.announcing.publishing import Publishing
from hub.announcing.republish import Republish
from hub.group.roster import Gone
from hub.messages import Broker, BrokerStatus
from schema.authority import EQUAL
from schema.model import MODEL
from tests.hub.announcing.plant import HUB, PREFIX, Plant, Wire


class Keeping:
    """A broker that keeps retained messages."""

    async def status(self) -> BrokerStatus:
        return BrokerStatus(True, "a broker", "mqtt://127.0.0.1", "")


async def test_no_error_of_the_graph_ends_it(
    wire: Wire, outbox: Outbox, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant.say("LOT-1")
    monkeypatch.setattr(publishing, "PAUSE", 0.01)
    errors = [kind("the graph said no") for kind in (ReadTimeout, ReadFailed, StoreBusy, StoreUnavailable)]
    dump = plant.store.dump

    async def failing() -> AsyncIterator[Mapping[str, Any]]:
        if errors:
            raise errors.pop()
        async for entry in dump():
            yield entry

    monkeypatch.setattr(plant.store, "dump", failing)
    caught_up = asyncio.Event()
    last = CatchUp(plant.journal, Republish(plant.store, MODEL, EQUAL, outbox, PREFIX))
    announcer = Announcer(MODEL, PREFIX, Changes(), outbox, plant.trail)
    gone = Gone(plant.journal, HUB)
    task = asyncio.create_task(Publishing(cast(Broker, Keeping()), last, announcer, plant.trail, gone, caught_up).run())
    await asyncio.wait({task, asyncio.create_task(caught_up.wait())}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert not task.done(), task.exception()
    assert caught_up.is_set() and not errors
    await asyncio.wait_for(outbox.drained(), 5)
    task.cancel()
    assert list(wire.retained) == ["uns/v1/acme/_material-lot/LOT-1"]
