"""Whether the machine's clock has gone back behind messages that came before.

A message without an event time is true from its arrival on, by this clock. Where the clock has run ahead for a while
and is then set right, what comes next counts as older than what came meanwhile, until the clock is past that again.
This is not mended here, since nobody knows which of the two times was right; it is told.
"""

from __future__ import annotations

import asyncio
import logging

import orjson

from hub.clock import instant, now
from hub.errors import JournalError
from hub.journal.port import Journal

log = logging.getLogger(__name__)

TOLERANCE = 5_000_000
"""Microseconds by which clocks of machines that are well differ, and messages overtake one another."""

KEEP_SECONDS = 15.0

CLOCK = "clock/"
"""The newest arrival that a hub has seen is the checkpoint of this name and the hub's: microseconds since 1970 UTC."""


class Arrivals:
    """The newest arrival of all hubs at a journal. Make one with `open`."""

    def __init__(self, newest: int = 0) -> None:
        self.newest = newest
        """Microseconds since 1970 UTC; 0 where nothing ever came."""
        self._kept = newest
        self._told = False

    @classmethod
    async def open(cls, journal: Journal) -> Arrivals:
        """As the journal has it; warns where the clock is behind. `JournalError` if it can't be read."""
        kept = await journal.checkpoints(CLOCK)
        arrivals = cls(max((int(orjson.loads(value)) for value in kept.values()), default=0))
        arrivals.compare(now())
        return arrivals

    def saw(self, received: int) -> None:
        """Takes note of an arrival; warns where it is before earlier ones, once until it is no more."""
        self.compare(received)
        self.newest = max(self.newest, received)

    def compare(self, time: int) -> str:
        """What is wrong with the clock, in a sentence; "" where nothing is. Warns as `saw` does."""
        behind = self.newest - time
        if behind <= TOLERANCE:
            self._told = False
            return ""
        told = (
            f"the clock, {instant(time)}, is {behind / 1_000_000:.0f} s behind the newest arrival, "
            f"{instant(self.newest)}: "
            "messages without an event time count as older than what came before, until it is past that; "
            "set the clock if it is wrong, and let systems send event times"
        )
        if not self._told:
            self._told = True
            log.warning("%s", told)
        return told

    async def keep(self, journal: Journal, name: str) -> None:
        """Keeps the newest arrival under a hub's name, every few seconds until cancelled."""
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            newest = self.newest
            if newest == self._kept:
                continue
            try:
                await journal.set_checkpoint(f"{CLOCK}{name}", orjson.dumps(newest))
                self._kept = newest
            except JournalError as error:
                log.debug("keeping the newest arrival: %s", error)
