"""The hub's clock is set forward and back under load.

What says when it was true is as if nothing had happened. What does not is true when it arrives, by the hub's clock: a
word that came while the clock was fast counts until the clock has passed it.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.load import PREFIX
from tests.faults.scene import Tell, local, nothing_missing, under_load
from tests.hub.mqtt.packets import Wire
from tests.servers import Mosquitto
from tests.servers.faketime import Clock
from tests.system.hub_process import HubProcess, run

pytestmark = pytest.mark.slow

HOUR = 3600
WHILE = 3.0


async def test_the_clock_is_set_an_hour_forward_and_back(tmp_path: Path, mosquitto: Mosquitto, tell: Tell) -> None:
    clock = Clock(tmp_path)
    hub = HubProcess(tmp_path, mosquitto.url, environment=clock.environment)
    async with under_load(hub, mosquitto.port, local(tmp_path), tell) as scene:
        async with scene.fault():
            for fast in (HOUR, 0, -HOUR, 0):
                clock.set(fast)
                await asyncio.sleep(WHILE)
        await scene.caught_up()
        result = await scene.finish("clock an hour forward and back")
        assert all(answer.code == 200 for answer in scene.witness.between("/readyz", scene.began, scene.ended))
        nothing_missing(result)
        assert scene.witness.said(scene.began, scene.ended) == "clock"
        assert result.late, "words of the hour ahead count until the clock has passed them"


async def test_the_clock_is_slow_and_set_right(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """What is of now is then of the future: refused, listed with the reason, and taken once the clock is right."""
    clock = Clock(tmp_path)
    clock.set(-HOUR)
    async with HubProcess(tmp_path, mosquitto.url, environment=clock.environment) as hub:
        said = {"name": "of now", "observedAt": datetime.now(UTC).isoformat()}
        async with Wire(mosquitto.port) as wire:
            topic = f"{PREFIX}/acme/_source/mes/material-lot/LOT-NOW"
            await wire.published(topic, json.dumps(said).encode())

        async def refused() -> bool:
            return bool((await hub.get("/api/status"))["refused"])

        await hub.until(refused, "the message is refused")
        (letter,) = (await hub.get("/api/dead-letters"))["deadLetters"]
        assert "clock" in letter["reasons"][0]["expected"]
        clock.set(0)
        run("dead-letters", "replay", str(letter["number"]), *hub.places, cwd=tmp_path)
        await hub.settled()
        shown = await hub.ask('{ materialLot(id: "LOT-NOW") { name } }')
        assert shown["materialLot"] == {"name": "of now"}
