"""Scalars that GraphQL lacks. Values are already JSON when they come from a store, so output passes through."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, GraphQLScalarType, print_ast
from graphql.language import ConstValueNode, IntValueNode
from strawberry.types.scalar import ScalarDefinition

from hub.api.json_values import read_json, read_json_literal
from schema.model.base import instant_text

DateTime = NewType("DateTime", str)
Json = NewType("Json", object)

_INT64 = 2**63
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", re.IGNORECASE)


def _same(value: Any) -> Any:
    return value


def read_datetime(value: object) -> str:
    """A time as the client wrote it, in UTC; `GraphQLError` where it has no offset or is no time."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        with suppress(ValueError, OverflowError):
            return instant_text(datetime.fromisoformat(value.upper()))
    raise GraphQLError(f"{value!r} is not an RFC 3339 time with an offset, as 2026-03-01T14:30:00Z is")


def read_date(value: object) -> str:
    """A calendar day; `GraphQLError` where it is none."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value).isoformat()
    raise GraphQLError(f"{value!r} is not an ISO 8601 day, as 2026-03-01 is")


def read_int64(value: object) -> int:
    """A whole number of 64 bits; `GraphQLError` where it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64:
        return value
    raise GraphQLError(f"{value!r} is not a whole number of at most 64 bits")


def _int64_literal(node: ConstValueNode) -> int:
    if not isinstance(node, IntValueNode) or len(node.value) > len(str(-_INT64)):
        raise GraphQLError(f"{print_ast(node)} is not a whole number of at most 64 bits")
    return read_int64(int(node.value))


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="A point in time, RFC 3339 in UTC, to the microsecond: `2026-03-01T14:30:00Z`. "
    "Any offset is taken in arguments.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    serialize=_same,
    parse_value=read_datetime,
)

JSON = strawberry.scalar(
    name="JSON",
    description='Any JSON value; as a literal: `{status: "RELEASED"}`. A whole number has at most 64 bits.',
    specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
    serialize=_same,
    parse_value=read_json,
    parse_literal=read_json_literal,
)

SCALARS: dict[object, ScalarDefinition] = {DateTime: DATE_TIME, Json: JSON}

DATE = GraphQLScalarType(
    "Date",
    description="A calendar day at the site, ISO 8601: `2026-03-01`.",
    specified_by_url="https://www.iso.org/iso-8601-date-and-time-format.html",
    coerce_output_value=_same,
    coerce_input_value=read_date,
)

INT64 = GraphQLScalarType(
    "Int64",
    description="A whole number of at most 64 bits, signed, as a JSON number.",
    coerce_output_value=_same,
    coerce_input_value=read_int64,
    coerce_input_literal=_int64_literal,
)
