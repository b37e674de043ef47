"""Resolvers over what a plan read: rows are dicts by response key, so each resolver is a look-up.

Select       dict by response key; prefixed where the connection's things are selected in several places
connection   the page as read, with the order's text and whether it began after a cursor
edge         {"row", "place", "order"}
values       dicts by GraphQL name, as `hub.api.common` declares them
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.plan import Row
from graph.state import conflicts_from_json, records_from_json
from hub.api import cursors
from hub.api.context import CoreInfo
from hub.clock import instant
from schema.assertion import IDENTIFIER_CELL, PATH, PROPERTY_CELL
from schema.merge import Record, Said
from schema.registry import Kind

KIND = ".kind"
"""Under this key a row carries its kind's name where the field's type is the interface."""


def by_key(row: Row, info: CoreInfo) -> Any:
    """What was read for this response key."""
    return row[str(info.path.key)]


def kind_name(_row: Row, info: CoreInfo) -> str:
    return info.parent_type.name


def global_id(row: Row, info: CoreInfo) -> str:
    return f"{info.parent_type.name}:{by_key(row, info)}"


def type_name(row: Row, *_: Any) -> str:
    """The type of a row whose field's type is the interface."""
    return str(row[KIND])


def connection_field(row: Row, info: CoreInfo, **arguments: Any) -> Row:
    return connection(row[str(info.path.key)], arguments)


def connection(page: Row, arguments: Mapping[str, Any]) -> Row:
    """A page as read, with what its cursors need."""
    order = cursors.order_text(arguments.get("orderBy"))
    return {**page, "order": order, "previous": arguments.get("after") is not None}


def nodes(page: Row, info: CoreInfo) -> list[Row]:
    place = str(info.path.key)
    return [_at(row["node"], place) for row in page["rows"]]


def edges(page: Row, info: CoreInfo) -> list[Row]:
    place = str(info.path.key)
    return [{"row": row, "place": place, "order": page["order"]} for row in page["rows"]]


def page_info(page: Row, _info: CoreInfo) -> Row:
    return page_info_of(page, page["order"], page["previous"])


def page_info_of(page: Row, order: str, previous: bool) -> Row:
    """Where a page as read stands in its list; `previous` says whether it began after a cursor."""
    rows = page["rows"]
    # Rows have cursors where somebody asks for them.
    known = rows and "cursor" in rows[0]
    return {
        "hasNextPage": page["more"],
        "hasPreviousPage": previous,
        "startCursor": cursors.encode(order, rows[0]["cursor"]) if known else None,
        "endCursor": cursors.encode(order, rows[-1]["cursor"]) if known else None,
    }


def total_count(page: Row, _info: CoreInfo) -> int:
    return int(page["total"])


def node(edge: Row, info: CoreInfo) -> Row:
    return _at(edge["row"]["node"], f"{edge['place']}/{info.path.key}")


def cursor(edge: Row, _info: CoreInfo) -> str:
    return cursors.encode(edge["order"], edge["row"]["cursor"])


def edge_value(edge: Row, info: CoreInfo) -> Any:
    values, key = edge["row"]["edge"], str(info.path.key)
    return values[key] if key in values else values[f"{edge['place']}.{key}"]


def sources(row: Row, info: CoreInfo) -> list[Row]:
    return sources_of(info.context.model.kind(info.parent_type.name), row[str(info.path.key)])


def sources_of(kind: Kind, found: Any) -> list[Row]:
    """What each system says, of the records that were read."""
    return [_source(record, kind) for record in records_from_json(kind.name, found or ()) if record.current]


def conflicts(row: Row, info: CoreInfo) -> list[Row]:
    return conflicts_of(info.context.model.kind(info.parent_type.name), row[str(info.path.key)])


def conflicts_of(kind: Kind, found: Any) -> list[Row]:
    """Where systems disagree, of the conflicts that were read."""
    return [
        {
            "attribute": "path" if conflict.cell == PATH else conflict.cell,
            "winner": conflict.said[0].system,
            "said": [said(kind, conflict.cell, each) for each in conflict.said],
        }
        for conflict in conflicts_from_json(found or ())
    ]


def said(kind: Kind, cell: str, word: Said) -> Row:
    """One system's word on a cell."""
    return {
        "system": word.system,
        "id": word.id,
        "value": spoken(kind, cell, word.value),
        "eventTime": instant(word.time),
    }


def identifiers(row: Row, info: CoreInfo) -> list[Row]:
    return identifiers_of(row[str(info.path.key)])


def identifiers_of(found: Any) -> list[Row]:
    """Every name of a thing, of the identifiers that were read."""
    named = (name.partition(":") for name in found or ())
    return [{"scheme": scheme, "value": value} for scheme, _, value in named]


def properties(row: Row, info: CoreInfo) -> Any:
    return row[str(info.path.key)] or {}


def _at(row: Row, place: str) -> Row:
    """What was selected of a row at one place of its connection."""
    first = next(iter(row), "")
    if "." not in first:
        return row
    prefix = f"{place}."
    return {key.removeprefix(prefix): value for key, value in row.items() if key.startswith(prefix)}


def members(kind: Kind, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells as a payload has them: attributes and links by name, identifiers and properties by theirs."""
    values: dict[str, Any] = {}
    for name, value in cells.items():
        group, _, inner = name.partition("/")
        if name.startswith((IDENTIFIER_CELL, PROPERTY_CELL)):
            values.setdefault(group, {})[inner] = value
        elif name != PATH:
            values[name] = spoken(kind, name, value)
    return values


def _source(record: Record, kind: Kind) -> Row:
    said = {name: cell.value for name, cell in record.cells.items() if cell.value is not None}
    return {
        "system": record.key.system,
        "id": record.key.id,
        "observedAt": instant(max(record.asserted.time, *(cell.time for cell in record.cells.values()))),
        "path": record.value(PATH),
        "values": members(kind, said),
    }


def spoken(kind: Kind, cell: str, value: Any) -> Any:
    """A cell's value as a payload has it: references as flat objects. Other values may look like references."""
    if value and cell in kind.links:
        return [{**reference["to"], **reference.get("with", {})} for reference in value]
    return value
