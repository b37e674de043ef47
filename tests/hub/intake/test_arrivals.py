"""A clock that has gone back is told, at the start and while the hub runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from connectors.wire.address import Address
from connectors.wire.messages import Inbound
from hub.app import Hub, open_hub
from hub.clock import now
from hub.http.web import Stage, routes
from hub.intake import arrivals
from hub.settings import Settings
from tests.servers import free_port

HOURS = 3_600_000_000


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(arrivals, "KEEP_SECONDS", 0.02)
    return Settings(data=tmp_path, broker="amqtt", mqtt=Address("127.0.0.1", free_port()))


async def clock(hub: Hub) -> dict[str, object]:
    app = Starlette(routes=routes(Stage(hub, "running")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return dict((await client.get("/api/status")).json()["clock"])


async def come(hub: Hub, received: int) -> None:
    await hub.ingest.accept(Inbound("uns/v1/acme/_source/mes/material-lot/L1", b'{"name":"one"}', received))


async def test_a_clock_that_has_gone_back_is_told_while_the_hub_runs(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_hub(settings) as hub:
        await come(hub, now())
        # Messages overtake one another a little.
        await come(hub, now() - 4_000_000)
        assert (await clock(hub))["ok"]
        await come(hub, now() + 2 * HOURS)
        for _ in range(3):
            await come(hub, now())
        told = await clock(hub)
        assert (told["ok"], "7200 s behind the newest arrival" in str(told["detail"])) == (False, True)
    assert caplog.text.count("s behind the newest arrival") == 1


async def test_a_clock_that_went_back_while_the_hub_was_away_is_told(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_hub(settings) as hub:
        await come(hub, now() + 2 * HOURS)
        async with asyncio.timeout(5):
            while not await hub.journal.checkpoints("clock/"):
                await asyncio.sleep(0.01)
    assert "behind" not in caplog.text
    async with open_hub(settings) as hub:
        assert caplog.text.count("behind the newest arrival") == 1
        assert not (await clock(hub))["ok"]


async def test_a_replay_of_an_old_message_is_no_clock_that_went_back(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_hub(settings) as hub:
        old = Inbound("uns/v1/acme/_source/mes/lot/L1", b"{}", now() - 2 * HOURS)
        await hub.ingest.accept(old)
        await come(hub, now())
        (letter,) = await hub.journal.dead_letters(1)
        await hub.replay(letter)
        assert (await clock(hub))["ok"]
    assert "behind" not in caplog.text
