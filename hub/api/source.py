"""What feeds the schema's subscription: one event at a time, of the things that it is about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from hub.announcing.live import Change
from hub.announcing.waiting import Lagged
from hub.api.choice import Choice


@dataclass(frozen=True, slots=True)
class Told:
    """What a subscription's event is made from."""

    what: Change | Lagged
    cursor: str


class Source:
    """Feeds the schema's subscription with one event at a time."""

    def __init__(self) -> None:
        self.choice: Choice | None = None
        self.opened = asyncio.Event()
        self._fed: asyncio.Queue[Told] = asyncio.Queue(1)

    async def open(self, chosen: Choice) -> AsyncIterator[Told]:
        """What is told of these things; what meets their filter is known when this returns."""
        await chosen.begin()
        self.choice = chosen
        self.opened.set()
        return self._events()

    def feed(self, told: Told) -> None:
        self._fed.put_nowait(told)

    async def _events(self) -> AsyncIterator[Told]:
        while True:
            yield await self._fed.get()
