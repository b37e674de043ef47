"""What a retained message means that does not say when it was true.

A broker hands it to every new subscription, and tells nobody how old it is. Taken for "now", an old word would come
above newer ones whenever the hub subscribes anew. So it is held against what the journal has:

    its system said the same of the thing before            known, and not kept again
    its system said something else of the thing before      news from while the hub was away: true from its arrival
    its system said nothing of the thing, or that much      of unknown age: it has the event time 0, 1970, and so comes
    that not all of it was looked at                        below every word whose time is known
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b

from hub.journal.port import AcceptedAssertion, AcceptedEvent, Journal
from schema.assertion import RecordKey, Stamp
from schema.json import Json, canonical

UNKNOWN_AGE = 0
"""The event time of what was said at an unknown time."""

_IDS = 100
_LOOKED_AT = 5_000


async def assertions(journal: Journal, taken: Sequence[AcceptedAssertion]) -> tuple[AcceptedAssertion, ...]:
    """What is to be kept of a retained message's assertions, all of one kind; those with a time of their own as they
    are. `JournalError` if the journal can't be read."""
    kept: list[AcceptedAssertion] = []
    for start in range(0, len(taken), _IDS):
        some = taken[start : start + _IDS]
        unstamped = [accepted.assertion for accepted in some if accepted.digest is None]
        said: dict[RecordKey, set[str]] = {}
        whole = True
        if unstamped:
            entries = await journal.history(unstamped[0].kind, {said.id for said in unstamped}, _LOOKED_AT)
            whole = len(entries) < _LOOKED_AT
            for entry in entries:
                earlier = entry.accepted.assertion
                said.setdefault(earlier.key, set()).add(earlier.stamp.message)
        kept.extend(_settled(some, said, whole))
    return tuple(kept)


def event(accepted: AcceptedEvent) -> AcceptedEvent:
    """A retained event: where it has no time of its own, of unknown age, and the same one again is known."""
    if accepted.digest is not None:
        return accepted
    body = dict(accepted.body)
    return replace(accepted, time=UNKNOWN_AGE, digest=_digest([accepted.kind.value, accepted.topic, body]))


def _settled(
    taken: Sequence[AcceptedAssertion], known: dict[RecordKey, set[str]], whole: bool
) -> Iterator[AcceptedAssertion]:
    """`known` are the message ids of what was said before; `whole` where that is all of it."""
    for accepted in taken:
        said = accepted.assertion
        names = known.get(said.key, set())
        if accepted.digest is not None or (whole and names and said.stamp.message not in names):
            yield accepted
        elif said.stamp.message not in names:
            oldest = replace(said, stamp=Stamp(UNKNOWN_AGE, said.stamp.message))
            yield replace(accepted, assertion=oldest, digest=_digest([accepted.topic, *said.key, said.stamp.message]))


def _digest(said: list[Json]) -> bytes:
    return blake2b(b"retained\n" + canonical(said), digest_size=16).digest()
