"""Mosquitto is restarted under load: in order, by `kill -9`, and with no store at all.

What it acknowledged and had not handed over when it lost its own memory is gone, and so is what it acknowledges until
the hub has subscribed anew; nothing else is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.books import Result
from tests.faults.scene import Scene, Tell, local, under_load, whole
from tests.servers import Mosquitto
from tests.servers import mosquitto as start_mosquitto
from tests.system.hub_process import HubProcess

pytestmark = pytest.mark.slow

AWAY = 3.0
FORGOTTEN = "has forgotten the hub's session"


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Mosquitto]:
    """A mosquitto that keeps nothing over a restart."""
    with start_mosquitto(tmp_path / "mosquitto", "persistence false") as broker:
        yield broker


@asynccontextmanager
async def hearing(
    folder: Path, broker: Mosquitto, tell: Tell, before: Callable[[], None] = lambda: None
) -> AsyncIterator[Scene]:
    async with under_load(HubProcess(folder, broker.url), broker.port, local(folder), tell, before) as scene:
        yield scene


async def test_mosquitto_is_restarted(tmp_path: Path, mosquitto: Mosquitto, tell: Tell) -> None:
    async with hearing(tmp_path, mosquitto, tell) as scene:
        async with scene.fault():
            mosquitto.stop()
            await asyncio.sleep(AWAY)
            mosquitto.start()
        await scene.caught_up()
        whole(await scene.finish("restart of Mosquitto, with its store"))
        scene.told("broker")
        assert FORGOTTEN not in scene.hub.words()


async def test_mosquitto_is_killed(tmp_path: Path, mosquitto: Mosquitto, tell: Tell) -> None:
    """It had written its store never, or some time ago: what came since, its sessions among it, it has forgotten."""
    async with hearing(tmp_path, mosquitto, tell) as scene:
        async with scene.fault():
            mosquitto.kill()
            await asyncio.sleep(AWAY)
            mosquitto.start()
        await scene.caught_up(lossy=True)
        only_the_broker_s(scene, await scene.finish("kill -9 of Mosquitto, store never written", lossy=True))
        scene.told("broker")
        assert FORGOTTEN in scene.hub.words()


async def test_mosquitto_is_killed_after_it_wrote_its_store(tmp_path: Path, mosquitto: Mosquitto, tell: Tell) -> None:
    """With the hub's session in its store, what it takes before the hub is back waits for the hub."""
    async with hearing(tmp_path, mosquitto, tell, before=mosquitto.save) as scene:
        async with scene.fault():
            mosquitto.kill()
            await asyncio.sleep(AWAY)
            mosquitto.start()
        flying = scene.at_fault - scene.handed_over
        await scene.caught_up(lossy=True)
        result = await scene.finish("kill -9 of Mosquitto, store written before", lossy=True)
        only_the_broker_s(scene, result)
        assert result.lost <= flying, "it knew the hub when it was back"
        scene.told("broker")
        assert FORGOTTEN not in scene.hub.words()


async def test_mosquitto_without_a_store_is_restarted(tmp_path: Path, forgetful: Mosquitto, tell: Tell) -> None:
    async with hearing(tmp_path, forgetful, tell) as scene:
        async with scene.fault():
            forgetful.stop()
            await asyncio.sleep(AWAY)
            forgetful.start()
        await scene.caught_up(lossy=True)
        only_the_broker_s(scene, await scene.finish("restart of Mosquitto, no store", lossy=True))
        scene.told("broker")
        assert FORGOTTEN in scene.hub.words()


def only_the_broker_s(scene: Scene, result: Result) -> None:
    """Demands that what was lost is what the broker acknowledged without any longer having, or yet having, the hub.

    That is: at most what was on its way when it died, and what came between its start and the hub's subscription.
    """
    unlucky = scene.acknowledged - scene.handed_over
    assert result.lost <= unlucky, sorted(result.lost - unlucky)
    assert not result.doubled
    assert not result.wrong, result.wrong[:5]
