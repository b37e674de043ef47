"""The fields of `Subscription`: `changes`, and one for each kind, made from the model as the types are.

An event is a `Told`: `Change` and the types of each kind's changes are read from it. What a subscription is about goes
to `hub.api.evaluation`, which feeds it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from enum import Enum
from typing import Any

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from hub.announcing.live import Change, ChangeType
from hub.announcing.waiting import Lagged
from hub.api import reading
from hub.api.choice import Choice
from hub.api.common import Entity, Found
from hub.api.context import CoreInfo, Info, core
from hub.api.inputs import Inputs
from hub.api.scalars import DateTime
from hub.api.source import Told
from hub.clock import instant, now
from schema.registry import Kind, Model


@strawberry.enum(name="ChangeType", description="What happened to a thing.")
class Happened(Enum):
    CREATED = strawberry.enum_value(
        ChangeType.CREATED, description="It was not there, or was only referred to, and is described now."
    )
    UPDATED = strawberry.enum_value(ChangeType.UPDATED, description="Some attributes or links of it are different now.")
    DELETED = strawberry.enum_value(ChangeType.DELETED, description="No system describes it any more.")
    ENTERED = strawberry.enum_value(
        ChangeType.ENTERED,
        description="Only where `path` or `where` is given: it is among those things now, and was not, or is not known "
        "to have been.",
    )
    LEFT = strawberry.enum_value(
        ChangeType.LEFT,
        description="Only where `path` or `where` is given: it is not among those things now, and was, or may have "
        "been. No more is told of it until it enters again.",
    )
    LAGGED = strawberry.enum_value(
        "LAGGED",
        description="No thing, but a gap: changes were missed, as many as `missed` says. Read anew, or subscribe again "
        "`since` the cursor of this event.",
    )


async def _entity(told: strawberry.Parent[Event], info: Info) -> Found:
    return await _thing(told, core(info))


async def _thing(told: Any, info: CoreInfo) -> Any:
    what: Change | Lagged = told.what
    if isinstance(what, Lagged) or what.change is ChangeType.DELETED:
        return None
    kind = info.context.model.kind(what.kind)
    return await reading.one(info, kind, reading.by_id(what.id), info.field_nodes)


@strawberry.type(name="Change", description="One thing that changed, or a gap.")
class Event:
    kind: str | None = strawberry.field(description="The thing's kind; null for LAGGED.")
    id: strawberry.ID | None = strawberry.field(description="The thing's id; null for LAGGED.")
    change: Happened = strawberry.field(description="What happened to it.")
    path: str | None = strawberry.field(
        description="Where it is in the plant's hierarchy; of one that is gone, where it was."
    )
    path_before: str | None = strawberry.field(
        description="Where it was before; null for a new one, and where it is not known, as `since` a cursor."
    )
    changed: list[str] = strawberry.field(
        description="The fields that are different now, links among them. `sources` and `updatedAt` change with nearly "
        "every word: `sources` is named only where nothing else is different, and `updatedAt` never. Empty where it is "
        "not known, as `since` a cursor."
    )
    systems: list[str] = strawberry.field(description="The systems that describe it now.")
    time: DateTime = strawberry.field(
        description="When the change was committed; of what came before, `since` a cursor, when it was looked up."
    )
    cursor: str = strawberry.field(
        description="Up to here nothing is missing: `since` takes it. A few events may come twice."
    )
    replayed: bool = strawberry.field(
        description="Whether it is told `since` a cursor: the thing as it is now, which may have been told before."
    )
    missed: int | None = strawberry.field(
        description="For LAGGED: of how many things changes were missed; null where that is not known, as this hub was "
        "cut off from others. Null for all else."
    )
    entity: Entity | None = strawberry.field(
        resolver=_entity, description="The thing as it is now; null where it is gone, and for LAGGED."
    )


_ARGUMENTS = {
    "kinds": "Only of these kinds; all where it is left out.",
    "where": "Only of things that meet this, or did before.",
    "path": "Only of things that are, or were until this change, at or below this location; the whole plant where "
    "it is left out.",
    "since": "The cursor of the last event taken: what was missed since is told first, each thing once, as it is now. "
    "From now on where it is left out.",
}


class Subscriptions:
    """Makes the type `Subscription`."""

    def __init__(
        self, model: Model, common: Mapping[str, GraphQLNamedType], objects: Mapping[str, GraphQLObjectType]
    ) -> None:
        """`common` holds the types that do not depend on the model, `objects` the kinds', by name."""
        self._model = model
        self._objects = objects
        change = common["Change"]
        assert isinstance(change, GraphQLObjectType)
        self._change = change
        for name, field in change.fields.items():
            if name != "entity":
                field.resolve = _VALUES[name]

    def type(self, inputs: Inputs) -> GraphQLObjectType:
        """The type, with a field for all kinds and one for each."""
        text = GraphQLString
        changes = {
            "kinds": GraphQLArgument(GraphQLList(GraphQLNonNull(text)), description=_ARGUMENTS["kinds"]),
            "where": GraphQLArgument(inputs.entity_where, description=_ARGUMENTS["where"]),
            "path": GraphQLArgument(text, description=_ARGUMENTS["path"]),
            "since": GraphQLArgument(text, description=_ARGUMENTS["since"]),
        }
        fields = {
            "changes": GraphQLField(
                GraphQLNonNull(self._change),
                args=changes,
                subscribe=_changes,
                resolve=_itself,
                description="Every change from now on, or since a cursor. A listener that falls behind is told of a "
                "thing once, as it is by then; one that falls too far behind is told so with an event LAGGED.",
            )
        }
        for kind in self._model:
            own = {**changes, "where": GraphQLArgument(inputs.where(kind), description=_ARGUMENTS["where"])}
            del own["kinds"]
            fields[f"{kind.field}Changed"] = GraphQLField(
                GraphQLNonNull(self._change_of(kind)),
                args=own,
                subscribe=_changed(kind),
                resolve=_itself,
                description=f"Every change of a thing of the kind {kind.name}, as `changes` tells it. "
                f"{kind.description}",
            )
        return GraphQLObjectType(
            "Subscription",
            fields,
            description="What is told as it happens, over graphql-transport-ws and server-sent events.",
        )

    def _change_of(self, kind: Kind) -> GraphQLObjectType:
        fields = {
            name: GraphQLField(field.type, resolve=field.resolve, description=field.description)
            for name, field in self._change.fields.items()
            if name != "kind"
        }
        fields["entity"] = GraphQLField(
            self._objects[kind.name], resolve=_thing, description=self._change.fields["entity"].description
        )
        return GraphQLObjectType(f"{kind.name}Change", fields, description=f"One {kind.name} that changed, or a gap.")


async def _changes(
    _root: object,
    info: CoreInfo,
    kinds: list[str] | None = None,
    where: Mapping[str, Any] | None = None,
    path: str | None = None,
    since: str | None = None,
) -> AsyncIterator[Told]:
    return await _told(info, reading.kinds_named(info.context, kinds), path, where)


def _changed(kind: Kind) -> Callable[..., Awaitable[AsyncIterator[Told]]]:
    async def subscribe(
        _root: object,
        info: CoreInfo,
        where: Mapping[str, Any] | None = None,
        path: str | None = None,
        since: str | None = None,
    ) -> AsyncIterator[Told]:
        return await _told(info, frozenset((kind.name,)), path, where)

    return subscribe


async def _told(
    info: CoreInfo, kinds: frozenset[str], path: str | None, where: Mapping[str, Any] | None
) -> AsyncIterator[Told]:
    """Opens the stream. Where to go on from is no matter of the plan (`hub.api.shared`)."""
    context = info.context
    assert context.source is not None
    events = await context.source.open(Choice(context, kinds, "/".join(reading.location(path)), where))

    async def renewing() -> AsyncIterator[Told]:
        async for told in events:
            context.budget.renew()
            yield told

    return renewing()


def _itself(told: Told, _info: CoreInfo, **_arguments: Any) -> Told:
    return told


def _of(read: Callable[[Change], Any], lagged: Any = None) -> Callable[[Told, CoreInfo], Any]:
    return lambda told, _info: read(told.what) if isinstance(told.what, Change) else lagged


_VALUES: dict[str, Callable[[Told, CoreInfo], Any]] = {
    "kind": _of(lambda change: change.kind),
    "id": _of(lambda change: change.id),
    "change": _of(lambda change: Happened(change.change), Happened.LAGGED),
    "path": _of(lambda change: change.path),
    "pathBefore": _of(lambda change: change.path_before),
    "changed": _of(lambda change: change.changed, ()),
    "systems": _of(lambda change: change.systems, ()),
    "time": lambda told, _info: instant(told.what.time if isinstance(told.what, Change) else now()),
    "cursor": lambda told, _info: told.cursor,
    "replayed": _of(lambda change: change.replayed, False),
    "missed": lambda told, _info: told.what.missed if isinstance(told.what, Lagged) else None,
}
