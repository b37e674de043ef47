"""The kinds that there are: those that come along, and those of packages installed beside, by one door."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points

from connectors.kind import AnyKind

log = logging.getLogger(__name__)

GROUP = "unshub.connectors"


@dataclass(frozen=True)
class Kinds:
    """Kinds by name."""

    found: Mapping[str, AnyKind]

    def get(self, name: str) -> AnyKind | None:
        """The kind of a name; None where there is none."""
        return self.found.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.found))

    def with_(self, kind: AnyKind) -> Kinds:
        """These and another."""
        return Kinds({**self.found, kind.name: kind})

    def without(self, name: str) -> Kinds:
        """These but for one."""
        return Kinds({each: kind for each, kind in self.found.items() if each != name})


def installed() -> Kinds:
    """The kinds of all packages here. One that can't be loaded is told of in the log, and is not there."""
    found: dict[str, AnyKind] = {}
    for point in entry_points(group=GROUP):
        try:
            kind: AnyKind = point.load()()
        except Exception as error:
            log.error("the kind of connector %r (%s) can't be loaded: %s", point.name, point.value, error)
            continue
        found[kind.name] = kind
    return Kinds(found)
