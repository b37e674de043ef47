"""What connectors keep, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connectors.mapping.messages import Thing
from schema.json import Json


class Known(NamedTuple):
    """What was said of a record before: a digest of it, and when it was so, in microseconds since 1970 UTC."""

    digest: bytes
    observed: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What was said of a record now."""

    key: str
    digest: bytes
    observed: int
    mark: float | None = None
    things: Sequence[Thing] | None = None
    """None where the stream is not compared as a whole."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that can't be mapped, and every reason."""

    key: str
    record: Mapping[str, Json]
    troubles: Sequence[str]
    time: int = 0
    stream: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a page: all of it is kept, or nothing."""

    generation: int
    position: Json = None
    said: Sequence[Kept] = ()
    same: Sequence[str] = ()
    """Keys of records that are as they were."""
    letters: Sequence[Letter] = ()
    forget_below: float | None = None
    """Records with a smaller mark need not be known any more."""
    mapped: Sequence[str] = ()
    """Keys of further records that could be mapped."""

    @property
    def found(self) -> list[str]:
        """Keys of records that are still there: as they were, or as nobody can tell."""
        return [*self.same, *(letter.key for letter in self.letters)]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a stream is. `generation` counts its runs over all records."""

    position: Json = None
    generation: int = 0
    complete: bool = False
    """Whether a run has come to its end since the beginning or a reset."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """How the last run of a stream went. Seconds since 1970 UTC, and seconds."""

    began: float
    seconds: float
    read: int = 0
    changed: int = 0
    withdrawn: int = 0
    error: str = ""
