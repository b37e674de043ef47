"""Figures for Prometheus, in its text form.

Those of connectors come from what connectors keep, so that they outlive a restart, and each hub that knows a connector
tells the same of it.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connectors.errors import StateError
from connectors.status import ConnectorStatus, Doing, StreamStatus
from hub.app import Hub
from hub.errors import JournalError
from hub.http.readiness import ANSWER_SECONDS

MEDIA_TYPE = "text/plain; version=0.0.4"


class Sample(NamedTuple):
    """One figure."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of connectors, or of each of their streams."""

    name: str
    type: str
    help: str
    of: Callable[[ConnectorStatus], Iterable[Sample]]


def _per_stream(read: Callable[[StreamStatus], float | None]) -> Callable[[ConnectorStatus], Iterable[Sample]]:
    """A figure of each stream; of one that has none, nothing."""

    def of(status: ConnectorStatus) -> Iterator[Sample]:
        for stream in status.streams:
            if (value := read(stream)) is not None:
                yield Sample({"stream": stream.name}, value)

    return of


def _runs(status: ConnectorStatus) -> Iterator[Sample]:
    for stream in status.streams:
        for outcome, count in (
            ("ok", stream.totals.runs - stream.totals.failed),
            ("failed", stream.totals.failed),
        ):
            yield Sample({"stream": stream.name, "outcome": outcome}, count)


def _records(status: ConnectorStatus) -> Iterator[Sample]:
    for stream in status.streams:
        totals = stream.totals
        for outcome, count in (
            ("published", totals.changed),
            ("unchanged", totals.unchanged),
            ("withdrawn", totals.withdrawn),
            ("refused", totals.letters),
        ):
            yield Sample({"stream": stream.name, "outcome": outcome}, count)


OWN: Sequence[tuple[str, str, str]] = (
    ("unshub_accepted_total", "counter", "Assertions in the journal."),
    ("unshub_events_total", "counter", "Tag values, state changes and counts that were accepted."),
    ("unshub_pending", "gauge", "Accepted assertions that are not yet in the graph."),
    ("unshub_refused", "gauge", "Refused messages that wait to be tried again."),
    ("unshub_journal_bytes", "gauge", "The journal's size on disk."),
    ("unshub_waiting_to_publish", "gauge", "Messages on their way to the broker."),
)
"""A hub's own figures: name, type and what they mean."""

READABLE = (
    "unshub_connectors_readable",
    "gauge",
    "1 where it can be read how connectors fare; with 0 no other figure of them is told.",
)
METRICS: Sequence[Metric] = (
    Metric(
        "unshub_connector_state",
        "gauge",
        "1 for what a connector does now, 0 for what it does not.",
        lambda status: [Sample({"state": each.name.lower()}, each is status.doing) for each in Doing],
    ),
    Metric("unshub_connector_runs_total", "counter", "Runs that have ended.", _runs),
    Metric(
        "unshub_connector_records_total",
        "counter",
        "Records of the runs that have ended, by what came of them: published, unchanged, refused (those that can't be "
        "mapped, each time they are read); and things that were withdrawn.",
        _records,
    ),
    Metric(
        "unshub_connector_messages_total",
        "counter",
        "Messages that the broker has acknowledged, of the runs that have ended.",
        _per_stream(lambda stream: stream.totals.messages),
    ),
    Metric(
        "unshub_connector_last_run_timestamp_seconds",
        "gauge",
        "When the last run ended.",
        _per_stream(lambda stream: None if stream.last is None else stream.last.ended),
    ),
    Metric(
        "unshub_connector_last_success_timestamp_seconds",
        "gauge",
        "When the last run ended that did not fail.",
        _per_stream(lambda stream: None if stream.success is None else stream.success.ended),
    ),
    Metric(
        "unshub_connector_last_run_duration_seconds",
        "gauge",
        "How long the last run took.",
        _per_stream(lambda stream: None if stream.last is None else stream.last.seconds),
    ),
    Metric(
        "unshub_connector_lag_seconds",
        "gauge",
        "Time since the last run began that did not fail: what the source had by then has arrived.",
        _per_stream(lambda stream: stream.lag),
    ),
    Metric(
        "unshub_connector_failures",
        "gauge",
        "Runs in a row that have failed.",
        _per_stream(lambda stream: stream.failures),
    ),
    Metric(
        "unshub_connector_buffered",
        "gauge",
        "Records of a source that can't wait, which wait on disk for the broker.",
        lambda status: [Sample({}, status.buffered[0])] if status.pushed else (),
    ),
    Metric(
        "unshub_connector_dropped_total",
        "counter",
        "Records for which there was no room on disk, so that they are lost.",
        lambda status: [Sample({}, status.buffered[1])] if status.pushed else (),
    ),
    Metric(
        "unshub_connector_letters",
        "gauge",
        "Records that can't be mapped now.",
        _per_stream(lambda stream: stream.letters),
    ),
)


async def exposed(hub: Hub) -> str:
    """The figures of a hub."""
    return "".join([*(await _own(hub)), *(await _connectors(hub))])


async def _own(hub: Hub) -> list[str]:
    """The hub's own figures; nothing of the journal where it does not answer."""
    try:
        status = await asyncio.wait_for(hub.journal.status(), ANSWER_SECONDS)
    except (JournalError, TimeoutError):
        return []
    values = (status.accepted, status.events, status.pending, status.refused, status.bytes, hub.outbox.waiting)
    return [_written(*figure, [Sample({}, value)]) for figure, value in zip(OWN, values, strict=True)]


async def _connectors(hub: Hub) -> list[str]:
    if not hub.desk.connectors:
        return []
    try:
        statuses = await asyncio.wait_for(hub.desk.statuses(), ANSWER_SECONDS)
    except (StateError, TimeoutError):
        return [_written(*READABLE, [Sample({}, 0)])]
    return [_written(*READABLE, [Sample({}, 1)]), *(_metric(metric, statuses) for metric in METRICS)]


def _metric(metric: Metric, statuses: Iterable[ConnectorStatus]) -> str:
    samples = [
        Sample({"connector": status.name, "system": status.connector.settings.system, **labels}, value)
        for status in statuses
        for labels, value in metric.of(status)
    ]
    return _written(metric.name, metric.type, metric.help, samples)


def _written(name: str, kind: str, text: str, samples: Sequence[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        told = ",".join(f'{label}="{_escaped(word)}"' for label, word in labels.items())
        lines.append(f"{name}{{{told}}} {float(value)!r}" if told else f"{name} {float(value)!r}")
    return "".join(f"{line}\n" for line in lines)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
