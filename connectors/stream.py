"""One run of one stream: pages are read, mapped and published until the source has no more.

    read and prepare (the source's thread) -> publish, each message acknowledged -> keep the step -> the next page

The page after is prepared while one is published. What is kept follows the acknowledgements, so that a run that is cut
off at any moment tells again what had not arrived, and nothing is lost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TypeVar

from connectors.errors import Withheld
from connectors.held import Held
from connectors.kind import Heeds, Page, Source
from connectors.load import Connector
from connectors.mapping.messages import Message, Packer, Thing
from connectors.mapping.times import text_of
from connectors.missing import refuse_missing
from connectors.prepare import Preparer, Ready
from connectors.state import Checkpoint, StreamState
from schema.contract import Contract
from schema.json import Json

T = TypeVar("T")

Publish = Callable[[Message], Awaitable[None]]
"""Hands a message to the broker; returns when the broker has acknowledged it."""

FEW = 10
"""So many records may always be gone at once."""
AT_ONCE = 200


@dataclass
class Outcome:
    """What a run has done so far."""

    read: int = 0
    changed: int = 0
    unchanged: int = 0
    messages: int = 0
    withdrawn: int = 0
    letters: int = 0


def begins_at(checkpoint: Checkpoint, *, snapshot: bool) -> Json:
    """The position from which a run reads on; None where it reads all."""
    return None if snapshot and checkpoint.complete else checkpoint.position


@dataclass(frozen=True)
class Run:
    """One run of one stream. `thread` is that of the source."""

    connector: Connector
    stream: str
    source: Source
    state: StreamState
    contract: Contract
    prefix: str
    publish: Publish
    thread: Executor
    progress: Callable[[Outcome], None] = field(default=lambda outcome: None)

    async def run(self, *, withdraw_all: bool = False) -> Outcome:
        """Reads what has changed. `SourceError`, `Withheld`, or what publishing raises."""
        settings = self.connector.polled.streams[self.stream]
        checkpoint = await self._do(self.state.checkpoint)
        # A whole run that was cut off is taken up again where it was, as the same run.
        unfinished = not checkpoint.complete and checkpoint.position is not None
        generation = checkpoint.generation if unfinished else checkpoint.generation + 1
        position = begins_at(checkpoint, snapshot=settings.snapshot)
        held = Held(self.connector, self.stream, self.contract, self.prefix)
        preparer = Preparer(self.connector, self.stream, self.state, held, self.prefix, generation)
        outcome = Outcome()
        pages = await self._do(lambda: self.source.read(self.stream, position))
        await self._do(lambda: refuse_missing(self.connector, self.stream, self.source))
        following = self._do(lambda: _next(preparer, pages))
        try:
            while (ready := await following) is not None:
                page = ready
                following = self._do(lambda: _next(preparer, pages))
                await self._arrive(page, outcome)
        except asyncio.CancelledError:
            # Of a page that may never come, nothing is kept.
            following.cancel()
            raise
        finally:
            await asyncio.gather(following, return_exceptions=True)
        try:
            if settings.snapshot and settings.withdraw:
                await self._withdraw(generation - settings.absences + 1, outcome, withdraw_all)
            elif settings.snapshot:
                await self._do(lambda: self.state.forget_gone(generation))
        except Withheld:
            # The next run is to look at everything again.
            await self._do(lambda: self.state.completed(generation))
            raise
        await self._do(lambda: self.state.completed(generation))
        return outcome

    async def _arrive(self, page: Ready, outcome: Outcome) -> None:
        await asyncio.gather(*(self.publish(message) for message in page.messages))
        await asyncio.to_thread(self.state.keep, page.step)
        source = self.source
        if isinstance(source, Heeds):
            await self._do(lambda: source.arrived(self.stream, page.step.position))
        outcome.read += page.records
        outcome.changed += page.changed
        outcome.unchanged += len(page.step.same)
        outcome.messages += len(page.messages)
        outcome.letters += len(page.letters)
        self.progress(outcome)

    async def _withdraw(self, generation: int, outcome: Outcome, everything: bool) -> None:
        gone = await self._do(lambda: self.state.gone(generation))
        known = await self._do(self.state.count)
        share = self.connector.polled.max_withdrawn
        if not everything and gone > max(FEW, known * share):
            raise Withheld(
                f"{gone} of {known} records are gone, more than the share of {share:g} that `maxWithdrawn` allows; "
                "nothing was withdrawn. See whether the source shows all that it has; where they are gone, run "
                f"`unshub connectors run {self.connector.name} --withdraw-all`"
            )
        packer = Packer(self.prefix, self.connector.settings.system)
        while things := await self._do(lambda: self.state.unsaid(generation, AT_ONCE)):
            await self._take_back(things, packer)
            outcome.withdrawn += len(things)
            outcome.messages += len(things)
            self.progress(outcome)
        await self._do(lambda: self.state.forget_gone(generation))

    async def _take_back(self, things: list[Thing], packer: Packer) -> None:
        now = time.time_ns() // 1000
        await asyncio.gather(*(self.publish(packer.withdrawal(thing, text_of(now))) for thing in things))
        await asyncio.to_thread(self.state.withdrawn, things, now)

    def _do(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self.thread, work)


def _next(preparer: Preparer, pages: Iterator[Page]) -> Ready | None:
    page = next(pages, None)
    return None if page is None else preparer.ready(page)
