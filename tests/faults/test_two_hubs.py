"""Two hubs on one broker, one PostgreSQL and one Neo4j, of which one is killed under load."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.books import Places
from tests.faults.scene import AWAY, Scene, Tell, flags, nothing_missing, under_load
from tests.servers import Mosquitto
from tests.servers.neo4j import Neo4j
from tests.servers.postgres import Postgres
from tests.system.hub_process import HubProcess

pytestmark = pytest.mark.slow


@pytest.fixture
def places(postgres: Postgres, neo4j: Neo4j) -> Iterator[Places]:
    with postgres.database() as journal:
        yield Places(journal, neo4j.url)


async def test_one_of_two_is_killed(tmp_path: Path, mosquitto: Mosquitto, places: Places, tell: Tell) -> None:
    """Each takes every message, so that nothing waits for the one that is gone, and it need never come back."""
    first, second = (hub_of(tmp_path, name, mosquitto, places) for name in ("hub-1", "hub-2"))
    async with second, under_load(first, mosquitto.port, places, tell) as scene:
        async with scene.fault():
            second.kill()
        await asyncio.sleep(AWAY)
        await scene.caught_up()
        nothing_missing(await scene.finish("kill -9 of one of two hubs"))
        assert well_throughout(scene)


async def test_one_of_a_group_of_two_is_killed(
    tmp_path: Path, mosquitto: Mosquitto, places: Places, tell: Tell
) -> None:
    """They share the messages. What had been given to the one that died waits until it is started again."""
    first, second = (hub_of(tmp_path, name, mosquitto, places, "--group", "plant") for name in ("hub-1", "hub-2"))
    async with second, under_load(first, mosquitto.port, places, tell) as scene:
        async with scene.fault():
            second.kill()
            await asyncio.sleep(AWAY)
            second.start()
            await second.ready()
        await scene.caught_up()
        await scene.all_taken()
        assert second.stop() == 0
        nothing_missing(await scene.finish("kill -9 of one of a group of two hubs"))
        assert well_throughout(scene)


def hub_of(folder: Path, name: str, broker: Mosquitto, places: Places, *more: str) -> HubProcess:
    return HubProcess(folder / name, broker.url, "--name", name, *flags(places), *more)


def well_throughout(scene: Scene) -> bool:
    """Whether the hub that lives never said that something was away, since nothing was."""
    answers = [answer for answer in scene.witness.answers if answer.asked > scene.began and answer.code is not None]
    return all(answer.code == 200 and answer.body["ready"] for answer in answers)
