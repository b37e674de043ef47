"""Types that do not depend on the model: what all things have in common, and the values in their fields.

Their values are plain dicts by GraphQL name (`hub.api.walk`); only the shape and the words are declared here.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry

from hub.api.scalars import DateTime, Json

Found = Any
"""Rows that a resolver gives where an `Entity` is declared: the types of the model have no classes."""

VALUE_TYPES = ("Source", "Said", "Conflict", "Identifier", "Quantity", "Parameter", "PageInfo")
"""Types whose values are dicts by GraphQL name."""


@strawberry.type(description="What one system says of a thing.")
class Source:
    system: str = strawberry.field(description="The system.")
    id: strawberry.ID = strawberry.field(description="The id by which the system calls the thing.")
    observed_at: DateTime = strawberry.field(description="The newest event time of what it says.")
    path: str | None = strawberry.field(description="The location in the topic that it used: `acme/north/packing`.")
    values: Json = strawberry.field(
        description="What it says: attributes and links by name, `identifiers` and `properties` by theirs. A link is "
        'a list of references: `[{"id": "LOT-2", "quantity": {…}}]`.'
    )


@strawberry.type(description="One system's word on an attribute.")
class Said:
    system: str = strawberry.field(description="The system.")
    id: strawberry.ID = strawberry.field(description="The id by which the system calls the thing.")
    value: Json = strawberry.field(description="The value; for a link to one, the reference.")
    event_time: DateTime = strawberry.field(description="When it was so.")


@strawberry.type(description="Systems say different things of one attribute or link to one.")
class Conflict:
    attribute: str = strawberry.field(description="The attribute or link; `path`; or `properties/` and a name.")
    winner: str = strawberry.field(
        description="The system whose word counts: the highest authority's, then the newest event time's."
    )
    said: list[Said] = strawberry.field(description="Every system's word, the one that counts first.")


@strawberry.type(description="A name of a thing; `scheme:value` is what the `identifier` argument takes.")
class Identifier:
    scheme: str = strawberry.field(description="`id`, `serial`, or several that identify together: `gtin+lot`.")
    value: str = strawberry.field(description="The value; several are separated by commas in the order of the schemes.")


@strawberry.type(description="An amount with its unit. Source: B2MML QuantityValueType.")
class Quantity:
    value: float = strawberry.field(description="The number.")
    unit: str = strawberry.field(
        description="UCUM code (kg, L, Cel, %) or UN/ECE Recommendation 20 code (KGM, LTR, C62)."
    )


@strawberry.type(description="A named value: a process parameter, a setting or a reading. Source: B2MML ParameterType.")
class Parameter:
    id: str = strawberry.field(description="The parameter's name, unique in its list.")
    value: Json | None = strawberry.field(description="The value: text, a number or true or false.")
    unit: str | None = strawberry.field(description="UCUM or UN/ECE code of the value.")
    description: str | None = strawberry.field(description="What the parameter means.")


@strawberry.type(description="Where a page stands in its list. Source: Relay cursor connections.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the page was read after a cursor.")
    start_cursor: str | None = strawberry.field(description="The first row's cursor.")
    end_cursor: str | None = strawberry.field(description="The last row's cursor; `after` takes it for the next page.")


@strawberry.enum(description="Which way a list is ordered. Things without the value come last either way.")
class SortDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="The smallest, earliest or alphabetically first comes first.")
    DESC = strawberry.enum_value("DESC", description="The greatest, latest or alphabetically last comes first.")


@strawberry.interface(description="What every thing in the graph has, whatever its kind.")
class Entity:
    id: strawberry.ID = strawberry.field(
        description="The id in the plant, unique among things of the kind; `globalId` is unique among all."
    )
    global_id: strawberry.ID = strawberry.field(
        description="The kind and the id, `MaterialLot:LOT-1`: what `node` takes. Clients that keep things by "
        "`__typename` and `id` have the same key."
    )
    kind: str = strawberry.field(description="The kind, as the name of its type: `MaterialLot`.")
    name: str | None = strawberry.field(description="What people call the thing.")
    description: str | None = strawberry.field(description="What the thing is, in a sentence.")
    path: str | None = strawberry.field(description="Where it is in the plant's hierarchy: `acme/north/packing`.")
    placeholder: bool = strawberry.field(
        description="True where others refer to the thing and no system has described it yet."
    )
    updated_at: DateTime | None = strawberry.field(description="The newest event time among the values that count.")
    sources: list[Source] = strawberry.field(
        description="What each system says of it, in order of the systems' names; withdrawn words are left out."
    )
    conflicts: list[Conflict] = strawberry.field(description="Where systems disagree.")
    identifiers: list[Identifier] = strawberry.field(description="Every name of the thing.")
    properties: Json = strawberry.field(description="What systems said beyond the model, an object by name.")
