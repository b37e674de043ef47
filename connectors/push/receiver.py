"""A source that pushes, at work: what it delivers is taken batch by batch, and acknowledged when all has arrived.

While the connector is paused the source is left: it gets no receipt, and keeps what it has or is told to come again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from connectors.backoff import Breaker
from connectors.errors import SourceError
from connectors.kind import PushSource, Reception
from connectors.load import Connector
from connectors.push.buffer import buffer_of, counts
from connectors.push.doors import Doors
from connectors.push.inbox import Delivery, Inbox, refuse
from connectors.push.prepare import Prepared, Preparer, again
from connectors.push.settings import PushSettings
from connectors.push.tally import Tally
from connectors.state import State, Step
from connectors.stream import Publish
from schema.contract import Contract
from wire.errors import Unpublishable

log = logging.getLogger(__name__)

T = TypeVar("T")

LOOK_SECONDS = 1.0
"""How often it is looked whether the connector is paused or reset."""
TELL_SECONDS = 2.0
LONGEST_SECONDS = 10.0
"""Between two attempts to publish what a source waits for."""


@dataclass
class Receiver:
    """One connector that is pushed to. `thread` is its own, for what waits for a disk or maps for long."""

    connector: Connector
    source: PushSource
    state: State
    contract: Contract
    prefix: str
    publish: Publish
    thread: Executor
    doors: Doors
    folder: Path
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        self.tally = Tally(self.connector.settings.streams)

    async def run(self) -> None:
        """Takes what the source tells, until cancelled."""
        settings = self.connector.settings
        assert isinstance(settings, PushSettings)
        inbox = Inbox(settings.waiting)
        preparer = Preparer(self.connector, self.state, self.contract, self.prefix)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(inbox))
                tasks.create_task(self._work(inbox, preparer, settings.rate))
                tasks.create_task(self._tell())
        except* Exception as group:
            raise group.exceptions[0] from None
        finally:
            inbox.close("the hub is stopping")
            with contextlib.suppress(Exception):
                await self._do(self._keep_tally)

    async def _listen(self, inbox: Inbox) -> None:
        """Has the source deliver while the connector is not paused."""
        breaker = Breaker()
        reception = Reception(self.connector.name, inbox, self.doors, self.folder, self._troubled)
        while True:
            if await self._paused():
                await asyncio.sleep(LOOK_SECONDS)
                continue
            began = time.monotonic()
            try:
                await self._until_paused(self.source.receive(reception), inbox)
            except Exception as error:
                if time.monotonic() - began > breaker.longest:
                    breaker.succeeded()
                self.tally.trouble = self.connector.hidden(str(error) or type(error).__name__)
                pause = breaker.failed(error.wait if isinstance(error, SourceError) else 0.0)
                log.warning("%s: %s; trying again in %.0f s", self.connector.name, self.tally.trouble, pause)
                await asyncio.sleep(pause)

    async def _until_paused(self, receiving: Awaitable[None], inbox: Inbox) -> None:
        task = asyncio.ensure_future(receiving)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=LOOK_SECONDS)
                if await self._paused():
                    inbox.close("the connector is paused")
                    return
                await self._try_letters(inbox)
            task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _troubled(self, trouble: str) -> None:
        self.tally.trouble = self.connector.hidden(trouble)

    async def _paused(self) -> bool:
        return await asyncio.to_thread(self.state.paused, self.connector.name)

    async def _try_letters(self, inbox: Inbox) -> None:
        """After a reset, what was set aside is tried again, as if it came once more."""
        for name in self.connector.settings.streams:
            stream = self.state.stream(self.connector.name, name)
            if (await self._do(stream.checkpoint)).position is not None:
                continue
            letters = await self._do(lambda: self.state.letters(self.connector.name, limit=-1))
            for arrival in again([letter for letter in letters if letter.stream == name]):
                inbox.push(Delivery([arrival], patient=True))
            await self._do(lambda stream=stream: stream.keep(Step(0, True)))  # type: ignore[misc]

    async def _work(self, inbox: Inbox, preparer: Preparer, rate: float | None) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            batch = await inbox.some()
            began = clock()
            try:
                await self._take(batch, preparer)
            finally:
                for delivery in batch:
                    refuse(delivery, "the hub is stopping")
            if rate is not None:
                records = sum(len(delivery.arrivals) for delivery in batch)
                await asyncio.sleep(max(0.0, records / rate - (clock() - began)))

    async def _take(self, batch: list[Delivery], preparer: Preparer) -> None:
        """Returns when all of a batch has its receipt. What is not patient is sent away when the broker is."""
        breaker = Breaker(first=0.5, longest=LONGEST_SECONDS)
        while batch:
            try:
                prepared = await self._do(lambda batch=batch: preparer.ready(batch))  # type: ignore[misc]
                await asyncio.gather(*(self.publish(message) for message in prepared.messages))
                await self._do(lambda prepared=prepared: self._keep(prepared))  # type: ignore[misc]
            except Unpublishable as error:
                # The broker will never take it: whichever delivery it is of is set aside, and the rest goes on.
                if len(batch) == 1:
                    await self._set_aside(batch, preparer, str(error))
                else:
                    for delivery in batch:
                        await self._take([delivery], preparer)
                return
            except Exception as error:
                self.tally.trouble = self.connector.hidden(str(error) or type(error).__name__)
                for delivery in batch:
                    if not delivery.patient:
                        refuse(delivery, self.tally.trouble)
                batch = [delivery for delivery in batch if delivery.patient]
                pause = breaker.failed()
                log.warning("%s: can't take what was delivered: %s", self.connector.name, self.tally.trouble)
                if batch:
                    await asyncio.sleep(pause)
                continue
            self.tally.trouble = ""
            self._answer(batch, prepared)
            return

    async def _set_aside(self, batch: list[Delivery], preparer: Preparer, why: str) -> None:
        prepared = await self._do(lambda: preparer.ready(batch, fault=why))
        await self._do(lambda: self._keep(prepared))
        self._answer(batch, prepared)

    def _keep(self, prepared: Prepared) -> None:
        for stream, step in prepared.steps.items():
            self.state.stream(self.connector.name, stream).keep(step)

    def _answer(self, batch: Sequence[Delivery], prepared: Prepared) -> None:
        for delivery, receipt in zip(batch, prepared.receipts, strict=True):
            if not delivery.answer.done():
                delivery.answer.set_result(receipt)
        self.tally.took(prepared.counts)

    async def _tell(self) -> None:
        while True:
            await self._do(self._keep_tally)
            await asyncio.sleep(TELL_SECONDS)

    def _keep_tally(self) -> None:
        self.tally.buffered = counts(buffer_of(self.folder, self.connector.name))
        for stream, last in self.tally.news():
            self.state.stream(self.connector.name, stream).ran(last)

    def _do(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self.thread, work)
