"""How a mapping is written: what each record asserts, in YAML.

map:
  - kind: MaterialLot
    id: lot_no                                  an expression of JSONata over the record
    location: acme/north/packing                text; or {from: …} where the record tells it
    time: changed_at                            when it was so
    set:
      name: product & ' ' & lot_no
      status: {from: state, enum: {F: RELEASED, S: BLOCKED}}
      quantity: {from: qty, unit: kg}
      definition: {ref: {partNumber: part, revision: rev}}
      assembledFrom: {each: inputs, id: lot, set: {quantity: {from: qty, unit: {from: uom}}}}
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator
from pydantic.alias_generators import to_camel

BOOLEAN = (
    "is a truth, as YAML reads no, yes, on and off; put a field's name into quotes, and write a truth as {value: false}"
)


class Strict(BaseModel):
    """Base of what a configuration holds: unknown keys are faults."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=False, extra="forbid", frozen=True)


def _expression(value: Any) -> Any:
    """A text is an expression, a number is itself."""
    if isinstance(value, str):
        return {"from": value}
    if isinstance(value, bool):
        raise ValueError(BOOLEAN)
    return {"value": value} if isinstance(value, (int, float)) else value


def _constant(value: Any) -> Any:
    return {"value": value} if isinstance(value, str) else value


class TermSettings(Strict):
    """How one value is made of a record."""

    from_: str | None = Field(None, alias="from", description="An expression of JSONata.", examples=["qty"])
    value: JsonValue = Field(None, description="The value itself.", examples=["PRODUCTION"])
    enum: Mapping[str, JsonValue] | None = Field(
        None,
        description="What the source's codes mean. One that is not listed is a fault of the record, unless `otherwise` "
        "is given.",
        examples=[{"F": "RELEASED", "S": "BLOCKED"}],
    )
    otherwise: JsonValue = Field(None, description="What a code means that `enum` does not list.", examples=["BLOCKED"])
    open: bool = Field(False, description="Whether a code that `enum` does not list means itself.", examples=[True])
    nulls: tuple[JsonValue, ...] | None = Field(
        None, description="Values that mean nothing is there, in place of the stream's.", examples=[[False, ""]]
    )
    format: str | None = Field(
        None,
        description="How a time is written, as Python's strptime has it; or epoch-s or epoch-ms.",
        examples=["%d.%m.%Y %H:%M"],
    )
    zone: str | None = Field(None, description="The time zone of a time without an offset.", examples=["Europe/Berlin"])
    unit: UnitSettings | None = Field(
        None, description="The unit of a quantity: a code, or `{from: …}`.", examples=["kg"]
    )
    to: str | None = Field(None, description="The unit that the quantity is converted to.", examples=["kg"])
    id: ExpressionSettings | None = Field(None, description="The id that is linked to.", examples=["lot_no"])
    ref: Mapping[str, ExpressionSettings] | None = Field(
        None, description="Other identifiers of what is linked to.", examples=[{"gtin": "ean", "lot": "charge"}]
    )
    each: str | None = Field(
        None, description="A list in the record; one link is made of each of its items.", examples=["lines"]
    )
    set: Mapping[str, ExpressionSettings] | None = Field(
        None, description="The link's own attributes.", examples=[{"quantity": {"from": "qty", "unit": "kg"}}]
    )

    @property
    def linking(self) -> bool:
        """Whether it is written as a link."""
        return any(part is not None for part in (self.id, self.ref, self.each, self.set))


ExpressionSettings = Annotated[TermSettings, BeforeValidator(_expression)]
"""A text is an expression: `lot_no`."""
UnitSettings = Annotated[TermSettings, BeforeValidator(_constant)]
"""A text is the value itself: `kg`, `acme/north`."""
TermSettings.model_rebuild()


class AssertionSettings(Strict):
    """What a record asserts of one thing."""

    kind: str = Field(description="The kind of thing, by its name in the model.", examples=["MaterialLot"])
    id: ExpressionSettings = Field(description="The thing's id.", examples=["lot_no"])
    each: str | None = Field(
        None,
        description="A list in the record; one thing is asserted of each of its items. `$record` is the whole record.",
        examples=["operations"],
    )
    when: str | None = Field(
        None, description="An expression; nothing is asserted where it is not true.", examples=["type = 'LOT'"]
    )
    location: UnitSettings | None = Field(
        None,
        description="Where the thing is: the location in the topic; that of the connector unless given.",
        examples=["acme/north/packing"],
    )
    time: ExpressionSettings | None = Field(
        None,
        description="When it was so; unless given the stream's `changed`, and without that the time of reading.",
        examples=["changed_at"],
    )
    identifiers: Mapping[str, ExpressionSettings] = Field(
        default_factory=dict, description="Other identifiers of the thing, by scheme.", examples=[{"sapOrder": "AUFNR"}]
    )
    set: Mapping[str, ExpressionSettings] = Field(
        default_factory=dict, description="Attributes and links by name.", examples=[{"name": "title"}]
    )
    properties: Mapping[str, ExpressionSettings] = Field(
        default_factory=dict, description="What the model has no attribute for.", examples=[{"colour": "col"}]
    )


class EventForm(StrEnum):
    """What an event tells of."""

    TAG = "tag"
    STATE = "state"
    COUNT = "count"


class EventSettings(Strict):
    """What a record tells of an event: a value of a tag, a change of state, or a count."""

    event: EventForm = Field(description="What it tells of: `tag`, `state` or `count`.", examples=["tag"])
    name: ExpressionSettings | None = Field(
        None, description="The tag's name, a text with / between its segments.", examples=["_path.name"]
    )
    each: str | None = Field(
        None,
        description="A list in the record; an event is told of each of its items. `$record` is the whole record.",
        examples=["values"],
    )
    when: str | None = Field(
        None, description="An expression; nothing is told where it is not true.", examples=["quality = 'GOOD'"]
    )
    location: UnitSettings | None = Field(
        None, description="Where it happened; that of the connector unless given.", examples=["acme/north/packing"]
    )
    time: ExpressionSettings | None = Field(
        None,
        description="When it was so; unless given the stream's `changed`, and without that the time of arrival.",
        examples=["ts"],
    )
    set: Mapping[str, ExpressionSettings] = Field(
        default_factory=dict,
        description="`value` and `quality` of a tag; `state` and `reason`; `good`, `scrap`, `rework`, `material` and "
        "`order` of a count.",
        examples=[{"value": "value"}],
    )


class TestSettings(Strict):
    """A record, and what it is to become."""

    __test__ = False

    record: Mapping[str, JsonValue] = Field(description="A record as the source gives it.", examples=[{"lot_no": "L1"}])
    gives: tuple[Mapping[str, JsonValue], ...] | None = Field(
        None,
        description="What it asserts: `kind` and `id`, or `event` and `name`, and what the message has; members left "
        "out are not compared.",
        examples=[[{"kind": "MaterialLot", "id": "L1"}]],
    )
    refused: str | None = Field(
        None, description="A part of the reason why it can't be mapped.", examples=["is none of"]
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> TestSettings:
        if (self.gives is None) == (self.refused is None):
            raise ValueError("expects neither or both of `gives` and `refused`; write what the record is to become")
        return self
