"""Whatever a client may ask: documents made from the schema are answered, or refused with a reason."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.api.schema import HubSchema
from schema.model import MODEL
from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCHEMA = HubSchema(MODEL).core
IDS = ["LOT-1", "LOT-4", "~serial:9999", "S-1", "MAT-1", "none", "", "a'b", "\\", "ü\U0001f600", "x" * 300]
LITERALS: dict[str, list[str]] = {
    "ID": ['"MaterialLot:LOT-1"', '"Sample:S-1"', '"MaterialDefinition:none"', '"X"', "7"],
    "String": ['"LOT"', '"acme/north"', '"serial:4711"', '""', '"\\u0000"', '"%"', '"$p0"', '"`) RETURN 1 //"'],
    "Int": ["0", "1", "3", "8", "8", "8", "-1", "1001", "2147483647"],
    "Int64": ["0", "-9223372036854775808", "9223372036854775807"],
    "Float": ["0", "1.5", "-1e300", "3"],
    "Boolean": ["true", "false"],
    "DateTime": ['"2026-03-01T00:00:00Z"', '"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59.999999Z"'],
    "Date": ['"2026-03-01"'],
    "JSON": ["{a: 1}", "null", "[]"],
}


def literal(draw: st.DrawFn, type_: Any, depth: int) -> str:
    """A value of an input type."""
    if isinstance(type_, GraphQLNonNull):
        return literal(draw, type_.of_type, depth)
    if isinstance(type_, GraphQLList):
        return f"[{' '.join(literal(draw, type_.of_type, depth) for _ in range(draw(st.integers(0, 2))))}]"
    if isinstance(type_, GraphQLEnumType):
        return str(draw(st.sampled_from(sorted(type_.values))))
    if isinstance(type_, GraphQLInputObjectType):
        names = sorted(type_.fields)
        limit = 0 if depth <= 0 else 2
        chosen = draw(st.lists(st.sampled_from(names), max_size=limit, unique=True))
        chosen = chosen[:1] or names[:1] if type_.is_one_of else chosen
        return "{" + " ".join(f"{n}: {literal(draw, type_.fields[n].type, depth - 1)}" for n in chosen) + "}"
    return str(draw(st.sampled_from(LITERALS[type_.name])))


def arguments(draw: st.DrawFn, field: GraphQLField) -> str:
    """Arguments of a field, most of them such that it can be answered."""
    if field.args.keys() == {"id", "identifier"}:
        named = draw(st.sampled_from(["id", "identifier"]))
        known = IDS if named == "id" else ["serial:4711", "serial:9999", "id:S-1", "gtin+lot:0401234,A7", "a:'", ""]
        return f"({named}: {orjson.dumps(draw(st.sampled_from(known))).decode()})"
    given = []
    for name, argument in field.args.items():
        often = 1 if isinstance(argument.type, GraphQLNonNull) else 15 if name in ("after", "path", "kinds") else 3
        if draw(st.integers(1, often)) == 1:
            given.append(f"{name}: {literal(draw, argument.type, 3)}")
    return f"({', '.join(given)})" if given else ""


def selection(draw: st.DrawFn, type_: Any, depth: int) -> str:
    """Some fields of a type, each under an alias of its own, in fragments now and then."""
    names = sorted(n for n, f in type_.fields.items() if depth > 0 or not composite(f.type))
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=4 if depth > 3 else 2)) if names else []
    parts = ["__typename"]
    for number, name in enumerate(chosen):
        field = type_.fields[name]
        inner = composite(field.type)
        below = f" {{ {selection(draw, inner, depth - 1)} }}" if inner else ""
        part = f"f{number}: {name}{arguments(draw, field)}{below}"
        wrap = draw(st.integers(0, 9))
        parts.append(f"... on {type_.name} {{ {part} }}" if wrap == 0 else part)
    if isinstance(type_, GraphQLInterfaceType):
        concrete = SCHEMA.type_map[draw(st.sampled_from(sorted(MODEL.kinds)))]
        inner_parts = re.sub(r"\bf(\d+):", r"h\1:", selection(draw, concrete, 0))
        parts.append(f"... on {concrete.name} {{ g: __typename {inner_parts} }}")
    return " ".join(parts)


def composite(type_: Any) -> Any:
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    return type_ if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else None


@st.composite
def documents(draw: st.DrawFn) -> str:
    return f"{{ {selection(draw, SCHEMA.query_type, 5)} }}"


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents())
async def test_documents_made_from_the_schema_are_answered(api: Api, document: str) -> None:
    answer = await api.ask(document)
    assert answer.status == 200
    for error in answer.errors:
        refused = error.get("extensions", {}).get("code") == "BAD_REQUEST"
        assert refused or "more than 5000 tokens" in error["message"], error
    if not answer.errors:
        assert answer.data["__typename"] == "Query"
