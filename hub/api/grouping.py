"""What is selected of an aggregate, and its `groupBy`: figures and groups of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from graphql import FieldNode

from graph.aggregate import By, Figure, Grouping, Measure, Measures
from graph.calendar import Calendar, is_zone
from graph.plan import Direction, Own, Row
from hub.api.conditions import led_to
from hub.api.errors import RequestError
from hub.api.inputs import COUNTED, EDGE, stem
from hub.api.operators import OWN
from hub.api.selections import Document, Fields
from schema.registry import Kind, Model


class Each(Enum):
    """What `groupBy` takes for an attribute of which each value is a group."""

    VALUE = "VALUE"


class GroupOrder(Enum):
    """How groups are ordered."""

    KEY = "KEY"
    COUNT = "COUNT"


TYPE_NAME = "__typename"

MAX_KEYS = 10
"""Keys of one `groupBy`."""

_FIGURES = {figure.value: figure for figure in Figure}
_NONE: Row = {name: {} for name in _FIGURES}


def aggregate_type(kind: Kind, over: Direction | None = None) -> str:
    """The name of the type of a kind's figures; of a link's, where something is said of the link."""
    return f"{stem(over) if over is not None and over.link.attributes else kind.name}{COUNTED}"


class Wanted:
    """What a selection wants of an aggregate of a kind, or of what a link leads to."""

    def __init__(
        self,
        model: Model,
        document: Document,
        kind: Kind,
        nodes: Sequence[FieldNode],
        over: Direction | None = None,
    ) -> None:
        self._model = model
        self._document = document
        self._kind = kind
        self._over = over
        self._type = aggregate_type(kind, over)
        self._fields = document.fields(nodes, self._type)

    def whole(self) -> Measures | None:
        """The figures of all things together; None where none is selected."""
        return self._measures(self._fields) if _named(self._fields, "count", EDGE, *_FIGURES) else None

    def groups(self, arguments: Mapping[str, Any], first: str, zone: str) -> Grouping | None:
        """The groups; None where they are not selected. `first` and `zone` name parameters."""
        if not _named(self._fields, "groups", "truncated"):
            return None
        keys = [self._by(key) for key in arguments.get("groupBy") or ()]
        if not 0 < len(keys) <= MAX_KEYS:
            raise RequestError(f"`groups` needs 1 to {MAX_KEYS} keys in `groupBy`; {len(keys)} are given")
        names = [_name(by) for by in keys]
        if repeated := next((name for name in names if names.count(name) > 1), None):
            raise RequestError(f"`groupBy` has {repeated} more than once; ask twice, under an alias, for both")
        nodes = [node for found in _named(self._fields, "groups") for node in found]
        fields = self._document.fields(nodes, self._document.type_of(self._type, "groups"))
        for found in _named(fields, "key"):
            self._check_key(found, f"{self._kind.name}AggregateKey", names)
        largest = arguments.get("orderBy") is GroupOrder.COUNT
        return Grouping(tuple(keys), self._measures(fields), first, zone, largest)

    def _by(self, key: Mapping[str, Any]) -> By:
        through, what, unit = led_to(self._model, self._kind, key)
        return By(what, through, unit if isinstance(unit, Calendar) else None)

    def _measures(self, fields: Fields) -> Measures:
        found: dict[Measure, None] = {}
        for figure, name in self._selected(fields, self._type):
            found[Measure(figure, self._kind.attributes.get(name) or OWN[name])] = None
        if self._over is not None:
            attributes = {attribute.name: attribute for attribute in self._over.link.attributes}
            for nodes in _named(fields, EDGE):
                type_name = self._document.type_of(self._type, EDGE)
                for figure, name in self._selected(self._document.fields(nodes, type_name), type_name):
                    found[Measure(figure, attributes[name], edge=True)] = None
        return tuple(found)

    def _selected(self, fields: Fields, type_name: str) -> Iterator[tuple[Figure, str]]:
        """The figures that are selected of an object of a type, each with the name of what it is made of."""
        for nodes in fields.values():
            if (figure := _FIGURES.get(nodes[0].name.value)) is None:
                continue
            for inner in self._document.fields(nodes, self._document.type_of(type_name, figure.value)).values():
                if (name := inner[0].name.value) != TYPE_NAME:
                    yield figure, name

    def _check_key(self, nodes: Sequence[FieldNode], type_name: str, names: Sequence[str], prefix: str = "") -> None:
        """Refuses a selected key that things are not grouped by: null would say that the groups have no value."""
        for found in self._document.fields(nodes, type_name).values():
            if found[0].name.value == TYPE_NAME:
                continue
            name = prefix + found[0].name.value
            if found[0].selection_set is not None and any(n.startswith(f"{name}.") for n in names):
                inner = self._document.type_of(type_name, found[0].name.value)
                self._check_key(found, inner, names, f"{name}.")
            elif name not in names:
                raise RequestError(f"`key` has no {name}; put it into `groupBy`, or select only what is there")


def zone_named(name: str | None) -> str:
    """The time zone of that name, UTC where none is given."""
    if name is None:
        return "UTC"
    if not is_zone(name):
        raise RequestError(f"`timeZone` is {name!r}; give a name of the IANA database, as Europe/Berlin is, or UTC")
    return name


def figures_of(group_by: Sequence[Mapping[str, Any]] | None, found: Row) -> Row:
    """Figures as a plan gives them, by the names that they have in the answer."""
    ways = [_way(key) for key in group_by or ()]
    groups = [{"key": _key(ways, group["by"]), EDGE: _NONE, **group["figures"]} for group in found["groups"] or ()]
    return {EDGE: _NONE, **(found["whole"] or {}), "groups": groups, "truncated": found["more"]}


def _way(key: Mapping[str, Any]) -> list[str]:
    """The names of what a key of `groupBy` follows, and of the value at the end."""
    ((name, inner),) = key.items()
    return [name, *_way(inner)] if isinstance(inner, Mapping) else [name]


def _key(ways: Sequence[Sequence[str]], values: Sequence[Any]) -> dict[str, Any]:
    """A group's values as its `key` shows them, those of linked things one below the other."""
    key: dict[str, Any] = {}
    for (*links, name), value in zip(ways, values, strict=True):
        place = key
        for link in links:
            place = place.setdefault(link, {})
        place[name] = value
    return key


def _name(by: By) -> str:
    what = by.what.value if isinstance(by.what, Own) else by.what.name
    return ".".join([*(direction.name for direction in by.through), what])


def _named(fields: Fields, *names: str) -> list[Sequence[FieldNode]]:
    return [nodes for nodes in fields.values() if nodes[0].name.value in names]
