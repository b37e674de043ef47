"""How `unshub connectors list` tells of a connector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.state import LastRun
from connectors.status import ConnectorStatus, StreamStatus
from hub.connect.told import time_of


@dataclass(frozen=True, slots=True)
class Line:
    """A line for people."""

    text: str
    style: str = ""


def lines(status: ConnectorStatus) -> Iterator[Line]:
    """A connector as people read it."""
    kind, system = status.connector.kind.name, status.connector.settings.system
    profile = f", profile {status.connector.profile}" if status.connector.profile else ""
    yield Line(f"{status.name}: {kind}{profile}, speaks as {system}, {status.doing}")
    for stream in status.streams:
        yield _line(stream)
    waiting, dropped = status.buffered
    if waiting or dropped:
        yield Line(f"    {waiting} records wait on disk for the broker; {dropped} were dropped ever, for want of room")
    if status.letters:
        yield Line(f"    {status.letters} records can't be mapped: `unshub connectors letters {status.name}`")


def _line(stream: StreamStatus) -> Line:
    last, running = stream.last, stream.running
    if running is not None:
        return Line(f"    {stream.name}: since {time_of(running.began)} {_counts(running)}{_rest(stream)}")
    if last is None:
        return Line(f"    {stream.name}: never run{_rest(stream)}")
    if last.error:
        return Line(f"    {stream.name}: {time_of(last.began)} failed: {last.error}{_rest(stream)}", "red")
    took = f" in {last.seconds:.1f} s"
    return Line(f"    {stream.name}: {time_of(last.began)} {_counts(last)}{took}{_rest(stream)}")


def _counts(run: LastRun) -> str:
    return f"{run.read} read, {run.changed} changed, {run.withdrawn} withdrawn"


def _rest(stream: StreamStatus) -> str:
    """Rate, lag and the next run, as far as there are any."""
    parts = []
    if stream.rate is not None:
        parts.append(f"{stream.rate:,.0f} records/s")
    if stream.lag is not None:
        parts.append(f"lag {_span(stream.lag)}")
    if stream.running is None and stream.due is not None:
        parts.append(f"next at {time_of(stream.due)}")
    return "".join(f"; {part}" for part in parts)


def _span(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
