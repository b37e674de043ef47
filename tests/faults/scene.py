"""A hub under load while a part of it fails, and the account of it afterwards."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults import plant
from tests.faults.books import Places, Result, balance
from tests.faults.witness import Witness
from tests.system.hub_process import HubProcess
from tests.system.sender import Sender

RATE = float(os.environ.get("UNSHUB_TEST_RATE", "50"))
"""Messages a second. Read when the tests are collected, as the next one: a developer's settings don't reach tests."""

AWAY = float(os.environ.get("UNSHUB_TEST_AWAY", "10"))
"""Seconds for which a server is away; 60 is the full form."""

CALM = 1.5
NOTICE = 1.0
"""Seconds within which a hub must have noticed that a part is away."""


@dataclass(frozen=True)
class Row:
    """A line of the table at the end of the run."""

    fault: str
    sent: int
    acknowledged: int
    lost: int
    doubled: int
    again: int
    wrong: int
    late: int
    seconds: float | None
    """From when the cause was gone until the hub had caught up; None where it never stood still."""
    said: str
    """What the hub said was not well while it lasted."""


Tell = Callable[[Row], None]


@dataclass
class Scene:
    """A running hub, its load and its witness."""

    hub: HubProcess
    sender: Sender
    witness: Witness
    places: Places
    spare: str
    tell: Tell
    began: float = 0.0
    ended: float = 0.0
    recovered: float | None = None
    handed_over: frozenset[int] = frozenset()
    """What the broker had acknowledged so long before the fault that the hub must have had it."""
    at_fault: frozenset[int] = frozenset()
    """What it had acknowledged when the part was back at the latest."""
    acknowledged: frozenset[int] = frozenset()
    """What it had acknowledged when the hub had recovered."""

    @asynccontextmanager
    async def fault(self) -> AsyncIterator[None]:
        """The time for which something is away: it goes at the beginning of the block and is back at its end."""
        self.handed_over = frozenset(self.sender.acknowledged)
        await asyncio.sleep(CALM)
        self.began = time.monotonic()
        yield
        self.at_fault = frozenset(self.sender.acknowledged)
        self.ended = time.monotonic()

    def told(self, part: str) -> None:
        """Demands that the hub told the truth while the part was away."""
        self.witness.check(part, self.began + NOTICE, self.ended)

    async def caught_up(self, *, lossy: bool = False) -> None:
        """Returns when the hub is ready and has in the graph what was acknowledged before the part was back.

        `lossy`: the broker may have lost some of it, so that ready must do.
        """
        due = len(self.sender.acknowledged)

        async def holds() -> bool:
            ready = await self.hub.client.get("/readyz")
            if ready.status_code != 200:
                return False
            if lossy:
                return True
            answer = await self.hub.client.get("/api/status")
            status = answer.json() if answer.status_code == 200 else {}
            return bool("accepted" in status and status["accepted"] - status["pending"] + status["events"] >= due)

        await self.hub.until(holds, f"{due} messages are taken and applied")
        self.recovered = time.monotonic() - self.ended
        self.acknowledged = frozenset(self.sender.acknowledged)

    async def finish(self, name: str, *, lossy: bool = False) -> Result:
        """Lets the load end, the hub settle, and compares all. Everything that was sent is acknowledged by then."""
        await self.all_taken(lossy=lossy)
        await self.hub.settled()
        assert (await self.hub.get("/readyz"))["ready"]
        result = await balance(self.hub, self.places, self.sender.sent, self.sender.acknowledged, self.spare)
        self.tell(
            Row(
                name,
                result.sent,
                result.acknowledged,
                len(result.lost),
                result.doubled,
                result.again,
                len(result.wrong),
                len(result.late),
                self.recovered,
                self.witness.said(self.began + NOTICE, self.ended),
            )
        )
        assert self.sender.acknowledged == set(range(self.sender.sent))
        return result

    async def all_taken(self, *, lossy: bool = False) -> None:
        """Lets the load end, and returns when the hub has taken all of it."""
        await asyncio.sleep(CALM)
        await self.sender.finished()
        if not lossy:
            await self.hub.until(self._all_in, f"{len(self.sender.acknowledged)} messages are in the journal")
        await self._nothing_comes()

    async def _nothing_comes(self) -> None:
        """Returns when the broker has no more for the hub; what came twice would make a count alone full too soon."""
        before = None
        while (taken := await self.taken()) != before:
            before = taken
            await asyncio.sleep(CALM)

    async def taken(self) -> int:
        """How many messages are in the journal."""
        status = await self.hub.get("/api/status")
        return int(status["accepted"] + status["events"])

    async def _all_in(self) -> bool:
        return await self.taken() >= len(self.sender.acknowledged)


def whole(result: Result) -> None:
    """Demands that all is as if nothing had happened."""
    nothing_missing(result)
    assert not result.late, result.late[:5]


def nothing_missing(result: Result) -> None:
    """Demands that nothing was lost, nothing doubled, and the graph is what the messages make as they arrived."""
    assert not result.lost, sorted(result.lost)[:20]
    assert not result.doubled
    assert not result.wrong, result.wrong[:5]


@asynccontextmanager
async def under_load(
    hub: HubProcess, port: int, places: Places, tell: Tell, before: Callable[[], None] = lambda: None
) -> AsyncIterator[Scene]:
    """A hub that has begun to take messages, all parts well. `before` is called when it is ready, before the first."""
    async with hub:
        before()
        sender = Sender(port, "plant", plant.message, RATE)
        witness = Witness(f"http://127.0.0.1:{hub.http}")
        spare = f"ladybug:///{hub.data.parent / 'as-it-should-be'}"
        tasks = [asyncio.create_task(sender.run()), asyncio.create_task(witness.run())]
        try:
            yield Scene(hub, sender, witness, places, spare, tell)
        finally:
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                assert ended is None or isinstance(ended, asyncio.CancelledError), ended


def local(folder: Path) -> Places:
    """The journal and graph that a hub makes in its data folder."""
    data = folder / "data"
    return Places(f"sqlite:///{data / 'journal.db'}", f"ladybug:///{data / 'graph'}")


def flags(places: Places) -> tuple[str, ...]:
    return ("--journal", places.journal, "--graph", places.graph)
