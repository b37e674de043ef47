"""What a kind of connector is: how it is configured, and how a source of it is read, or tells by itself.

A kind is a class of one instance without state, found by the entry point group `unshub.connectors`. Everything of a
source that is read is called from one thread of its own, so that drivers which wait hold up nobody else. One that
tells by itself (`PushSource`) runs in the event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from connectors.push.doors import Doors
from connectors.push.inbox import Inbox
from connectors.push.settings import PushSettings
from connectors.records import Record
from connectors.secret import Secret
from connectors.settings import ConnectorSettings
from schema.json import Json

NEVER_AGAIN = float("nan")
"""The mark of a record that no later run reads again unless it was changed."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records that were read together.

    `position` is where to go on when these have arrived. `marks` has for each record a number that grows with its time
    of change, None where it has none; unused in streams that are compared as a whole.
    """

    records: Sequence[Record]
    position: Json = None
    marks: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a source found. `remedy` is empty where all is well."""

    what: str
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a source has to read: its name, its fields with their types, and how a stream of it is written."""

    name: str
    fields: Mapping[str, str]
    draft: Mapping[str, Any] = field(default_factory=dict)


class Source(Protocol):
    """A source that was opened. Its errors are `SourceError`s, without secrets."""

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        """Looks whether it can be read; reads no data. `fields` are the fields that each stream's mapping names."""
        ...

    def discover(self) -> Iterator[Offer]:
        """What it offers."""
        ...

    def read(self, stream: str, position: Json) -> Iterator[Page]:
        """What has changed in a stream since a position, in order; all of it, where there is none."""
        ...

    def close(self) -> None:
        """Lets go of it."""
        ...


@runtime_checkable
class Heeds(Protocol):
    """A source that is told what has arrived, in its own thread; not where its records are only looked at."""

    def arrived(self, stream: str, position: Json) -> None:
        """All records up to the position of a page have arrived, and the position is kept."""
        ...


@dataclass(frozen=True, slots=True)
class Reception:
    """What a source that tells by itself is given.

    That is its connector's name, where it delivers, where HTTP comes in, and a folder for files that are called as the
    connector. It says what its trouble is, with a text, and that it has none any more, with an empty one. `identity`
    keeps a name that the source knows it by, for whichever hub runs it: the one that is given, unless there is one.
    """

    connector: str
    inbox: Inbox
    doors: Doors
    folder: Path
    trouble: Callable[[str], None]
    identity: Callable[[str], Awaitable[str]]


@runtime_checkable
class PushSource(Protocol):
    """A source that tells by itself. Its errors are `SourceError`s, without secrets."""

    def check(self, fields: Mapping[str, frozenset[str]]) -> Iterator[Look]:
        """Looks whether it can be listened to; takes nothing. `fields` are those that each stream's mapping names."""
        ...

    def discover(self) -> Iterator[Offer]:
        """What it offers."""
        ...

    async def receive(self, reception: Reception) -> None:
        """Delivers what comes, until cancelled. What has no receipt by then has to come again."""
        ...

    def watch(self, seconds: float | None) -> Iterator[tuple[str, Record]]:
        """What it tells from now on, or for so long, each record with its stream. Nobody else misses it."""
        ...

    def sample(self, data: bytes) -> Iterator[tuple[str, Record]]:
        """The records, each with its stream, of what is in a file as the source would send it."""
        ...

    def close(self) -> None:
        """Lets go of it."""
        ...


@runtime_checkable
class Columned(Protocol):
    """A source that knows the columns of its records before it reads them."""

    def missing(self, stream: str, fields: frozenset[str]) -> Iterator[Look]:
        """What a stream lacks of these fields, and of those that its own settings name."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A source that can tell how much there is to read."""

    def count(self, stream: str, position: Json) -> int | None:
        """How many records `read` would give, about; None where it can't be told soon."""
        ...


class Kind(Protocol):
    """How sources of one kind are configured and opened."""

    name: str
    """As `kind` in a connector's file has it."""

    settings: type[ConnectorSettings]

    def open(self, settings: Any, secrets: Mapping[str, Secret], folder: Path) -> Source:
        """Prepares a source; connects at the first use. `folder` is where its file is, for paths in it."""
        ...


class PushKind(Protocol):
    """How sources that tell by themselves are configured and opened."""

    name: str
    settings: type[PushSettings]
    over_http: bool
    """Whether it is told by requests to the hub."""

    def open(self, settings: Any, secrets: Mapping[str, Secret], folder: Path) -> PushSource:
        """Prepares a source. `folder` is where its file is, for paths in it."""
        ...


AnyKind = Kind | PushKind
