"""A mapping at work: what each record asserts, or every reason why it can't be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from connectors.errors import ExpressionError, Unfit
from connectors.expression import Expression
from connectors.records import Record
from schema.json import Json
from schema.registry import Kind

Make = Callable[[Any, Record, "Troubles"], Json]
"""Makes one value of what stands in context and the whole record; None where there is none, or for a trouble."""


class Trouble(NamedTuple):
    """Why a record, or a value of it, can't be mapped. `place` is where the mapping says so: `mes.yaml:14:9`."""

    place: str
    expression: str
    problem: str

    def __str__(self) -> str:
        return ": ".join(part for part in self if part)


Troubles = list[Trouble]


class Said(NamedTuple):
    """What a record asserts of one thing: the members of its message."""

    kind: Kind
    id: str
    location: str
    body: dict[str, Json]
    time: str | None
    """RFC 3339; None where the record does not tell."""
    place: str
    """Where the mapping says so."""


class Happened(NamedTuple):
    """An event that a record tells: a value of a tag, a change of state, or a count."""

    form: str
    """`tag`, `state` or `count`."""
    location: str
    name: tuple[str, ...]
    """Of a tag; empty for others, of which the system is the name."""
    body: dict[str, Json]
    time: str | None
    """RFC 3339; None where the record does not tell."""
    place: str


@dataclass(frozen=True, slots=True)
class Term:
    """One value: an expression or a constant, what means nothing, and what codes mean."""

    place: str
    expression: Expression | None
    constant: Json = None
    nulls: tuple[Json, ...] = ()
    enum: Mapping[str, Json] | None = None
    otherwise: Json = None
    has_otherwise: bool = False
    open: bool = False

    def of(self, context: Any, record: Record) -> Any:
        """The value as the source has it, with codes in words; `ExpressionError`, `Unfit`."""
        value = self.constant if self.expression is None else self.expression.of(context, record)
        if self.nulls and _is_among(value, self.nulls):
            value = None
        if self.enum is None or value is None:
            return value
        code = value if isinstance(value, str) else code_of(value)
        # Columns of fixed width fill codes up with spaces.
        for each in (code, code.rstrip(" ")):
            if each in self.enum:
                return self.enum[each]
        if self.open:
            return value
        if self.has_otherwise:
            return self.otherwise
        raise Unfit(f"{value!r} is not among the codes of `enum` ({', '.join(self.enum)}); add it, or give `otherwise`")

    def reader(self) -> Callable[[Any, Record], Any]:
        """What gives its value as `of` does, made once for all records."""
        if self.expression is None or self.nulls:
            return self.of
        read = self.expression.reader()
        if self.enum is None:
            return read
        codes, of = dict(self.enum), self.of

        def translated(context: Any, record: Record) -> Any:
            value = read(context, record)
            if type(value) is str and value in codes:
                return codes[value]
            return None if value is None else of(context, record)

        return translated

    def made(self, convert: Callable[[Any], Json]) -> Make:
        """Makes values of it by a conversion."""
        read = self.reader()

        def make(context: Any, record: Record, troubles: Troubles) -> Json:
            try:
                value = read(context, record)
                return None if value is None else convert(value)
            except (ExpressionError, Unfit) as error:
                troubles.append(self.trouble(error))
                return None

        return make

    def trouble(self, error: Exception) -> Trouble:
        """What went wrong here."""
        return Trouble(self.place, "" if self.expression is None else self.expression.text, str(error))


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a record asserts of things of one kind."""

    kind: Kind
    place: str
    each: Term | None
    when: Term | None
    id: Make
    location: Make
    time: Make | None
    members: tuple[tuple[str, Make], ...]
    nested: tuple[tuple[str, tuple[tuple[str, Make], ...]], ...]
    """`identifiers` and `properties`, each with its members."""

    def of(self, record: Record, troubles: Troubles) -> Iterator[Said]:
        """What it asserts; troubles are noted."""
        for context in contexts(self.each, record, troubles):
            if self.when is None or holds(self.when, context, record, troubles):
                said = self._said(context, record, troubles)
                if said is not None:
                    yield said

    def _said(self, context: Any, record: Record, troubles: Troubles) -> Said | None:
        before = len(troubles)
        id_ = self.id(context, record, troubles)
        location = self.location(context, record, troubles)
        if not id_ and len(troubles) == before:
            troubles.append(Trouble(self.place, "", f"the record gives no id for the {self.kind.name}"))
        if not location and len(troubles) == before:
            troubles.append(Trouble(self.place, "", "the record gives no location"))
        body = {name: make(context, record, troubles) for name, make in self.members}
        for name, members in self.nested:
            body[name] = {member: make(context, record, troubles) for member, make in members}
        time = None if self.time is None else self.time(context, record, troubles)
        if len(troubles) > before:
            return None
        return Said(self.kind, str(id_), str(location), body, None if time is None else str(time), self.place)


@dataclass(frozen=True, slots=True)
class Mapped:
    """What became of a record: what it asserts, or why it can't be told."""

    said: tuple[Said, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    events: tuple[Happened, ...] = ()


class Events(Protocol):
    """What a record tells of events of one form."""

    def of(self, record: Record, troubles: Troubles) -> Iterator[Happened]:
        """What it tells; troubles are noted."""
        ...


@dataclass(frozen=True)
class RecordMapping:
    """What the records of a stream assert."""

    assertions: Sequence[Assertion]
    fields: frozenset[str] = field(default_factory=frozenset)
    """The fields of a record that it plainly names, to be held against what the source has."""
    events: Sequence[Events] = ()

    def of(self, record: Record) -> Mapped:
        """Maps a record, whole or not at all."""
        troubles: Troubles = []
        said = tuple(each for assertion in self.assertions for each in assertion.of(record, troubles))
        events = tuple(each for events in self.events for each in events.of(record, troubles))
        return Mapped((), tuple(troubles)) if troubles else Mapped(said, (), events)


def code_of(value: Any) -> str:
    """A code as the keys of `enum` have it: 20 for 20 and 20.0, true for True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _is_among(value: Any, nulls: tuple[Json, ...]) -> bool:
    """In Python False equals 0, which a source may well mean."""
    return any(type(value) is type(each) and value == each for each in nulls)


def contexts(each: Term | None, record: Record, troubles: Troubles) -> Sequence[Any]:
    """The items of a list in the record; the record itself where no list is meant."""
    if each is None:
        return (record,)
    try:
        found = each.of(record, record)
    except (ExpressionError, Unfit) as error:
        troubles.append(each.trouble(error))
        return ()
    if found is None:
        return ()
    return found if isinstance(found, list) else (found,)


def holds(when: Term, context: Any, record: Record, troubles: Troubles) -> bool:
    """Whether a condition is true."""
    try:
        return when.of(context, record) is True
    except (ExpressionError, Unfit) as error:
        troubles.append(when.trouble(error))
        return False


def link_to_many(each: Term, make: Make) -> Make:
    """A list of references, one for each item of a list in the record; items without a target are left out."""

    def of(context: Any, record: Record, troubles: Troubles) -> Json:
        try:
            found = each.of(context, record)
        except (ExpressionError, Unfit) as error:
            troubles.append(each.trouble(error))
            return None
        items = found if isinstance(found, list) else [] if found is None else [found]
        return [made for item in items if (made := make(item, record, troubles)) is not None]

    return of


def link_to_one(names: Sequence[tuple[str, Make]], attributes: Sequence[tuple[str, Make]]) -> Make:
    """A reference by id or other identifiers, with attributes; none where an identifier is missing."""

    def of(context: Any, record: Record, troubles: Troubles) -> Json:
        target = {name: make(context, record, troubles) for name, make in names}
        if any(value is None or value == "" for value in target.values()):
            return None
        if not attributes:
            return target["id"] if "id" in target and len(target) == 1 else target
        own = {name: make(context, record, troubles) for name, make in attributes}
        return {**target, **{name: value for name, value in own.items() if value is not None}}

    return of
