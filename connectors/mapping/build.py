"""From how a mapping is written to a mapping at work, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from connectors.errors import ExpressionError, Unfit
from connectors.expression import Expression
from connectors.faults import Faults, Location, nearest, shown
from connectors.mapping import convert
from connectors.mapping.convert import Convert
from connectors.mapping.mapping import (
    Assertion,
    Make,
    RecordMapping,
    Term,
    link_to_many,
    link_to_one,
)
from connectors.mapping.settings import AssertionSettings, EventSettings, TermSettings
from connectors.mapping.times import EPOCHS, Clock, reader, zone_of
from connectors.mapping.units import quantities
from schema import topic
from schema.errors import TopicError
from schema.json import Json
from schema.model.base import SCHEME_PATTERN
from schema.registry import Attribute, AttributeType, Kind, Link, Model

_TIMES = (AttributeType.INSTANT, AttributeType.DATE)


@dataclass(frozen=True)
class Defaults:
    """What holds for every assertion of a stream that does not say otherwise."""

    location: str | None
    clock: Clock
    nulls: tuple[Json, ...] = ()
    time: str | None = None
    """An expression."""
    time_format: str | None = None


def build(
    settings: Iterable[AssertionSettings],
    defaults: Defaults,
    model: Model,
    place: Callable[[Location], str],
    above: Location,
    faults: Faults,
) -> RecordMapping | None:
    """The mapping that stands at a location of the file; what is wrong is added to the faults, and then it is None."""
    before = len(faults.found)
    builder = Builder(defaults, model, place, faults)
    built = [builder.assertion(each, (*above, index)) for index, each in enumerate(settings)]
    if len(faults.found) > before:
        return None
    return RecordMapping([each for each in built if each is not None], frozenset(builder.fields))


class Builder:
    """Builds the assertions of one stream."""

    def __init__(self, defaults: Defaults, model: Model, place: Callable[[Location], str], faults: Faults) -> None:
        self._defaults = defaults
        self._model = model
        self._place = place
        self._faults = faults
        self._within = False
        self.fields: set[str] = set()

    def assertion(self, settings: AssertionSettings, at: Location) -> Assertion | None:
        """What a record asserts of things of one kind; None where the kind is unknown."""
        kind = self._model.kinds.get(settings.kind)
        if kind is None:
            self._faults.add(
                (*at, "kind"), f"there is no kind {settings.kind!r}", nearest(settings.kind, self._model.kinds)
            )
            return None
        each = self._bare(settings.each, (*at, "each"))
        self._within = each is not None
        when = self._bare(settings.when, (*at, "when"))
        return Assertion(
            kind,
            self._place(at),
            each,
            when,
            self._term(settings.id, (*at, "id")).made(convert.identifier),
            self._location(settings, at),
            self._time(settings, at),
            tuple(self._members(kind, settings, at)),
            tuple(self._nested(settings, at)),
        )

    def _bare(self, text: str | None, at: Location) -> Term | None:
        return None if text is None else Term(self._place(at), self._expression(text, at))

    def _expression(self, text: str, at: Location) -> Expression | None:
        try:
            expression = Expression(text)
        except ExpressionError as error:
            self._faults.add(
                at, f"the expression {shown(text)} {_lowered(str(error))}", "write JSONata; a text goes into value: …"
            )
            return None
        if expression.field is not None and not self._within:
            self.fields.add(expression.field)
        return expression

    def _term(self, settings: TermSettings, at: Location) -> Term:
        given = settings.model_fields_set
        if settings.from_ is None and "value" not in given:
            self._faults.add(at, "says neither what it is made of nor its value", "write an expression, or value: …")
        if settings.from_ is not None and "value" in given:
            self._faults.add(at, "has both `from` and `value`", "leave one of the two out")
        if settings.enum is None and "otherwise" in given:
            self._faults.add((*at, "otherwise"), "`otherwise` stands without `enum`", "add the `enum`, or leave it out")
        expression = None if settings.from_ is None else self._expression(settings.from_, (*at, "from"))
        nulls = self._defaults.nulls if settings.nulls is None else settings.nulls
        if settings.open and (settings.enum is None or "otherwise" in given):
            message = "`open` stands without `enum`" if settings.enum is None else "has both `open` and `otherwise`"
            self._faults.add((*at, "open"), message, "`open` says that a code which `enum` does not list means itself")
        return Term(
            self._place(at),
            expression,
            settings.value,
            nulls,
            settings.enum,
            settings.otherwise,
            "otherwise" in given,
            settings.open,
        )

    def _location(self, settings: AssertionSettings | EventSettings, at: Location) -> Make:
        at = (*at, "location")
        if settings.location is None:
            if self._defaults.location is None:
                fix = "give it here, or `location` for the connector, as acme/north"
                self._faults.add(at, "the location is missing", fix)
            return Term(self._place(at), None, self._defaults.location).made(_a_location)
        term = self._term(settings.location, at)
        for where, text in constants(settings.location):
            self._check(partial(_a_location, text), (*at, *where))
        return term.made(_a_location)

    def _time(self, settings: AssertionSettings | EventSettings, at: Location) -> Make | None:
        if settings.time is not None:
            clock = self._clock(settings.time, (*at, "time"))
            return self._term(settings.time, (*at, "time")).made(reader(clock, day=False))
        if self._defaults.time is None:
            return None
        clock = replace(self._defaults.clock, format=self._defaults.time_format, setting="changedFormat")
        return Term(self._place((*at[:2], "changed")), Expression(self._defaults.time)).made(reader(clock, day=False))

    def _members(self, kind: Kind, settings: AssertionSettings, at: Location) -> Iterable[tuple[str, Make]]:
        for name, term in settings.set.items():
            here = (*at, "set", name)
            if name in kind.links:
                yield name, self._link(kind.links[name], term, here)
            elif name in kind.attributes:
                yield name, self._attribute(kind.attributes[name], term, here)
            else:
                known = [*kind.attributes, *kind.links]
                fix = f"{nearest(name, known)}; what the model lacks goes into `properties`"
                self._faults.add(here, f"{kind.name} has no attribute {name!r}", fix)

    def _nested(self, settings: AssertionSettings, at: Location) -> Iterable[tuple[str, tuple[tuple[str, Make], ...]]]:
        parts = (
            ("identifiers", settings.identifiers, convert.identifier),
            ("properties", settings.properties, convert.as_it_is),
        )
        for name, members, converted in parts:
            made = []
            for member, term in members.items():
                here = (*at, name, member)
                if name == "identifiers":
                    self._scheme(member, here)
                made.append((member, self._term(term, here).made(converted)))
            if made:
                yield name, tuple(made)

    def _scheme(self, name: str, at: Location) -> None:
        if not _matches(SCHEME_PATTERN, name):
            self._faults.add(at, f"{name!r} is no name of an identifier scheme", "write it in camelCase, as sapOrder")

    def _attribute(self, attribute: Attribute, settings: TermSettings, at: Location) -> Make:
        kind_of = attribute.data_type
        if settings.linking:
            self._faults.add(at, f"{attribute.name} is no link", "leave `id`, `ref`, `each` and `set` out")
        if kind_of is not AttributeType.QUANTITY and (settings.unit is not None or settings.to is not None):
            self._faults.add(at, f"{attribute.name} is no quantity", "leave `unit` and `to` out")
        if kind_of not in _TIMES and (settings.format is not None or settings.zone is not None):
            self._faults.add(at, f"{attribute.name} is no time", "leave `format` and `zone` out")
        term = self._term(settings, at)
        if kind_of is AttributeType.QUANTITY:
            return self._quantity(term, settings, at)
        made = convert.of_attribute(attribute, self._clock(settings, at))
        if kind_of not in _TIMES:
            for where, value in constants(settings):
                self._check(partial(made, value), (*at, *where))
        return term.made(made)

    def _quantity(self, term: Term, settings: TermSettings, at: Location) -> Make:
        if settings.unit is None:
            self._faults.add(at, "the quantity has no unit", "give `unit: kg`, or `unit: {from: …}`")
            return term.made(convert.as_it_is)
        for where, unit in constants(settings.unit):
            self._check(partial(convert.quantity, 1, str(unit), settings.to), (*at, "unit", *where))
        if settings.to is not None:
            self._check(partial(convert.quantity, 1, settings.to, None), (*at, "to"))
        return quantities(term, self._term(settings.unit, (*at, "unit")), settings.to)

    def _link(self, link: Link, settings: TermSettings, at: Location) -> Make:
        if settings.each is not None and not link.many:
            self._faults.add((*at, "each"), f"{link.name} is a link to one", "leave `each` out")
        each = self._bare(settings.each, (*at, "each"))
        outside, self._within = self._within, self._within or each is not None
        names = self._names(settings, at)
        attributes = self._link_attributes(link, settings, at)
        self._within = outside
        one = link_to_one(names, attributes)
        if not link.many:
            return one
        if each is not None:
            return link_to_many(each, one)
        if settings.from_ is not None and not settings.linking:
            term = self._term(settings, at)
            return link_to_many(term, link_to_one((("id", _itself(term)),), ()))
        return _as_list(one)

    def _names(self, settings: TermSettings, at: Location) -> list[tuple[str, Make]]:
        names: list[tuple[str, Make]] = []
        if settings.id is not None:
            names.append(("id", self._term(settings.id, (*at, "id")).made(convert.identifier)))
        for scheme, term in (settings.ref or {}).items():
            self._scheme(scheme, (*at, "ref", scheme))
            names.append((scheme, self._term(term, (*at, "ref", scheme)).made(convert.identifier)))
        if not names and not settings.linking:
            names.append(("id", self._term(settings, at).made(convert.identifier)))
        if not names:
            self._faults.add(at, "the link does not say what it leads to", "give `id: …`, or `ref: {gtin: …}`")
        if settings.id is not None and settings.ref:
            self._faults.add(at, "the link has both `id` and `ref`", "leave one of the two out")
        return names

    def _link_attributes(self, link: Link, settings: TermSettings, at: Location) -> list[tuple[str, Make]]:
        known = {attribute.name: attribute for attribute in link.attributes}
        made = []
        for name, term in (settings.set or {}).items():
            here = (*at, "set", name)
            if name in known:
                made.append((name, self._attribute(known[name], term, here)))
            else:
                has = nearest(name, known) if known else "it has none; leave `set` out"
                self._faults.add(here, f"the link {link.name} has no attribute {name!r}", has)
        return made

    def _clock(self, settings: TermSettings, at: Location) -> Clock:
        clock = self._defaults.clock
        if settings.zone is not None:
            try:
                clock = replace(clock, zone=zone_of(settings.zone))
            except ValueError as error:
                message, _, fix = str(error).partition("; ")
                self._faults.add((*at, "zone"), message, fix)
        if settings.format is not None and settings.format not in EPOCHS and "%" not in settings.format:
            message = f"{settings.format!r} is no format of a time"
            self._faults.add((*at, "format"), message, f"write it as %d.%m.%Y %H:%M, or as one of {', '.join(EPOCHS)}")
        return replace(clock, format=settings.format)

    def _check(self, read: Callable[[], Any], at: Location) -> None:
        try:
            read()
        except Exception as error:
            message, _, fix = str(error).partition("; ")
            self._faults.add(at, message, fix or "write what the model has there")


def constants(settings: TermSettings) -> Iterator[tuple[Location, Any]]:
    """The values that it may have whatever the record holds, each with where it stands."""
    if settings.enum is not None:
        yield from ((("enum", code), value) for code, value in settings.enum.items() if value is not None)
        if settings.otherwise is not None:
            yield ("otherwise",), settings.otherwise
    elif settings.from_ is None and settings.value is not None:
        yield ("value",), settings.value


def _a_location(value: Any) -> str:
    try:
        return "/".join(topic.location(convert.identifier(value)))
    except TopicError as error:
        raise Unfit(f"{value!r} is no location: {error}") from None


def _itself(term: Term) -> Make:
    converted: Convert = convert.identifier
    return replace(term, expression=Expression("$"), enum=None).made(converted)


def _as_list(one: Make) -> Make:
    return lambda context, record, troubles: [] if (made := one(context, record, troubles)) is None else [made]


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:] if text else text
