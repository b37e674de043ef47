"""One entry that the store refuses for good, among a thousand: the others go in, and it does when the cause is gone.

No message was found that is accepted and that Ladybug then refuses, so the store is one that refuses an id of its own
accord, by breaking a rule of Ladybug in the same transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import hub.upkeep.consistency
from connectors.wire.messages import Inbound
from graph.ladybug.store import LadybugStore
from graph.store import WriteTransaction
from graph.thing import Delta, Edge, EdgeKey, Key
from hub.app import Hub, open_hub
from hub.settings import Settings
from schema.registry import Model
from tests.faults.scene import Row, Tell
from tests.servers import free_port

POISON = "LOT-321"
PATIENCE = 60.0


class Refusing(LadybugStore):
    """Refuses what holds one id while `cause` stands."""

    cause = True

    @asynccontextmanager
    async def write(self, reached: int = 0, whole: int = 0) -> AsyncIterator[WriteTransaction]:
        async with super().write(reached, whole) as tx:
            yield tx
            if self.cause and await tx.resolve([("MaterialLot", f"id:{POISON}")]):
                lot = Key("MaterialLot", POISON)
                await tx.write(Delta(edges=(Edge(EdgeKey("definition", lot, Key(*lot), 0), (), {}, True),)))


@asynccontextmanager
async def hub_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Hub, Refusing]]:
    """A whole hub with that store."""
    stores: list[Refusing] = []

    async def open_store(url: str, model: Model, *, password: str | None) -> LadybugStore:
        stores.append(await Refusing.open(data / "graph", model))
        await stores[0].migrate()
        return stores[0]

    monkeypatch.setattr(hub.upkeep.consistency, "open_store", open_store)
    settings = Settings(data=data, broker="amqtt", mqtt=f"127.0.0.1:{free_port()}")
    async with open_hub(settings) as opened:
        yield opened, stores[0]


async def take(opened: Hub, number: int, payload: bytes) -> None:
    topic = f"uns/v1/acme/_source/mes/material-lot/LOT-{number}"
    await opened.ingest.accept(Inbound(topic, payload, 1_780_000_000_000_000 + number))


async def settled(opened: Hub) -> None:
    async with asyncio.timeout(PATIENCE):
        await opened.settled()


async def test_the_rest_goes_in_and_it_does_when_the_cause_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    async with hub_on(tmp_path, monkeypatch) as (opened, store):
        # Its neighbours refer to it: they go in, and it stays a placeholder.
        await asyncio.gather(
            *(take(opened, number, b'{"assembledFrom": ["LOT-%d"]}' % (number - 1)) for number in range(1000))
        )
        await settled(opened)
        assert (await store.counts())["MaterialLot"] == 999
        (letter,) = await opened.journal.dead_letters(10)
        assert "can't be put into the graph" in letter.refusal.reasons[0].expected
        status = await opened.journal.status()
        assert (status.pending, status.refused) == (0, 1)

        assert await opened.replay(letter) == ()
        await settled(opened)
        (again,) = await opened.journal.dead_letters(10)
        assert again.number > letter.number

        store.cause = False
        assert await opened.replay(again) == ()
        await settled(opened)
        shown, accepted = (await store.counts())["MaterialLot"], (await opened.journal.status()).accepted
        # The one that was tried twice more is in the journal's count three times.
        tell(
            Row("one of 1,000 refused, Ladybug", 1000, 1000, 1000 - shown, accepted - 1002, 0, 0, 0, None, "1 refused")
        )
        assert (shown, accepted) == (1000, 1002)
        assert await opened.journal.dead_letters(10) == []
