"""What connectors can be told over the API: to rest, go on, run now or begin anew; and looks at their sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import strawberry

from connectors import load
from connectors.errors import ConnectorError
from connectors.settings import ConnectorSettings
from connectors.state import Asked
from hub.api.context import Info
from hub.api.errors import RequestError
from hub.api.integration.connectors import Connector, desk_of, doing, known, told
from hub.api.scalars import Json
from hub.connect import looks
from hub.connect.desk import Desk
from hub.errors import HubError
from schema.contract import Contract

argument = strawberry.argument
T = TypeVar("T")

MAX_PREVIEW = 50

_Name = Annotated[str, argument(description="The connector's name.")]
_Streams = Annotated[list[str] | None, argument(description="Only these streams; all where it is left out.")]


@strawberry.type(description="What a look at a source found.")
class ConnectorFinding:
    what: str = strawberry.field(description="The connection, or a stream by name.")
    detail: str = strawberry.field(description="What was found.")
    remedy: str | None = strawberry.field(description="What to do; null where all is well.")


@strawberry.type(description="A field of what a source offers.")
class OfferedField:
    name: str = strawberry.field(description="Its name.")
    type: str = strawberry.field(description="Its type, as the source calls it.")


@strawberry.type(description="Something that a source has to read.")
class ConnectorOffer:
    name: str = strawberry.field(description="Its name at the source.")
    fields: list[OfferedField] = strawberry.field(description="Its fields.")
    draft: Json = strawberry.field(description="How a stream of it is written in the connector's file, without `map`.")


@strawberry.type(description="A record as it was read, and what it asserts.")
class PreviewedRecord:
    stream: str = strawberry.field(description="The stream that it was read by.")
    record: Json = strawberry.field(description="The record as the source has it.")
    assertions: list[Json] = strawberry.field(description="What it asserts; nothing where it can't be mapped.")
    reasons: list[str] = strawberry.field(description="Why it can't be mapped, each with its place in the file.")


async def _pause(info: Info, name: _Name) -> Connector:
    return await _switch(info, name, paused=True)


async def _resume(info: Info, name: _Name) -> Connector:
    return await _switch(info, name, paused=False)


async def _switch(info: Info, name: str, *, paused: bool) -> Connector:
    desk = desk_of(info.context)
    known(desk, name)
    await doing(desk, lambda state: state.pause(name, paused))
    return await told(desk, name)


async def _run(
    info: Info,
    name: _Name,
    streams: _Streams = None,
    withdraw_all: Annotated[
        bool, argument(description="Whether what is gone from the source is withdrawn however much it is.")
    ] = False,
) -> Connector:
    desk = desk_of(info.context)
    wanted = _chosen(desk, name, streams)
    if not isinstance(desk.connectors[name].settings, ConnectorSettings):
        raise RequestError(f"the connector {name} is not read: its source tells by itself what happens")
    if not await doing(desk, lambda state: state.held(name)):
        raise RequestError(
            f"no process runs the connector {name} now; start a hub whose role is `all` or `connect`, or call "
            f"`unshub connectors run {name}`"
        )
    await doing(desk, lambda state: state.ask(name, Asked(wanted, wanted if withdraw_all else ())))
    return await told(desk, name)


async def _reset(info: Info, name: _Name, streams: _Streams = None) -> Connector:
    desk = desk_of(info.context)
    for stream in _chosen(desk, name, streams):
        await doing(desk, lambda state, stream=stream: state.stream(name, stream).reset())  # type: ignore[misc]
    return await told(desk, name)


async def _check(info: Info, name: _Name) -> list[ConnectorFinding]:
    found = await _look(desk_of(info.context), name, looks.check)
    return [ConnectorFinding(what=each.what, detail=each.detail, remedy=each.remedy or None) for each in found]


async def _discover(info: Info, name: _Name) -> list[ConnectorOffer]:
    found = await _look(desk_of(info.context), name, looks.discover)
    return [
        ConnectorOffer(
            name=each.name,
            fields=[OfferedField(name=field, type=kind) for field, kind in each.fields.items()],
            draft=Json(dict(each.draft)),
        )
        for each in found
    ]


async def _preview(
    info: Info,
    name: _Name,
    streams: _Streams = None,
    first: Annotated[int, argument(description=f"How many records of each stream, up to {MAX_PREVIEW}.")] = 5,
) -> list[PreviewedRecord]:
    desk = desk_of(info.context)
    wanted = _chosen(desk, name, streams)
    if not 1 <= first <= MAX_PREVIEW:
        raise RequestError(f"`first` is {first}; ask for 1 to {MAX_PREVIEW} records of each stream")
    contract = Contract(info.context.model, desk.settings.rules())
    found = await _look(desk, name, lambda connector: looks.preview(connector, wanted, first, contract))
    return [
        PreviewedRecord(
            stream=each.stream,
            record=Json(each.record),
            assertions=[Json(said) for said in each.said],
            reasons=list(each.troubles),
        )
        for each in found
    ]


def _chosen(desk: Desk, name: str, streams: Sequence[str] | None) -> list[str]:
    """The streams that are meant; `RequestError` names one that the connector has not."""
    known(desk, name)
    own = list(desk.connectors[name].settings.streams)
    if streams is not None and (wrong := [stream for stream in streams if stream not in own]):
        raise RequestError(f"the connector {name} has no stream {wrong[0]!r}; known are {', '.join(own)}")
    return own if streams is None else list(dict.fromkeys(streams))


async def _look(desk: Desk, name: str, look: Callable[[load.Connector], T]) -> T:
    """Looks at a source; `RequestError` says what stands in the way."""
    known(desk, name)
    try:
        return await desk.look(name, look)
    except (ConnectorError, HubError) as error:
        raise RequestError(desk.connectors[name].hidden(str(error))) from None


@strawberry.type
class ConnectorMutation:
    pause_connector: Connector = strawberry.mutation(
        resolver=_pause,
        description="Has a connector rest, wherever it runs. What changes meanwhile is read when it goes on.",
    )
    resume_connector: Connector = strawberry.mutation(resolver=_resume, description="Has a paused connector go on.")
    run_connector: Connector = strawberry.mutation(
        resolver=_run,
        description="Has streams of a connector be read now, also of one that is paused; whoever runs it begins within "
        "two seconds. `running` and `lastRun` then tell how that goes.",
    )
    reset_connector: Connector = strawberry.mutation(
        resolver=_reset,
        description="Has the next run read everything again and publish it anew. What has gone meanwhile is withdrawn "
        "then.",
    )
    check_connector: list[ConnectorFinding] = strawberry.mutation(
        resolver=_check,
        description="Looks from this hub whether a source can be read as configured; no data is read. A mutation, "
        "since it asks another system.",
    )
    discover_connector: list[ConnectorOffer] = strawberry.mutation(
        resolver=_discover, description="Asks a source from this hub what it offers, 1,000 at most."
    )
    preview_connector: list[PreviewedRecord] = strawberry.mutation(
        resolver=_preview,
        description="Reads the first records of a source from this hub and maps them. Nothing is published, nothing "
        "kept.",
    )
