"""What the file of a connector may hold whose source tells by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from connectors.mapping.settings import AssertionSettings, EventSettings
from connectors.settings import CommonSettings, CommonStream, Expression, StreamName


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
