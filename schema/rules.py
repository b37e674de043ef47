"""What the hub accepts of whom: the limits on messages, and the systems that may speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from schema.errors import Reason
from schema.registry import Kind, Model

MINUTE = 60_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class SystemRules:
    """What one system may say.

    `kinds` names the kinds it may assert (`MaterialLot`), None for any. `prefix` is put before its ids, and before the
    ids it refers to, where its numbers are unique only within its site.
    """

    kinds: frozenset[str] | None = None
    prefix: str = ""


ANY_SYSTEM = SystemRules()


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits on messages. Sizes are in bytes, times in microseconds.

    `systems` names the systems that may speak, None for any. `future` is how far an event time may be after the
    message's arrival; `depth` how deep what a system adds of its own may be nested.
    """

    max_payload: int = 1024 * 1024
    max_items: int = 10_000
    depth: int = 32
    future: int = 5 * MINUTE
    systems: Mapping[str, SystemRules] | None = None

    def of(self, system: str) -> SystemRules:
        """The rules for one system; those for any where it is not named."""
        return ANY_SYSTEM if self.systems is None else self.systems.get(system, ANY_SYSTEM)

    def check_system(self, system: str) -> list[Reason]:
        """Whether the system may speak at all."""
        if self.systems is None or system in self.systems:
            return []
        known = ", ".join(sorted(self.systems)) or "none"
        return [Reason("topic", system, f"the system is not declared; declare it in the settings (known: {known})")]

    def check_kind(self, system: str, kind: Kind) -> list[Reason]:
        """Whether the system may assert things of this kind."""
        allowed = self.of(system).kinds
        if allowed is None or kind.name in allowed:
            return []
        may = ", ".join(sorted(allowed)) or "nothing"
        return [Reason("topic", kind.topic, f"the settings let {system!r} assert {may}; add {kind.name} to its kinds")]


def unknown_kind(model: Model, name: str) -> Reason:
    """The reason why a topic with this kind is refused, with the kinds whose names are nearest."""
    nearest = get_close_matches(name, model.by_topic, n=3, cutoff=0.5) or sorted(model.by_topic)
    return Reason("topic", name, f"the model has no such kind; meant may be {', '.join(nearest)}")
