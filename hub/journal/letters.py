"""Dead letters as people look through them: the newest first, and those alone that they ask for.

What is asked for may be rare, and no index leads to it. So one page looks through `LOOKED_AT` numbers at most, and says
where the next one goes on, whether it is full or not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.journal.port import AS_READ
from schema.errors import Reason
from schema.topic import BY_SYSTEM

LOOKED_AT = 20_000
"""How many numbers one page looks through, where not every letter is wanted."""

LISTED = "number, topic, {head}, {size}, properties, received, reasons, content_type, retained, replayed"
"""The columns of a `ListedLetter`; `head` and `size` are the dialect's, of the payload."""


@dataclass(frozen=True, slots=True)
class ListedLetter:
    """A refusal as it is looked through, with the beginning of its payload. Times are microseconds since 1970 UTC."""

    number: int
    topic: str
    head: bytes
    size: int
    """Bytes of the whole payload."""
    as_read: bool
    """Whether it was accepted, and could not be applied: its payload is an assertion as read."""
    received: int
    reasons: tuple[Reason, ...]
    content_type: str | None
    retained: bool
    replayed: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are wanted: those that meet all that is given."""

    waiting: bool = True
    """Only those that were not yet tried again and accepted."""
    below: str | None = None
    """Topics that begin with this one, whole segments."""
    system: str | None = None
    """Topics in which this system speaks."""
    reason: str | None = None
    """A text that stands in a reason; case matters."""
    since: int | None = None
    """Received then or later."""
    until: int | None = None
    """Received before."""

    @property
    def rare(self) -> bool:
        """Whether letters must be looked at one by one."""
        return (self.below, self.system, self.reason, self.since, self.until) != (None,) * 5

    @property
    def range(self) -> tuple[str, str, str] | None:
        """A topic, and between which two others those below it are."""
        return None if self.below is None else (self.below, f"{self.below}/", f"{self.below}0")

    @property
    def spoken(self) -> tuple[str, ...]:
        """What stands in topics in which the system speaks, with a `/` put after them."""
        return () if self.system is None else tuple(f"/{mark}/{self.system}/" for mark in BY_SYSTEM)

    @property
    def written(self) -> bytes | None:
        """The text as it stands in reasons that are kept: JSON, which has words of its own beside it."""
        return None if self.reason is None else orjson.dumps(self.reason)[1:-1]

    def meets(self, letter: ListedLetter) -> bool:
        """Whether the text stands in a reason, and not only in the words beside it."""
        text = self.reason
        return text is None or any(text in part for r in letter.reasons for part in (r.path, r.value, r.expected))


@dataclass(frozen=True, slots=True)
class Letters:
    """A page. `more` is the number before which the next one goes on; None where there is no other."""

    found: Sequence[ListedLetter]
    more: int | None


Read = Callable[[int, int, int], Awaitable[Sequence[ListedLetter]]]
"""Reads at most so many letters that may be wanted, the newest first, of numbers before one and from another on."""


async def page(wanted: Wanted, limit: int, before: int, read: Read) -> Letters:
    """The newest letters that are wanted, of numbers before one."""
    floor = max(before - LOOKED_AT, 1) if wanted.rare else 1
    found: list[ListedLetter] = []
    while True:
        rows = await read(before, floor, limit + 1)
        found += [letter for letter in rows if wanted.meets(letter)]
        if len(found) > limit:
            return Letters(found[:limit], found[limit - 1].number if limit else before)
        if len(rows) <= limit:
            return Letters(found, floor if floor > 1 else None)
        before = rows[-1].number


def listed(row: Sequence[Any]) -> ListedLetter:
    """A letter from the columns `LISTED`."""
    number, topic, head, size, properties, received, reasons, content_type, retained, replayed = row
    given = tuple(Reason(**reason) for reason in orjson.loads(reasons))
    as_read = orjson.loads(properties) == AS_READ
    return ListedLetter(
        number, topic, bytes(head), size, as_read, received, given, content_type, bool(retained), replayed
    )
