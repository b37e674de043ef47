"""`connectors`: the systems that the hub reads, and how each fares, wherever it runs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Annotated, TypeVar

import strawberry

from connectors.errors import StateError
from connectors.state import LastRun, Letter, State
from connectors.status import ConnectorStatus, Doing, How, StreamStatus
from hub.api.context import ApiContext, Info
from hub.api.errors import RequestError
from hub.api.scalars import DateTime, Json
from hub.clock import instant
from hub.connect.desk import Desk

log = logging.getLogger(__name__)
argument = strawberry.argument
T = TypeVar("T")

MAX_LETTERS = 100


@strawberry.enum(name="ConnectorState", description="What a connector does now.")
class Does(Enum):
    RUNNING = strawberry.enum_value(Doing.RUNNING, description="A run is under way.")
    WAITING = strawberry.enum_value(
        Doing.WAITING, description="All is well until the next run, or until its source tells something."
    )
    FAILING = strawberry.enum_value(
        Doing.FAILING, description="The last run of a stream failed; it is tried again soon."
    )
    LEFT_ALONE = strawberry.enum_value(
        Doing.LEFT_ALONE,
        description="Its source failed so often that it is tried only every five minutes: the circuit is open.",
    )
    PAUSED = strawberry.enum_value(Doing.PAUSED, description="It was told to rest.")
    STOPPED = strawberry.enum_value(Doing.STOPPED, description="No process runs it.")


@strawberry.enum(name="ConnectorReading", description="How what a source has comes in.")
class Reads(Enum):
    CHANGED = strawberry.enum_value(How.CHANGED, description="Each run reads what has changed.")
    WHOLE = strawberry.enum_value(
        How.WHOLE, description="Each run reads all records, and compares them with those before: what is gone is seen."
    )
    TOLD = strawberry.enum_value(How.TOLD, description="The source tells by itself what happens.")


@strawberry.type(
    description="A run of a stream; of a stream whose source tells by itself, all since the connector is at work."
)
class ConnectorRun:
    began: DateTime = strawberry.field(description="When it began.")
    ended: DateTime | None = strawberry.field(description="When it ended; null while it is under way.")
    seconds: float = strawberry.field(description="How long it took, or how long it has been under way.")
    read: int = strawberry.field(description="Records that were read.")
    published: int = strawberry.field(
        description="Records that were new or changed, and whose messages the broker has."
    )
    unchanged: int = strawberry.field(description="Records that say what they said before: they were not published.")
    refused: int = strawberry.field(description="Records that can't be mapped.")
    withdrawn: int = strawberry.field(description="Things that are gone from the source, and were withdrawn.")
    messages: int = strawberry.field(description="Messages that the broker has acknowledged.")
    rate: float | None = strawberry.field(description="Records read a second.")
    error: str | None = strawberry.field(description="Why it failed.")


@strawberry.type(description="All runs of a stream together.")
class ConnectorTotals:
    runs: Json = strawberry.field(description="Runs that have ended.")
    failed: Json = strawberry.field(description="Those that failed.")
    read: Json = strawberry.field(description="Records that were read.")
    published: Json = strawberry.field(description="Records that were new or changed.")
    unchanged: Json = strawberry.field(description="Records that said what they had said before.")
    refused: Json = strawberry.field(description="Records that could not be mapped, each time they were read.")
    withdrawn: Json = strawberry.field(description="Things that were withdrawn.")
    messages: Json = strawberry.field(description="Messages that the broker has acknowledged.")


@strawberry.type(description="A kind of records that a connector reads, and how it fares.")
class ConnectorStream:
    name: str = strawberry.field(description="Its name in the connector's file.")
    reads: Reads = strawberry.field(description="How what the source has comes in.")
    running: ConnectorRun | None = strawberry.field(description="The run that is under way, as of a second ago.")
    last_run: ConnectorRun | None = strawberry.field(description="The last run that ended, well or not.")
    last_success: ConnectorRun | None = strawberry.field(description="The last run that did not fail.")
    next_run: DateTime | None = strawberry.field(
        description="When it is read next; null while it runs, rests or nobody runs it."
    )
    lag: float | None = strawberry.field(
        description="Seconds since the last run began that did not fail: what the source had by then has arrived. Null "
        "where there was none, or the source tells by itself."
    )
    rate: float | None = strawberry.field(
        description="Records read a second, by the run that is under way, else by the last one."
    )
    failures: int = strawberry.field(description="How many runs in a row have failed.")
    error: str | None = strawberry.field(description="Why the last run failed, with the remedy where one is known.")
    letters: int = strawberry.field(
        description="Records that can't be mapped now; the connector's `letters` lists them."
    )
    loaded: bool = strawberry.field(
        description="Whether a run has come to its end since the beginning or a reset: whether all is in."
    )
    position: str | None = strawberry.field(
        description="From where it goes on, for people: the newest change, or the last key; cut short."
    )
    totals: ConnectorTotals = strawberry.field(description="All runs together, since the connector was first run.")


@strawberry.type(
    description="A record that can't be mapped. It is tried again when it changes, or after a reset, which a mended "
    "mapping needs."
)
class ConnectorLetter:
    stream: str = strawberry.field(description="The stream that it was read by.")
    key: str = strawberry.field(description="What tells it from other records.")
    time: DateTime = strawberry.field(description="When it was read last.")
    record: Json = strawberry.field(description="The record as the source has it.")
    reasons: list[str] = strawberry.field(description="All that is wrong with it, each with its place in the file.")


async def _letters(
    connector: strawberry.Parent[Connector],
    info: Info,
    first: Annotated[int, argument(description=f"How many at most, up to {MAX_LETTERS}.")] = 20,
) -> list[ConnectorLetter]:
    if not 0 <= first <= MAX_LETTERS:
        raise RequestError(f"`first` of `letters` is {first}; ask for 0 to {MAX_LETTERS}")
    name = connector.name
    found = await doing(desk_of(info.context), lambda state: state.letters(name, first))
    return [_letter(letter) for letter in found]


@strawberry.type(
    description="A system that is read by configuration, a YAML file, and what it knows published as its assertions."
)
class Connector:
    name: str = strawberry.field(description="Its file's name without `.yaml`.")
    system: str = strawberry.field(description="The system as which it speaks.")
    kind: str = strawberry.field(description="How the source is reached: `sql`, `rest`, `file`, …")
    profile: str | None = strawberry.field(description="The profile that its file lies over.")
    description: str | None = strawberry.field(description="What it connects, for people.")
    state: Does = strawberry.field(description="What it does now.")
    paused: bool = strawberry.field(description="Whether it was told to rest.")
    held: bool = strawberry.field(description="Whether a process runs it: this hub, another one, or a command.")
    remedy: str | None = strawberry.field(description="What to do where a stream fails, beside what its error says.")
    streams: list[ConnectorStream] = strawberry.field(description="What it reads.")
    buffered: int = strawberry.field(
        description="Records of a source that can't wait, which wait on disk for the broker."
    )
    dropped: Json = strawberry.field(
        description="Records, ever, for which there was no room on disk, so that they are lost: a whole number."
    )
    letter_count: int = strawberry.field(description="How many records can't be mapped now.")
    letters: list[ConnectorLetter] = strawberry.field(
        resolver=_letters, description="The records that can't be mapped, the oldest first."
    )


def desk_of(context: ApiContext) -> Desk:
    """The hub's connectors; `RequestError` where their files have faults."""
    desk = context.desk
    if desk is None or desk.fault:
        why = "" if desk is None else f": {desk.fault}"
        raise RequestError(f"this hub knows of no connectors{why}")
    return desk


async def doing(desk: Desk, work: Callable[[State], T]) -> T:
    """Does something with what connectors keep; `RequestError` where it can't be reached."""
    return await _reached(desk.do(work))


async def statuses(desk: Desk) -> list[ConnectorStatus]:
    """How all connectors fare."""
    return await _reached(desk.statuses())


async def _reached(waiting: Awaitable[T]) -> T:
    try:
        return await waiting
    except StateError as error:
        log.error("%s", error)
        raise RequestError("what connectors keep can't be reached now; `/readyz` and the hub's log say why") from None


async def told(desk: Desk, name: str) -> Connector:
    """How one connector fares."""
    return next(shown(status) for status in await statuses(desk) if status.name == name)


def shown(status: ConnectorStatus) -> Connector:
    """How a connector fares, as clients are told."""
    connector = status.connector
    return Connector(
        name=status.name,
        system=connector.settings.system,
        kind=connector.kind.name,
        profile=connector.profile,
        description=connector.settings.description or None,
        state=Does(status.doing),
        paused=status.paused,
        held=status.held,
        remedy=status.remedy or None,
        streams=[_stream(stream) for stream in status.streams],
        buffered=status.buffered[0],
        dropped=Json(status.buffered[1]),
        letter_count=status.letters,
    )


def _stream(stream: StreamStatus) -> ConnectorStream:
    totals = stream.totals
    return ConnectorStream(
        name=stream.name,
        reads=Reads(stream.how),
        running=_run(stream.running, under_way=True),
        last_run=_run(stream.last),
        last_success=_run(stream.success),
        next_run=None if stream.due is None else _time(stream.due),
        lag=stream.lag,
        rate=stream.rate,
        failures=stream.failures,
        error=stream.error or None,
        letters=stream.letters,
        loaded=stream.loaded,
        position=stream.position or None,
        totals=ConnectorTotals(
            runs=Json(totals.runs),
            failed=Json(totals.failed),
            read=Json(totals.read),
            published=Json(totals.changed),
            unchanged=Json(totals.unchanged),
            refused=Json(totals.letters),
            withdrawn=Json(totals.withdrawn),
            messages=Json(totals.messages),
        ),
    )


def _run(run: LastRun | None, *, under_way: bool = False) -> ConnectorRun | None:
    if run is None:
        return None
    return ConnectorRun(
        began=_time(run.began),
        ended=None if under_way else _time(run.ended),
        seconds=run.seconds,
        read=run.read,
        published=run.changed,
        unchanged=run.unchanged,
        refused=run.letters,
        withdrawn=run.withdrawn,
        messages=run.messages,
        rate=run.rate,
        error=run.error or None,
    )


def _letter(letter: Letter) -> ConnectorLetter:
    return ConnectorLetter(
        stream=letter.stream,
        key=letter.key,
        time=DateTime(instant(letter.time)),
        record=Json(letter.record),
        reasons=list(letter.troubles),
    )


def _time(seconds: float) -> DateTime:
    return DateTime(instant(round(seconds * 1_000_000)))


async def _connectors(
    info: Info,
    names: Annotated[list[str] | None, argument(description="Only these; all where it is left out.")] = None,
) -> list[Connector]:
    desk = desk_of(info.context)
    for name in names or ():
        known(desk, name)
    found = [shown(status) for status in await statuses(desk) if names is None or status.name in names]
    info.context.budget.give(sum(1 + len(each.streams) for each in found))
    return found


def known(desk: Desk, name: str) -> None:
    """`RequestError` where there is no connector of that name."""
    if name not in desk.connectors:
        names = ", ".join(desk.connectors) or "none: the setting `connectors` names their folder"
        raise RequestError(f"there is no connector {name!r}; known are {names}")


@strawberry.type
class ConnectorsQuery:
    connectors: list[Connector] = strawberry.field(
        resolver=_connectors,
        description="The systems that are read by configuration, in order of name, and how each fares: the same "
        "whichever hub is asked and whichever runs them.",
    )
