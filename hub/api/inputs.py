"""Filter and order inputs, derived from the model: `MaterialLotWhere`, `MaterialLotOrder` and what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLFloat,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLString,
)

from graph.plan import Direction, Operator, Quantifier
from hub.api.operators import MEANING, OPERATORS, ORDERED, OWN, OWN_TYPES
from hub.api.scalars import DATE, INT64
from schema.model.base import Term
from schema.registry import Attribute, AttributeType, Kind, Model

_QUANTIFIERS = {
    Quantifier.IS: "There is one, and it meets this; `{}` for any.",
    Quantifier.SOME: "At least one meets this; `{}` for any.",
    Quantifier.EVERY: "All there are meet this, or there are none.",
    Quantifier.NONE: "None meets this; `{}` for there being none.",
}


def directions(kind: Kind) -> dict[str, Direction]:
    """A kind's links and inverses by name."""
    stated = {name: Direction(link) for name, link in kind.links.items()}
    return stated | {name: Direction(link, inverse=True) for name, link in kind.inverses.items()}


def counted(kind: Kind) -> dict[str, Direction]:
    """A kind's links and inverses to many by the names of the fields that have figures of them: `lotsAggregate`."""
    return {f"{name}{COUNTED}": direction for name, direction in directions(kind).items() if direction.many}


COUNTED = "Aggregate"
"""How the names of fields end that have figures of a list."""

EDGE = "edge"
"""The field that is about the edge which leads to a thing, in filters and in figures."""


def stem(direction: Direction) -> str:
    """How the types of a link begin that are its own: `JobResponseConsumed`."""
    link = direction.link
    return (link.target if direction.inverse else link.source) + direction.name[0].upper() + direction.name[1:]


class Inputs:
    """Makes each input once; `where` and `order` give those of a kind, `enum` an attribute's values."""

    def __init__(self, model: Model, common: Mapping[str, GraphQLNamedType]) -> None:
        """`common` holds the types that do not depend on the model, by name."""
        self._model = model
        self._common = common
        self._enums: dict[type[Term], GraphQLEnumType] = {}
        self._filters: dict[str, GraphQLInputObjectType] = {}
        self._where = {kind.name: self._make_where(kind) for kind in model}
        self._order = {kind.name: self._make_order(kind) for kind in model}
        self.entity_where = self._make_entity_where()
        """A filter of things of any kind, by what they all have."""

    def where(self, kind: Kind) -> GraphQLInputObjectType:
        return self._where[kind.name]

    def over(self, direction: Direction) -> GraphQLInputObjectType:
        """A filter of what a link leads to: with what is said of the link, where something is."""
        target = self._model.kind(direction.target)
        if not direction.link.attributes:
            return self.where(target)
        name = f"{stem(direction)}Where"
        if name not in self._filters:
            self._filters[name] = self._make_where(target, direction)
        return self._filters[name]

    def order(self, kind: Kind) -> GraphQLInputObjectType:
        return self._order[kind.name]

    def enum(self, values: type[Term]) -> GraphQLEnumType:
        """The type of an attribute that has these values."""
        if values not in self._enums:
            self._enums[values] = GraphQLEnumType(
                values.__name__,
                {member.name: GraphQLEnumValue(member.value, member.description) for member in values},
                description=" ".join((values.__doc__ or "").split()),
            )
        return self._enums[values]

    def _scalars(self) -> dict[AttributeType, GraphQLInputType]:
        instant = self._common["DateTime"]
        assert isinstance(instant, GraphQLInputType)
        return {
            AttributeType.STRING: GraphQLString,
            AttributeType.STRINGS: GraphQLString,
            AttributeType.INTEGER: INT64,
            AttributeType.FLOAT: GraphQLFloat,
            AttributeType.BOOLEAN: GraphQLBoolean,
            AttributeType.INSTANT: instant,
            AttributeType.DATE: DATE,
            AttributeType.PARAMETERS: GraphQLString,
        }

    def _filter(self, data_type: AttributeType, values: type[Term] | None = None) -> GraphQLInputObjectType:
        stem = values.__name__ if values else _STEMS[data_type]
        name = f"{stem}Filter"
        if name not in self._filters:
            self._filters[name] = self._make_filter(name, data_type, values)
        return self._filters[name]

    def _make_filter(self, name: str, data_type: AttributeType, values: type[Term] | None) -> GraphQLInputObjectType:
        if data_type is AttributeType.QUANTITY:
            parts = {
                "value": (AttributeType.FLOAT, "A condition on the number, in whatever unit it is."),
                "unit": (AttributeType.STRING, "A condition on the unit."),
            }
            fields = {part: GraphQLInputField(self._filter(t), description=d) for part, (t, d) in parts.items()}
            fields["isNull"] = GraphQLInputField(GraphQLBoolean, description=MEANING[Operator.IS_NULL])
            return GraphQLInputObjectType(name, fields, description="A condition on an amount. All given must hold.")
        scalar = self.enum(values) if values else self._scalars()[data_type]
        fields = {
            operator.value: GraphQLInputField(_operand(operator, scalar), description=MEANING[operator])
            for operator in OPERATORS[data_type]
        }
        return GraphQLInputObjectType(name, fields, description="A condition on a value. All given must hold.")

    def _make_where(self, kind: Kind, over: Direction | None = None) -> GraphQLInputObjectType:
        by = f", by what they are and by what is said of {over.name}" if over else ""
        found = GraphQLInputObjectType(
            f"{stem(over) if over else kind.name}Where",
            lambda: {**self._where_fields(kind), **(self._edge_field(over) if over else {}), **_combined(found)},
            description=f"Which things of the kind {kind.name} are meant{by}. All conditions given must hold.",
        )
        return found

    def _edge_field(self, direction: Direction) -> dict[str, GraphQLInputField]:
        link = direction.link
        name = f"{stem(Direction(link))}EdgeWhere"
        if name not in self._filters:
            described = f"A condition on what is said of {link.name} of the kind {link.source}. All given must hold."
            self._filters[name] = GraphQLInputObjectType(name, self._filters_of(link.attributes), description=described)
        text = "A condition on what is said of the link to the thing: on the same edge that leads to it."
        return {EDGE: GraphQLInputField(self._filters[name], description=text)}

    def _where_fields(self, kind: Kind) -> dict[str, GraphQLInputField]:
        fields = {}
        entity = self._common["Entity"].fields  # type: ignore[attr-defined]
        for name, own in OWN.items():
            fields[name] = GraphQLInputField(self._filter(OWN_TYPES[own]), description=entity[name].description)
        fields |= self._filters_of(kind.attributes.values())
        for name, direction in directions(kind).items():
            fields[name] = GraphQLInputField(self._linked(direction), description=describe(direction))
        return fields

    def _filters_of(self, attributes: Iterable[Attribute]) -> dict[str, GraphQLInputField]:
        return {
            attribute.name: GraphQLInputField(
                self._filter(attribute.data_type, attribute.values), description=attribute.description
            )
            for attribute in attributes
        }

    def _make_entity_where(self) -> GraphQLInputObjectType:
        entity = self._common["Entity"].fields  # type: ignore[attr-defined]

        def fields() -> dict[str, GraphQLInputField]:
            own = {
                name: GraphQLInputField(self._filter(OWN_TYPES[what]), description=entity[name].description)
                for name, what in OWN.items()
            }
            shared = {
                name: GraphQLInputField(self._filter(AttributeType.STRING), description=entity[name].description)
                for name in ("name", "description")
            }
            return {**own, **shared, **_combined(found)}

        found = GraphQLInputObjectType(
            "EntityWhere",
            fields,
            description="Which things are meant, whatever their kind. All given must hold.",
        )
        return found

    def _linked(self, direction: Direction) -> GraphQLInputObjectType:
        target = direction.target
        named = stem(direction) if direction.link.attributes else target
        name = f"{named}{'List' if direction.many else 'Link'}Filter"
        if name not in self._filters:
            wanted = list(_QUANTIFIERS)[1:] if direction.many else [Quantifier.IS]
            self._filters[name] = GraphQLInputObjectType(
                name,
                lambda: {q.value: GraphQLInputField(self.over(direction), description=_QUANTIFIERS[q]) for q in wanted},
                description=f"A condition on the {target} that a link leads to. All given must hold.",
            )
        return self._filters[name]

    def _make_order(self, kind: Kind) -> GraphQLInputObjectType:
        direction = self._common["SortDirection"]
        assert isinstance(direction, GraphQLEnumType)
        entity = self._common["Entity"].fields  # type: ignore[attr-defined]
        described = {name: entity[name].description for name in OWN} | {
            name: a.description for name, a in kind.attributes.items() if a.data_type in ORDERED
        }
        own = {name: GraphQLInputField(direction, description=text) for name, text in described.items()}
        return GraphQLInputObjectType(
            f"{kind.name}Order",
            lambda: own | self.by_linked(kind, self._order),
            description=f"One key of an order of things of the kind {kind.name}: exactly one field. A link leads to a "
            "key of the thing at its other end.",
            is_one_of=True,
        )

    def by_linked(self, kind: Kind, of_kinds: Mapping[str, GraphQLInputObjectType]) -> dict[str, GraphQLInputField]:
        """A field for each link to one, that takes what its target takes."""
        return {
            name: GraphQLInputField(of_kinds[direction.target], description=describe(direction))
            for name, direction in directions(kind).items()
            if not direction.many
        }


_STEMS: dict[AttributeType, str] = {
    AttributeType.STRING: "String",
    AttributeType.STRINGS: "Strings",
    AttributeType.INTEGER: "Int64",
    AttributeType.FLOAT: "Float",
    AttributeType.BOOLEAN: "Boolean",
    AttributeType.INSTANT: "DateTime",
    AttributeType.DATE: "Date",
    AttributeType.QUANTITY: "Quantity",
    AttributeType.PARAMETERS: "Parameters",
}


def _combined(where: GraphQLInputObjectType) -> dict[str, GraphQLInputField]:
    """The fields by which a filter combines others of its type."""
    several = GraphQLList(GraphQLNonNull(where))
    return {
        "and": GraphQLInputField(several, description="All of these hold."),
        "or": GraphQLInputField(several, description="At least one of these holds."),
        "not": GraphQLInputField(where, description="This does not hold."),
    }


def _operand(operator: Operator, scalar: GraphQLInputType) -> GraphQLInputType:
    if operator is Operator.IS_NULL:
        return GraphQLBoolean
    return GraphQLList(GraphQLNonNull(scalar)) if operator is Operator.IN else scalar


def describe(direction: Direction) -> str:
    """What a link, or its inverse, means."""
    return direction.link.inverse_description if direction.inverse else direction.link.description
