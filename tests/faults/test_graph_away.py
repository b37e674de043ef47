"""Neo4j is killed, or hangs, under load: the journal waits, and all of it goes in afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.faults.books import Places
from tests.faults.scene import AWAY, Tell, flags, local, under_load, whole
from tests.servers import Mosquitto
from tests.servers.neo4j import Neo4j
from tests.system.hub_process import HubProcess

START = 8.0
"""Seconds that Neo4j takes to start, as a part of those for which it is away."""

pytestmark = pytest.mark.slow


async def test_neo4j_is_killed(tmp_path: Path, mosquitto: Mosquitto, neo4j: Neo4j, tell: Tell) -> None:
    places = Places(local(tmp_path).journal, neo4j.url)
    async with under_load(HubProcess(tmp_path, mosquitto.url, *flags(places)), mosquitto.port, places, tell) as scene:
        async with scene.fault():
            neo4j.kill()
            await asyncio.sleep(max(1.0, AWAY - START))
            await asyncio.to_thread(neo4j.start)
        await scene.caught_up()
        whole(await scene.finish(f"kill -9 of Neo4j, {AWAY:.0f} s away"))
        scene.told("graph")


async def test_neo4j_hangs(tmp_path: Path, mosquitto: Mosquitto, neo4j: Neo4j, tell: Tell) -> None:
    places = Places(local(tmp_path).journal, neo4j.url)
    async with under_load(HubProcess(tmp_path, mosquitto.url, *flags(places)), mosquitto.port, places, tell) as scene:
        async with scene.fault():
            neo4j.pause()
            try:
                await asyncio.sleep(AWAY)
            finally:
                neo4j.resume()
        await scene.caught_up()
        whole(await scene.finish(f"Neo4j hangs for {AWAY:.0f} s"))
        scene.told("graph")
