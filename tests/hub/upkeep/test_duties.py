"""What a running hub sees to beside its work, seen from outside."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from connectors.wire.address import Address
from hub.app import Hub, open_hub
from hub.errors import SettingsError
from hub.http import web
from hub.journal.retention import last_forgotten
from hub.settings import Settings
from hub.settings.load import load
from hub.upkeep import duties as upkeep
from hub.upkeep.origin import Origin
from tests.contracts.journal import accepted, tag
from tests.servers import free_port


def settings(data: Path) -> Settings:
    return Settings(data=data, broker="amqtt", mqtt=Address("127.0.0.1", free_port()), event_retention=400 * 86400.0)


async def status(hub: Hub) -> dict[str, object]:
    app = Starlette(routes=web.routes(web.Stage(hub, "running")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
        found: dict[str, object] = (await client.get("/api/status")).json()
        return found


async def test_old_events_are_forgotten_and_the_status_says_so(tmp_path: Path) -> None:
    async with open_hub(settings(tmp_path)) as hub:
        await hub.journal.append(events=[tag(1, 1, name="old"), tag(2, 4_000_000_000_000_000, name="new")])
    async with open_hub(settings(tmp_path)) as hub:
        async with asyncio.timeout(20):
            while await last_forgotten(hub.journal) is None:
                await asyncio.sleep(0.01)
        told = (await status(hub))["eventRetention"]
        assert isinstance(told, dict)
        assert told["seconds"] == 400 * 86400
        assert set(told["last"]) == {"at", "before"}


async def test_the_graph_notes_how_much_of_the_journal_it_has_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "ORIGIN_SECONDS", 0.02)
    async with open_hub(settings(tmp_path)) as hub:
        await hub.journal.append([accepted(1)])
        async with asyncio.timeout(20):
            while (await Origin.noted(hub.store)) != await Origin.of(hub.journal):
                await asyncio.sleep(0.01)
        assert (await Origin.of(hub.journal)).accepted == 1


@pytest.mark.parametrize("text", ["10s", "12h", "400 days"])
def test_less_than_a_day_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        load({"event_retention": text})
    assert load({"event_retention": "400d"}).event_retention == 400 * 86400
