"""Reads what changes too often to be a thing: values of tags, states and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from hub.demo.form import SystemForm
from hub.demo.plant import CountAt, Signal, StateAt, Word
from hub.settings.file import Location

ReadTime = Callable[[Any, Location], datetime]
ReadPlace = Callable[[Any, Location], str]
Complain = Callable[[Location, str, str], None]


class Series:
    """The series of one system."""

    def __init__(self, name: str, form: SystemForm, time: ReadTime, place: ReadPlace) -> None:
        self._name = name
        self._form = form
        self._time = time
        self._place = place
        self._where: Location = ("systems", name)

    def signals(self, words: Sequence[Word], complain: Complain) -> Iterator[Signal]:
        """The values of tags; a tag's place and name are what the word on it says."""
        tags = {word.id: word for word in words if word.kind == "Tag" and word.said}
        for id_, form in self._form.signals.items():
            where = (*self._where, "signals", id_)
            word = tags.get(id_)
            name = word.said.get("tagName") if word and word.said else None
            if word is None or not isinstance(name, str):
                complain(where, f"there is no tag {id_!r} with a tagName", "describe it under Tag")
                continue
            points = tuple((self._time(time, where), value) for time, value in form.points)
            yield Signal(name, word.place, form.every, form.noise, points)

    def states(self) -> Iterator[StateAt]:
        for name, changes in self._form.states.items():
            where = (*self._where, "states", name)
            place = self._place(name, where)
            for time, state, *reason in changes:
                yield StateAt(self._name, place, self._time(time, where), state, reason[0] if reason else None)

    def counts(self) -> Iterator[CountAt]:
        for name, orders in self._form.counts.items():
            place = self._place(name, (*self._where, "counts", name))
            for order, form in orders.items():
                where = (*self._where, "counts", name, order)
                for time, good, scrap in form.made:
                    yield CountAt(self._name, place, self._time(time, where), good, scrap, order, form.material)
