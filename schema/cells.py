"""From a validated payload object to the cells that merge (`schema.assertion`).

attributes          their values; instants in UTC
links               lists of {"to": …, "with": …}, whether the payload gave text, an object or a list of these
identifiers         identifiers/<scheme>
everything else     properties/<name>: the members of `properties`, and the members that the model doesn't know
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from pydantic import TypeAdapter

from schema.assertion import IDENTIFIER_CELL, PROPERTY_CELL
from schema.errors import Reason
from schema.json import Json
from schema.model.base import Entity
from schema.reasons import Path, Reasons, json_path, shown
from schema.references import LinkReader
from schema.registry import AttributeType, Kind, Model

MAX_NAME = 256
"""The longest name of a property, in characters."""


class CellReader:
    """Reads objects of one kind. It holds nothing but what it knows of the kind."""

    def __init__(self, model: Model, kind: Kind, depth: int) -> None:
        """`depth` is how deep properties may be nested."""
        self._depth = depth
        self._lists = frozenset(a.name for a in kind.attributes.values() if a.data_type is AttributeType.PARAMETERS)
        self._links = {link.name: LinkReader(link, model.kind(link.target)) for link in kind.links.values()}
        self._serializer = TypeAdapter(kind.payload).serializer
        fields = {attribute.field for attribute in kind.attributes.values()}
        self._elsewhere = set(kind.payload.model_fields) - fields

    def read(self, said: Entity, prefix: str, where: Path, cells: dict[str, Json], reasons: Reasons) -> Collection[str]:
        """Puts what an object says into `cells`; gives the names of members that the model doesn't know."""
        named, unknown = said.model_fields_set, said.__pydantic_extra__
        elsewhere = self._elsewhere | unknown.keys() if unknown else self._elsewhere
        attributes: dict[str, Any] = self._serializer.to_python(
            said, mode="json", by_alias=True, exclude_unset=True, exclude=elsewhere
        )
        for name in self._lists & attributes.keys():
            attributes[name] = attributes[name] and [_without_nulls(parameter) for parameter in attributes[name]]
        cells |= attributes
        for name, link in self._links.items():
            if link.field in named:
                cells[name] = link.read(getattr(said, link.field), prefix, (*where, name), reasons)
        if "identifiers" in named:
            self._identifiers(said.identifiers, where, cells, reasons)
        if "properties" in named:
            self._properties(said.properties, (*where, "properties"), cells, reasons)
        for name, value in unknown.items():
            if PROPERTY_CELL + name in cells:
                expected = "is given both here and in properties; give it once"
                reasons.add(Reason(json_path((*where, name)), shown(value), expected))
            self._property(name, value, (*where, name), cells, reasons)
        return unknown.keys()

    def _identifiers(self, named: Any, where: Path, cells: dict[str, Json], reasons: Reasons) -> None:
        if named is None:
            reasons.add(_no_null((*where, "identifiers")))
            return
        for scheme, value in named.items():
            cells[IDENTIFIER_CELL + scheme] = value

    def _properties(self, named: Any, where: Path, cells: dict[str, Json], reasons: Reasons) -> None:
        if named is None:
            reasons.add(_no_null(where))
            return
        for name, value in named.items():
            self._property(name, value, (*where, name), cells, reasons)

    def _property(self, name: str, value: Json, where: Path, cells: dict[str, Json], reasons: Reasons) -> None:
        if not 0 < len(name) <= MAX_NAME:
            expected = f"the name of a property has 1 to {MAX_NAME} characters"
            reasons.add(Reason(json_path(where[:-1]), shown(name), expected))
        check_value(value, where, self._depth, reasons)
        cells[PROPERTY_CELL + name] = value


def _without_nulls(parameter: dict[str, Json]) -> dict[str, Json]:
    """Without the members that are left open, so that equal words have equal texts."""
    return {name: value for name, value in parameter.items() if value is not None}


def _no_null(where: Path) -> Reason:
    return Reason(
        json_path(where), "null", 'null would clear all of it; clear members by name, or send "$replace": true'
    )


def check_value(value: Json, where: Path, depth: int, reasons: Reasons) -> None:
    """Adds reasons for what can't be kept of a value that no declaration describes."""
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            expected = "expected a whole number of at most 64 bits; send longer ones as text"
            reasons.add(Reason(json_path(where), shown(value), expected))
    elif isinstance(value, float):
        if not math.isfinite(value):
            expected = "expected a finite number; leave the member out where there is no value"
            reasons.add(Reason(json_path(where), str(value), expected))
    elif depth == 0:
        expected = "is nested too deep; send flat members"
        reasons.add(Reason(json_path(where), shown(value), expected))
    else:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for step, member in members:
            check_value(member, (*where, step), depth - 1, reasons)
