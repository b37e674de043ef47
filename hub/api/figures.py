"""Types of counting and adding up, derived from the model: `MaterialLotAggregate`, its groups, and `groupBy`.

    MaterialLotAggregate ── count, sum, avg: …AggregateNumbers, min, max: …AggregateBounds
                         ├─ groups: …AggregateGroup ── key: …AggregateKey, and figures as above
                         └─ truncated

An amount is a list, one for each unit: units are not converted, and never put together. Values are those of
`graph.aggregate`, so a resolver looks up a name; `key` is made by `hub.api.grouping.key_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFieldResolver,
    GraphQLFloat,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
)

from graph.aggregate import Figure
from graph.calendar import Calendar
from graph.plan import Direction
from hub.api.grouping import Each, GroupOrder, aggregate_type
from hub.api.inputs import COUNTED, EDGE, Inputs, describe, directions, stem
from hub.api.operators import OWN, OWN_TYPES
from hub.api.scalars import DATE
from schema.registry import AttributeType, Kind, Model

_Named = tuple[str, AttributeType, str]
"""An attribute's name, type and description."""

_NUMBERS = frozenset({AttributeType.INTEGER, AttributeType.FLOAT, AttributeType.QUANTITY})
_BOUNDED = _NUMBERS | {AttributeType.INSTANT, AttributeType.DATE}
_VALUES = frozenset({AttributeType.STRING, AttributeType.ENUM, AttributeType.BOOLEAN, AttributeType.INTEGER})

_STRETCHES = {
    Calendar.HOUR: "The hour of the clock in the time zone.",
    Calendar.DAY: "The day.",
    Calendar.WEEK: "The week of ISO 8601, from Monday on.",
    Calendar.MONTH: "The month.",
    Calendar.QUARTER: "The quarter of the year.",
    Calendar.YEAR: "The year.",
}
_FIGURE_TEXTS = {
    Figure.SUM: "Sums.",
    Figure.AVG: "Means of those that have the value.",
    Figure.MIN: "The least or earliest.",
    Figure.MAX: "The greatest or latest.",
}


class FigureTypes:
    """Makes each type once; `field` gives a kind's field of `Query`."""

    def __init__(
        self,
        model: Model,
        common: Mapping[str, GraphQLNamedType],
        inputs: Inputs,
        outputs: Mapping[AttributeType, GraphQLOutputType],
    ) -> None:
        """`common` holds the types that do not depend on the model, by name; `outputs` the types of attributes."""
        self._model = model
        self._inputs = inputs
        self._outputs = outputs
        self._own: dict[str, str] = {
            name: str(common["Entity"].fields[name].description)  # type: ignore[attr-defined]
            for name in OWN
        }
        instant, quantity = common["DateTime"], common["Quantity"]
        assert isinstance(instant, GraphQLScalarType) and isinstance(quantity, GraphQLObjectType)
        self._quantities = GraphQLNonNull(GraphQLList(GraphQLNonNull(quantity)))
        self._time = _stretch("TimeStretch", instant, "A stretch of the calendar in the time zone asked for.")
        self._days = _stretch("DayStretch", DATE, "A stretch of the calendar, of an attribute that is a day.")
        self._by_value = _enum(
            "GroupByValue", {Each.VALUE: "Each value is a group."}, "How things are grouped by a value."
        )
        self._by_time = _enum("GroupByTime", _STRETCHES, "How to group by a time.")
        self._by_day = _enum("GroupByDay", _of_days(), "How to group by a day.")
        self._order = _enum(
            "AggregateOrder",
            {
                GroupOrder.KEY: "In order of the keys, the first one first; no value comes last.",
                GroupOrder.COUNT: "The largest first.",
            },
            "How groups are ordered. Equal ones are in order of the keys.",
        )
        self._group_by = {kind.name: self._make_group_by(kind) for kind in model}
        self._keys = {kind.name: self._make_key(kind) for kind in model}
        self._made: dict[str, GraphQLObjectType] = {}
        self._of_kinds: dict[str, dict[str, GraphQLField]] = {}

    def field(self, kind: Kind, resolve: GraphQLFieldResolver) -> GraphQLField:
        """`materialLotsAggregate(where:, groupBy:)`."""
        return GraphQLField(
            GraphQLNonNull(self._aggregate(kind)),
            args=self._arguments(kind, self._inputs.where(kind)),
            resolve=resolve,
            description=f"Counts and figures of things of the kind {kind.name}; placeholders count, as in lists.",
        )

    def linked(self, direction: Direction, resolve: GraphQLFieldResolver) -> GraphQLField:
        """`lotsAggregate(where:, groupBy:)` of a thing that has the link `lots`."""
        kind = self._model.kind(direction.target)
        return GraphQLField(
            GraphQLNonNull(self._aggregate(kind, direction)),
            args=self._arguments(kind, self._inputs.over(direction)),
            resolve=resolve,
            description=f"Counts and figures of `{direction.name}`; a thing counts once for each edge to it, as in "
            "`totalCount`.",
        )

    def _arguments(self, kind: Kind, where: GraphQLInputObjectType) -> dict[str, GraphQLArgument]:
        return {
            "where": GraphQLArgument(where, description="Which things; all where it is left out."),
            "groupBy": GraphQLArgument(
                GraphQLList(GraphQLNonNull(self._group_by[kind.name])),
                description="What things of one group have in common. `groups` needs it.",
            ),
            "timeZone": GraphQLArgument(
                GraphQLString,
                default_value="UTC",
                description="The time zone whose hours, days, weeks … times are grouped by, as the IANA database "
                "names it: `Europe/Berlin`.",
            ),
            "orderBy": GraphQLArgument(self._order, default_value=GroupOrder.KEY, description="The groups' order."),
            "first": GraphQLArgument(GraphQLInt, description="How many groups at most."),
        }

    def _aggregate(self, kind: Kind, over: Direction | None = None) -> GraphQLObjectType:
        name = aggregate_type(kind, over)
        if name not in self._made:
            self._made[name] = self._make_aggregate(name, kind, over)
        return self._made[name]

    def _make_aggregate(self, name: str, kind: Kind, over: Direction | None) -> GraphQLObjectType:
        figures = self._figures(kind) | self._edge(over)
        of = f"things of the kind {kind.name}" + (f" in `{over.name}`" if over and over.link.attributes else "")
        group = GraphQLObjectType(
            f"{name}Group",
            {
                "key": GraphQLField(
                    GraphQLNonNull(self._keys[kind.name]), description="What the things have in common."
                ),
                **figures,
            },
            description=f"Figures of {of} that have something in common.",
        )
        return GraphQLObjectType(
            name,
            {
                **figures,
                "groups": GraphQLField(
                    GraphQLNonNull(GraphQLList(GraphQLNonNull(group))),
                    description="The figures of each group that `groupBy` makes.",
                ),
                "truncated": GraphQLField(
                    GraphQLNonNull(GraphQLBoolean), description="Whether there are more groups than `groups` has."
                ),
            },
            description=f"Figures of {of}.",
        )

    def _figures(self, kind: Kind) -> dict[str, GraphQLField]:
        """The figures that an aggregate and its groups have alike."""
        if kind.name not in self._of_kinds:
            count = GraphQLField(GraphQLNonNull(GraphQLInt), description="How many things there are.")
            stem, of = f"{kind.name}{COUNTED}", f"attributes of things of the kind {kind.name}; null where none has"
            self._of_kinds[kind.name] = {"count": count, **self._made_of(list(self._attributes(kind)), stem, of)}
        return self._of_kinds[kind.name]

    def _edge(self, over: Direction | None) -> dict[str, GraphQLField]:
        """Figures of what is said of a link."""
        if over is None or not over.link.attributes:
            return {}
        link = over.link
        name = f"{stem(Direction(link))}EdgeAggregate"
        if name not in self._made:
            attributes = [(a.name, a.data_type, a.description) for a in link.attributes]
            of = f"values that are said of {link.name} of the kind {link.source}; null where nothing has"
            fields = self._made_of(attributes, name, of)
            text = f"Figures of what is said of {link.name} of the kind {link.source}."
            self._made[name] = GraphQLObjectType(name, fields, description=text)
        return {
            EDGE: GraphQLField(GraphQLNonNull(self._made[name]), description="Figures of what is said of the link.")
        }

    def _made_of(self, attributes: Sequence[_Named], stem: str, of: str) -> dict[str, GraphQLField]:
        numbers = self._of_attributes(attributes, f"{stem}Numbers", f"Numbers made of {of} the value.", self._number)
        bounds = self._of_attributes(attributes, f"{stem}Bounds", f"Least and greatest {of} the value.", self._bound)
        found = {}
        for figure, text in _FIGURE_TEXTS.items():
            type_ = numbers if figure in (Figure.SUM, Figure.AVG) else bounds
            if type_ is not None:
                found[figure.value] = GraphQLField(GraphQLNonNull(type_), description=text)
        return found

    def _of_attributes(
        self,
        attributes: Iterable[_Named],
        name: str,
        description: str,
        typed: Callable[[AttributeType], GraphQLOutputType | None],
    ) -> GraphQLObjectType | None:
        """A type with a field for each attribute that `typed` has a type for; None where there is none."""
        fields = {
            attribute: GraphQLField(type_, description=text)
            for attribute, data_type, text in attributes
            if (type_ := typed(data_type)) is not None
        }
        return GraphQLObjectType(name, fields, description=description) if fields else None

    def _attributes(self, kind: Kind) -> Iterator[_Named]:
        yield from ((name, OWN_TYPES[own], self._own[name]) for name, own in OWN.items())
        yield from ((name, a.data_type, a.description) for name, a in kind.attributes.items())

    def _number(self, data_type: AttributeType) -> GraphQLOutputType | None:
        if data_type not in _NUMBERS:
            return None
        return self._quantities if data_type is AttributeType.QUANTITY else GraphQLFloat

    def _bound(self, data_type: AttributeType) -> GraphQLOutputType | None:
        if data_type not in _BOUNDED:
            return None
        return self._quantities if data_type is AttributeType.QUANTITY else self._outputs[data_type]

    def _make_group_by(self, kind: Kind) -> GraphQLInputObjectType:
        own = {
            name: GraphQLInputField(type_, description=description)
            for name, data_type, description in self._attributes(kind)
            if (type_ := self._unit(data_type)) is not None
        }
        return GraphQLInputObjectType(
            f"{kind.name}GroupBy",
            lambda: own | self._inputs.by_linked(kind, self._group_by),
            description=f"What groups of things of the kind {kind.name} have in common: exactly one field. A link "
            "leads to what the things at its other end are grouped by.",
            is_one_of=True,
        )

    def _unit(self, data_type: AttributeType) -> GraphQLEnumType | None:
        if data_type in _VALUES:
            return self._by_value
        return {AttributeType.INSTANT: self._by_time, AttributeType.DATE: self._by_day}.get(data_type)

    def _make_key(self, kind: Kind) -> GraphQLObjectType:
        return GraphQLObjectType(
            f"{kind.name}AggregateKey",
            lambda: self._key_fields(kind),
            description=f"What things of the kind {kind.name} that are one group have in common. A field can be "
            "asked for where `groupBy` has it; null is a value too.",
        )

    def _key_fields(self, kind: Kind) -> dict[str, GraphQLField]:
        fields = {}
        for name, data_type, description in self._attributes(kind):
            values = kind.attributes[name].values if name in kind.attributes else None
            if self._unit(data_type) is not None:
                type_ = self._inputs.enum(values) if values else self._key_type(data_type)
                fields[name] = GraphQLField(type_, description=description)
        for name, direction in directions(kind).items():
            if not direction.many:
                linked = GraphQLNonNull(self._keys[direction.target])
                fields[name] = GraphQLField(linked, description=describe(direction))
        return fields

    def _key_type(self, data_type: AttributeType) -> GraphQLOutputType:
        stretches = {AttributeType.INSTANT: self._time, AttributeType.DATE: self._days}
        return stretches.get(data_type) or self._outputs[data_type]


def _stretch(name: str, type_: GraphQLScalarType, description: str) -> GraphQLObjectType:
    return GraphQLObjectType(
        name,
        {
            "label": GraphQLField(
                GraphQLNonNull(GraphQLString),
                description="Its name, ISO 8601 but for quarters: `2026-03-01T14:00+01:00`, `2026-03-01`, `2026-W09`, "
                "`2026-03`, `2026-Q1`, `2026`.",
            ),
            "start": GraphQLField(GraphQLNonNull(type_), description="Where it begins."),
            "end": GraphQLField(GraphQLNonNull(type_), description="Where the next one begins."),
        },
        description=description,
    )


def _enum(name: str, values: Mapping[Any, str], description: str) -> GraphQLEnumType:
    members = {member.name: GraphQLEnumValue(member, text) for member, text in values.items()}
    return GraphQLEnumType(name, members, description=description)


def _of_days() -> dict[Calendar, str]:
    return {unit: text for unit, text in _STRETCHES.items() if unit is not Calendar.HOUR}
