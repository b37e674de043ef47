"""What connectors keep, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    back: Sequence[tuple[str, str]] = ()
    """Kinds and ids of things that were withdrawn and are said again, as of later than that."""

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
    """How a run of a stream went, or how far one is that is under way. Seconds since 1970 UTC, and seconds."""

    began: float
    seconds: float
    read: int = 0
    changed: int = 0
    withdrawn: int = 0
    error: str = ""
    unchanged: int = 0
    letters: int = 0
    """Records that could not be mapped."""
    messages: int = 0
    buffered: int = 0
    """Records of the connector's source that wait on disk for the broker."""
    dropped: int = 0
    """Records of the connector's source, ever, for which there was no room there."""

    @property
    def ended(self) -> float:
        """When it ended, or was looked at last."""
        return self.began + self.seconds

    @property
    def rate(self) -> float | None:
        """Records read a second; None where it was too short to tell."""
        return self.read / self.seconds if self.seconds > 0 and self.read else None


@dataclass(frozen=True, slots=True)
class Totals:
    """All runs of a stream together, since its state was made."""

    runs: int = 0
    failed: int = 0
    read: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    letters: int = 0
    messages: int = 0

    def with_(self, run: LastRun) -> Totals:
        """These and a run."""
        grown = self.grown(None, run)
        return replace(grown, failed=grown.failed + bool(run.error))

    def grown(self, before: LastRun | None, run: LastRun) -> Totals:
        """These, and what a run has done beyond what it had before."""
        old = before or LastRun(0, 0)
        return Totals(
            self.runs + (before is None),
            self.failed,
            self.read + run.read - old.read,
            self.changed + run.changed - old.changed,
            self.unchanged + run.unchanged - old.unchanged,
            self.withdrawn + run.withdrawn - old.withdrawn,
            self.letters + run.letters - old.letters,
            self.messages + run.messages - old.messages,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a stream fares."""

    last: LastRun | None = None
    success: LastRun | None = None
    """The last run that did not fail."""
    under_way: LastRun | None = None
    """A run that has begun, as it was lately; of no worth where no process runs the connector."""
    due: float | None = None
    """When it is read next, in seconds since 1970 UTC."""
    failures: int = 0
    """How many runs in a row have failed."""
    left_alone: bool = False
    """Whether the source has failed so often that it is tried only now and then."""
    totals: Totals = Totals()

    def after(self, run: LastRun) -> Standing:
        """The same after a run has ended."""
        failed = bool(run.error)
        return Standing(
            last=run,
            success=self.success if failed else run,
            failures=self.failures + 1 if failed else 0,
            left_alone=self.left_alone and failed,
            totals=self.totals.with_(run),
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What people asked for: a run of these streams, now."""

    streams: Sequence[str]
    all_gone: Sequence[str] = ()
    """Those of which everything may be withdrawn that is gone."""

    def beside(self, other: Asked) -> Asked:
        """This and another in one."""
        return Asked(_once(self.streams, other.streams), _once(self.all_gone, other.all_gone))


def _once(names: Sequence[str], others: Sequence[str]) -> Sequence[str]:
    return tuple(dict.fromkeys((*names, *others)))


@dataclass(frozen=True, slots=True)
class Overview:
    """How all streams fare, each by its connector's name and its own."""

    paused: frozenset[str]
    standings: Mapping[tuple[str, str], Standing]
    checkpoints: Mapping[tuple[str, str], Checkpoint]
    letters: Mapping[tuple[str, str], int]
