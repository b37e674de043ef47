"""Refused messages tried again, once what was wrong has been set right."""

from __future__ import annotations

from connectors.wire.messages import Inbound
from hub.clock import instant, now
from hub.intake.ingest import Ingest, Parsed
from hub.journal.port import AS_READ, AcceptedAssertion, DeadLetter, Journal
from schema.assertion import Assertion
from schema.errors import Reason, Refused


async def replay(journal: Journal, ingest: Ingest, letter: DeadLetter, *, again: bool = False) -> tuple[Reason, ...]:
    """Tries a dead letter again; gives the reasons why it is still refused, none when it was accepted.

    Where it has no event time it is true from when it was received, however late it is tried; an event time that was
    too far in the future then may be fine by now. One that was accepted and could not be put into the graph is put
    into the queue again as it was read. One that was tried and accepted already is refused, unless `again`.
    """
    if letter.replayed is not None and not again:
        expected = f"was tried and accepted at {instant(letter.replayed)}; give --again where it is meant once more"
        return (Reason(f"dead letter {letter.number}", "", expected),)
    try:
        await _take(ingest, letter)
    except Refused as refused:
        return refused.reasons
    await journal.replayed(letter.number, now())
    return ()


async def _take(ingest: Ingest, letter: DeadLetter) -> None:
    refusal = letter.refusal
    if refusal.properties == AS_READ:
        as_read = AcceptedAssertion(Assertion.from_bytes(refusal.payload), refusal.topic, refusal.received)
        await ingest.keep(Parsed((as_read,)))
        return
    properties = {name: str(value) for name, value in refusal.properties.items()}
    message = Inbound(
        refusal.topic, refusal.payload, refusal.received, properties, refusal.content_type, refusal.retained
    )
    await ingest.take(message, read=now())
