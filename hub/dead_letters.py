"""Refused messages tried again, once what was wrong has been set right."""

from __future__ import annotations

from hub.clock import now
from hub.ingest import Ingest, Parsed
from hub.journal.port import AS_READ, AcceptedAssertion, DeadLetter, Journal
from hub.messages import Inbound
from schema.assertion import Assertion
from schema.errors import Reason, Refused


async def replay(journal: Journal, ingest: Ingest, letter: DeadLetter) -> tuple[Reason, ...]:
    """Tries a dead letter again; gives the reasons why it is still refused, none when it was accepted.

    It is read as if it had just arrived, so that a time that was too far in the future then may be fine by now. One
    that was accepted and could not be put into the graph is put into the queue again as it was read.
    """
    refusal = letter.refusal
    if refusal.properties == AS_READ:
        again = AcceptedAssertion(Assertion.from_bytes(refusal.payload), refusal.topic, now())
        return await _keep(journal, ingest, letter, Parsed((again,)))
    properties = {name: str(value) for name, value in refusal.properties.items()}
    message = Inbound(refusal.topic, refusal.payload, now(), properties)
    try:
        parsed = ingest.parse(message)
    except Refused as refused:
        return refused.reasons
    return await _keep(journal, ingest, letter, parsed)


async def _keep(journal: Journal, ingest: Ingest, letter: DeadLetter, parsed: Parsed) -> tuple[Reason, ...]:
    await ingest.keep(parsed)
    await journal.replayed(letter.number, now())
    return ()
