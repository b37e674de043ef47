"""The schema: complete, described, and the one that is committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_client_schema,
    build_schema,
    get_introspection_query,
    is_introspection_type,
    is_specified_scalar_type,
    print_schema,
)

from hub.api import sdl
from hub.api.schema import HubSchema
from schema.model import MODEL
from schema.model.base import Entity, Ref, attribute, declare, link
from schema.registry import build

COMMITTED = Path(__file__).parents[3] / "docs" / "reference" / "schema.graphql"
SCHEMA = HubSchema(MODEL)


def test_the_committed_schema_is_this_one() -> None:
    current = sdl(MODEL)
    assert COMMITTED.read_text(encoding="utf-8") == current, (
        "docs/reference/schema.graphql is stale; run `unshub export graphql -o docs/reference/schema.graphql`"
    )
    assert print_schema(build_schema(current)) + "\n" == current


def undescribed() -> Iterator[str]:
    for type_ in SCHEMA.core.type_map.values():
        if is_introspection_type(type_) or is_specified_scalar_type(type_):
            continue
        if not type_.description:
            yield type_.name
        if isinstance(type_, GraphQLEnumType):
            yield from (f"{type_.name}.{name}" for name, value in type_.values.items() if not value.description)
        if isinstance(type_, GraphQLInputObjectType):
            yield from (f"{type_.name}.{name}" for name, field in type_.fields.items() if not field.description)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                if not field.description:
                    yield f"{type_.name}.{name}"
                yield from (f"{type_.name}.{name}({a}:)" for a, arg in field.args.items() if not arg.description)


def test_everything_is_described() -> None:
    assert list(undescribed()) == []


def test_every_kind_has_its_source_in_its_description() -> None:
    for kind in MODEL:
        assert kind.source in str(SCHEMA.core.type_map[kind.name].description)


def test_every_kind_has_its_fields_and_its_three_questions() -> None:
    query = SCHEMA.core.query_type
    assert query is not None
    for kind in MODEL:
        type_ = SCHEMA.core.type_map[kind.name]
        assert isinstance(type_, GraphQLObjectType)
        assert {*kind.attributes, *kind.links, *kind.inverses} <= type_.fields.keys()
        assert {kind.field, kind.plural, f"{kind.plural}Aggregate"} <= query.fields.keys()


def test_introspection_tells_the_same_schema() -> None:
    answer = SCHEMA.execute_sync(get_introspection_query(one_of=True))
    assert answer.errors is None
    told = build_client_schema(answer.data)  # type: ignore[arg-type]
    for name in ("MaterialLotOrder", "ImpactOrigin"):
        one_of = told.type_map[name]
        assert isinstance(one_of, GraphQLInputObjectType)
        assert one_of.is_one_of
    assert told.type_map.keys() == SCHEMA.core.type_map.keys()


class Widget(Entity):
    """A thing."""

    kind = declare("things", plural="widgets", source="nowhere")

    size: int | None = attribute("How big it is.")
    part_of: Ref | None = link(
        "PART_OF", "Widget", "parts", "The bigger thing.", inverse_description="The smaller things."
    )


def test_any_model_has_a_schema() -> None:
    text = sdl(build([Widget]))
    for line in (
        "  widget(",
        "  size: Int64",
        "  partOf: Widget",
        "  ): WidgetConnection!",
        "input WidgetOrder @oneOf {",
        "  parts: WidgetListFilter",
    ):
        assert line in text.splitlines()
