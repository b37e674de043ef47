"""Documents laid one over another: what is written above goes over what is written below.

below                 above                          gives
a mapping             a mapping                      both, name by name
anything              a text, a number, a list       what is above
anything              null                           nothing: what is below is left out
a list                {+: [x]}                       the list, and x after it
a list of assertions  {MaterialLot: {set: …}}        the list, with the one of that kind changed as a mapping is; the
                                                     second of a kind is `MaterialLot 2`; null leaves it out

Within `enum` a null is a meaning: the code means nothing. Each value knows the document that it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from connectors.faults import Document, Faults, Location, nearest

D = TypeVar("D", bound=Document)
Origin = tuple[D, Location]

ADD = "+"
_MEANINGS = "enum"


@dataclass(frozen=True)
class Layered(Generic[D]):
    """Values, each with the document that says it. `origins` has one entry for a whole branch of one document."""

    values: Mapping[str, Any]
    origins: Mapping[Location, Origin[D]]

    def origin(self, location: Location) -> Origin[D]:
        """The document that is to be mended where something at a location is wrong, and the place in it."""
        known = location
        while known not in self.origins:
            known = known[:-1]
        document, at = self.origins[known]
        return document, at + location[len(known) :]

    def place(self, location: Location) -> str:
        """Where something stands: `mes.yaml:3:7`."""
        document, at = self.origin(location)
        return document.place(at)

    def under(self, *location: str) -> Layered[D]:
        """A part by itself; empty where there is none."""
        found: Any = self.values
        for name in location:
            found = found.get(name, {}) if isinstance(found, Mapping) else {}
        origins = dict(_branch(self, location, ()))
        return Layered(found if isinstance(found, Mapping) else {}, origins)


def whole(document: D) -> Layered[D]:
    """One document alone."""
    return Layered(document.values, {(): (document, ())})


def over(above: Layered[D], below: Layered[D], faults: Faults) -> Layered[D]:
    """One laid over another; what can't be is added to the faults, at its location in the upper one."""
    laying = _Laying(above, below, faults)
    values = laying.mappings(above.values, (), below.values, (), ())
    return Layered(values, {**laying.origins, (): above.origin(())})


def put(values: Layered[D], at: Location, value: Any, source: Layered[D], source_at: Location) -> Layered[D]:
    """The same with a value of another at a location, which knows where it comes from."""
    found = _put(values.values, at, value)
    kept = {place: origin for place, origin in values.origins.items() if place[: len(at)] != at or place == ()}
    return Layered(found, {**kept, **dict(_branch(source, source_at, at))})


def _put(values: Any, at: Location, value: Any) -> Any:
    if not at:
        return value
    if isinstance(values, list):
        return [_put(each, at[1:], value) if index == at[0] else each for index, each in enumerate(values)]
    return {**values, at[0]: _put(values.get(at[0]), at[1:], value)}


def _branch(source: Layered[D], source_at: Location, at: Location) -> Sequence[tuple[Location, Origin[D]]]:
    """The origins of a branch, as they are where it is put."""
    length = len(source_at)
    below = [(at + place[length:], origin) for place, origin in source.origins.items() if place[:length] == source_at]
    return [(at, source.origin(source_at)), *(each for each in below if each[0] != at)]


@dataclass
class _Laying(Generic[D]):
    """One document on its way over another."""

    above: Layered[D]
    below: Layered[D]
    faults: Faults
    origins: dict[Location, Origin[D]] = field(default_factory=dict)

    def mappings(
        self, high: Mapping[str, Any], high_at: Location, low: Mapping[str, Any], low_at: Location, at: Location
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in low.items():
            if name not in high:
                found[name] = self._lower(value, (*low_at, name), (*at, name))
            elif high[name] is not None or at[-1:] == (_MEANINGS,):
                found[name] = self._both(high[name], (*high_at, name), value, (*low_at, name), (*at, name))
        for name, value in high.items():
            if name not in low:
                found[name] = self._upper(value, (*high_at, name), (*at, name))
        return found

    def _both(self, high: Any, high_at: Location, low: Any, low_at: Location, at: Location) -> Any:
        if isinstance(high, Mapping) and isinstance(low, Mapping):
            self.origins[at] = self.above.origin(high_at)
            return self.mappings(high, high_at, low, low_at, at)
        if isinstance(high, Mapping) and isinstance(low, list):
            return self._into(high, high_at, low, low_at, at)
        return self._upper(high, high_at, at)

    def _into(
        self, high: Mapping[str, Any], high_at: Location, low: Sequence[Any], low_at: Location, at: Location
    ) -> Any:
        """A mapping laid over a list: changes to its items by name, and items to add."""
        names = _names(low)
        self.origins[at] = self.above.origin(high_at)
        found: list[Any] = []
        for index, item in enumerate(low):
            name, here = names[index], (*at, len(found))
            if name not in high:
                found.append(self._lower(item, (*low_at, index), here))
            elif high[name] is not None:
                found.append(self._both(high[name], (*high_at, name), item, (*low_at, index), here))
        for name in high:
            if name not in (ADD, *names):
                known = [each for each in names if each]
                self.faults.add((*high_at, name), f"the list of the profile has no {name!r}", _fix(name, known))
        added = high.get(ADD, [])
        for index, item in enumerate(added if isinstance(added, list) else [added]):
            source = (*high_at, ADD, index) if isinstance(added, list) else (*high_at, ADD)
            found.append(self._upper(item, source, (*at, len(found))))
        return found

    def _upper(self, value: Any, value_at: Location, at: Location) -> Any:
        self.origins.update(_branch(self.above, value_at, at))
        return value

    def _lower(self, value: Any, value_at: Location, at: Location) -> Any:
        self.origins.update(_branch(self.below, value_at, at))
        return value


def _names(items: Sequence[Any]) -> list[str]:
    """What the items of a list are called: assertions by their kind, the second of one with its number."""
    names: list[str] = []
    for item in items:
        kind = item.get("kind") if isinstance(item, Mapping) else None
        count = sum(name.partition(" ")[0] == kind for name in names) + 1
        names.append("" if kind is None else f"{kind} {count}" if count > 1 else str(kind))
    return names


def _fix(name: str, known: Sequence[str]) -> str:
    if known:
        return f"{nearest(name, known)}; to add something, write {ADD}: […]"
    return f"write the whole list, or {ADD}: […] to add to it"
