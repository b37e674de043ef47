"""Changes as messages, on `<prefix>/_hub/change/<kind>`: for whoever subscribes, and from hub to hub.

{"kind": "MaterialLot", "id": "LOT-1", "change": "UPDATED", "path": "acme/north", "pathBefore": "acme/south",
 "changed": ["status"], "systems": ["lims", "mes"], "time": "2026-05-04T08:00:00.000000Z", "hub": "hub-1"}
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from hub.announcing.live import Change, ChangeType
from hub.clock import EPOCH, instant
from hub.messages import Outbound
from schema.registry import Model

_TOPIC = "_hub/change"


def topics(prefix: str) -> str:
    """The filter of all changes."""
    return f"{prefix}/{_TOPIC}/#"


def build(model: Model, prefix: str, hub: str, change: Change, qos: int) -> Outbound:
    """The message that tells a change, made by the hub of this name."""
    body = {
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
    return Outbound(f"{prefix}/{_TOPIC}/{model.kinds[change.kind].topic}", orjson.dumps(body), qos=qos)


def missed(prefix: str, hub: str) -> Outbound:
    """The message by which a hub says that it could not tell all its changes."""
    return Outbound(f"{prefix}/{_TOPIC}", orjson.dumps({"hub": hub, "missed": True}))


def read(payload: bytes) -> tuple[str, Change | None]:
    """The hub that tells a change, and the change; None where it says that some are missing.

    `ValueError` where the payload is no such message.
    """
    try:
        told = _MESSAGE.validate_json(payload)
    except ValidationError as error:
        raise ValueError(f"no change: {error.error_count()} members are not as they should be") from None
    if isinstance(told, _Missed):
        return told.hub, None
    return told.hub, Change(
        kind=told.kind,
        id=told.id,
        change=told.change,
        path=told.path,
        path_before=told.path_before,
        changed=told.changed,
        systems=told.systems,
        time=(told.time - EPOCH) // timedelta(microseconds=1),
    )


class _Told(BaseModel):
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


class _Missed(BaseModel):
    model_config = ConfigDict(frozen=True)

    hub: str
    missed: Literal[True]


_MESSAGE: TypeAdapter[_Told | _Missed] = TypeAdapter(_Told | _Missed)
