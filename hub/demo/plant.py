"""The demo plant as a value: what each of its systems says, and when. `hub.demo.file` reads it from `plant.yaml`.

Times are UTC. They are those of the file moved by one amount, so that the plant's now is the moment that was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schema.authority import Authority
from schema.json import Json


@dataclass(frozen=True, slots=True)
class System:
    """One of the ten systems. `arrays`: it sends all things of a kind and moment in one message, as exports do.

    `enveloped`: it puts its messages into CloudEvents envelopes; otherwise each object says when it was observed.
    """

    name: str
    description: str
    arrays: bool
    enveloped: bool


@dataclass(frozen=True, slots=True)
class Word:
    """What one system says of one thing at one time; `said` is the payload, None where it takes back all it said."""

    system: str
    kind: str
    id: str
    at: datetime
    place: str
    said: Mapping[str, Json] | None


@dataclass(frozen=True, slots=True)
class Signal:
    """The values of a tag: straight lines between `points`, read every `every` seconds.

    `noise` is how far, in the tag's unit, values stray from the line while the plant goes on living.
    """

    tag: str
    place: str
    every: int
    noise: float
    points: tuple[tuple[datetime, float], ...]

    def at(self, time: datetime) -> float:
        """The value on the line at a time; before the first point the first one's, after the last the last one's."""
        before = self.points[0]
        for point in self.points:
            if point[0] > time:
                whole = (point[0] - before[0]).total_seconds()
                share = (time - before[0]).total_seconds() / whole if whole > 0 else 1.0
                return before[1] + (point[1] - before[1]) * max(share, 0.0)
            before = point
        return before[1]


@dataclass(frozen=True, slots=True)
class StateAt:
    """Equipment at a place entered a state."""

    system: str
    place: str
    at: datetime
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class CountAt:
    """What was made at a place since the count before."""

    system: str
    place: str
    at: datetime
    good: float
    scrap: float
    order: str
    material: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """A message that the hub must refuse; `because` is in the reason that it gives."""

    system: str
    topic: str
    payload: str
    because: str


@dataclass(frozen=True, slots=True)
class Undescribed:
    """A thing that is referred to and that nobody describes, with the system that should."""

    kind: str
    id: str
    owed_by: str


@dataclass(frozen=True)
class Plant:
    """Everything that the plant's systems say, in the file's order; what comes after `now` they say as it lives."""

    now: datetime
    places: Mapping[str, str]
    systems: Mapping[str, System]
    authority: Authority
    words: tuple[Word, ...]
    signals: tuple[Signal, ...]
    states: tuple[StateAt, ...]
    counts: tuple[CountAt, ...]
    misfits: tuple[Misfit, ...]
    undescribed: tuple[Undescribed, ...]
