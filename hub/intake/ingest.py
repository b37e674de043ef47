"""From a message to the journal: parsed, validated, kept; then it may be acknowledged.

    Inbound -> topic -> contract (schema.contract, schema.events) -> journal -> the sender's acknowledgement
                    \\-> refused: journaled as a dead letter with every reason, and published to the dead-letter topic

A refused message is acknowledged like any other: sending it again would not mend it. Where the journal can't take a
message, `accept` raises and the message is not acknowledged, so that the broker keeps it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import orjson

from connectors.wire.messages import Inbound, Outbound
from hub.clock import instant
from hub.errors import JournalError
from hub.intake import retained
from hub.intake.arrivals import Arrivals
from hub.intake.counts import Counts
from hub.journal.group import RowsError
from hub.journal.port import AcceptedAssertion, AcceptedEvent, EventKind, Journal, Refusal
from hub.troubles import Part, Troubles
from schema import topic as topics
from schema.contract import Contract
from schema.errors import Reason, Refused, TopicError
from schema.events import EventContract
from schema.provenance import Provenance
from schema.topic import CountTopic, GoldenTopic, HubTopic, SourceTopic, StateTopic, TagTopic

log = logging.getLogger(__name__)

DEAD_LETTER = "dead-letter"


@dataclass
class Tally:
    """What came in since the hub started, for status and metrics."""

    assertions: int = 0
    events: int = 0
    refused: int = 0
    unknown: Counts[tuple[str, str]] = field(default_factory=Counts)
    """Members that the model does not know, by kind and name; they are kept as properties."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a message amounts to: assertions or an event to keep, or nothing, for the hub's own topics."""

    assertions: tuple[AcceptedAssertion, ...] = ()
    events: tuple[AcceptedEvent, ...] = ()


class Ingest:
    """Takes messages in, one at a time or many at once."""

    def __init__(
        self,
        journal: Journal,
        contract: Contract,
        events: EventContract,
        *,
        prefix: str,
        accepted: Callable[[], None],
        refused: Callable[[Outbound], None],
        troubles: Troubles | None = None,
        arrivals: Arrivals | None = None,
    ) -> None:
        """`accepted` is called when the journal has new assertions, `refused` with each dead letter's message.

        `troubles` is told when the journal can't keep what comes, and when it can again.
        """
        self._journal = journal
        self._contract = contract
        self._events = events
        self._prefix = prefix
        self._accepted = accepted
        self._refused = refused
        self._troubles = troubles or Troubles()
        self.tally = Tally()
        self.arrivals = arrivals or Arrivals()

    async def accept(self, message: Inbound) -> None:
        """Keeps a message, or its refusal. `JournalError` if the journal can't, and then it must come again.

        What fails with this message alone is refused too: it would fail as often as it came.
        """
        self.arrivals.saw(message.received)
        try:
            await self.take(message)
        except Refused as refusal:
            await self._refuse(message, refusal.reasons)
        except RowsError as error:
            await self._refuse(message, (Reason("message", "", str(error)),))
        except JournalError:
            raise
        except Exception as error:
            log.exception("a message on %r could not be read; it is among the dead letters", message.topic)
            fault = f"{type(error).__name__}: {error}"
            expected = "a fault of the hub and not of the message: report it, and replay the message after an upgrade"
            await self._refuse(message, (Reason("message", fault, expected),))

    async def take(self, message: Inbound, read: int = 0) -> None:
        """Keeps a message; `Refused` carries every reason why it can't be accepted. `JournalError` as `accept`.

        `read` is when it is read, where that is long after it was received.
        """
        parsed = self.parse(message, read)
        if message.retained:
            kept = await retained.assertions(self._journal, parsed.assertions)
            parsed = Parsed(kept, tuple(map(retained.event, parsed.events)))
        await self.keep(parsed)

    async def keep(self, parsed: Parsed) -> None:
        """Keeps what a message says. `JournalError` if the journal can't."""
        if parsed.assertions or parsed.events:
            await self._append(parsed.assertions, parsed.events)
            self.tally.assertions += len(parsed.assertions)
            self.tally.events += len(parsed.events)
        if parsed.assertions:
            self._accepted()

    async def _append(
        self,
        assertions: Sequence[AcceptedAssertion] = (),
        events: Sequence[AcceptedEvent] = (),
        refusals: Sequence[Refusal] = (),
    ) -> None:
        try:
            await self._journal.append(assertions, events, refusals)
        except RowsError:
            raise
        except JournalError as error:
            self._troubles.failed(Part.JOURNAL, error)
            raise
        self._troubles.mended(Part.JOURNAL)

    def parse(self, message: Inbound, read: int = 0) -> Parsed:
        """What a message says; `Refused` carries every reason why it can't be accepted."""
        try:
            topic = topics.parse(message.topic, self._prefix)
        except TopicError as error:
            raise Refused((Reason("topic", "", str(error)),)) from None
        provenance = Provenance(message.received, message.properties, message.content_type, read)
        match topic:
            case SourceTopic():
                return self._assertions(topic, message, provenance)
            case TagTopic() | StateTopic() | CountTopic():
                return self._event(topic, message, provenance)
            case HubTopic() | GoldenTopic():
                return Parsed()

    def _assertions(self, topic: SourceTopic, message: Inbound, provenance: Provenance) -> Parsed:
        reading = self._contract.read(topic, message.payload, provenance)
        for name, count in reading.unknown.items():
            self.tally.unknown.add((topic.kind, name), count)
        pairs = zip(reading.assertions, reading.digests, strict=True)
        return Parsed(tuple(AcceptedAssertion(a, message.topic, message.received, digest) for a, digest in pairs))

    def _event(self, topic: TagTopic | StateTopic | CountTopic, message: Inbound, provenance: Provenance) -> Parsed:
        event = self._events.read(topic, message.payload, provenance)
        kind, name = _event_name(topic)
        accepted = AcceptedEvent(
            kind, "/".join(topic.location), name, event.time, event.body, message.topic, message.received, event.digest
        )
        return Parsed(events=(accepted,))

    async def _refuse(self, message: Inbound, reasons: Sequence[Reason]) -> None:
        refusal = Refusal(
            message.topic,
            message.payload,
            message.properties,
            message.received,
            tuple(reasons),
            message.content_type,
            message.retained,
        )
        await self._append(refusals=(refusal,))
        self.tally.refused += 1
        self._refused(dead_letter(self._prefix, refusal))


def _event_name(topic: TagTopic | StateTopic | CountTopic) -> tuple[EventKind, str]:
    match topic:
        case TagTopic():
            return EventKind.TAG, "/".join(topic.name)
        case StateTopic():
            return EventKind.STATE, topic.system
        case CountTopic():
            return EventKind.COUNT, topic.system


def dead_letter(prefix: str, refusal: Refusal) -> Outbound:
    """What is published of a refusal: its topic, its time and every reason. The payload stays in the journal."""
    body = {
        "topic": refusal.topic,
        "received": instant(refusal.received),
        "bytes": len(refusal.payload),
        "reasons": [reason.as_json() for reason in refusal.reasons],
    }
    return Outbound(f"{prefix}/_hub/{DEAD_LETTER}", orjson.dumps(body), content_type="application/json")
