"""Object types derived from the model: a type for each kind, its connections and edges, and its fields of `Query`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLFieldResolver,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
)

from graph.plan import Direction
from hub.api import reading, walk
from hub.api.compile import FIELDS
from hub.api.figures import FigureTypes
from hub.api.inputs import COUNTED, Inputs, counted, describe, directions, stem
from hub.api.scalars import DATE, INT64
from schema.registry import Attribute, AttributeType, Kind, Model

_OWN_RESOLVERS: dict[str, GraphQLFieldResolver] = {
    "kind": walk.kind_name,
    "globalId": walk.global_id,
    "sources": walk.sources,
    "conflicts": walk.conflicts,
    "identifiers": walk.identifiers,
    "properties": walk.properties,
}

Resolve = Callable[[Kind], Callable[..., Awaitable[Any]]]
"""Makes the resolver of a kind's field of `Query`."""


class Types:
    """Makes each type once."""

    def __init__(self, model: Model, common: Mapping[str, GraphQLNamedType]) -> None:
        """`common` holds the types that do not depend on the model, by name."""
        self._model = model
        self._common = common
        self.inputs = Inputs(model, common)
        """The inputs that follow from the model."""
        entity = common["Entity"]
        assert isinstance(entity, GraphQLInterfaceType)
        self._entity = entity
        self._outputs = self._output_types()
        self.objects = {kind.name: self._object(kind) for kind in model}
        """The type of each kind, by name."""
        self._connections: dict[str, GraphQLObjectType] = {}
        self._figures = FigureTypes(model, common, self.inputs, self._outputs)

    def query(self, lookup: Resolve, page: Resolve, aggregate: Resolve) -> dict[str, GraphQLField]:
        """The fields of `Query` that every kind has: one thing, a list, and figures of it."""
        fields = {}
        for kind in self._model:
            fields[kind.field] = GraphQLField(
                self.objects[kind.name],
                args=_lookup_arguments(kind),
                resolve=lookup(kind),
                description=f"One thing of the kind {kind.name}, by exactly one of its names; null where there is "
                f"none. {kind.description}",
            )
            fields[kind.plural] = GraphQLField(
                GraphQLNonNull(self._connection(kind.name, kind)),
                args=self._page_arguments(kind, self.inputs.where(kind)),
                resolve=page(kind),
                description=f"Things of the kind {kind.name}, a page at a time. {kind.description}",
            )
            fields[f"{kind.plural}{COUNTED}"] = self._figures.field(kind, aggregate(kind))
        return fields

    def _object(self, kind: Kind) -> GraphQLObjectType:
        return GraphQLObjectType(
            kind.name,
            lambda: self._fields(kind),
            interfaces=[self._entity],
            description=f"{kind.description} Source: {kind.source}.",
        )

    def _fields(self, kind: Kind) -> dict[str, GraphQLField]:
        fields = {
            name: GraphQLField(field.type, resolve=_OWN_RESOLVERS.get(name, walk.by_key), description=field.description)
            for name, field in self._entity.fields.items()
            if name == "kind" or name in FIELDS
        }
        for attribute in kind.attributes.values():
            fields[attribute.name] = self._value(attribute, walk.by_key)
        for name, direction in directions(kind).items():
            fields[name] = self._link(kind, direction)
        for name, direction in counted(kind).items():
            fields[name] = self._figures.linked(direction, reading.linked_figures)
        return fields

    def _value(self, attribute: Attribute, resolve: GraphQLFieldResolver) -> GraphQLField:
        found = self.inputs.enum(attribute.values) if attribute.values else self._outputs[attribute.data_type]
        return GraphQLField(found, resolve=resolve, description=attribute.description)

    def _link(self, kind: Kind, direction: Direction) -> GraphQLField:
        description = describe(direction)
        target = self._model.kind(direction.target)
        if not direction.many:
            return GraphQLField(self.objects[target.name], resolve=walk.by_key, description=description)
        attributes = direction.link.attributes
        named = stem(direction) if attributes else target.name
        return GraphQLField(
            GraphQLNonNull(self._connection(named, target, attributes)),
            args=self._page_arguments(target, self.inputs.over(direction)),
            resolve=walk.connection_field,
            description=description,
        )

    def _connection(self, stem: str, kind: Kind, attributes: tuple[Attribute, ...] = ()) -> GraphQLObjectType:
        if stem not in self._connections:
            self._connections[stem] = self._make_connection(stem, kind, attributes)
        return self._connections[stem]

    def _make_connection(self, stem: str, kind: Kind, attributes: tuple[Attribute, ...]) -> GraphQLObjectType:
        node = GraphQLNonNull(self.objects[kind.name])
        edge = GraphQLObjectType(
            f"{stem}Edge",
            {
                "cursor": GraphQLField(
                    GraphQLNonNull(GraphQLString),
                    resolve=walk.cursor,
                    description="Where this row is; `after` takes it.",
                ),
                "node": GraphQLField(node, resolve=walk.node, description="The thing."),
                **{a.name: self._value(a, walk.edge_value) for a in attributes},
            },
            description=f"A {kind.name} in a list" + (", with what is said of the link to it." if attributes else "."),
        )
        page_info = self._common["PageInfo"]
        assert isinstance(page_info, GraphQLObjectType)
        return GraphQLObjectType(
            f"{stem}Connection",
            {
                "nodes": GraphQLField(_list_of(node), resolve=walk.nodes, description="The things on this page."),
                "edges": GraphQLField(
                    _list_of(GraphQLNonNull(edge)),
                    resolve=walk.edges,
                    description="The same things, each with its cursor and what is said of the link to it.",
                ),
                "pageInfo": GraphQLField(
                    GraphQLNonNull(page_info), resolve=walk.page_info, description="Where the page stands in the list."
                ),
                "totalCount": GraphQLField(
                    GraphQLNonNull(GraphQLInt),
                    resolve=walk.total_count,
                    description="How many things meet the condition, on all pages together.",
                ),
            },
            description=f"A page of a list of things of the kind {kind.name}.",
        )

    def _page_arguments(self, kind: Kind, where: GraphQLInputObjectType) -> dict[str, GraphQLArgument]:
        return {
            "where": GraphQLArgument(where, description="Which things; all where it is left out."),
            "orderBy": GraphQLArgument(
                GraphQLList(GraphQLNonNull(self.inputs.order(kind))),
                description="In which order, the first key first; things that are equal in it are in order of id.",
            ),
            "first": GraphQLArgument(GraphQLInt, description="How many at most."),
            "after": GraphQLArgument(GraphQLString, description="The cursor after which the page begins."),
        }

    def _output_types(self) -> dict[AttributeType, GraphQLOutputType]:
        named: dict[str, Any] = dict(self._common)
        return {
            AttributeType.STRING: GraphQLString,
            AttributeType.INTEGER: INT64,
            AttributeType.FLOAT: GraphQLFloat,
            AttributeType.BOOLEAN: GraphQLBoolean,
            AttributeType.INSTANT: named["DateTime"],
            AttributeType.DATE: DATE,
            AttributeType.QUANTITY: named["Quantity"],
            AttributeType.STRINGS: GraphQLList(GraphQLNonNull(GraphQLString)),
            AttributeType.PARAMETERS: GraphQLList(GraphQLNonNull(named["Parameter"])),
        }


def _lookup_arguments(kind: Kind) -> dict[str, GraphQLArgument]:
    example = f"{'+'.join(kind.composites[0])}:first,second" if kind.composites else "serial:4711"
    return {
        "id": GraphQLArgument(GraphQLID, description="Its id in the plant, or any system's id of it."),
        "identifier": GraphQLArgument(
            GraphQLString,
            description=f"Another identifier, `scheme:value`, as `identifiers` lists them: `{example}`. Where several "
            "identify together, `%` and `,` in a value are written `%25` and `%2C`.",
        ),
    }


def _list_of(item: GraphQLNonNull[Any]) -> GraphQLNonNull[Any]:
    return GraphQLNonNull(GraphQLList(item))
