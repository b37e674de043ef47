"""What a source can't send again, on its way over the disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import StateError
from connectors.push.buffer import Buffer
from connectors.push.forward import Forwarder
from connectors.push.inbox import Arrival, Inbox
from connectors.push.settings import BufferSettings

SETTINGS = BufferSettings.model_validate({})


def arrival(number: int) -> Arrival:
    return Arrival("s", "k", {"n": number}, 2**51 + number)


def kept(file: Path) -> list[object]:
    with closing(Buffer(file, size=SETTINGS.size, age=2**40)) as buffer:
        return [entry.arrival.record["n"] for entry in buffer.first(1000)]


class Slow:
    """Holds the buffer's thread back, once it is at work, until told otherwise."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.entered, self.gate = threading.Event(), threading.Event()
        first = Buffer.first

        def slow(buffer: Buffer, limit: int) -> object:
            self.entered.set()
            self.gate.wait(30)
            return first(buffer, limit)

        patched.setattr(Buffer, "first", slow)


@pytest.mark.parametrize("fails", [False, True])
async def test_what_is_behind_others_for_the_disk_at_a_stop_is_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    slow = Slow(monkeypatch)
    if fails:
        append, failed = Buffer.append, threading.Event()

        def once(buffer: Buffer, arrivals: Sequence[Arrival]) -> int:
            if not failed.is_set():
                failed.set()
                raise StateError("the disk is full")
            return append(buffer, arrivals)

        monkeypatch.setattr(Buffer, "append", once)
    forwarder = Forwarder(tmp_path / "b", SETTINGS, Inbox(10), lambda _: None)
    running = asyncio.create_task(forwarder.run())
    await asyncio.to_thread(slow.entered.wait)
    forwarder.put(arrival(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    forwarder.put(arrival(1))
    running.cancel()
    await asyncio.sleep(0)
    slow.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    monkeypatch.undo()
    assert kept(tmp_path / "b") == [0, 1]
