"""Changes as messages, on `<prefix>/_hub/change/<kind>`: for whoever subscribes, and from hub to hub.

{"kind": "MaterialLot", "id": "LOT-1", "change": "UPDATED", "path": "acme/north", "pathBefore": "acme/south",
 "changed": ["status"], "systems": ["lims", "mes"], "time": "2026-05-04T08:00:00.000000Z", "hub": "hub-1"}

Hubs beside each other number their changes, 1, 2, 3 … in each run, and say on `<prefix>/_hub/change` how far they are:

{…, "hub": "hub-1", "run": "9f2c01ab", "number": 17}
{"hub": "hub-1", "run": "9f2c01ab", "number": 17, "position": 4711}     after the change 17, all up to this assertion
{"hub": "hub-1", "missed": true}                                        some could not be told
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from connectors.wire.messages import Outbound
from hub.announcing.live import Change, ChangeType
from hub.clock import EPOCH, instant
from schema.registry import Model

_TOPIC = "_hub/change"


def topics(prefix: str) -> str:
    """The filter of all changes."""
    return f"{prefix}/{_TOPIC}/#"


@dataclass(frozen=True, slots=True)
class Place:
    """Which of the changes that one run of a hub tells this is, or which one was the last."""

    run: str
    number: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a hub says: a change, how far all is told, or where it says neither, that some could not be told."""

    hub: str
    change: Change | None = None
    place: Place | None = None
    position: int | None = None


def build(model: Model, prefix: str, hub: str, change: Change, qos: int, place: Place | None = None) -> Outbound:
    """The message that tells a change, made by the hub of this name."""
    body: dict[str, Any] = {
        "kind": change.kind,
        "id": change.id,
        "change": change.change,
        "path": change.path,
        "pathBefore": change.path_before,
        "changed": change.changed,
        "systems": change.systems,
        "time": instant(change.time),
        "hub": hub,
    }
    if place is not None:
        body |= {"run": place.run, "number": place.number}
    return Outbound(f"{prefix}/{_TOPIC}/{model.kinds[change.kind].topic}", orjson.dumps(body), qos=qos)


def told(prefix: str, hub: str, place: Place, position: int) -> Outbound:
    """The message by which a hub says that after this change of its all is told that it changed up to a position."""
    body = {"hub": hub, "run": place.run, "number": place.number, "position": position}
    return Outbound(f"{prefix}/{_TOPIC}", orjson.dumps(body))


def missed(prefix: str, hub: str) -> Outbound:
    """The message by which a hub says that it could not tell all its changes."""
    return Outbound(f"{prefix}/{_TOPIC}", orjson.dumps({"hub": hub, "missed": True}))


def read(payload: bytes) -> Said:
    """What a hub says; `ValueError` where the payload is no such message."""
    try:
        found = _MESSAGE.validate_json(payload)
    except ValidationError as error:
        raise ValueError(f"no change: {error.error_count()} members are not as they should be") from None
    if isinstance(found, _Missed):
        return Said(found.hub)
    if isinstance(found, _Told):
        return Said(found.hub, None, Place(found.run, found.number), found.position)
    change = Change(
        kind=found.kind,
        id=found.id,
        change=found.change,
        path=found.path,
        path_before=found.path_before,
        changed=found.changed,
        systems=found.systems,
        time=(found.time - EPOCH) // timedelta(microseconds=1),
    )
    return Said(found.hub, change, None if found.run is None else Place(found.run, found.number))


class _Changed(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)

    kind: str
    id: str
    change: ChangeType
    path: str | None
    path_before: str | None
    changed: tuple[str, ...]
    systems: tuple[str, ...]
    time: AwareDatetime
    hub: str
    run: str | None = None
    number: int = 0


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)

    hub: str
    run: str
    number: int
    position: int


class _Missed(BaseModel):
    model_config = ConfigDict(frozen=True)

    hub: str
    missed: Literal[True]


_MESSAGE: TypeAdapter[_Changed | _Told | _Missed] = TypeAdapter(_Changed | _Told | _Missed)
