"""Where requests over HTTP come in for connectors: each opens a door of its own name, for as long as it is at work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from schema.json import Json


class TooLarge(Exception):
    """A body has more bytes than are read."""


class TooMuch(Exception):
    """Other bodies that are being read leave no room for this one."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A request. `headers` are by their names in lower case.

    `body` reads so many bytes at most; else it is `TooLarge`, or `TooMuch`.
    """

    headers: Mapping[str, str]
    query: Mapping[str, str]
    stream: str | None
    body: Callable[[int], Awaitable[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered. `title` and `detail` are those of an error; `told` is the body where all is well."""

    status: int
    title: str = ""
    detail: str = ""
    told: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Take = Callable[[Posted], Awaitable[Answered]]


class Doors:
    """The doors of connectors. `expected` are those that may come to be open."""

    def __init__(self, expected: Iterable[str] = ()) -> None:
        self.expected = frozenset(expected)
        self._open: dict[str, Take] = {}

    @contextmanager
    def opened(self, name: str, take: Take) -> Iterator[None]:
        """Has requests for a connector taken while the block runs."""
        self._open[name] = take
        try:
            yield
        finally:
            del self._open[name]

    def of(self, name: str) -> Take | None:
        """What takes the requests for a connector; None where its door is closed."""
        return self._open.get(name)
