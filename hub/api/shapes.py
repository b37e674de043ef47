"""What a plan read, into what is answered: a function for each selection, made once and run for every answer.

It gives what graphql-core would make of the same rows by walking them (`hub.api.walk`), which a test holds it to. Where
it can't be sure of that, it says so by `NotPlain`, and graphql-core walks the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import FieldNode, GraphQLNonNull, GraphQLObjectType

from graph.plan import Direction, Row
from hub.api import cursors, walk
from hub.api.figure_shapes import FigureShapes
from hub.api.inputs import counted, directions
from hub.api.selections import Document, Fields
from hub.api.shaping import Member, Shape, chain, each, members, or_null, present, term
from schema.registry import Attribute, AttributeType, Kind, Model


class Shapes:
    """Makes the shapes of one document's selections."""

    def __init__(self, model: Model, document: Document) -> None:
        self.model = model
        self.document = document

    def lookup(self, kind: Kind, nodes: Sequence[FieldNode]) -> Shape:
        """Of a thing that may not be there."""
        return or_null(self._thing(kind, nodes))

    def page(self, kind: Kind, arguments: Mapping[str, Any], nodes: Sequence[FieldNode]) -> Shape:
        """Of a root list, with its coerced arguments."""
        return self._connection(f"{kind.name}Connection", kind, arguments, nodes)

    def _thing(self, kind: Kind, nodes: Sequence[FieldNode], prefix: str = "") -> Shape:
        """A store gives a row's members in any order, and an answer has them in that of the document."""
        links, figures = directions(kind), counted(kind)
        found: list[Member] = []
        constants: dict[str, Any] = {}
        for key, fields in self.document.fields(nodes, kind.name).items():
            name, row_key = fields[0].name.value, prefix + key
            if name in ("__typename", "kind"):
                constants[key] = kind.name
                found.append((key, "", None))
            elif (attribute := kind.attributes.get(name)) is not None:
                found.append((key, row_key, self.value(attribute, fields)))
            elif (direction := links.get(name)) is not None:
                found.append((key, row_key, self._link(kind, direction, fields)))
            elif (direction := figures.get(name)) is not None:
                found.append((key, row_key, self._figures(kind, direction, fields)))
            else:
                found.append((key, row_key, self._own(kind, name, fields)))
        return members(found, constants)

    def _link(self, kind: Kind, direction: Direction, fields: Sequence[FieldNode]) -> Shape:
        target = self.model.kind(direction.target)
        if not direction.many:
            return self.lookup(target, fields)
        type_name = self.document.type_of(kind.name, direction.name)
        arguments = self.document.arguments(kind.name, fields[0])
        return self._connection(type_name, target, arguments, fields, direction.link.attributes)

    def _figures(self, kind: Kind, direction: Direction, fields: Sequence[FieldNode]) -> Shape:
        arguments = self.document.arguments(kind.name, fields[0])
        return FigureShapes(self, self.model.kind(direction.target), direction).of(arguments, fields)

    def value(self, attribute: Attribute, fields: Sequence[FieldNode]) -> Shape | None:
        """Of an attribute's value; None where it is answered as it is."""
        match attribute.data_type:
            case AttributeType.QUANTITY:
                return or_null(self.object("Quantity", fields))
            case AttributeType.PARAMETERS:
                return or_null(each(self.object("Parameter", fields)))
            case AttributeType.ENUM:
                assert attribute.values is not None
                return term(attribute.values)
        return None

    def _own(self, kind: Kind, name: str, fields: Sequence[FieldNode]) -> Shape | None:
        match name:
            case "globalId":
                return lambda id_: f"{kind.name}:{id_}"
            case "properties":
                return lambda found: found or {}
            case "sources":
                return chain(lambda found: walk.sources_of(kind, found), each(self.object("Source", fields)))
            case "identifiers":
                return chain(walk.identifiers_of, each(self.object("Identifier", fields)))
            case "conflicts":
                return chain(lambda found: walk.conflicts_of(kind, found), each(self.object("Conflict", fields)))
        return None

    def object(self, type_name: str, nodes: Sequence[FieldNode]) -> Shape:
        """Of a dict by GraphQL name, as `hub.api.common` declares it."""
        found: list[Member] = []
        constants: dict[str, Any] = {}
        declared: Any = self.document.schema.get_type(type_name)
        assert isinstance(declared, GraphQLObjectType)
        for key, fields in self.document.fields(nodes, type_name).items():
            name = fields[0].name.value
            if name == "__typename":
                constants[key] = type_name
                found.append((key, "", None))
                continue
            shape = each(self.object("Said", fields)) if name == "said" else None
            required = isinstance(declared.fields[name].type, GraphQLNonNull)
            found.append((key, name, present if required and shape is None else shape))
        return members(found, constants, sparse=True)

    def _connection(
        self,
        type_name: str,
        kind: Kind,
        arguments: Mapping[str, Any],
        nodes: Sequence[FieldNode],
        attributes: Iterable[Attribute] = (),
    ) -> Shape:
        fields = self.document.fields(nodes, type_name)
        order = cursors.order_text(arguments.get("orderBy"))
        previous = arguments.get("after") is not None
        several = self._several(fields, type_name)
        by_name = {attribute.name: attribute for attribute in attributes}
        parts: list[tuple[str, Shape]] = []
        for key, found in fields.items():
            match found[0].name.value:
                case "nodes":
                    parts.append((key, _nodes(self._thing(kind, found, f"{key}." if several else ""))))
                case "edges":
                    edge_type = self.document.type_of(type_name, "edges")
                    many_edges = sum(f[0].name.value == "edges" for f in fields.values()) > 1
                    place = (key, several, many_edges)
                    parts.append((key, each(self._edge(edge_type, kind, place, order, found, by_name))))
                case "pageInfo":
                    parts.append((key, _page_info(self.object("PageInfo", found), order, previous)))
                case "totalCount":
                    parts.append((key, lambda page: page["total"]))
                case _:
                    parts.append((key, lambda _page: type_name))
        rows_of = {key for key, found in fields.items() if found[0].name.value == "edges"}
        return lambda page: {key: part(page["rows"] if key in rows_of else page) for key, part in parts}

    def _several(self, fields: Fields, type_name: str) -> bool:
        """Whether a connection's things are selected in several places: see `hub.api.compile`."""
        places = sum(found[0].name.value == "nodes" for found in fields.values())
        edge_type = self.document.type_of(type_name, "edges")
        for found in fields.values():
            if found[0].name.value == "edges":
                inner = self.document.fields(found, edge_type)
                places += sum(each[0].name.value == "node" for each in inner.values())
        return places > 1

    def _edge(
        self,
        type_name: str,
        kind: Kind,
        place: tuple[str, bool, bool],
        order: str,
        nodes: Sequence[FieldNode],
        attributes: Mapping[str, Attribute],
    ) -> Shape:
        edge_key, several, many_edges = place
        parts: list[tuple[str, Shape]] = []
        for key, fields in self.document.fields(nodes, type_name).items():
            name = fields[0].name.value
            if name == "node":
                thing = self._thing(kind, fields, f"{edge_key}/{key}." if several else "")
                parts.append((key, chain(_node, thing)))
            elif name == "cursor":
                parts.append((key, lambda row: cursors.encode(order, row["cursor"])))
            elif name == "__typename":
                parts.append((key, lambda _row: type_name))
            else:
                row_key = f"{edge_key}.{key}" if many_edges else key
                parts.append((key, _of_edge(row_key, self.value(attributes[name], fields))))
        return lambda row: {key: part(row) for key, part in parts}


def _nodes(shape: Shape) -> Shape:
    return lambda page: [shape(row["node"]) for row in page["rows"]]


def _page_info(shape: Shape, order: str, previous: bool) -> Shape:
    return lambda page: shape(walk.page_info_of(page, order, previous))


def _node(row: Row) -> Any:
    return row["node"]


def _of_edge(key: str, shape: Shape | None) -> Shape:
    if shape is None:
        return lambda row: row["edge"][key]
    return lambda row: shape(row["edge"][key])
