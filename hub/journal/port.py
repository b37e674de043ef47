"""The port to the journal: what was accepted, for good, before anything is acknowledged.

One contract suite (`tests/contracts/journal.py`) holds every form to it. Rows have sequence numbers that grow; an
append is one commit. The projection takes pending assertions in order and marks them applied; `read_assertions` reads
everything again, which is all that `rebuild` needs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from schema.assertion import Assertion
from schema.errors import Reason

if TYPE_CHECKING:
    from hub.journal.copies import Copies
    from hub.journal.letters import Letters, Wanted


@dataclass(frozen=True, slots=True)
class AcceptedAssertion:
    """An accepted assertion with how it came. Times are microseconds since 1970 UTC.

    `digest` identifies the message where it carried its own event time: the same message again is not kept twice. It is
    None where the event time is the arrival time, since then the same bytes later are news.
    """

    assertion: Assertion
    topic: str
    received: int
    digest: bytes | None = None


AS_READ: Mapping[str, bool] = {"asRead": True}
"""The properties of a dead letter that was accepted and could not be applied: its payload is an assertion as read.

No message can have them, since user properties are texts: else its payload would pass for an assertion unchecked.
"""


class EventKind(StrEnum):
    """What a plant event is."""

    TAG = "tag"
    STATE = "state"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class AcceptedEvent:
    """A tag value, a state change or a count. `name` is the tag's name below the location, or the system's."""

    kind: EventKind
    path: str
    name: str
    time: int
    body: Mapping[str, Any]
    topic: str
    received: int
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that was refused, with every reason, and all that it takes to read it again.

    `payload` is kept whole; the broker bounds what can come.
    """

    topic: str
    payload: bytes
    properties: Mapping[str, Any]
    received: int
    reasons: tuple[Reason, ...]
    content_type: str | None = None
    retained: bool = False


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A refusal as listed."""

    number: int
    refusal: Refusal
    replayed: int | None
    """When it was tried again and accepted; None while it waits."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A journaled assertion with its sequence number."""

    sequence: int
    accepted: AcceptedAssertion


class State(StrEnum):
    """How far a journaled assertion is."""

    PENDING = "pending"
    APPLIED = "applied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, order=True)
class Aside:
    """A thing that changes with the assertions up to a sequence, though none of them names it."""

    sequence: int
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class TagValue:
    """The newest value of a tag."""

    path: str
    name: str
    time: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """Counts for people and probes. `pending` are accepted and not yet in the graph; `refused` dead letters that wait.

    `bytes` is the journal's size on disk.
    """

    accepted: int
    pending: int
    events: int
    refused: int
    bytes: int
    detail: str


class Journal(Protocol):
    """Where accepted messages are kept. Errors are `hub.errors.JournalError`s; no driver exception gets out."""

    async def migrate(self) -> tuple[str, ...]:
        """Brings the tables to this version; gives the names of the migrations run."""
        ...

    async def append(
        self,
        assertions: Sequence[AcceptedAssertion] = (),
        events: Sequence[AcceptedEvent] = (),
        refusals: Sequence[Refusal] = (),
    ) -> None:
        """Keeps everything given, in one commit; when it returns, it is on disk.

        If it raises, nothing of it is kept. A row whose digest the journal has already is left out in silence.
        """
        ...

    async def pending(self, limit: int, held: Collection[int] = ()) -> Sequence[Entry]:
        """The oldest assertions that are not applied, at most `limit`; the same ones again until `applied`.

        `held` are sequences that the caller has in hand already: they are left out.

        Where several hubs share the journal, what one was given is given to no other for as long as it runs.
        """
        ...

    async def applied(self, entries: Sequence[Entry]) -> None:
        """Marks entries as applied to the graph."""
        ...

    async def reached(self) -> int:
        """The sequence up to which every assertion was marked as applied, or has failed."""
        ...

    async def last(self) -> int:
        """The greatest sequence of an assertion; 0 where there is none."""
        ...

    async def note_aside(self, asides: Sequence[Aside], forget: int = 0) -> None:
        """Keeps what changes beside what assertions name, and forgets what is of a sequence up to `forget`."""
        ...

    async def asides(self, after: int) -> Sequence[Aside]:
        """What was noted so of sequences beyond `after`, in order; none twice of one sequence."""
        ...

    async def applied_to(self) -> int:
        """The sequence of an assertion that was applied, and all before it too but those that failed; the greatest one.

        Unlike `reached` it is never that of one that failed, or of none, so that a graph which lacks it is behind.
        """
        ...

    async def applied_last(self) -> int:
        """The greatest sequence of an assertion that was marked as applied, 0 where none was; may take a while."""
        ...

    async def failed(self, entry: Entry, reason: Reason) -> None:
        """Takes an entry that can't be applied out of the queue for good, and lists it once as a dead letter.

        The dead letter's payload is `Assertion.to_bytes()` and its properties are `AS_READ`. The entry's digest is
        forgotten, so that the message may be sent again; it stays in the history.
        """
        ...

    def read_assertions(self, after: int = 0, batch: int = 1000) -> AsyncIterator[Sequence[Entry]]:
        """Every assertion accepted by now with a sequence beyond `after`, in order; those that failed left out."""
        ...

    async def history(
        self, kind: str, ids: Collection[str], limit: int, before: int | None = None, *, after: int | None = None
    ) -> Sequence[Entry]:
        """What was asserted of these ids, newest sequence first; with `after`, of sequences beyond it, oldest first."""
        ...

    async def states(self, sequences: Collection[int]) -> Mapping[int, State]:
        """How far each of these assertions is."""
        ...

    async def tags(self, path: str, limit: int) -> Sequence[TagValue]:
        """Newest values of the tags at or below a location ("": anywhere), in order of path and name by code point.

        The newest has the greatest (time, received), in whatever order the values came.
        """
        ...

    async def dead_letters(self, limit: int, after: int = 0, waiting: bool = True) -> Sequence[DeadLetter]:
        """Refused messages in order of number; only those that still wait, or all."""
        ...

    async def refused(self, wanted: Wanted, limit: int, before: int | None = None, head: int = 2000) -> Letters:
        """The newest dead letters that are wanted, of numbers before one; of their payloads the first `head` bytes."""
        ...

    async def replayed(self, number: int, time: int) -> None:
        """Marks a dead letter as tried again and accepted; `JournalError` where there is none of that number."""
        ...

    async def reset(self, after: int = 0) -> int:
        """Marks everything beyond the sequence `after`, but what failed, as pending again: the graph lacks it.

        Gives how many are pending then.
        """
        ...

    async def checkpoint(self, name: str) -> bytes | None:
        """A position kept under a name."""
        ...

    async def checkpoints(self, prefix: str) -> Mapping[str, bytes]:
        """All positions kept under names that begin so."""
        ...

    async def set_checkpoint(self, name: str, value: bytes) -> None: ...

    async def drop_checkpoint(self, name: str, value: bytes) -> bool:
        """Forgets a position that still has this value; False where it has another one by now, or is not there."""
        ...

    async def hold(self, name: str) -> bool:
        """Takes a name until `release` or the end of this process; False where another hub holds it.

        Holding it twice does nothing more. A name may be lost with the server that keeps it: `hold` takes it again.
        """
        ...

    async def release(self, name: str) -> None:
        """Gives up a name. Does nothing where it is not held."""
        ...

    async def forget_events(self, before: int) -> None:
        """Drops events of a time before `before`; some may be kept a while longer, such as the rest of a month.

        The newest values of tags stay, and so do assertions, which the graph is made from.
        """
        ...

    async def watch(self, wake: Callable[[], None]) -> None:
        """Calls `wake` whenever another hub may have left something pending, until cancelled.

        Returns at once where no other hub can.
        """
        ...

    def copies(self) -> Copies:
        """The door by which all of it is read and written as it is, for moving it; no hub may use it meanwhile."""
        ...

    async def status(self) -> JournalStatus: ...

    async def close(self) -> None: ...
