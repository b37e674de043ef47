"""A connector run again and again: each stream when it is due, in one thread of the connector's own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Executor
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.backoff import Breaker
from connectors.errors import ConnectorError, Occupied, SourceError, StateError
from connectors.kind import Counting, PushSource, Source
from connectors.load import Connector
from connectors.push.doors import Doors
from connectors.push.receiver import Receiver
from connectors.standings import Standings
from connectors.state import Hold, LastRun, State
from connectors.stream import Outcome, Publish, Run, begins_at
from connectors.thread import OneThread
from connectors.wire.errors import PublishError
from schema.contract import Contract

log = logging.getLogger(__name__)

AGAIN_SECONDS = 30.0
BROKER_SECONDS = 5.0
"""How soon a run that the broker has cut off is taken up again."""
LOOK_SECONDS = 2.0
"""How often it is looked whether a paused connector goes on."""
CLOSE_SECONDS = 3.0
"""So long may a source take to end what it does, when its connector ends."""


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
    thread: Executor
    state: State
    """For the one who holds the connector."""
    standings: Standings
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
        outcome, began = Outcome(), time.time()

        def told(now: Outcome) -> None:
            nonlocal outcome
            outcome = now
            self.standings.tell(stream, _as_run(began, now))
            progress(now)

        run = Run(
            self.connector,
            stream,
            self.source,
            self.state.stream(self.connector.name, stream),
            around.contract,
            around.prefix,
            around.publish,
            self.thread,
            told,
        )
        try:
            async with self.standings.telling(stream, began):
                outcome = await run.run(withdraw_all=withdraw_all)
        except StateError:
            # Then this can't be kept either.
            raise
        except Exception as error:
            words = self.connector.hidden(str(error) or type(error).__name__)
            await self.standings.ended(stream, _as_run(began, outcome, words))
            raise
        await self.standings.ended(stream, _as_run(began, outcome))
        return outcome

    async def count(self, stream: str) -> int | None:
        """How many records a run of a stream has to read; None where its source can't tell."""
        source, state = self.source, self.state.stream(self.connector.name, stream)
        if not isinstance(source, Counting):
            return None
        checkpoint = await asyncio.to_thread(state.checkpoint)
        position = begins_at(checkpoint, snapshot=self.connector.polled.streams[stream].snapshot)
        try:
            return await asyncio.get_running_loop().run_in_executor(self.thread, source.count, stream, position)
        except ConnectorError as error:
            # The run itself tells what is wrong.
            log.debug("%s/%s can't be counted: %s", self.connector.name, stream, error)
            return None

    async def again(self) -> None:
        """Runs every stream when it is due, or when it is asked for, until cancelled.

        Ends where a source that fails has other secrets by now, so that it is opened anew.
        """
        clock = asyncio.get_running_loop().time
        due = dict.fromkeys(self.connector.polled.streams, 0.0)
        all_gone: set[str] = set()
        while True:
            if self.breaker.failures and await asyncio.to_thread(self.connector.outdated):
                log.info("%s: its secrets are others now; it is opened anew", self.connector.name)
                return
            paused, asked = await asyncio.to_thread(self.state.orders, self.connector.name)
            wanted = [stream for stream in asked.streams if stream in due] if asked else []
            if asked:
                all_gone.update(stream for stream in asked.all_gone if stream in due)
            due.update(dict.fromkeys(wanted, -1.0))
            stream = min(due, key=lambda each: due[each])
            pause = due[stream] - clock()
            if pause > 0 or (paused and due[stream] >= 0):
                await asyncio.sleep(LOOK_SECONDS if paused else min(LOOK_SECONDS, pause))
                continue
            again = await self._attempt(stream, withdraw_all=stream in all_gone)
            all_gone.discard(stream)
            due[stream] = clock() + again
            if self.breaker.failures:
                # A source that is away is away for all its streams: each would fail on its own, and soon be left alone.
                due = {each: when if when < 0 else max(when, due[stream]) for each, when in due.items()}

    async def _attempt(self, stream: str, *, withdraw_all: bool) -> float:
        """Seconds until the stream is due again."""
        settings = self.connector.polled
        name = f"{self.connector.name}/{stream}"
        try:
            outcome = await self.run(stream, withdraw_all=withdraw_all)
        except StateError:
            raise
        except PublishError as error:
            # The source is well.
            await self.standings.due(stream, BROKER_SECONDS)
            log.warning("%s: %s; trying again in %.0f s", name, error, BROKER_SECONDS)
            return BROKER_SECONDS
        except Exception as error:
            pause = self.breaker.failed(error.wait if isinstance(error, SourceError) else 0.0)
            await self.standings.due(stream, pause, left_alone=self.breaker.open)
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
        pause = settings.every if every is None else every
        await self.standings.due(stream, pause)
        return pause


Opened = tuple[Source | PushSource, Executor, Hold]


@asynccontextmanager
async def _opened(connector: Connector, around: Around) -> AsyncIterator[Opened]:
    """A source that no other process has meanwhile, and the connector's thread; `Occupied` where one does."""
    with contextlib.ExitStack() as stack:
        # Taken in a thread, since a server may be asked; it waits for no other process.
        hold = await _entered(stack, around.state.hold(connector.name))
        thread = OneThread(f"connector-{connector.name}")
        stack.callback(thread.shutdown, wait=False, cancel_futures=True)
        source = connector.open()
        try:
            yield source, thread, hold
        finally:
            await _closed(connector, source, thread)


async def _closed(connector: Connector, source: Source | PushSource, thread: Executor) -> None:
    """Closes a source; one that hangs is left to the end of the process, which nothing is to hold up."""
    closing = asyncio.get_running_loop().run_in_executor(thread, source.close)
    done, _ = await asyncio.wait({closing}, timeout=CLOSE_SECONDS)
    if not done:
        closing.cancel()
        log.warning("%s: what its source was asked for has no end; it is left at that", connector.name)
    else:
        closing.result()


async def _entered(stack: contextlib.ExitStack, hold: AbstractContextManager[Hold]) -> Hold:
    found = await asyncio.to_thread(hold.__enter__)
    stack.push(hold)
    return found


@asynccontextmanager
async def at_work(connector: Connector, around: Around) -> AsyncIterator[Worker]:
    """A connector that is read, and that no other process runs meanwhile; `Occupied` where one does."""
    async with _opened(connector, around) as (source, thread, hold):
        if isinstance(source, PushSource):
            raise ConnectorError(
                f"the connector {connector.name} is not read: what its source tells is taken while a hub runs it"
            )
        yield _worker(connector, around, source, thread, hold)


def _worker(connector: Connector, around: Around, source: Source, thread: Executor, hold: Hold) -> Worker:
    state = around.state.by(hold)
    return Worker(connector, around, source, thread, state, Standings(connector, state))


def _as_run(began: float, outcome: Outcome, error: str = "") -> LastRun:
    return LastRun(
        began,
        time.time() - began,
        read=outcome.read,
        changed=outcome.changed,
        withdrawn=outcome.withdrawn,
        error=error,
        unchanged=outcome.unchanged,
        letters=outcome.letters,
        messages=outcome.messages,
    )


async def always(given: Connector, around: Around) -> None:
    """Runs a connector until cancelled; where another process runs it, waits until that ends."""
    told = ""
    while True:
        pause, connector = LOOK_SECONDS, given
        try:
            connector = await asyncio.to_thread(given.renewed)
            async with _opened(connector, around) as (source, thread, hold):
                log.info("the connector %s is at work", connector.name)
                told = ""
                pushes = isinstance(source, PushSource)
                if isinstance(source, PushSource):
                    working = _receiver(connector, around, source, thread, hold).run()
                else:
                    working = _worker(connector, around, source, thread, hold).again()
                await _while_held(working, hold, connector.outdated if pushes else _never)
        except (Occupied, StateError) as error:
            if told != str(error):
                log.warning("%s: %s", connector.name, error)
            told = str(error)
        except Exception as error:
            # Whatever it is, the other connectors and the hub go on.
            pause = AGAIN_SECONDS
            log.warning("%s: %s; trying again in %.0f s", connector.name, connector.hidden(str(error)), pause)
        await asyncio.sleep(pause)


def _receiver(connector: Connector, around: Around, source: PushSource, thread: Executor, hold: Hold) -> Receiver:
    state, contract = around.state.by(hold), around.contract
    return Receiver(
        connector, source, state, contract, around.prefix, around.publish, thread, around.doors, around.folder
    )


def _never() -> bool:
    return False


async def _while_held(working: Coroutine[Any, Any, None], hold: Hold, outdated: Callable[[], bool]) -> None:
    """Has a connector work for as long as this process holds it; `StateError` where that is lost.

    One that is outdated ends, to be opened anew.
    """
    task = asyncio.create_task(working)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK_SECONDS)
            if not task.done():
                await asyncio.to_thread(hold.check)
            if not task.done() and await asyncio.to_thread(outdated):
                return
        task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
