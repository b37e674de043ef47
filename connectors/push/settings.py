"""What the file of a connector may hold whose source tells by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from connectors.mapping.settings import AssertionSettings, EventSettings, Strict
from connectors.settings import CommonSettings, CommonStream, Expression, Seconds, StreamName

_SIZE = re.compile(r"(\d+)\s*(B|KiB|MiB|GiB)?")
_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def _bytes(value: object) -> object:
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, str) and match is None:
        raise ValueError("is no size; write bytes as a number, or 64KiB, 1MiB")
    return int(match[1]) * _UNITS[match[2] or "B"] if match else value


Size = Annotated[int, BeforeValidator(_bytes), Field(ge=1)]
"""So many bytes."""


class BufferSettings(Strict):
    """How much of what can't be sent again is kept on disk while the broker is away."""

    size: Size = Field(64 * 1024**2, description="So many bytes at most; then the oldest goes.", examples=["1GiB"])
    age: Seconds = Field(7 * 86_400.0, description="Nothing older is kept.", examples=["1d"])


class PushStream(CommonStream):
    """One kind of records that a source tells, and what they assert."""

    map: tuple[AssertionSettings, ...] = Field(
        (), description="What each record asserts.", examples=[[{"kind": "MaterialLot", "id": "lot_no"}]]
    )
    events: tuple[EventSettings, ...] = Field(
        (),
        description="What each record tells of events: values of tags, changes of state, counts.",
        examples=[[{"event": "tag", "name": "_path.name", "set": {"value": "value"}}]],
    )
    gone: Expression | None = Field(
        None,
        description="An expression; where it is true, the record withdraws the things that its mapping names.",
        examples=["event = 'deleted'"],
    )

    @model_validator(mode="after")
    def _says_something(self) -> PushStream:
        if not self.map and not self.events:
            raise ValueError("has neither `map` nor `events`, so that its records say nothing; give one of them")
        return self


class PushSettings(CommonSettings):
    """A connector whose source tells by itself. A kind adds its own."""

    rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="How many records a second are taken at most; more have to wait.", examples=[200]
    )
    waiting: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        1000, description="How many deliveries may wait for their turn.", examples=[200]
    )
    streams: Mapping[StreamName, PushStream] = Field(min_length=1, description="What is taken, by a name of your own.")
