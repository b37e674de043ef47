"""How connectors fare, as people and probes are told."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import orjson

from connectors.load import Connector
from connectors.settings import StreamSettings
from connectors.state import Checkpoint, LastRun, Standing, State, Totals

MAX_POSITION = 200


class Doing(StrEnum):
    """What a connector does now."""

    RUNNING = "running"
    """A run is under way."""
    WAITING = "waiting"
    """All is well until the next run."""
    FAILING = "failing"
    """The last run of a stream failed; it is tried again soon."""
    LEFT_ALONE = "left alone"
    """The source failed so often that it is tried only every few minutes: the circuit is open."""
    PAUSED = "paused"
    """It was told to rest."""
    STOPPED = "stopped"
    """No process runs it."""


class How(StrEnum):
    """How what a source has comes in."""

    CHANGED = "changed"
    """Each run reads what has changed."""
    WHOLE = "whole"
    """Each run reads all records and compares them with those before."""
    TOLD = "told"
    """The source tells what happens by itself."""


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """How a stream fares."""

    name: str
    how: How
    running: LastRun | None
    last: LastRun | None
    success: LastRun | None
    due: float | None
    """When it is read next, in seconds since 1970 UTC; None where nobody is to."""
    failures: int
    left_alone: bool
    letters: int
    loaded: bool
    """Whether a run has come to its end since the beginning or a reset."""
    position: str
    totals: Totals

    @property
    def lag(self) -> float | None:
        """Seconds since the last run began that did not fail: what the source had by then has arrived.

        None where there was none, or the source tells by itself.
        """
        return None if self.success is None or self.how is How.TOLD else max(0.0, time.time() - self.success.began)

    @property
    def rate(self) -> float | None:
        """Records read a second, by the run that is under way, else by the last one."""
        run = self.running or self.last
        return None if run is None else run.rate

    @property
    def error(self) -> str:
        """Why the last run failed; empty where it did not."""
        return "" if self.last is None else self.last.error


@dataclass(frozen=True, slots=True)
class ConnectorStatus:
    """How a connector fares."""

    connector: Connector
    held: bool
    """Whether a process runs it."""
    paused: bool
    streams: Sequence[StreamStatus]

    @property
    def name(self) -> str:
        return self.connector.name

    @property
    def letters(self) -> int:
        """How many records can't be mapped."""
        return sum(stream.letters for stream in self.streams)

    @property
    def pushed(self) -> bool:
        """Whether its source tells by itself, so that what it tells may have to wait on disk."""
        return any(stream.how is How.TOLD for stream in self.streams)

    @property
    def buffered(self) -> tuple[int, int]:
        """How many records of its source wait on disk for the broker, and for how many there was no room, ever."""
        runs = [stream.last for stream in self.streams if stream.last is not None]
        newest = max(runs, key=lambda run: run.ended, default=None)
        return (0, 0) if newest is None else (newest.buffered, newest.dropped)

    @property
    def failing(self) -> Sequence[StreamStatus]:
        """The streams whose last run failed."""
        return [stream for stream in self.streams if stream.error]

    @property
    def doing(self) -> Doing:
        """What it does now."""
        if any(stream.running for stream in self.streams):
            return Doing.RUNNING
        if self.paused:
            return Doing.PAUSED
        if not self.held:
            return Doing.STOPPED
        if any(stream.left_alone for stream in self.streams):
            return Doing.LEFT_ALONE
        return Doing.FAILING if self.failing else Doing.WAITING

    @property
    def remedy(self) -> str:
        """What to do where a stream fails, beside what its error says."""
        return f"`unshub connectors check {self.name}` looks again" if self.failing else ""


def look(connectors: Iterable[Connector], state: State) -> list[ConnectorStatus]:
    """How connectors fare; `StateError` where that can't be read."""
    seen = state.overview()
    found = []
    for connector in connectors:
        held, paused = state.held(connector.name), connector.name in seen.paused
        streams = [
            _stream(
                connector,
                stream,
                seen.standings.get((connector.name, stream), Standing()),
                seen.checkpoints.get((connector.name, stream), Checkpoint()),
                seen.letters.get((connector.name, stream), 0),
                held=held,
                paused=paused,
            )
            for stream in connector.settings.streams
        ]
        found.append(ConnectorStatus(connector, held, paused, streams))
    return found


def _stream(
    connector: Connector,
    name: str,
    standing: Standing,
    checkpoint: Checkpoint,
    letters: int,
    *,
    held: bool,
    paused: bool,
) -> StreamStatus:
    return StreamStatus(
        name=name,
        how=_how(connector, name),
        running=standing.under_way if held else None,
        last=standing.last,
        success=standing.success,
        due=standing.due if held and not paused else None,
        failures=standing.failures,
        left_alone=standing.left_alone,
        letters=letters,
        loaded=checkpoint.complete,
        position=_position(connector, checkpoint),
        totals=standing.totals,
    )


def _how(connector: Connector, stream: str) -> How:
    settings = connector.settings.streams[stream]
    if not isinstance(settings, StreamSettings):
        return How.TOLD
    return How.WHOLE if settings.snapshot else How.CHANGED


def _position(connector: Connector, checkpoint: Checkpoint) -> str:
    """Where the stream goes on, for people: cut short, and without secrets."""
    if checkpoint.position is None:
        return ""
    text = connector.hidden(orjson.dumps(checkpoint.position).decode())
    return text if len(text) <= MAX_POSITION else f"{text[:MAX_POSITION]}…"
