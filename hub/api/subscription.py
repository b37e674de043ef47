"""Changes as they are committed, each with the thing as it is now where the client asks for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from enum import Enum
from typing import Annotated

import strawberry

from hub.announcing.live import Change, ChangeType, Lagged
from hub.api import reading
from hub.api.common import Entity, Found
from hub.api.context import Info, core
from hub.api.errors import RequestError
from hub.api.scalars import DateTime
from hub.clock import instant

argument = strawberry.argument


@strawberry.enum(name="ChangeType", description="What happened to a thing.")
class Happened(Enum):
    CREATED = strawberry.enum_value(
        ChangeType.CREATED, description="It was not there, or was only referred to, and is described now."
    )
    UPDATED = strawberry.enum_value(ChangeType.UPDATED, description="Some attributes or links of it are different now.")
    DELETED = strawberry.enum_value(ChangeType.DELETED, description="No system describes it any more.")
    ENTERED = strawberry.enum_value(
        "ENTERED", description="Only where `path` is given: it was elsewhere, and is at or below that location now."
    )
    LEFT = strawberry.enum_value(
        "LEFT",
        description="Only where `path` is given: it was at or below that location, and is elsewhere now. No more is "
        "told of it until it enters again.",
    )


async def _entity(event: strawberry.Parent[Event], info: Info) -> Found:
    if event.change is Happened.DELETED:
        return None
    request = core(info)
    kind = info.context.model.kind(event.kind)
    return await reading.one(request, kind, reading.by_id(event.id), request.field_nodes)


@strawberry.type(name="Change", description="One thing that changed.")
class Event:
    kind: str = strawberry.field(description="The thing's kind.")
    id: strawberry.ID = strawberry.field(description="The thing's id.")
    change: Happened = strawberry.field(description="What happened to it.")
    path: str | None = strawberry.field(
        description="Where it is in the plant's hierarchy; of one that is gone, where it was."
    )
    path_before: str | None = strawberry.field(description="Where it was before; null for a new one.")
    changed: list[str] = strawberry.field(
        description="The fields that are different now, links among them. `sources` and `updatedAt` change with nearly "
        "every word: `sources` is named only where nothing else is different, and `updatedAt` never."
    )
    systems: list[str] = strawberry.field(description="The systems that describe it now.")
    time: DateTime = strawberry.field(description="When the change was committed.")
    entity: Entity | None = strawberry.field(
        resolver=_entity, description="The thing as it is now; null where it is gone."
    )


async def _changes(
    info: Info,
    kinds: Annotated[list[str] | None, argument(description="Only of these kinds; all where it is left out.")] = None,
    path: Annotated[
        str | None,
        argument(
            description="Only of things that are, or were until this change, at or below this location; the whole "
            "plant where it is left out."
        ),
    ] = None,
) -> AsyncGenerator[Event, None]:
    wanted = reading.kinds_named(info.context, kinds)
    place = "/".join(reading.location(path))
    async with aclosing(info.context.changes.subscribe()) as feed:
        async for change in feed:
            if isinstance(change, Lagged):
                raise RequestError(f"{_why(change)}; read anew and subscribe again")
            happened = _happened(change, place) if change.kind in wanted else None
            if happened is not None:
                info.context.budget.renew()
                yield _event(change, happened)


@strawberry.type(description="What is told as it happens, over graphql-transport-ws.")
class Subscription:
    changes: AsyncGenerator[Event, None] = strawberry.subscription(
        resolver=_changes,
        description="Every change from now on. A listener that falls too far behind is told so and the subscription "
        "ends: read anew and subscribe again.",
    )


def _why(lagged: Lagged) -> str:
    if lagged.missed is None:
        return "changes may have been missed, as this hub was cut off from the broker that tells it of other hubs'"
    return f"{lagged.missed} changes were missed, as they came faster than they were taken"


def _happened(change: Change, place: str) -> Happened | None:
    """What a change is to one who listens to a location; None where it has nothing to do with it."""
    now, before = _within(change.path, place), _within(change.path_before, place)
    match change.change:
        case ChangeType.UPDATED if now != before:
            return Happened.ENTERED if now else Happened.LEFT
        case ChangeType.DELETED:
            return Happened.DELETED if before else None
    return Happened(change.change) if now else None


def _within(path: str | None, place: str) -> bool:
    return not place or path == place or (path is not None and path.startswith(f"{place}/"))


def _event(change: Change, happened: Happened) -> Event:
    return Event(
        kind=change.kind,
        id=strawberry.ID(change.id),
        change=happened,
        path=change.path,
        path_before=change.path_before,
        changed=list(change.changed),
        systems=list(change.systems),
        time=DateTime(instant(change.time)),
    )
