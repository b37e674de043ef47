"""How a kind is declared: a pydantic class, its attributes and its links.

    class MaterialLot(Entity):
        '''A uniquely identified amount of a material. Source: ISA-95 Part 2, material lot (B2MML MaterialLot).'''

        kind = declare("materials", plural="materialLots", composites=[("gtin", "lot")])

        status: LotStatus | None = attribute("Whether the lot may be used.")
        quantity: Quantity | None = attribute("What is left of the lot.")
        definition: Ref | None = link("DEFINED_BY", "MaterialDefinition", "lots", "The material that the lot is of.")
        assembled_from: list[LotUse] | None = link("ASSEMBLED_FROM", "MaterialLot", "assembledInto", "…")

The class validates payloads straight from bytes; `schema.registry` derives from it all that other packages read.
Python names are snake_case here; everywhere else (payloads, GraphQL, graph properties) they are camelCase.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema

from schema import units

STRICT = ConfigDict(
    alias_generator=to_camel,
    strict=True,
    frozen=True,
    allow_inf_nan=False,
)

MAX_ID_BYTES = 256


def instant_text(value: datetime) -> str:
    """RFC 3339 in UTC with a literal Z; fractions of a second only where there are any, to the microsecond."""
    return value.astimezone(UTC).isoformat()[:-6] + "Z"


def _check_text(value: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise ValueError("holds a control character; send printable text")
    return value


def _check_id(value: str) -> str:
    if value.isprintable() and len(value) * 4 <= MAX_ID_BYTES and value[0] not in " ~" and value[-1] != " ":
        return value  # most ids end here: four bytes are the most that a character takes
    if value != value.strip():
        raise ValueError("begins or ends with a space; send it trimmed")
    if value.startswith("~"):
        raise ValueError("begins with '~', which marks placeholders; send the system's own number")
    if len(value.encode()) > MAX_ID_BYTES:
        raise ValueError(f"is longer than {MAX_ID_BYTES} bytes; send the system's short number, not a description")
    return _check_text(value)


INSTANT_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})?$"
)
"""The form of a time. The offset is left open here, so that its want has a fault of its own."""

DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """Holds JSON to one way of writing a time or a day: pydantic alone would take `"1700000000"` too."""

    pattern: str
    schema: core_schema.CoreSchema
    format: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        written = core_schema.chain_schema([core_schema.str_schema(pattern=self.pattern, strict=True), self.schema])
        return core_schema.json_or_python_schema(written, self.schema)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": self.format, "pattern": self.pattern.replace(")?$", ")$")}


_INSTANT = core_schema.datetime_schema(
    strict=False,
    tz_constraint="aware",
    ge=datetime(1, 1, 1, tzinfo=UTC),
    le=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    microseconds_precision="truncate",
)

Instant = Annotated[
    AwareDatetime,
    _Written(INSTANT_PATTERN, _INSTANT, "date-time"),
    PlainSerializer(instant_text, return_type=str, when_used="json"),
]
"""A point in time. RFC 3339 with an offset; kept in UTC, to the microsecond."""

Date = Annotated[date, _Written(DATE_PATTERN, core_schema.date_schema(strict=False), "date")]
"""A calendar day at the site, ISO 8601 (`2026-03-01`)."""

Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""A whole number of at most 64 bits, signed."""


MAX_EXACT = 2**53 - 1
"""The greatest whole number that a double tells from its neighbours."""


def _check_exact(value: Any) -> Any:
    if isinstance(value, int) and not -MAX_EXACT <= value <= MAX_EXACT:
        raise ValueError(
            "expected a whole number of at most 2^53 - 1; round it (9.1e15), or send it as text in a property"
        )
    return value


class _Exact:
    """Tells the same in JSON Schema, for which 9.1e15 is a whole number too."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        whole = {"type": "integer", "minimum": -MAX_EXACT, "maximum": MAX_EXACT}
        return {**handler(schema), "anyOf": [whole, {"not": {"type": "integer"}}]}


Number = Annotated[float, BeforeValidator(_check_exact), _Exact()]
"""A number, kept as a double. A whole number that would lose digits is refused."""

Text = str

SCHEME_PATTERN = r"^[a-z][A-Za-z0-9]{0,39}$"

Identifier = Annotated[
    str,
    StringConstraints(min_length=1),
    AfterValidator(_check_id),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": MAX_ID_BYTES,
            "pattern": r"^[^~\s\u0000-\u001f\u007f]([^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?$",
        }
    ),
]
"""An id: 1 to 256 bytes of UTF-8, no control characters, no spaces at the ends, not beginning with `~`."""

UnitCode = Annotated[str, AfterValidator(units.check), Field(examples=["kg", "KGM"])]
"""A unit of measure: a UCUM code (`kg`, `Cel`) or a UN/ECE Recommendation 20 code (`KGM`, `CEL`)."""

SchemeName = Annotated[str, StringConstraints(pattern=SCHEME_PATTERN)]
"""The name of an identifier scheme, such as `gtin`, `serial` or `sapOrder`."""


class Term(StrEnum):
    """An enum whose members say what they mean: `RELEASED = "RELEASED", "May be used."`.

    A member is its own name, in payloads and in GraphQL; `description` is shown in every generated document.
    """

    description: str

    def __new__(cls, value: str, description: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member


def _check_scalar(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        if -(2**63) <= value < 2**63:
            return value
        raise ValueError("expected a whole number of at most 64 bits; send longer ones as text")
    if not isinstance(value, float):
        raise ValueError("expected a number, text, true, false or null")
    if not math.isfinite(value):
        raise ValueError("expected a finite number, or null where there is none")
    return value


Scalar = Annotated[
    bool | int | float | str | None,
    PlainValidator(_check_scalar),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
                {"not": {"type": "integer"}, "type": "number"},
                {"type": ["string", "boolean", "null"]},
            ]
        }
    ),
]
"""Any single value of JSON. Whole numbers have at most 64 bits: as floats they would lose digits in silence."""


class Struct(BaseModel):
    """Base of the small values inside attributes; unknown members are refused."""

    model_config = STRICT | ConfigDict(extra="forbid")


class Quantity(Struct):
    """An amount with its unit. Source: B2MML QuantityValueType."""

    value: Number = Field(description="The number.")
    unit: UnitCode = Field(description="UCUM code (kg, L, Cel, %) or UN/ECE Recommendation 20 code (KGM, LTR, C62).")


class Parameter(Struct):
    """A named value: a process parameter, a setting or a reading. Source: B2MML ParameterType."""

    id: str = Field(description="The parameter's name, unique in its list.")
    value: Scalar = Field(None, description="The value.")
    unit: UnitCode | None = Field(None, description="UCUM or UN/ECE code of the value.")
    description: str | None = Field(None, description="What the parameter means.")


class RefObject(BaseModel):
    """A reference with more than an id: link attributes, or another identifier of the target in place of `id`."""

    model_config = STRICT | ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Identifier] = Field(init=False)

    id: Identifier | None = Field(None, description="The target's id.")


Ref = Annotated[Identifier | RefObject, Field(union_mode="left_to_right")]
"""A reference to another thing: its id, `{"id": …}` or another identifier of it, `{"gtin": …, "lot": …}`."""

_Reference = TypeVar("_Reference", bound=RefObject)

RefWith = Annotated[Identifier | _Reference, Field(union_mode="left_to_right")]
"""A reference that may carry link attributes: `RefWith[LotUse]`, where `LotUse` is a `RefObject` that declares them."""


@dataclass(frozen=True, slots=True)
class KindInfo:
    """What a kind declares beside its fields."""

    domain: str
    plural: str
    source: str
    composites: tuple[tuple[str, ...], ...]
    parent: str | None


def declare(
    domain: str,
    *,
    plural: str,
    source: str,
    composites: tuple[tuple[str, ...], ...] = (),
    parent: str | None = None,
) -> KindInfo:
    """Says which domain a kind belongs to, its plural GraphQL name and its standard's source.

    `composites` lists identifiers made of several schemes that identify only together, as GTIN and lot number do.
    `parent` names the to-one link that places the thing below another of its kind.
    """
    return KindInfo(domain, plural, source, composites, parent)


class Flow(Enum):
    """Which way material goes along a link. What a lot came of, and what came of it, is found by following these."""

    IN = "in"
    """From the target into the thing that states the link, as lots go into the work that uses them."""
    OUT = "out"
    """From the thing that states the link into the target, as work ends in the lots that it makes."""


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """What a link declares beside its Python type."""

    relationship: str
    target: str
    inverse: str
    inverse_description: str
    inverse_many: bool
    flow: Flow | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Marks an attribute by which people look for things, as the number on a delivery note."""


def attribute(description: str, *, examples: list[Any] | None = None, sought: bool = False) -> Any:
    """A field that holds a value. The description is shown in every generated document.

    `sought` where people look for things by it: a store that finds by indexes has one of it.
    """
    field: Any = Field(None, description=description, examples=examples)
    if sought:
        field.metadata.append(Sought())
    return field


def link(
    relationship: str,
    target: str,
    inverse: str,
    description: str,
    *,
    inverse_description: str,
    inverse_many: bool = True,
    flow: Flow | None = None,
) -> Any:
    """A field that refers to other things; to many where its type is a list.

    `relationship` is the edge's type in the graph, read from the stating thing to `target`; `inverse` the GraphQL name
    at the other end, derived and never stored; `flow` the way that material goes along it, where any does.
    """
    field: Any = Field(None, description=description)
    field.metadata.append(LinkInfo(relationship, target, inverse, inverse_description, inverse_many, flow))
    return field


class Entity(BaseModel):
    """What any system may say of any thing. Every kind extends it."""

    model_config = STRICT | ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)
    kind: ClassVar[KindInfo]

    id: Identifier | None = Field(None, description="The thing's id; may be left out where the topic names it.")
    name: Text | None = Field(None, description="What people call the thing.")
    description: Text | None = Field(None, description="What the thing is, in a sentence.")
    identifiers: dict[SchemeName, Identifier | None] | None = Field(
        None, description="Other identifiers of the same thing, by scheme; null clears one."
    )
    properties: dict[str, JsonValue] | None = Field(
        None, description="Whatever else the system knows (ISA-95 property list); null clears one."
    )
    observed_at: Instant | None = Field(
        None, description="When this was so, where the message itself carries no event time."
    )
    replace: bool = Field(
        False, alias="$replace", description="True where the message is all that the system says of the thing."
    )
