"""Refused messages tried again, once what was wrong has been set right."""

from __future__ import annotations

from hub.clock import now
from hub.ingest import Ingest
from hub.journal.port import DeadLetter, Journal
from hub.messages import Inbound
from schema.errors import Reason, Refused


async def replay(journal: Journal, ingest: Ingest, letter: DeadLetter) -> tuple[Reason, ...]:
    """Tries a dead letter again; gives the reasons why it is still refused, none when it was accepted.

    It is read as if it had just arrived, so that a time that was too far in the future then may be fine by now.
    """
    refusal = letter.refusal
    properties = {name: str(value) for name, value in refusal.properties.items()}
    message = Inbound(refusal.topic, refusal.payload, now(), properties)
    try:
        parsed = ingest.parse(message)
    except Refused as refused:
        return refused.reasons
    await ingest.keep(parsed)
    await journal.replayed(letter.number, now())
    return ()
