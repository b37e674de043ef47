"""How much one GraphQL request may ask for, as settings."""

from __future__ import annotations

from pydantic import BaseModel, ByteSize, ConfigDict, Field
from pydantic.alias_generators import to_camel


class LimitSettings(BaseModel):
    """Limits of GraphQL requests. What goes beyond one is refused with the limit."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)

    body: ByteSize = Field(
        ByteSize(1_048_576),
        description="Bytes of a request, or of a message over WebSocket; or as 512KiB, 1MiB.",
        examples=["256KiB"],
        ge=1024,
    )
    tokens: int = Field(5_000, description="Words and marks of a document.", examples=[2_000], ge=10)
    depth: int = Field(20, description="Levels of selections in a document.", examples=[12], ge=1)
    aliases: int = Field(500, description="Aliases in a document.", examples=[50], ge=0)
    root_fields: int = Field(
        50, description="Root fields of an operation; each is a read of its own.", examples=[10], ge=1
    )
    side_by_side: int = Field(
        100, description="Fields with selections of their own, side by side.", examples=[40], ge=1
    )
    fragments: int = Field(100, description="Fragments of a document.", examples=[30], ge=0)
    fields: int = Field(
        5_000, description="Fields of a document after its fragments are put in.", examples=[1000], ge=1
    )
    complexity: int = Field(
        1_000_000_000_000_000,
        description="Objects that an answer may have at most, reckoned before anything is read: each list counts as "
        "many as its `first`.",
        examples=[100_000],
        ge=1,
    )
    things: int = Field(
        20_000, description="Things that an answer has, each as often as it is in it.", examples=[5_000], ge=1
    )
    conditions: int = Field(
        1_000,
        description="Conditions of one list's filters, those of the lists within it included.",
        examples=[100],
        ge=1,
    )
    values: int = Field(1_000, description="Values in a list of a filter.", examples=[100], ge=1)
    places: int = Field(1_000, description="Places in one answer of `namespace`.", examples=[200], ge=1)
    tags: int = Field(10_000, description="Tags in one answer of `namespace`.", examples=[500], ge=1)
    batch: int = Field(
        0,
        description="Requests that may come together in one JSON array; with 0, arrays are refused. Their complexity "
        "counts together.",
        examples=[10],
        ge=0,
        le=100,
    )
