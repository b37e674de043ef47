"""What Mosquitto, as the hub's child, acknowledges while the disk of its store is full."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from connectors.wire.messages import Inbound
from hub.errors import JournalError
from hub.messages import Broker
from tests.contracts.broker import Taker, started
from tests.hub.mqtt.test_mosquitto import child, process_of
from tests.servers import free_port
from tests.servers.disk import small_disk
from tests.system.sender import Message, Sender

HEAD = "uns/v1/acme/_source/mes/material-lot/L"
LEFT = 2_500_000


def message(number: int) -> Message:
    return f"{HEAD}{number}", b"x" * 2000


async def refuse(message: Inbound) -> None:
    raise JournalError("the journal's disk is full")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    with small_disk(tmp_path / "disk") as place:
        yield place


def free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def fill(disk: Path, left: int) -> None:
    """Takes all the room but so many bytes."""
    with (disk / "ballast").open("ab") as file:
        file.write(bytes(max(0, free(disk) - left)))


def give_back(disk: Path, size: int) -> None:
    """Frees so many of the bytes that were taken."""
    os.truncate(disk / "ballast", (disk / "ballast").stat().st_size - size)


@asynccontextmanager
async def stopped_at_last(broker: Broker, disk: Path) -> AsyncIterator[Broker]:
    """A broker whose messages nobody takes. Whatever happens, there is room in the end."""
    await broker.start(refuse)
    try:
        yield broker
    finally:
        (disk / "ballast").unlink(missing_ok=True)
        try:
            async with asyncio.timeout(30):
                await broker.stop()
        except TimeoutError:
            os.kill(process_of(disk), signal.SIGKILL)
            await broker.stop()
            raise


@asynccontextmanager
async def sending(port: int) -> AsyncIterator[Sender]:
    sender = Sender(port, "plant", message, rate=2000)
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        while not task.done():
            # One that is about to come back from a wait takes no notice of the first time.
            task.cancel()
            await asyncio.wait({task}, timeout=0.1)


async def until_it_waits(sender: Sender) -> None:
    """Returns when nothing more is acknowledged."""
    before = -1
    async with asyncio.timeout(30):
        while before < len(sender.acknowledged):
            before = len(sender.acknowledged)
            await asyncio.sleep(1)


def needed(text: str) -> int:
    """The bytes that the log says are needed for the end."""
    found = re.search(r"it may take ([\d.]+) MB", text)
    return int(float(found[1]) * 1e6) if found else 0


@pytest.mark.slow
async def test_what_is_acknowledged_before_the_disk_is_full_is_saved_at_the_end(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And once a save has failed nothing more is taken: what another try lets in makes the next one larger."""
    port = free_port()
    async with stopped_at_last(child(disk, port), disk) as broker, sending(port) as sender:
        fill(disk, LEFT)
        await until_it_waits(sender)
        assert sender.acknowledged
        assert "Senders wait" in caplog.text
        fill(disk, 0)
        ending = asyncio.create_task(broker.stop())
        async with asyncio.timeout(30):
            while "can't save what it has acknowledged" not in caplog.text:
                await asyncio.sleep(0.1)
                assert not ending.done()
        await until_it_waits(sender)
        before = len(sender.acknowledged)
        for _ in range(3):
            # Too little each time: nothing is gained by another try.
            give_back(disk, 100_000)
            await asyncio.sleep(0.5)
            assert not ending.done()
        assert len(sender.acknowledged) == before
        # The log gives one decimal.
        give_back(disk, needed(caplog.text) + 50_000 - free(disk))
        async with asyncio.timeout(30):
            await ending
        acknowledged = set(sender.acknowledged)
        (disk / "ballast").unlink()
    assert not (disk / "mosquitto" / "mosquitto.db.new").exists()
    taker = Taker()
    async with started(child(disk, port), taker):
        await taker.until(len(acknowledged))
    assert {f"{HEAD}{number}" for number in acknowledged} <= {one.topic for one in taker.taken}


@pytest.mark.slow
async def test_it_takes_messages_again_when_there_is_room(disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    taker = Taker()
    async with started(child(disk, port), taker), sending(port) as sender:
        fill(disk, 500_000)
        await until_it_waits(sender)
        before = len(sender.acknowledged)
        (disk / "ballast").unlink()
        async with asyncio.timeout(30):
            while len(sender.acknowledged) < before + 100:
                await asyncio.sleep(0.05)
    assert "has room again" in caplog.text
