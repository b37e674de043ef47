"""The journal's disk is full under load: what is not kept is not acknowledged, and all goes on once there is room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.books import Places
from tests.faults.scene import AWAY, Scene, Tell, flags, local, under_load, whole
from tests.servers import Mosquitto
from tests.servers.disk import small_disk
from tests.system.hub_process import HubProcess

pytestmark = pytest.mark.slow

SIZE = "6m"
FULL = "the disk is full"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    with small_disk(tmp_path / "disk", SIZE) as place:
        yield place


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def places(folder: Path, disk: Path) -> Places:
    return Places(f"sqlite:///{disk / 'journal.db'}", local(folder).graph)


async def full(scene: Scene, disk: Path) -> int:
    """Fills the disk, waits until the hub finds no more room, and makes room after a while.

    Gives how many messages were acknowledged meanwhile.
    """
    ballast = fill(disk)
    await scene.hub.until(lambda: _has_said(scene.hub), "the hub finds the disk full")
    scene.began = time.monotonic()
    before = await scene.taken()
    acknowledged = len(scene.sender.acknowledged)
    await asyncio.sleep(AWAY)
    assert await scene.taken() == before
    meanwhile = len(scene.sender.acknowledged) - acknowledged
    ballast.unlink()
    return meanwhile


async def _has_said(hub: HubProcess) -> bool:
    return FULL in hub.words()


async def test_the_disk_is_full_beside_a_broker_of_its_own(
    tmp_path: Path, mosquitto: Mosquitto, disk: Path, tell: Tell
) -> None:
    there = places(tmp_path, disk)
    async with under_load(HubProcess(tmp_path, mosquitto.url, *flags(there)), mosquitto.port, there, tell) as scene:
        async with scene.fault():
            assert await full(scene, disk) > 0
        await scene.caught_up()
        whole(await scene.finish("full disk, Mosquitto"))
        scene.told("journal")


async def test_the_disk_is_full_with_the_broker_in_the_hub(tmp_path: Path, disk: Path, tell: Tell) -> None:
    """Here nobody but the hub could keep a message, so that the sender must hear of nothing kept."""
    there = places(tmp_path, disk)
    hub = HubProcess(tmp_path, "amqtt", *flags(there))
    async with under_load(hub, hub.mqtt, there, tell) as scene:
        async with scene.fault():
            assert await full(scene, disk) == 0
        await scene.caught_up()
        whole(await scene.finish("full disk, amqtt"))
        scene.told("journal")
