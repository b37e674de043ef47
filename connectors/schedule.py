"""A connector run again and again: each stream when it is due, in one thread of the connector's own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors.backoff import Breaker
from connectors.errors import ConnectorError, Occupied, SourceError
from connectors.kind import PushSource, Source
from connectors.load import Connector
from connectors.lock import held
from connectors.push.doors import Doors
from connectors.push.receiver import Receiver
from connectors.state import LastRun, State
from connectors.stream import Outcome, Publish, Run
from schema.contract import Contract

log = logging.getLogger(__name__)

AGAIN_SECONDS = 30.0
LOOK_SECONDS = 2.0
"""How often it is looked whether a paused connector goes on."""


@dataclass(frozen=True)
class Around:
    """What connectors run in: where their state is, what messages are held to, and who takes them."""

    folder: Path
    state: State
    contract: Contract
    prefix: str
    publish: Publish
    doors: Doors = field(default_factory=Doors)


@dataclass
class Worker:
    """One connector at work. Make one with `at_work`."""

    connector: Connector
    around: Around
    source: Source
    thread: ThreadPoolExecutor
    breaker: Breaker = field(default_factory=Breaker)

    async def run(
        self,
        stream: str,
        *,
        withdraw_all: bool = False,
        progress: Callable[[Outcome], None] = lambda outcome: None,
    ) -> Outcome:
        """One run of a stream; how it went is kept, and raised where it failed."""
        around = self.around
        run = Run(
            self.connector,
            stream,
            self.source,
            around.state.stream(self.connector.name, stream),
            around.contract,
            around.prefix,
            around.publish,
            self.thread,
            progress,
        )
        began = time.time()
        try:
            outcome = await run.run(withdraw_all=withdraw_all)
        except Exception as error:
            told = self.connector.hidden(str(error) or type(error).__name__)
            await self._keep(stream, LastRun(began, time.time() - began, error=told))
            raise
        await self._keep(stream, LastRun(began, time.time() - began, outcome.read, outcome.changed, outcome.withdrawn))
        return outcome

    async def _keep(self, stream: str, last: LastRun) -> None:
        await asyncio.to_thread(self.around.state.stream(self.connector.name, stream).ran, last)

    async def again(self) -> None:
        """Runs every stream when it is due, until cancelled."""
        clock = asyncio.get_running_loop().time
        due = dict.fromkeys(self.connector.polled.streams, 0.0)
        while True:
            stream = min(due, key=lambda each: due[each])
            await asyncio.sleep(max(0.0, due[stream] - clock()))
            if await asyncio.to_thread(self.around.state.paused, self.connector.name):
                await asyncio.sleep(LOOK_SECONDS)
                continue
            pause = await self._attempt(stream)
            due[stream] = clock() + pause
            if self.breaker.open:
                due = {each: max(when, due[stream]) for each, when in due.items()}

    async def _attempt(self, stream: str) -> float:
        """Seconds until the stream is due again."""
        settings = self.connector.polled
        name = f"{self.connector.name}/{stream}"
        try:
            outcome = await self.run(stream)
        except Exception as error:
            pause = self.breaker.failed(error.wait if isinstance(error, SourceError) else 0.0)
            log.warning("%s: %s; trying again in %.0f s", name, self.connector.hidden(str(error)), pause)
            return pause
        self.breaker.succeeded()
        if outcome.changed or outcome.withdrawn or outcome.letters:
            log.info(
                "%s: %d records read, %d changed, %d withdrawn, %d that can't be mapped",
                name,
                outcome.read,
                outcome.changed,
                outcome.withdrawn,
                outcome.letters,
            )
        every = settings.streams[stream].every
        return settings.every if every is None else every


Opened = tuple[Source | PushSource, ThreadPoolExecutor]


@asynccontextmanager
async def _opened(connector: Connector, around: Around) -> AsyncIterator[Opened]:
    """A source that no other process has meanwhile, and the connector's thread; `Occupied` where one does."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(held(around.folder, connector.name))
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"connector-{connector.name}")
        stack.callback(thread.shutdown, wait=False, cancel_futures=True)
        source = connector.open()
        try:
            yield source, thread
        finally:
            await asyncio.get_running_loop().run_in_executor(thread, source.close)


@asynccontextmanager
async def at_work(connector: Connector, around: Around) -> AsyncIterator[Worker]:
    """A connector that is read, and that no other process runs meanwhile; `Occupied` where one does."""
    async with _opened(connector, around) as (source, thread):
        if isinstance(source, PushSource):
            raise ConnectorError(
                f"the connector {connector.name} is not read: what its source tells is taken while a hub runs it"
            )
        yield Worker(connector, around, source, thread)


async def always(connector: Connector, around: Around) -> None:
    """Runs a connector until cancelled; where another process runs it, waits until that ends."""
    told = False
    while True:
        try:
            async with _opened(connector, around) as (source, thread):
                log.info("the connector %s is at work", connector.name)
                if isinstance(source, PushSource):
                    await _receiver(connector, around, source, thread).run()
                else:
                    await Worker(connector, around, source, thread).again()
        except Occupied as error:
            if not told:
                log.warning("%s", error)
            told = True
            await asyncio.sleep(LOOK_SECONDS)
        except Exception as error:
            # Whatever it is, the other connectors and the hub go on.
            log.warning("%s: %s; trying again in %.0f s", connector.name, connector.hidden(str(error)), AGAIN_SECONDS)
            await asyncio.sleep(AGAIN_SECONDS)


def _receiver(connector: Connector, around: Around, source: PushSource, thread: ThreadPoolExecutor) -> Receiver:
    return Receiver(
        connector, source, around.state, around.contract, around.prefix, around.publish, thread, around.doors
    )
