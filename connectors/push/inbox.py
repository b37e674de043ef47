"""What a source has delivered and has no receipt yet, in the order in which it came."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from connectors.errors import ConnectorError
from connectors.records import Record
from schema.json import canonical

AT_ONCE = 500
"""So many records in a batch at most, but for one delivery that has more."""


class Away(ConnectorError):
    """What was delivered can't be taken at present; it must come again."""


class Arrival(NamedTuple):
    """A record that came. `received` is microseconds since 1970 UTC; `key` names it where it can't be mapped."""

    stream: str
    key: str
    record: Record
    received: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: all of it is at the broker, or set aside, or refused as a whole."""

    taken: int = 0
    unchanged: int = 0
    letters: tuple[str, ...] = ()
    """Why records were set aside."""
    refused: tuple[str, ...] = ()
    """Why nothing of it was taken."""

    def and_of(self, part: Receipt) -> Receipt:
        """This, and what became of another part of the delivery."""
        return Receipt(
            self.taken + part.taken,
            self.unchanged + part.unchanged,
            self.letters + part.letters,
            self.refused + part.refused,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """Records that were delivered together.

    One that has a `name` is taken once. One that is `whole` is refused where one of its records can't be mapped; of
    others the record is set aside. One that is `patient` waits for a broker that is away. What is `ordered` comes in
    the order in which it was told, so that nothing of it comes late.
    """

    arrivals: Sequence[Arrival]
    name: str | None = None
    whole: bool = False
    patient: bool = False
    ordered: bool = False
    answer: asyncio.Future[Receipt] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass
class Inbox:
    """Deliveries that wait for their turn, at most so many."""

    most: int
    _waiting: deque[Delivery] = field(default_factory=deque)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def full(self) -> bool:
        """Whether it takes no more."""
        return len(self._waiting) >= self.most

    def offer(self, delivery: Delivery) -> bool:
        """Takes a delivery, whose `answer` will tell what becomes of it; False where too much waits."""
        if self.full:
            return False
        self.push(delivery)
        return True

    def push(self, delivery: Delivery) -> None:
        """Takes a delivery, however many wait."""
        self._waiting.append(delivery)
        self._came.set()

    async def some(self) -> list[Delivery]:
        """The next deliveries, one at least."""
        while not self._waiting:
            self._came.clear()
            await self._came.wait()
        found = [self._waiting.popleft()]
        records = len(found[0].arrivals)
        while self._waiting and records + len(self._waiting[0].arrivals) <= AT_ONCE:
            found.append(self._waiting.popleft())
            records += len(found[-1].arrivals)
        return found

    def leave(self, deliveries: Collection[Delivery], why: str) -> None:
        """Sends those of these away that still wait."""
        waiting, self._waiting = self._waiting, deque()
        for delivery in waiting:
            if delivery in deliveries:
                refuse(delivery, why)
            else:
                self._waiting.append(delivery)

    def close(self, why: str) -> None:
        """Sends all that waits away."""
        while self._waiting:
            refuse(self._waiting.popleft(), why)


def refuse(delivery: Delivery, why: str) -> None:
    """Tells the source that the delivery must come again."""
    if not delivery.answer.done():
        delivery.answer.set_exception(Away(why))
        # Whether the source still waits for it, nobody knows.
        delivery.answer.exception()


def digest_of(record: Record) -> str:
    """Names a record by what it holds."""
    return blake2b(canonical(dict(record)), digest_size=12).hexdigest()


class Stamps:
    """Times of arrival, no two of them the same: of two words of one time the later could not be told."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """Microseconds since 1970 UTC."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return self._last
