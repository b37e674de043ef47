"""Figures that a plan read, into what is answered: see `hub.api.shapes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from graphql import FieldNode

from graph.aggregate import Figure
from graph.plan import Direction
from hub.api.grouping import TYPE_NAME, aggregate_type, figures_of
from hub.api.inputs import EDGE, directions
from hub.api.operators import OWN, OWN_TYPES
from hub.api.shaping import Member, NotPlain, Shape, each, members, or_null
from schema.registry import AttributeType, Kind

if TYPE_CHECKING:
    from hub.api.shapes import Shapes

_FIGURES = frozenset(figure.value for figure in Figure)
_STRETCHES = {AttributeType.INSTANT: "TimeStretch", AttributeType.DATE: "DayStretch"}


class FigureShapes:
    """Makes the shape of figures of a kind's things, or of what a link leads to."""

    def __init__(self, shapes: Shapes, kind: Kind, over: Direction | None = None) -> None:
        self._shapes = shapes
        self._document = shapes.document
        self._kind = kind
        self._over = over
        self._type = aggregate_type(kind, over)

    def of(self, arguments: Mapping[str, Any], nodes: Sequence[FieldNode]) -> Shape:
        """Of an aggregate with its coerced arguments."""
        shape = self._object(self._type, nodes, self._member)
        return lambda found: shape(figures_of(arguments.get("groupBy"), found))

    def _member(self, name: str, fields: Sequence[FieldNode]) -> Shape | None:
        match name:
            case "groups":
                return each(self._object(self._document.type_of(self._type, name), fields, self._member))
            case "key":
                return self._key(self._kind, fields)
            case "edge":
                return self._edge(fields)
        return self._figure(self._type, name, fields, lambda of: _type_of(self._kind, of))

    def _edge(self, nodes: Sequence[FieldNode]) -> Shape:
        assert self._over is not None
        types = {attribute.name: attribute.data_type for attribute in self._over.link.attributes}
        type_name = self._document.type_of(self._type, EDGE)
        return self._object(
            type_name, nodes, lambda name, fields: self._figure(type_name, name, fields, types.__getitem__)
        )

    def _figure(
        self, type_name: str, name: str, nodes: Sequence[FieldNode], type_of: Callable[[str], AttributeType]
    ) -> Shape | None:
        if name not in _FIGURES:
            return None

        def shape(name: str, fields: Sequence[FieldNode]) -> Shape | None:
            match type_of(name):
                case AttributeType.QUANTITY:
                    return _each_finite(each(self._shapes.object("Quantity", fields)))
                case AttributeType.INTEGER | AttributeType.FLOAT:
                    return _finite
            return None

        return self._object(self._document.type_of(type_name, name), nodes, shape)

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
