"""Parts of the hub as the benchmarks run them, each on files of its own that go afterwards."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bench import sample
from connectors.wire.address import Address
from connectors.wire.messages import Inbound
from hub.clock import now
from hub.intake.ingest import Ingest
from hub.journal.port import AcceptedAssertion, Journal
from hub.journal.sqlite import SqliteJournal
from hub.messages import Accept
from hub.mqtt.open import open_broker
from schema.contract import Contract
from schema.events import EventContract
from schema.model import MODEL
from schema.rules import Rules
from tests.servers import free_port


class Countdown:
    """An `Accept` that counts what another has accepted, and knows when that was so many messages."""

    def __init__(self, accept: Accept, count: int) -> None:
        self._accept = accept
        self._left = count
        self._done = asyncio.get_running_loop().create_future()

    async def __call__(self, message: Inbound) -> None:
        await self._accept(message)
        self._left -= 1
        if self._left == 0:
            self._done.set_result(None)

    async def done(self) -> None:
        await self._done


async def nothing(message: Inbound) -> None:
    """Accepts a message without looking at it."""


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, on the disk where the working folder is: memory would flatter the journal."""
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as path:
        yield Path(path)


def address() -> Address:
    """A port of the loopback address that nothing listens on."""
    return Address("127.0.0.1", free_port())


@asynccontextmanager
async def broker(accept: Accept, prefix: str = sample.PREFIX) -> AsyncIterator[int]:
    """A Mosquitto as the hub runs it, with the hub's client, which takes what is below `prefix`; gives the port."""
    with folder() as path:
        listen = address()
        running = open_broker("mosquitto", listen, path, "bench-hub", prefix=prefix)
        await running.start(accept)
        try:
            yield listen.port
        finally:
            await running.stop()


@asynccontextmanager
async def journal() -> AsyncIterator[Journal]:
    """An empty journal."""
    with folder() as path:
        opened = await SqliteJournal.open(path / "journal.db")
        try:
            await opened.migrate()
            yield opened
        finally:
            await opened.close()


def ingest(into: Journal) -> Ingest:
    """Ingest that only keeps: nothing is projected."""
    rules = Rules()
    return Ingest(
        into,
        Contract(MODEL, rules),
        EventContract(rules),
        prefix=sample.PREFIX,
        accepted=lambda: None,
        refused=lambda _: None,
    )


def accepted(reader: Ingest, count: int, version: int = 0) -> Sequence[AcceptedAssertion]:
    """The sample's lots as the journal takes them."""
    said = (Inbound(topic, payload, now()) for topic, payload in sample.messages(count, 100, version))
    return [assertion for message in said for assertion in reader.parse(message).assertions]
