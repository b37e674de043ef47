"""From a validated payload object to the cells that merge (`schema.assertion`).

attributes          their values; instants in UTC
links               lists of {"to": …, "with": …}, whether the payload gave text, an object or a list of these
identifiers         identifiers/<scheme>
everything else     properties/<name>: the members of `properties`, and the members that the model doesn't know
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schema import identifier
from schema.assertion import IDENTIFIER_CELL, PROPERTY_CELL
from schema.errors import Reason
from schema.json import Json
from schema.model.base import MAX_ID_BYTES, SCHEME_PATTERN
from schema.reasons import Path, json_path, shown
from schema.registry import ENVELOPE, AttributeType, Kind, Link, Model

MAX_NAME = 256
"""The longest name of a property, in characters."""

_SCHEME = re.compile(SCHEME_PATTERN)


@dataclass(frozen=True, slots=True)
class _Target:
    """What reading a link's references needs to know."""

    link: Link
    kind: Kind
    attributes: frozenset[str]


class CellReader:
    """Reads objects of one kind. It holds nothing but what it knows of the kind."""

    def __init__(self, model: Model, kind: Kind, depth: int) -> None:
        """`depth` is how deep properties may be nested."""
        self._depth = depth
        self._plain = frozenset(
            name for name, attribute in kind.attributes.items() if attribute.data_type is not AttributeType.PARAMETERS
        )
        self._parameters = frozenset(kind.attributes) - self._plain
        self._links = {
            link.name: _Target(link, model.kind(link.target), frozenset(a.name for a in link.attributes))
            for link in kind.links.values()
        }

    def read(
        self, said: Mapping[str, Any], prefix: str, where: Path, cells: dict[str, Json], reasons: list[Reason]
    ) -> list[str]:
        """Puts what an object says into `cells`; gives the names of members that the model doesn't know."""
        unknown: list[str] = []
        for name, value in said.items():
            if name in self._plain:
                cells[name] = value
            elif name in self._links:
                target = self._links[name]
                cells[name] = None if value is None else _references(target, value, prefix, (*where, name), reasons)
            elif name in self._parameters:
                cells[name] = None if value is None else [_without_nulls(parameter) for parameter in value]
            elif name not in ENVELOPE:
                unknown.append(name)
        if "identifiers" in said:
            self._identifiers(said["identifiers"], where, cells, reasons)
        if "properties" in said:
            self._properties(said["properties"], (*where, "properties"), cells, reasons)
        for name in unknown:
            if PROPERTY_CELL + name in cells:
                expected = "is given both here and in properties; give it once"
                reasons.append(Reason(json_path((*where, name)), shown(said[name]), expected))
            self._property(name, said[name], (*where, name), cells, reasons)
        return unknown

    def _identifiers(self, named: Any, where: Path, cells: dict[str, Json], reasons: list[Reason]) -> None:
        if named is None:
            reasons.append(_no_null((*where, "identifiers")))
            return
        for scheme, value in named.items():
            cells[IDENTIFIER_CELL + scheme] = value

    def _properties(self, named: Any, where: Path, cells: dict[str, Json], reasons: list[Reason]) -> None:
        if named is None:
            reasons.append(_no_null(where))
            return
        for name, value in named.items():
            self._property(name, value, (*where, name), cells, reasons)

    def _property(self, name: str, value: Json, where: Path, cells: dict[str, Json], reasons: list[Reason]) -> None:
        if not 0 < len(name) <= MAX_NAME:
            expected = f"the name of a property has 1 to {MAX_NAME} characters"
            reasons.append(Reason(json_path(where[:-1]), shown(name), expected))
        check_value(value, where, self._depth, reasons)
        cells[PROPERTY_CELL + name] = value


def check_id(value: str, where: str, reasons: list[Reason]) -> None:
    """Adds a reason where an id is too long with its system's prefix."""
    if len(value.encode()) > MAX_ID_BYTES:
        expected = f"the id is longer than {MAX_ID_BYTES} bytes with the prefix of its system; shorten the prefix"
        reasons.append(Reason(where, shown(value), expected))


def _references(target: _Target, value: Any, prefix: str, where: Path, reasons: list[Reason]) -> list[Json]:
    if isinstance(value, list):
        return [_reference(target, item, prefix, (*where, i), reasons) for i, item in enumerate(value)]
    return [_reference(target, value, prefix, where, reasons)]


def _reference(target: _Target, value: Any, prefix: str, where: Path, reasons: list[Reason]) -> Json:
    if isinstance(value, str):
        if prefix:
            check_id(prefix + value, json_path(where), reasons)
        return {"to": {"id": prefix + value}}
    to: dict[str, str] = {}
    attributes: dict[str, Json] = {}
    for name, part in value.items():
        if part is None:
            continue
        if name in target.attributes:
            attributes[name] = [_without_nulls(p) for p in part] if isinstance(part, list) else part
        else:
            to[name] = part
    if "id" in to and prefix:
        to["id"] = prefix + to["id"]
        check_id(to["id"], json_path((*where, "id")), reasons)
    _check_reference(target, to, where, reasons)
    return {"to": to, "with": attributes} if attributes else {"to": to}  # type: ignore[dict-item]


def _check_reference(target: _Target, to: dict[str, str], where: Path, reasons: list[Reason]) -> None:
    own = f"; the link's own members are {', '.join(sorted(target.attributes))}" if target.attributes else ""
    for scheme in to:
        if not _SCHEME.fullmatch(scheme):
            expected = f"is no name of an identifier's scheme: a lower-case letter, then letters and digits{own}"
            reasons.append(Reason(json_path((*where, scheme)), shown(scheme), expected))
            return
    try:
        identifier.of_reference(target.kind, to)
    except ValueError as fault:
        reasons.append(Reason(json_path(where), shown(to), f"the reference {fault}{own}"))


def _without_nulls(value: Any) -> Any:
    """A list's item without the members that it leaves open, so that equal words have equal texts."""
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value


def _no_null(where: Path) -> Reason:
    return Reason(
        json_path(where), "null", 'null would clear all of it; clear members by name, or send "$replace": true'
    )


def check_value(value: Json, where: Path, depth: int, reasons: list[Reason]) -> None:
    """Adds reasons for what can't be kept of a value that no declaration describes."""
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            expected = "expected a whole number of at most 64 bits; send longer ones as text"
            reasons.append(Reason(json_path(where), shown(value), expected))
    elif isinstance(value, float):
        if not math.isfinite(value):
            expected = "expected a finite number; leave the member out where there is no value"
            reasons.append(Reason(json_path(where), str(value), expected))
    elif depth == 0:
        expected = "is nested too deep; send flat members"
        reasons.append(Reason(json_path(where), shown(value), expected))
    else:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for step, member in members:
            check_value(member, (*where, step), depth - 1, reasons)
