"""What the file of a connector may hold whose source tells by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from connectors.settings import CommonSettings, CommonStream, Expression, StreamName


class PushStream(CommonStream):
    """One kind of records that a source tells, and what they assert."""

    gone: Expression | None = Field(
        None,
        description="An expression; where it is true, the record withdraws the things that its mapping names.",
        examples=["event = 'deleted'"],
    )


class PushSettings(CommonSettings):
    """A connector whose source tells by itself. A kind adds its own."""

    rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="How many records a second are taken at most; more have to wait.", examples=[200]
    )
    waiting: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        1000, description="How many deliveries may wait for their turn.", examples=[200]
    )
    streams: Mapping[StreamName, PushStream] = Field(min_length=1, description="What is taken, by a name of your own.")
