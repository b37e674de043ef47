"""Changes as they are committed, each with the thing as it is now where the client asks for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from enum import Enum
from typing import Annotated, cast

import strawberry

from hub.api import reading, walk
from hub.api.common import Entity, Found
from hub.api.context import Info, core
from hub.api.errors import RequestError
from hub.api.scalars import DateTime
from hub.live import Change, ChangeType, Lagged

argument = strawberry.argument


@strawberry.enum(name="ChangeType", description="What happened to a thing.")
class Happened(Enum):
    CREATED = strawberry.enum_value(
        ChangeType.CREATED, description="It was not there, or was only referred to, and is described now."
    )
    UPDATED = strawberry.enum_value(ChangeType.UPDATED, description="Some attributes or links of it are different now.")
    DELETED = strawberry.enum_value(ChangeType.DELETED, description="No system describes it any more.")


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
    path: str | None = strawberry.field(description="Where it is in the plant's hierarchy.")
    changed: list[str] = strawberry.field(description="The attributes and links that are different now.")
    systems: list[str] = strawberry.field(description="The systems that describe it now.")
    time: DateTime = strawberry.field(description="When the change was committed.")
    entity: Entity | None = strawberry.field(
        resolver=_entity, description="The thing as it is now; null where it is gone."
    )


async def _changes(
    info: Info,
    kinds: Annotated[list[str] | None, argument(description="Only of these kinds; all where it is left out.")] = None,
    path: Annotated[str | None, argument(description="Only of things at or below this location.")] = None,
) -> AsyncGenerator[Event, None]:
    wanted = reading.kinds_named(info.context, kinds)
    below = None if path is None else path.rstrip("/")
    feed = cast(AsyncGenerator[Change | Lagged, None], info.context.changes.subscribe())
    async with aclosing(feed):
        async for change in feed:
            if isinstance(change, Lagged):
                raise RequestError(
                    f"{change.missed} changes were missed, as they came faster than they were taken; "
                    "read anew and subscribe again"
                )
            if change.kind in wanted and _at_or_below(change.path, below):
                info.context.budget.renew()
                yield _event(change)


@strawberry.type(description="What is told as it happens, over graphql-transport-ws.")
class Subscription:
    changes: AsyncGenerator[Event, None] = strawberry.subscription(
        resolver=_changes,
        description="Every change from now on. A listener that falls too far behind is told so and the subscription "
        "ends: read anew and subscribe again.",
    )


def _at_or_below(path: str | None, place: str | None) -> bool:
    return place is None or path == place or (path is not None and path.startswith(f"{place}/"))


def _event(change: Change) -> Event:
    return Event(
        kind=change.kind,
        id=strawberry.ID(change.id),
        change=Happened(change.change),
        path=change.path,
        changed=list(change.changed),
        systems=list(change.systems),
        time=DateTime(walk.instant(change.time)),
    )
