"""Events that records tell: values of tags, changes of state and counts, from how they are written to how they work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.errors import Unfit
from connectors.faults import Location, nearest
from connectors.mapping import convert
from connectors.mapping.build import Builder, constants
from connectors.mapping.convert import Convert
from connectors.mapping.mapping import Happened, Make, Term, Trouble, Troubles, contexts, holds
from connectors.mapping.needed import needed
from connectors.mapping.settings import EventForm, EventSettings
from connectors.records import Record
from schema import topic
from schema.errors import TopicError
from schema.events import EquipmentState, TagQuality


@dataclass(frozen=True, slots=True)
class EventMapping:
    """What a record tells of events of one form."""

    form: str
    place: str
    each: Term | None
    when: Term | None
    name: Make | None
    location: Make
    time: Make | None
    members: tuple[tuple[str, Make], ...]

    def of(self, record: Record, troubles: Troubles) -> Iterator[Happened]:
        """What it tells; troubles are noted."""
        for context in contexts(self.each, record, troubles):
            if self.when is None or holds(self.when, context, record, troubles):
                happened = self._happened(context, record, troubles)
                if happened is not None:
                    yield happened

    def _happened(self, context: Any, record: Record, troubles: Troubles) -> Happened | None:
        before = len(troubles)
        name = None if self.name is None else self.name(context, record, troubles)
        location = self.location(context, record, troubles)
        body = {member: make(context, record, troubles) for member, make in self.members}
        time = None if self.time is None else self.time(context, record, troubles)
        if len(troubles) == before:
            if self.name is not None and not name:
                troubles.append(Trouble(self.place, "", "the record gives no name for the tag"))
            if not location:
                troubles.append(Trouble(self.place, "", "the record gives no location"))
        if len(troubles) > before:
            return None
        segments = tuple(str(name).split("/")) if name else ()
        said = {member: value for member, value in body.items() if value is not None or member == "value"}
        return Happened(self.form, str(location), segments, said, None if time is None else str(time), self.place)


class EventBuilder(Builder):
    """Builds the events of one stream."""

    def event(self, settings: EventSettings, at: Location) -> EventMapping:
        """What a record tells of events of one form."""
        each = self._bare(settings.each, (*at, "each"))
        self._within = each is not None
        when = self._bare(settings.when, (*at, "when"))
        name = None
        if settings.event is EventForm.TAG:
            if settings.name is None:
                self._faults.add(at, "the tag has no name", "give it: `name: _path.name`, or `name: {value: speed}`")
            else:
                name = self._term(settings.name, (*at, "name")).made(_name)
        elif settings.name is not None:
            self._faults.add((*at, "name"), f"a {settings.event} has no name", "leave it out; its system is its name")
        location = self._location(settings, at)
        time = self._time(settings, at)
        members = tuple(self._told(settings, at))
        return EventMapping(settings.event, self._place(at), each, when, name, location, time, members)

    def _told(self, settings: EventSettings, at: Location) -> Iterable[tuple[str, Make]]:
        known, required = _MEMBERS[settings.event]
        for missing in (name for name in required if name not in settings.set):
            self._faults.add(at, f"the {settings.event} has no {missing}", f"give it in `set`, as {missing}: {missing}")
        for name, term in settings.set.items():
            here = (*at, "set", name)
            if name not in known:
                self._faults.add(here, f"a {settings.event} has no {name!r}", nearest(name, known))
                continue
            for where, value in constants(term):
                self._check(partial(known[name], value), (*here, *where))
            built = self._term(term, here)
            made = built.made(known[name])
            # What is missing in a state or a count, the contract misses. A tag may well be null.
            yield name, needed(built, made) if settings.event is EventForm.TAG and name in required else made


def _name(value: Any) -> str:
    text = "/".join(map(convert.text, value)) if isinstance(value, list) else convert.text(value)
    try:
        topic.parse(topic.build(topic.TagTopic(("x",), tuple(text.split("/")))))
    except TopicError as error:
        raise Unfit(f"{text!r} is no name of a tag: {error}") from None
    return text


def _among(members: Iterable[str]) -> Convert:
    known = tuple(members)

    def read(value: Any) -> str:
        if value not in known:
            raise Unfit(f"{value!r} is none of {', '.join(known)}; give an `enum` of what the source's codes mean")
        return str(value)

    return read


_MEMBERS: Mapping[EventForm, tuple[Mapping[str, Convert], tuple[str, ...]]] = {
    EventForm.TAG: (
        {"value": convert.as_it_is, "quality": _among(member.value for member in TagQuality)},
        ("value",),
    ),
    EventForm.STATE: (
        {"state": _among(member.value for member in EquipmentState), "reason": convert.text},
        ("state",),
    ),
    EventForm.COUNT: (
        {
            "good": convert.number,
            "scrap": convert.number,
            "rework": convert.number,
            "material": convert.identifier,
            "order": convert.identifier,
        },
        ("good", "scrap"),
    ),
}
