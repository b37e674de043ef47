"""Reads the plant file: every fault at once, each with its line.

plant.yaml -> values with positions -> form -> things with short forms written out -> checked by the model -> Plant
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from hub.demo import series
from hub.demo.errors import PlantError
from hub.demo.form import MisfitForm, PlantForm, SystemForm
from hub.demo.plant import Misfit, Plant, System, Undescribed, Word
from hub.demo.references import unresolved
from hub.demo.shorthand import Calendar, payload
from hub.errors import Fault
from hub.settings import file as settings_file
from hub.settings.file import Location, SettingsFile
from schema import topic
from schema.errors import TopicError
from schema.model import MODEL
from schema.reasons import of_validation
from schema.registry import Kind

NAME = "plant.yaml"

_OWN = frozenset({"at", "in", "then", "withdraw"})
"""What the file says of a thing beside its members: when, where, what later, and that it is taken back."""


def load(now: datetime | None = None, arrival: datetime | None = None) -> Plant:
    """The demo's plant, with its now at `now`, or as the file has it.

    `arrival` is when its messages will reach the hub, where that is not the plant's now: what must be refused for its
    time is refused then.
    """
    return parse(files("hub.demo").joinpath(NAME).read_text("utf-8"), now, arrival)


def parse(text: str, now: datetime | None = None, arrival: datetime | None = None) -> Plant:
    """The plant that the text of a plant file describes; `PlantError` has every fault."""
    file = settings_file.parse(text, Path(NAME))
    if file.faults:
        raise PlantError(file.faults)
    try:
        form = PlantForm.model_validate(file.values, by_alias=True)
    except ValidationError as error:
        raise PlantError([_of_form(file, detail) for detail in error.errors()]) from None
    return _Reader(file, form, Calendar(form.now, now), Calendar(form.now, arrival or now)).plant()


def _of_form(file: SettingsFile, detail: Any) -> Fault:
    location = tuple(detail["loc"])
    what = ".".join(map(str, location)) or "the file"
    return file.fault(location, f"{what}: {detail['msg']}", "see the head of the demo's own plant.yaml")


class _Reader:
    """Makes the plant of a file's form and notes what is wrong on the way."""

    def __init__(self, file: SettingsFile, form: PlantForm, calendar: Calendar, arrival: Calendar) -> None:
        self._file = file
        self._form = form
        self._calendar = calendar
        self._arrival = arrival
        self._faults: list[Fault] = []
        self._wheres: list[Location] = []
        """Where each word stands in the file."""

    def plant(self) -> Plant:
        form = self._form
        self._check_places()
        words = tuple(word for name, system in form.systems.items() for word in self._words(name, system))
        readers = [series.Series(name, system, self._time, self._place) for name, system in form.systems.items()]
        plant = Plant(
            now=self._calendar.now,
            places=dict(form.places),
            systems={n: System(n, s.description, s.arrays, s.enveloped) for n, s in form.systems.items()},
            authority=form.authority,
            words=words,
            signals=tuple(found for reader in readers for found in reader.signals(words, self._fault)),
            states=tuple(found for reader in readers for found in reader.states()),
            counts=tuple(found for reader in readers for found in reader.counts()),
            misfits=tuple(self._misfit(misfit) for misfit in form.misfits),
            undescribed=tuple(Undescribed(u.kind, u.id, u.owed_by) for u in form.undescribed),
        )
        for index, member, message in unresolved(plant):
            self._fault((*self._wheres[index], member), message, "describe it, or list it under `undescribed`")
        if self._faults:
            raise PlantError(sorted(self._faults, key=lambda fault: (fault.line or 0, fault.column or 0)))
        return plant

    def _check_places(self) -> None:
        for name, path in self._form.places.items():
            try:
                topic.location(path)
            except TopicError as error:
                self._fault(("places", name), str(error), "write it as bergquell/lindau/packing")

    def _words(self, name: str, system: SystemForm) -> Iterator[Word]:
        for kind_name, things in system.says.items():
            kind = MODEL.kinds.get(kind_name)
            at = ("systems", name, "says", kind_name)
            if kind is None:
                self._fault(at, f"there is no kind {kind_name!r}", f"choose one of {', '.join(MODEL.kinds)}")
                continue
            for id_, said in things.items():
                yield from self._thing(name, system, kind, id_, said or {}, (*at, id_))

    def _thing(
        self, name: str, system: SystemForm, kind: Kind, id_: str, said: Mapping[str, Any], where: Location
    ) -> Iterator[Word]:
        """What a system says of a thing first, and what it said later, in order."""
        place = self._place(said.get("in", system.place), (*where, "in"))
        first = {name: value for name, value in said.items() if name != "then"}
        previous: datetime | None = None
        for index, item in enumerate([first, *said.get("then", ())]):
            at = where if index == 0 else (*where, "then", index - 1)
            time = self._time(item.get("at", system.since if index == 0 else None), (*at, "at"))
            if previous is not None and time <= previous:
                self._fault((*at, "at"), f"{item['at']!r} is not after what was said before", "put it in order of time")
            previous = time
            body = None if item.get("withdraw") else self._payload(kind, item, at)
            self._wheres.append(at)
            yield Word(name, kind.name, id_, time, place, body)

    def _payload(self, kind: Kind, item: Mapping[str, Any], at: Location) -> dict[str, Any]:
        members = {name: value for name, value in item.items() if name not in _OWN}

        def complain(where: Location, message: str) -> None:
            self._fault((*at, *where), message, "correct the name")

        body = payload(kind, members, self._calendar, complain)
        data = orjson.dumps(body)
        try:
            kind.payload.model_validate_json(data)
        except ValidationError as error:
            for reason in of_validation(error, data, {}):
                member = reason.path.removeprefix("$.").partition(".")[0].partition("[")[0]
                self._fault((*at, member), f"{reason.path} is {reason.value}: {reason.expected}", "correct the value")
        return body

    def _misfit(self, form: MisfitForm) -> Misfit:
        body = form.payload
        if not isinstance(body, str):
            body = orjson.dumps({name: self._arrival.written(value) for name, value in body.items()}).decode()
        return Misfit(form.system, form.topic, body, form.because)

    def _time(self, text: Any, where: Location) -> datetime:
        found = self._calendar.read(text)
        if found is None:
            self._fault(where, f"{text!r} is no time", "write days from today and the time of day: -3d 08:00")
        return found or self._calendar.now

    def _place(self, name: Any, where: Location) -> str:
        if name not in self._form.places:
            self._fault(where, f"there is no place {name!r}", f"choose one of {', '.join(self._form.places)}")
        return self._form.places.get(name, "unknown")

    def _fault(self, where: Location, message: str, fix: str) -> None:
        self._faults.append(self._file.fault(where, message, fix))
