"""What goes wrong in the parts of a hub, from the first failure until the part did again what it had failed to do.

That a part can be read says little of whether it can be written. So those who write tell here how it went, and
`/readyz` and `/api/status` (`hub.http.web`) repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.clock import now


class Part(StrEnum):
    """What may be in trouble, by what it does."""

    JOURNAL = "journal"
    """Keeping what comes in."""
    GRAPH = "graph"
    """Bringing the graph up with the journal."""
    PUBLISHING = "publishing"
    """Handing messages to the broker."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`what` failed last; `since` is when it first did, in microseconds since 1970 UTC; `count` how often since."""

    what: str
    since: int
    count: int


class Troubles:
    """The parts that are in trouble."""

    def __init__(self) -> None:
        self._found: dict[Part, Trouble] = {}

    def failed(self, part: Part, error: object) -> None:
        """Takes note that a part failed."""
        before = self._found.get(part)
        if before is None:
            self._found[part] = Trouble(str(error), now(), 1)
        else:
            self._found[part] = Trouble(str(error), before.since, before.count + 1)

    def mended(self, part: Part) -> None:
        """Takes note that a part did what it is for."""
        self._found.pop(part, None)

    def of(self, part: Part) -> Trouble | None:
        """The trouble that a part is in; None for none."""
        return self._found.get(part)
