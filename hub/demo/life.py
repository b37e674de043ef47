"""How the plant goes on living after its past: what the file says of the time to come, and what happens by chance.

A tick covers some plant seconds and is stamped with the clock's now, so that a plant that lives faster than the clock
does not speak from the future. The same random numbers and ticks give the same messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hub.demo.messages import Message, Writer
from hub.demo.plant import CountAt, Plant, StateAt, Word
from hub.demo.shorthand import rfc3339

LINE, ORDER, RESPONSE, PRODUCT = "line-1", "JO-1018", "JR-1018", "LEMONADE-05"
"""What is running on line 1."""

ORDERED = 38000
BOTTLES_A_SECOND = 6000 / 3600
SCRAP_SHARE = 0.01
SECONDS_BETWEEN_JAMS = 90.0
SECONDS_BETWEEN_REPORTS = 10.0
LATE_SHARE = TWICE_SHARE = BROKEN_SHARE = 0.02
LONGEST_DELAY = 15
"""In ticks."""

CLOCK_AHEAD = timedelta(hours=2)
AHEAD_FROM, AHEAD_UNTIL, AHEAD_EVERY = 60, 80, 600
"""In ticks: when performance monitoring's clock is wrong, again and again."""


class Life:
    """The plant from its now on."""

    def __init__(self, plant: Plant, writer: Writer, random: Random) -> None:
        self._plant = plant
        self._writer = writer
        self._random = random
        self._coming = sorted((w for w in plant.words if w.at > plant.now), key=lambda word: word.at)
        self._time = plant.now
        self._tick = 0
        self._delayed: list[tuple[int, Message]] = []
        self._good = sum(count.good for count in plant.counts if count.order == ORDER)
        self._scrap = sum(count.scrap for count in plant.counts if count.order == ORDER)
        self._made = (0.0, 0.0)
        self._since_report = 0.0
        self._jam: str | None = None
        self._jams = 0

    def tick(self, now: datetime, seconds: float) -> list[Message]:
        """What the systems publish in the next plant seconds; `now` is what their clocks show."""
        self._tick += 1
        self._time += timedelta(seconds=seconds)
        said = [*self._due(now), *self._values(now), *self._line(now, seconds)]
        return list(self._disordered(said))

    def _due(self, now: datetime) -> Iterator[Message]:
        while self._coming and self._coming[0].at <= self._time:
            yield self._writer.word(replace(self._coming.pop(0), at=now))

    def _values(self, now: datetime) -> Iterator[Message]:
        for signal in self._plant.signals:
            if signal.noise:
                value = signal.at(self._time) + self._random.gauss(0, signal.noise)
                yield self._writer.value(signal, now, value)

    def _line(self, now: datetime, seconds: float) -> Iterator[Message]:
        """Line 1: it fills, jams, and reports what it made."""
        if self._jam is None:
            made = BOTTLES_A_SECOND * seconds
            self._made = (self._made[0] + made * (1 - SCRAP_SHARE), self._made[1] + made * SCRAP_SHARE)
        chance = seconds / (SECONDS_BETWEEN_JAMS if self._jam is None else SECONDS_BETWEEN_JAMS / 6)
        if self._random.random() < chance:
            yield from self._turn(now)
        self._since_report += seconds
        if self._since_report >= SECONDS_BETWEEN_REPORTS:
            self._since_report = 0.0
            yield from self._report(now)

    def _turn(self, now: datetime) -> Iterator[Message]:
        """The capper jams, or runs again; now and then an alarm was none, and is taken back."""
        if self._jam is None:
            self._jams += 1
            self._jam = f"JAM-{self._plant.now:%H%M%S}-{self._jams}"
            yield self._state(now, "HELD", "capper jam")
            said = {"category": "ALARM", "priority": "MEDIUM", "code": "JAM", "message": "capper jam at station 4"}
            yield self._alarm(now, {**said, "state": "ACTIVE", "raisedAt": rfc3339(now), "equipment": "CAPPER-1"})
            return
        yield self._state(now, "EXECUTE", None)
        over = {"state": "CLEARED", "clearedAt": rfc3339(now)}
        yield self._alarm(now, None if self._random.random() < 0.2 else over)
        self._jam = None

    def _report(self, now: datetime) -> Iterator[Message]:
        good, scrap = (float(int(made)) for made in self._made)
        self._made = (self._made[0] - good, self._made[1] - scrap)
        self._good, self._scrap = self._good + good, self._scrap + scrap
        yield self._writer.count(CountAt("mes", self._plant.places[LINE], now, good, scrap, ORDER, PRODUCT))
        progress = {
            "progress": round(min(1.0, self._good / ORDERED), 4),
            "goodQuantity": {"value": self._good, "unit": "H87"},
            "scrapQuantity": {"value": self._scrap, "unit": "H87"},
        }
        yield self._word("mes", "JobResponse", RESPONSE, LINE, now, progress)

    def _state(self, now: datetime, state: str, reason: str | None) -> Message:
        ahead = AHEAD_FROM <= self._tick % AHEAD_EVERY < AHEAD_UNTIL
        at = now + CLOCK_AHEAD if ahead else now
        return self._writer.state(StateAt("performance", self._plant.places[LINE], at, state, reason))

    def _alarm(self, now: datetime, said: dict[str, Any] | None) -> Message:
        return self._word("iiot", "OperationsEvent", str(self._jam), "capper-1", now, said)

    def _word(self, system: str, kind: str, id_: str, place: str, now: datetime, said: Any) -> Message:
        return self._writer.word(Word(system, kind, id_, now, self._plant.places[place], said))

    def _disordered(self, messages: list[Message]) -> Iterator[Message]:
        """The messages, some of them later or a second time, and now and then one that broke on the way."""
        due = [message for tick, message in self._delayed if tick <= self._tick]
        self._delayed = [(tick, message) for tick, message in self._delayed if tick > self._tick]
        for message in messages:
            if self._random.random() < LATE_SHARE:
                self._delayed.append((self._tick + self._random.randint(1, LONGEST_DELAY), message))
                continue
            yield message
            if self._random.random() < TWICE_SHARE:
                yield message
            if message.system == "iiot" and self._random.random() < BROKEN_SHARE:
                yield replace(message, payload=message.payload[: len(message.payload) // 2], things=0)
        yield from due
