"""How things and edges become flat properties, the same way in every store.

    attribute          one column of its name; a quantity two: `quantity`, `quantity_unit`
    parameters         JSON text; enums and dates text (ISO 8601, so that it orders); instants the store's own type
    a node's own       `id`, `path`, `placeholder`, `updatedAt`, `identifiers`, `properties` (JSON text)
    a node's state     `_systems`, `_records`, `_edges`, `_conflicts` (JSON text), `_search`, `_issue`, `_disputed`
    an edge's own      `_occurrence`, `_golden`, `_stated` (JSON text)

An underscore never occurs in the model's camelCase names, so no attribute can take one of these. Values here are JSON;
how a type is kept is each store's affair (instants come and go as RFC 3339 text).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any

import orjson

from graph.issues import disputed, mark
from graph.plan import Own, Part
from graph.state import conflicts_to_json, edges_to_json, records_to_json
from graph.thing import Edge, Thing
from schema.assertion import PATH, PROPERTY_CELL
from schema.identifier import PLACEHOLDER_MARK, of_id
from schema.json import Json, compact
from schema.merge import Golden
from schema.model.base import instant_text
from schema.registry import Attribute, AttributeType, Kind, Link

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_QUANTITY = (None, None)

SEARCH_BYTES = 32_000
"""The most of a thing's words that is searched, in UTF-8. Neo4j's text index refuses a node with more than 32,766."""

_WIDEST = 4
"""Bytes of a character in UTF-8, at most."""

# Looked up once: to ask an Enum for a member takes as long as all else that is done for a column.
_QUANTITY, _PARAMETERS = AttributeType.QUANTITY, AttributeType.PARAMETERS


class ColumnType(Enum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    TEXTS = "texts"
    JSON = "json"
    """JSON text, parsed where it is read."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: ColumnType


_OF_ATTRIBUTE = {
    AttributeType.STRING: ColumnType.TEXT,
    AttributeType.INTEGER: ColumnType.INTEGER,
    AttributeType.FLOAT: ColumnType.FLOAT,
    AttributeType.BOOLEAN: ColumnType.BOOLEAN,
    AttributeType.INSTANT: ColumnType.INSTANT,
    AttributeType.DATE: ColumnType.TEXT,
    AttributeType.ENUM: ColumnType.TEXT,
    AttributeType.STRINGS: ColumnType.TEXTS,
    AttributeType.PARAMETERS: ColumnType.JSON,
}

ID = Column("id", ColumnType.TEXT)
SEARCH = Column("_search", ColumnType.TEXT)
SYSTEMS = Column("_systems", ColumnType.TEXTS)
ISSUE = Column("_issue", ColumnType.TEXT)
DISPUTED = Column("_disputed", ColumnType.TEXTS)

_OWN = {
    Own.ID: ID,
    Own.PATH: Column("path", ColumnType.TEXT),
    Own.PLACEHOLDER: Column("placeholder", ColumnType.BOOLEAN),
    Own.UPDATED_AT: Column("updatedAt", ColumnType.INSTANT),
    Own.IDENTIFIERS: Column("identifiers", ColumnType.TEXTS),
    Own.SYSTEMS: SYSTEMS,
    Own.PROPERTIES: Column("properties", ColumnType.JSON),
    Own.RECORDS: Column("_records", ColumnType.JSON),
    Own.EDGES: Column("_edges", ColumnType.JSON),
    Own.CONFLICTS: Column("_conflicts", ColumnType.JSON),
}

EDGE_OWN = (
    Column("_occurrence", ColumnType.INTEGER),
    Column("_golden", ColumnType.BOOLEAN),
    Column("_stated", ColumnType.JSON),
)


def attribute_columns(attribute: Attribute) -> tuple[Column, ...]:
    """The columns of an attribute: one, or a quantity's value and unit."""
    if attribute.data_type is AttributeType.QUANTITY:
        return (Column(attribute.name, ColumnType.FLOAT), Column(f"{attribute.name}_unit", ColumnType.TEXT))
    return (Column(attribute.name, _OF_ATTRIBUTE[attribute.data_type]),)


def columns_of(what: Attribute | Own) -> tuple[Column, ...]:
    """The columns in which an attribute or one of a node's own properties is kept."""
    return (_OWN[what],) if isinstance(what, Own) else attribute_columns(what)


def compared_column(what: Attribute | Own, part: Part | None) -> Column:
    """The column that a comparison or an order looks at; of a quantity its value unless the unit is named."""
    columns = columns_of(what)
    return columns[1] if part is Part.UNIT else columns[0]


def node_columns(kind: Kind) -> tuple[Column, ...]:
    """Every column of a kind's nodes, `id` first."""
    of_attributes = (column for a in kind.attributes.values() for column in attribute_columns(a))
    return (ID, *of_attributes, *(column for own, column in _OWN.items() if own is not Own.ID), SEARCH, ISSUE, DISPUTED)


def edge_columns(link: Link) -> tuple[Column, ...]:
    """Every column of a link's edges."""
    return (*EDGE_OWN, *(column for a in link.attributes for column in attribute_columns(a)))


def attribute_values(attributes: Iterable[Attribute], values: Mapping[str, Json]) -> list[Any]:
    """The column values of attributes, in order of their columns; None where there is no value."""
    row: list[Any] = []
    for attribute in attributes:
        value: Any = values.get(attribute.name)
        if attribute.data_type is _QUANTITY:
            row += _NO_QUANTITY if value is None else (value["value"], value["unit"])
        elif attribute.data_type is _PARAMETERS and value is not None:
            row.append(compact(value))
        else:
            row.append(value)
    return row


def value_of(what: Attribute | Own, columns: Sequence[Any]) -> Json:
    """The JSON value of an attribute or own property from its columns' values; the inverse of what was written."""
    value = columns[0]
    if value is None:
        return None
    if not isinstance(what, Own) and what.data_type is AttributeType.QUANTITY:
        return {"value": value, "unit": columns[1]}
    if columns_of(what)[0].type is ColumnType.JSON:
        parsed: Json = orjson.loads(value)
        return parsed
    json: Json = value
    return json


def node_values(kind: Kind, thing: Thing) -> list[Any]:
    """A node's column values in the order of `node_columns`."""
    golden = thing.golden or Golden({}, {}, (), frozenset())
    values = {name: said.value for name, said in golden.values.items()}
    identifiers = sorted(golden.identifiers) or [placeholder_identifier(thing.key.id)]
    properties = {n.removeprefix(PROPERTY_CELL): v for n, v in values.items() if n.startswith(PROPERTY_CELL)}
    return [
        thing.key.id,
        *attribute_values(kind.attributes.values(), values),
        values.get(PATH),
        thing.placeholder,
        _instant(thing.updated_at),
        identifiers,
        sorted({record.key.system for record in thing.records}),
        compact(properties) if properties else "{}",
        compact(records_to_json(thing.records)) if thing.records else "[]",
        compact(edges_to_json(thing.edges)) if thing.edges else "[]",
        compact(conflicts_to_json(thing.conflicts)) if thing.conflicts else "[]",
        search_text([*(name.partition(":")[2] for name in identifiers), values.get("name"), values.get("description")]),
        mark(thing),
        disputed(thing.conflicts),
    ]


def edge_values(link: Link, edge: Edge) -> list[Any]:
    """An edge's column values in the order of `edge_columns`."""
    stated = compact([list(stated) for stated in edge.stated])
    return [edge.key.occurrence, edge.golden, stated, *attribute_values(link.attributes, edge.attributes)]


def placeholder_identifier(id_: str) -> str:
    """The identifier by which a placeholder is known, from its node's id."""
    return id_.removeprefix(PLACEHOLDER_MARK) if id_.startswith(PLACEHOLDER_MARK) else of_id(id_)


def search_text(words: Iterable[Any]) -> str:
    """What a text search looks through: words folded, one a line, with a line's end on both sides of each.

    It has at most `SEARCH_BYTES`; what comes after them is not found.
    """
    text = "\n" + "".join(f"{folded(word)}\n" for word in words if word)
    if len(text) * _WIDEST <= SEARCH_BYTES:
        return text
    return text.encode()[:SEARCH_BYTES].decode(errors="ignore")


def folded(text: Any) -> str:
    """Text as it is searched: case folded, blanks as one space."""
    return " ".join(str(text).casefold().split())


@lru_cache(1024)
def _instant(micros: int | None) -> str | None:
    return None if micros is None else instant_text(_EPOCH + timedelta(microseconds=micros))
