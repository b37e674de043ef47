"""What a question reads, declared as a tree of names, and what was read, with who said so.

Shape ── values, and links by name with a Shape each
  └─ select ──> graph.plan.Select ──> rows ──> Fact
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from graph.plan import Compare, Condition, Direction, Many, One, Operator, Or, Own, Paging, Row, Select, Value
from graph.plan import Not as Negation
from graph.state import records_from_json
from schema import units
from schema.json import Json, canonical
from schema.registry import AttributeType, Kind, Model

MANY = "many"
"""The parameter with how many rows of each list are read."""

NULL = "null"
"""The parameter that is true, for what is missing."""

_OWN = (Value("id", Own.ID), Value("placeholder", Own.PLACEHOLDER), Value("records", Own.RECORDS))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a question wants of a thing. `edge` is what it wants of the link that leads there."""

    values: tuple[str, ...]
    links: Mapping[str, Shape]
    edge: tuple[str, ...] = ()
    leaving: tuple[str, str] | None = None
    """An attribute, and the parameter with its values of things that are left out of a list."""


def shape(values: str = "", *, edge: str = "", leaving: tuple[str, str] | None = None, **links: Shape) -> Shape:
    """A shape, from names apart by blanks and links by name."""
    return Shape(tuple(values.split()), links, tuple(edge.split()), leaving)


Extra = Callable[[Kind], Select]
"""What is to be read beside it of every thing of a kind."""


def select(model: Model, kind: Kind, wanted: Shape, extra: Extra | None = None) -> Select:
    """The selection of a shape; every thing's id, name, placeholder and records come with it.

    Things are read whole: a question has so many lists that a server plans it for seconds, and so it does once for all
    that clients select of things, and not for each selection anew.
    """
    beside = extra(kind) if extra else Select(kind)
    names = dict.fromkeys(("name", *wanted.values))
    values = (*(Value(name, kind.attributes[name]) for name in names), *_OWN)
    ones: list[One] = []
    manys: list[Many] = []
    for name, inner in wanted.links.items():
        link = kind.links.get(name)
        direction = Direction(link) if link else Direction(kind.inverses[name], inverse=True)
        target = select(model, model.kind(direction.target), inner, extra)
        if not direction.many:
            ones.append(One(name, direction, target))
            continue
        edge = tuple(Value(a.name, a) for a in direction.link.attributes if a.name in inner.edge)
        manys.append(Many(name, direction, target, edge, Paging(_where(target.kind, inner), first=MANY)))
    return Select(
        kind, values + beside.values, (*ones, *beside.ones), (*manys, *beside.manys), beside.figures, whole=True
    )


def _where(kind: Kind, wanted: Shape) -> Condition | None:
    if wanted.leaving is None:
        return None
    name, parameter = wanted.leaving
    attribute = kind.attributes[name]
    return Or(
        (
            Compare(attribute, Operator.IS_NULL, NULL),
            Negation(Compare(attribute, Operator.IN, parameter)),
        )
    )


class Word(NamedTuple):
    """What one system says of one attribute or link, and since when (microseconds since 1970 UTC)."""

    system: str
    id: str
    attribute: str
    value: Json
    time: int


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """A thing as it was read. Values are JSON by name, None where nobody said any."""

    select: Select
    row: Row

    @property
    def kind(self) -> str:
        return self.select.kind.name

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.id

    @property
    def placeholder(self) -> bool:
        return bool(self.row["placeholder"])

    @property
    def label(self) -> str:
        """What people call it, with its id: `pH meter A-PH-1`."""
        name = self.row["name"]
        return f"{name} {self.id}" if name and name != self.id else self.id

    def __getitem__(self, name: str) -> Any:
        return self.row[name]

    def time(self, name: str) -> datetime | None:
        """A time, ready to be compared."""
        return moment(self.row[name])

    def one(self, name: str) -> Fact | None:
        """The thing at the other end of a link to one."""
        found = self.row[name]
        if found is None:
            return None
        return Fact(next(one.select for one in self.select.ones if one.key == name), found)

    def edges(self, name: str) -> list[tuple[Row, Fact]]:
        """The things of a link to many, each with what is said of the link; none where the link was not read."""
        if name not in self.row:
            return []
        below = next(many.select for many in self.select.manys if many.key == name)
        return [(row["edge"], Fact(below, row["node"])) for row in self.row[name]["rows"]]

    def many(self, name: str) -> list[Fact]:
        """The things of a link to many, each once."""
        return list({fact.id: fact for _, fact in self.edges(name)}.values())

    def said(self, *names: str) -> tuple[Word, ...]:
        """Who says so: the systems whose current word on these attributes or links is the one that counts."""
        records = (r for r in records_from_json(self.kind, self.row["records"] or ()) if r.current)
        found = [
            Word(record.key.system, record.key.id, name, cell.value, cell.time)
            for record in records
            for name in names
            if (cell := record.cells.get(name)) is not None and cell.value is not None
            if self._counts(name, cell.value)
        ]
        return tuple(sorted(found, key=lambda word: (names.index(word.attribute), word.time, word.system, word.id)))

    def words(self, name: str) -> tuple[Word, ...]:
        """What every system says of an attribute, whether it counts or not, in order of the systems' names."""
        records = (r for r in records_from_json(self.kind, self.row["records"] or ()) if r.current)
        return tuple(
            Word(record.key.system, record.key.id, name, cell.value, cell.time)
            for record in records
            if (cell := record.cells.get(name)) is not None and cell.value is not None
        )

    def _counts(self, name: str, value: Any) -> bool:
        attribute = self.select.kind.attributes.get(name)
        if attribute is None or name not in self.row:
            return True
        counting = self.row[name]
        if attribute.data_type is AttributeType.QUANTITY and counting is not None:
            return units.same(value["value"], value["unit"], counting["value"], counting["unit"])
        return canonical(value) == canonical(counting)

    def cut(self) -> Iterator[tuple[Fact, str]]:
        """Lists that have more than was read, here and below."""
        for many in self.select.manys:
            if many.paging.first != MANY:
                continue
            if self.row[many.key]["more"]:
                yield self, many.key
            for _, below in self.edges(many.key):
                yield from below.cut()
        for one in self.select.ones:
            if one.key in self.row and "." not in one.key and (found := self.one(one.key)) is not None:
                yield from found.cut()


def moment(text: str | None) -> datetime | None:
    """An RFC 3339 time, ready to be compared."""
    return None if text is None else datetime.fromisoformat(text)


def when(text: str | datetime) -> str:
    """A time as a sentence has it: `2026-03-08 08:00 UTC`."""
    iso = text if isinstance(text, str) else text.isoformat()
    return f"{iso[:10]} {iso[11:16]} UTC"
