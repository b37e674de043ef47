"""The merge law: how what systems said becomes what is so. Pure functions; any order, any number of times.

    assertion -> Record --join--> Record, one for each (kind, system, id)        a join-semilattice
    records --things--> groups that share an identifier, each one thing
    records of a thing, authority --resolve--> Golden: values with their winners, conflicts, stated links

`join` is commutative, associative and idempotent: it takes, cell by cell, the greatest (event time, message id, value)
and drops what is older than the floor, the greatest stamp of a replacement or withdrawal. The graph is a function of
the joined records alone, and so of the set of accepted messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from operator import itemgetter
from typing import Any, NamedTuple

from schema import identifier, units
from schema.assertion import IDENTIFIER_CELL, PATH, Assertion, RecordKey, Stamp
from schema.authority import Authority
from schema.json import Json, canonical
from schema.registry import AttributeType, Kind, Link, Model

NEVER = Stamp(-(2**63), "")


class Cell(NamedTuple):
    """The newest word of one system on one attribute; `value` None where it was cleared."""

    time: int
    message: str
    value: Json

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.time, self.message)


@dataclass(frozen=True, slots=True)
class Record:
    """All that one system says of one id.

    `asserted` is the newest assertion's stamp, `floor` that of the newest replacement or withdrawal. Cells older than
    the floor are gone. Where `asserted` is older than the floor the record is withdrawn: it says nothing, and only its
    floor is kept, so that an older message can't bring it back.
    """

    key: RecordKey
    asserted: Stamp
    floor: Stamp
    cells: Mapping[str, Cell]
    _identifiers: frozenset[str] | None = field(default=None, init=False, compare=False, repr=False)
    """Kept once found: they are asked for several times on the way into the graph."""
    _alone: tuple[Kind, Golden] | None = field(default=None, init=False, compare=False, repr=False)
    """What it amounts to where no other speaks of the thing, kept once found for the same reason."""

    @property
    def current(self) -> bool:
        return self.asserted >= self.floor

    def value(self, cell: str) -> Json:
        found = self.cells.get(cell)
        return found.value if found else None

    def identifiers(self, kind: Kind) -> frozenset[str]:
        """Every identifier under which this record, which is one of that kind, speaks of its thing; its id is one."""
        found = self._identifiers
        if found is None:
            found = self._find_identifiers(kind)
            object.__setattr__(self, "_identifiers", found)
        return found

    def alone(self, model: Model, kind: Kind) -> Golden:
        """The golden record of a thing of which only this record, which is one of that kind, speaks."""
        found = self._alone
        if found is None or found[0] is not kind:
            found = kind, _alone(model, kind, self)
            object.__setattr__(self, "_alone", found)
        return found[1]

    def _find_identifiers(self, kind: Kind) -> frozenset[str]:
        own = frozenset((identifier.of_id(self.key.id),))
        given = [name for name in self.cells if name.startswith(IDENTIFIER_CELL)]
        if not given:
            return own
        said = ((name.removeprefix(IDENTIFIER_CELL), self.cells[name].value) for name in given)
        return own | identifier.identifiers(kind, {name: str(value) for name, value in said if value is not None})

    def as_json(self) -> list[Any]:
        """`[system, id, asserted, floor, [[time, message, {cell: value}] …]]`: cells by the message that said them."""
        said: dict[tuple[int, str], dict[str, Json]] = {}
        for name, (time, message, value) in self.cells.items():
            if (time, message) in said:
                said[time, message][name] = value
            else:
                said[time, message] = {name: value}
        cells = [[*stamp, values] for stamp, values in sorted(said.items(), key=_stamp)]
        return [self.key.system, self.key.id, _stamp_json(self.asserted), _stamp_json(self.floor), cells]

    @classmethod
    def from_json(cls, kind: str, row: Sequence[Any]) -> Record:
        system, id_, asserted, floor, said = row
        cells = {name: Cell(time, message, value) for time, message, values in said for name, value in values.items()}
        return cls(RecordKey(kind, system, id_), _stamp_of(asserted), _stamp_of(floor), cells)


_stamp = itemgetter(0)


def _stamp_json(stamp: Stamp) -> list[Any] | None:
    return None if stamp == NEVER else list(stamp)


def _stamp_of(json: Sequence[Any] | None) -> Stamp:
    return NEVER if json is None else Stamp(*json)


def record_of(assertion: Assertion) -> Record:
    """The record that this assertion alone amounts to."""
    stamp = assertion.stamp
    if assertion.withdraw:
        return Record(assertion.key, NEVER, stamp, {})
    time, message = stamp
    cells = {name: Cell(time, message, value) for name, value in assertion.cells.items()}
    return Record(assertion.key, stamp, stamp if assertion.replace else NEVER, cells)


def join(left: Record, right: Record) -> Record:
    """What both records say together. Both speak for the same system of the same id."""
    floor = max(left.floor, right.floor)
    asserted = max(left.asserted, right.asserted)
    if asserted < floor:
        return Record(left.key, NEVER, floor, {})
    cells = dict(left.cells)
    for name, cell in right.cells.items():
        mine = cells.get(name)
        if mine is None or _newer(cell, mine):
            cells[name] = cell
    if floor > NEVER:
        cells = {name: cell for name, cell in cells.items() if (cell.time, cell.message) >= floor}
    return Record(left.key, asserted, floor, cells)


def _newer(one: Cell, other: Cell) -> bool:
    if one[0] != other[0]:
        return one[0] > other[0]
    if one[1] != other[1]:
        return one[1] > other[1]
    return canonical(one.value) > canonical(other.value)


def things(records: Iterable[Record], kind: Kind) -> list[tuple[Record, ...]]:
    """Groups current records of one kind that share an identifier, directly or through others."""
    owner: dict[str, int] = {}
    groups: dict[int, list[Record]] = {}
    for number, record in enumerate(sorted((r for r in records if r.current), key=lambda r: r.key)):
        groups[number] = [record]
        for name in record.identifiers(kind):
            other = owner.setdefault(name, number)
            if other != number:
                _absorb(groups, owner, number, other, kind)
                number = other
    return [tuple(sorted(group, key=lambda r: r.key)) for group in groups.values()]


def _absorb(groups: dict[int, list[Record]], owner: dict[str, int], gone: int, into: int, kind: Kind) -> None:
    moved = groups.pop(gone)
    groups[into].extend(moved)
    for record in moved:
        for name in record.identifiers(kind):
            if owner.get(name) == gone:
                owner[name] = into


def canonical_id(records: Iterable[Record], authority: Authority) -> str:
    """Which of a thing's ids names it: the highest authority's, then the first in order."""
    return min((authority.rank(r.key.system, r.key.kind, "id"), r.key.id) for r in records)[1]


class Said(NamedTuple):
    """One system's value of one cell, with where it came from."""

    system: str
    id: str
    time: int
    value: Json


class Statement(NamedTuple):
    """One reference that one record states.

    `position` is its place in the record's list, `attributes` the link's own values, `wins` False only for a link to
    one where another system's word counts.
    """

    link: str
    identifier: str
    system: str
    id: str
    time: int
    position: int
    attributes: Mapping[str, Json]
    wins: bool


@dataclass(frozen=True, slots=True)
class Golden:
    """A thing as it is taken to be.

    `values` holds attributes, `properties/…` and `@path`, each with whose word won; `rivals` every cell on which two
    systems say different things (links to one by their references: whether those meet is known only in the graph).
    """

    values: Mapping[str, Said]
    rivals: Mapping[str, tuple[Said, ...]]
    statements: tuple[Statement, ...]
    identifiers: frozenset[str]


def resolve(model: Model, kind: Kind, records: Sequence[Record], authority: Authority) -> Golden:
    """The golden record of one thing from its systems' records, under the order of authority."""
    if len(records) == 1:
        return records[0].alone(model, kind)
    said: dict[str, list[Said]] = {}
    for record in records:
        _, system, id_ = record.key
        for name, (time, _, value) in record.cells.items():
            if value is not None and not name.startswith(IDENTIFIER_CELL):
                said.setdefault(name, []).append(Said(system, id_, time, value))
    values: dict[str, Said] = {}
    rivals: dict[str, tuple[Said, ...]] = {}
    statements: list[Statement] = []
    for name in sorted(said):
        ordered = said[name]
        if len(ordered) > 1:
            ordered.sort(key=lambda s: _precedence(s, kind.name, name, authority))
        link = kind.links.get(name)
        if link is None:
            values[name] = ordered[0]
        else:
            statements.extend(_statements(model, link, ordered))
        if len(ordered) > 1 and (link is None or not link.many) and name != PATH and _differ(kind, name, ordered):
            rivals[name] = tuple(ordered)
    names = frozenset().union(*(record.identifiers(kind) for record in records))
    return Golden(values, rivals, tuple(statements), names)


def _alone(model: Model, kind: Kind, record: Record) -> Golden:
    """The golden record of a thing of which one record speaks: its word counts on everything."""
    _, system, id_ = record.key
    values: dict[str, Said] = {}
    statements: list[Statement] = []
    for name in sorted(record.cells):
        time, _, value = record.cells[name]
        if value is None or name.startswith(IDENTIFIER_CELL):
            continue
        said = Said(system, id_, time, value)
        if name in kind.links:
            statements.extend(_statements(model, kind.links[name], (said,)))
        else:
            values[name] = said
    return Golden(values, {}, tuple(statements), record.identifiers(kind))


def _precedence(said: Said, kind: str, cell: str, authority: Authority) -> tuple[int, int, int, str, str]:
    """The order in which words count. Of two places the deeper one does: some systems know the site, some the cell."""
    depth = -str(said.value).count("/") if cell == PATH else 0
    return authority.rank(said.system, kind, cell), depth, -said.time, said.system, said.id


class Rule(Enum):
    """What decides which of two words counts; the first that tells them apart."""

    AUTHORITY = "authority"
    NEWEST = "newest"
    NAME = "name"


def decided(kind: Kind, cell: str, said: Sequence[Said], authority: Authority) -> tuple[Rule, Said]:
    """Why the first of several words counts before the next one that contradicts it, and which that is.

    `said` is in the order in which words count, as rivals are.
    """
    first, *others = said
    apart = [s for s in others if s.system != first.system]
    rival = next((s for s in apart if _differ(kind, cell, (first, s))), apart[0])
    if authority.rank(first.system, kind.name, cell) != authority.rank(rival.system, kind.name, cell):
        return Rule.AUTHORITY, rival
    return (Rule.NEWEST if first.time != rival.time else Rule.NAME), rival


def _differ(kind: Kind, cell: str, said: Sequence[Said]) -> bool:
    attribute = kind.attributes.get(cell)
    quantity = attribute is not None and attribute.data_type is AttributeType.QUANTITY
    alike = _same_quantity if quantity else _same
    return any(s.system != said[0].system and not alike(s.value, said[0].value) for s in said[1:])


def _same(one: Json, other: Json) -> bool:
    return canonical(one) == canonical(other)


def _same_quantity(one: Any, other: Any) -> bool:
    return units.same(one["value"], one["unit"], other["value"], other["unit"])


def _statements(model: Model, link: Link, ordered: Sequence[Said]) -> Iterable[Statement]:
    target = model.kind(link.target)
    for place, said in enumerate(ordered):
        assert isinstance(said.value, list)
        for position, reference in enumerate(said.value):
            assert isinstance(reference, dict)
            to: Any = reference["to"]
            attributes: Any = reference.get("with", {})
            name = identifier.of_reference(target, to)
            wins = link.many or place == 0
            yield Statement(link.name, name, said.system, said.id, said.time, position, attributes, wins)
