"""Places for a client's values: a document is compiled once with them, and run with other values of the same outline.

    variables ──outlined──> the same, with a Slot for each value ──compile──> Bound ──filled(variables)──> parameters

What a plan's shape may depend on stays as it is: nulls, truths, the names in an object, the members of a list of
objects, lists that are empty. Everything else is a value, and gives way to a `Slot`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from graph.cypher import Make


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands for a value of a variable: the variable, and the way to the value within it."""

    variable: str
    way: tuple[str | int, ...] = ()

    def value(self, variables: Mapping[str, Any]) -> Any:
        found = variables[self.variable]
        for step in self.way:
            found = found[step]
        return found


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter of a plan: a value, a slot or a list with slots in it, and what is made of it."""

    given: Any
    make: Make

    def filled(self, variables: Mapping[str, Any]) -> Any:
        return self.make(fill(self.given, variables))


def holds_slot(value: Any) -> bool:
    """Whether a value is known only when a document is run."""
    return isinstance(value, Slot) or (isinstance(value, list) and any(map(holds_slot, value)))


def outlined(variables: Mapping[str, Any]) -> tuple[dict[str, Any], Hashable]:
    """Coerced variables with slots for their values, and a key that those of the same outline share."""
    values: dict[str, Any] = {}
    keys = []
    for name, value in variables.items():
        values[name], key = _outline(Slot(name), value)
        keys.append((name, key))
    return values, tuple(keys)


def _outline(slot: Slot, value: Any) -> tuple[Any, Hashable]:
    if value is None or isinstance(value, bool) or (isinstance(value, Enum) and not isinstance(value, str)):
        return value, (value,)
    if isinstance(value, dict):
        members = {name: _outline(Slot(slot.variable, (*slot.way, name)), inner) for name, inner in value.items()}
        return {name: inner for name, (inner, _) in members.items()}, tuple((n, key) for n, (_, key) in members.items())
    if isinstance(value, list) and all(isinstance(inner, dict) for inner in value):
        several = [_outline(Slot(slot.variable, (*slot.way, place)), inner) for place, inner in enumerate(value)]
        return [inner for inner, _ in several], tuple(key for _, key in several)
    return slot, type(value) is list


def fill(value: Any, variables: Mapping[str, Any]) -> Any:
    """A value with what variables hold in place of its slots."""
    if isinstance(value, Slot):
        return value.value(variables)
    return [fill(inner, variables) for inner in value] if isinstance(value, list) else value
