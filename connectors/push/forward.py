"""What a source can't send again goes to the disk first, and from there to the broker, in the order in which it came.

source -> memory, bounded -> buffer on disk -> inbox -> broker acknowledged -> out of the buffer
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from connectors.errors import ConnectorError
from connectors.push.buffer import Buffer
from connectors.push.inbox import Arrival, Away, Delivery, Inbox
from connectors.push.settings import BufferSettings

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 200
MEMORY = 10_000
"""So many records at most wait for the disk; then the source is held back, where it can be."""
AGAIN_SECONDS = 5.0


class Forwarder:
    """Takes what a source tells and forwards it, also after a restart."""

    def __init__(self, file: Path, settings: BufferSettings, inbox: Inbox, hold: Callable[[bool], None]) -> None:
        """`hold` is called with True when the source is to wait, and with False when it may go on."""
        self._buffer_of = lambda: Buffer(file, size=settings.size, age=settings.age)
        self._inbox = inbox
        self._hold = hold
        self._held = False
        self._waiting: list[Arrival] = []
        self._appending: asyncio.Future[int] | None = None
        self._came = asyncio.Event()
        self._kept = asyncio.Event()

    def put(self, arrival: Arrival) -> None:
        """Takes a record. Returns at once."""
        self._waiting.append(arrival)
        self._came.set()
        if len(self._waiting) >= MEMORY and not self._held:
            self._held = True
            self._hold(True)

    async def run(self) -> None:
        """Writes and forwards, until cancelled; what was taken by then is on disk."""
        with ThreadPoolExecutor(1, thread_name_prefix="buffer") as thread:
            buffer = await _do(thread, self._buffer_of)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._write(buffer, thread))
                    tasks.create_task(self._forward(buffer, thread))
            finally:
                await self._last(buffer, thread)
                await asyncio.shield(_do(thread, buffer.close))

    async def _last(self, buffer: Buffer, thread: ThreadPoolExecutor) -> None:
        if self._appending is not None:
            with contextlib.suppress(ConnectorError):
                await asyncio.shield(self._appending)
        if not self._waiting:
            return
        try:
            await asyncio.shield(_do(thread, lambda: buffer.append(self._waiting)))
        except ConnectorError as error:
            log.error("%s; %d records are lost", error, len(self._waiting))

    async def _write(self, buffer: Buffer, thread: ThreadPoolExecutor) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            if not self._waiting:
                continue
            try:
                dropped = await self._append(buffer, thread)
            except ConnectorError as error:
                log.warning("%s; trying again in %.0f s", error, AGAIN_SECONDS)
                await asyncio.sleep(AGAIN_SECONDS)
                self._came.set()
                continue
            if dropped:
                log.warning("the buffer is full: the oldest %d records were dropped", dropped)
            self._kept.set()
            if self._held and len(self._waiting) < MEMORY // 2:
                self._held = False
                self._hold(False)

    async def _append(self, buffer: Buffer, thread: ThreadPoolExecutor) -> int:
        """Writes what waits. It goes on where this is cancelled: others may be before it in the thread."""
        writing, self._waiting = self._waiting, []

        def ended(append: asyncio.Future[int]) -> None:
            if append.exception() is not None:
                # They stay in memory, and the source is held back when there are too many.
                self._waiting = [*writing, *self._waiting]

        self._appending = _do(thread, lambda: buffer.append(writing))
        self._appending.add_done_callback(ended)
        return await asyncio.shield(self._appending)

    async def _forward(self, buffer: Buffer, thread: ThreadPoolExecutor) -> None:
        while True:
            entries = await _do(thread, lambda: buffer.first(AT_ONCE))
            if not entries:
                await self._kept.wait()
                self._kept.clear()
                continue
            deliveries = [Delivery([entry.arrival], patient=True, ordered=True) for entry in entries]
            for delivery in deliveries:
                self._inbox.push(delivery)
            try:
                await asyncio.shield(asyncio.gather(*(delivery.answer for delivery in deliveries)))
            except Away:
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            last = entries[-1].number
            await _do(thread, lambda last=last: buffer.remove(last))  # type: ignore[misc]


def _do(thread: ThreadPoolExecutor, work: Callable[[], T]) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(thread, work)
