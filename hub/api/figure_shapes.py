"""Figures that a plan read, into what is answered: see `hub.api.shapes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

from graphql import FieldNode

from graph.aggregate import Figure
from hub.api.grouping import TYPE_NAME, figures_of
from hub.api.inputs import directions
from hub.api.operators import OWN, OWN_TYPES
from hub.api.shapes import Member, NotPlain, Shape, Shapes, each, members, or_null
from schema.registry import AttributeType, Kind

_FIGURES = frozenset(figure.value for figure in Figure)
_STRETCHES = {AttributeType.INSTANT: "TimeStretch", AttributeType.DATE: "DayStretch"}


class FigureShapes:
    """Makes the shapes of aggregates."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._document = shapes.document

    def of(self, kind: Kind, arguments: Mapping[str, Any], nodes: Sequence[FieldNode]) -> Shape:
        """Of an aggregate of a kind's things, with its coerced arguments."""
        shape = self._aggregate(kind, nodes)
        return lambda found: shape(figures_of(arguments.get("groupBy"), found))

    def _aggregate(self, kind: Kind, nodes: Sequence[FieldNode]) -> Shape:
        def shape(name: str, fields: Sequence[FieldNode]) -> Shape | None:
            if name == "groups":
                return each(self._group(kind, fields))
            return self._figure(kind, name, fields)

        return self._object(f"{kind.name}Aggregate", nodes, shape)

    def _group(self, kind: Kind, nodes: Sequence[FieldNode]) -> Shape:
        def shape(name: str, fields: Sequence[FieldNode]) -> Shape | None:
            return self._key(kind, fields) if name == "key" else self._figure(kind, name, fields)

        return self._object(f"{kind.name}AggregateGroup", nodes, shape)

    def _figure(self, kind: Kind, name: str, nodes: Sequence[FieldNode]) -> Shape | None:
        if name not in _FIGURES:
            return None

        def shape(name: str, fields: Sequence[FieldNode]) -> Shape | None:
            match _type_of(kind, name):
                case AttributeType.QUANTITY:
                    return _each_finite(each(self._shapes.object("Quantity", fields)))
                case AttributeType.INTEGER | AttributeType.FLOAT:
                    return _finite
            return None

        return self._object(self._document.type_of(f"{kind.name}Aggregate", name), nodes, shape)

    def _key(self, kind: Kind, nodes: Sequence[FieldNode]) -> Shape:
        links = directions(kind)

        def shape(name: str, fields: Sequence[FieldNode]) -> Shape | None:
            if (direction := links.get(name)) is not None:
                return self._key(self._shapes.model.kind(direction.target), fields)
            if (stretch := _STRETCHES.get(_type_of(kind, name))) is not None:
                return or_null(self._shapes.object(stretch, fields))
            return self._shapes.value(kind.attributes[name], fields) if name in kind.attributes else None

        return self._object(f"{kind.name}AggregateKey", nodes, shape)

    def _object(
        self,
        type_name: str,
        nodes: Sequence[FieldNode],
        shape: Callable[[str, Sequence[FieldNode]], Shape | None],
    ) -> Shape:
        found: list[Member] = []
        constants: dict[str, Any] = {}
        for key, fields in self._document.fields(nodes, type_name).items():
            name = fields[0].name.value
            if name == TYPE_NAME:
                constants[key] = type_name
                found.append((key, "", None))
            else:
                found.append((key, name, shape(name, fields)))
        return members(found, constants)


def _type_of(kind: Kind, name: str) -> AttributeType:
    return kind.attributes[name].data_type if name in kind.attributes else OWN_TYPES[OWN[name]]


def _finite(value: Any) -> Any:
    """A number, or null. One that is not finite graphql-core has more to say of."""
    if value is not None and not isfinite(value):
        raise NotPlain
    return value


def _each_finite(shape: Shape) -> Shape:
    def made(amounts: Any) -> Any:
        for amount in amounts:
            _finite(amount["value"])
        return shape(amounts)

    return made
