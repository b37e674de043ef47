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
from functools import partial
from pathlib import Path
from typing import TypeVar

from connectors.backoff import Breaker
from connectors.errors import SourceError, StateError
from connectors.kind import PushSource, Reception
from connectors.load import Connector
from connectors.push.buffer import buffer_of, counts
from connectors.push.doors import Doors
from connectors.push.inbox import Delivery, Inbox, Receipt, refuse
from connectors.push.prepare import FULL, NAMES, Prepared, Preparer, again
from connectors.push.settings import PushSettings
from connectors.push.tally import Tally
from connectors.state import State
from connectors.stream import Publish
from connectors.wire.errors import Unpublishable
from schema.contract import Contract
from schema.errors import innermost

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
            raise innermost(group) from None
        finally:
            inbox.close("the hub is stopping")
            with contextlib.suppress(Exception):
                await self._do(self._keep_tally)

    async def _listen(self, inbox: Inbox) -> None:
        """Has the source deliver while the connector is not paused."""
        breaker = Breaker()
        name = self.connector.name
        reception = Reception(name, inbox, self.doors, self.folder, self._troubled, self._identity)
        while True:
            if await self._paused():
                await asyncio.sleep(LOOK_SECONDS)
                continue
            began = time.monotonic()
            try:
                await self._until_paused(self.source.receive(reception), inbox)
            except Exception as group:
                error = innermost(group)
                if time.monotonic() - began > breaker.longest:
                    breaker.succeeded()
                self.tally.trouble = self.connector.hidden(str(error) or type(error).__name__)
                pause = breaker.failed(error.wait if isinstance(error, SourceError) else 0.0)
                log.warning("%s: %s; trying again in %.0f s", self.connector.name, self.tally.trouble, pause)
                await asyncio.sleep(pause)

    async def _until_paused(self, receiving: Awaitable[None], inbox: Inbox) -> None:
        task = asyncio.ensure_future(receiving)
        trying = asyncio.create_task(self._try_letters(inbox))
        try:
            while not task.done():
                await asyncio.wait({task, trying}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if trying.done():
                    trying.result()
                if await self._paused():
                    inbox.close("the connector is paused")
                    return
            task.result()
        finally:
            task.cancel()
            trying.cancel()
            await asyncio.gather(task, trying, return_exceptions=True)

    def _troubled(self, trouble: str) -> None:
        self.tally.trouble = self.connector.hidden(trouble)

    async def _identity(self, made: str) -> str:
        return await self._surely(lambda: asyncio.to_thread(self.state.identity, self.connector.name, made))

    async def _paused(self) -> bool:
        return await self._surely(lambda: asyncio.to_thread(self.state.paused, self.connector.name))

    async def _surely(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Asks for what is kept until that can be reached. Where the connector is held no more, others end this."""
        breaker = Breaker(first=0.5, longest=LONGEST_SECONDS)
        trouble = ""
        while True:
            try:
                found = await ask()
            except StateError as error:
                self._troubled(str(error))
                trouble = self.tally.trouble
                log.warning("%s: %s", self.connector.name, trouble)
                await asyncio.sleep(breaker.failed())
                continue
            if trouble and self.tally.trouble == trouble:
                self.tally.trouble = ""
            return found

    async def _try_letters(self, inbox: Inbox) -> None:
        """After a reset, what was set aside is tried again, as if it came once more."""
        while True:
            for name in self.connector.settings.streams:
                await self._try_letters_of(name, inbox)
            await asyncio.sleep(LOOK_SECONDS)

    async def _try_letters_of(self, name: str, inbox: Inbox) -> None:
        stream = self.state.stream(self.connector.name, name)
        since = await self._surely(lambda: self._do(stream.checkpoint))
        if since.position is not None:
            return
        letters = await self._surely(lambda: self._do(lambda: self.state.letters(self.connector.name, limit=-1)))
        found = again([letter for letter in letters if letter.stream == name])
        tried = dict.fromkeys(Delivery([arrival], patient=True) for arrival in found)
        try:
            for delivery in tried:
                inbox.push(delivery)
            if tried:
                await asyncio.wait([delivery.answer for delivery in tried])
        finally:
            inbox.leave(tried, "it is tried again later")
        if all(delivery.answer.exception() is None for delivery in tried):
            await self._surely(lambda: self._do(partial(stream.tried, since)))

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
        fault = ""
        while batch:
            try:
                prepared = await self._do(partial(preparer.ready, batch, fault))
                await asyncio.gather(*(self.publish(message) for message in prepared.messages))
                await self._do(partial(self._keep, prepared))
            except Unpublishable as error:
                # The broker will never take it: whichever record it is of is set aside, and the rest goes on.
                if len(batch) == 1 and not _parts(batch[0]):
                    fault = str(error)
                    continue
                for delivery in batch:
                    await self._apart(delivery, preparer)
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
            self.tally.trouble = self._lost(prepared.lost)
            self._answer(batch, prepared)
            return

    async def _apart(self, delivery: Delivery, preparer: Preparer) -> None:
        """Takes a delivery in parts, where it has any; what becomes of them is what becomes of it."""
        parts = _parts(delivery)
        if not parts:
            await self._take([delivery], preparer)
            return
        receipt = Receipt()
        for part in parts:
            await self._take([part], preparer)
            if (error := part.answer.exception()) is not None:
                refuse(delivery, str(error))
                return
            receipt = receipt.and_of(part.answer.result())
        if not delivery.answer.done():
            delivery.answer.set_result(receipt)

    def _lost(self, records: int) -> str:
        """Counts records for which there is no place, and says it in words."""
        if not records:
            return ""
        self.tally.lost += records
        trouble = f"{FULL}: {self.tally.lost} more were dropped; mend what the mapping can't take, and reset the stream"
        log.warning("%s: %s", self.connector.name, trouble)
        return trouble

    def _keep(self, prepared: Prepared) -> None:
        # The names of deliveries last: one that is known by its name is not looked at again.
        for stream in sorted(prepared.steps, key=lambda stream: stream == NAMES):
            step = prepared.steps[stream]
            self.state.stream(self.connector.name, stream).keep(step)

    def _answer(self, batch: Sequence[Delivery], prepared: Prepared) -> None:
        for delivery, receipt in zip(batch, prepared.receipts, strict=True):
            if not delivery.answer.done():
                delivery.answer.set_result(receipt)
        self.tally.took(prepared.counts)

    async def _tell(self) -> None:
        while True:
            await self._surely(lambda: self._do(self._keep_tally))
            await asyncio.sleep(TELL_SECONDS)

    def _keep_tally(self) -> None:
        self.tally.buffered = counts(buffer_of(self.folder, self.connector.name))
        for stream, last in self.tally.news():
            self.state.stream(self.connector.name, stream).ran(last)

    def _do(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self.thread, work)


def _parts(delivery: Delivery) -> Sequence[Delivery]:
    """A delivery in two; nothing where it is of one record, or taken as a whole. Its name is known once all is."""
    if delivery.whole or len(delivery.arrivals) == 1:
        return ()
    half = len(delivery.arrivals) // 2
    part = partial(Delivery, patient=delivery.patient, ordered=delivery.ordered)
    return part(delivery.arrivals[:half]), part(delivery.arrivals[half:], name=delivery.name)
