"""How connectors fare, in JSON and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from connectors.status import ConnectorStatus, Doing, StreamStatus


def time_of(seconds: float) -> str:
    """A time for people."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def as_json(status: ConnectorStatus) -> dict[str, Any]:
    """A connector as machines read it."""
    return {
        "name": status.name,
        "kind": status.connector.kind.name,
        "system": status.connector.settings.system,
        "state": status.doing,
        "paused": status.paused,
        "letters": status.letters,
        "buffered": status.buffered[0],
        "dropped": status.buffered[1],
        "streams": {stream.name: _stream(stream) for stream in status.streams},
    }


def sentence(statuses: Sequence[ConnectorStatus]) -> tuple[bool, str]:
    """Whether all connectors are well, and what each does."""
    wrong = [f"{status.name}/{stream.name}: {stream.error}" for status in statuses for stream in status.failing]
    stopped = [f"no process runs {status.name}" for status in statuses if status.doing is Doing.STOPPED]
    doing = ", ".join(f"{status.name} {status.doing}" for status in statuses)
    return not (wrong or stopped), "; ".join([doing, *wrong, *stopped])


def _stream(stream: StreamStatus) -> dict[str, Any] | None:
    """None where it has never run."""
    run = stream.running or stream.last
    if run is None:
        return None
    return {
        "began": time_of(run.began),
        "seconds": run.seconds,
        "running": stream.running is not None,
        "read": run.read,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "withdrawn": run.withdrawn,
        "refused": run.letters,
        "error": stream.error,
        "lag": stream.lag,
        "rate": stream.rate,
        "next": None if stream.due is None else time_of(stream.due),
        "letters": stream.letters,
        "totals": asdict(stream.totals),
    }
