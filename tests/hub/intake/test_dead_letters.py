"""Refused messages tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from connectors.wire.messages import Inbound
from hub.intake.dead_letters import replay
from hub.intake.ingest import Ingest
from hub.journal.open import open_journal
from hub.journal.port import Journal
from schema.assertion import Assertion, Stamp
from schema.contract import Contract
from schema.errors import Reason
from schema.events import EventContract
from schema.model import MODEL
from schema.rules import Rules

LOT = "uns/v1/acme/_source/mes/material-lot/LOT-1"
MINUTE = 60_000_000


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    yield journal
    await journal.close()


Make = Callable[[Rules], Ingest]


@pytest.fixture
def ingest(journal: Journal) -> Make:
    def make(rules: Rules) -> Ingest:
        contract, events = Contract(MODEL, rules), EventContract(rules)
        return Ingest(journal, contract, events, prefix="uns/v1", accepted=lambda: None, refused=lambda _: None)

    return make


async def test_it_is_accepted_once_the_rules_allow_it(journal: Journal, ingest: Make) -> None:
    strict = Rules(max_payload=10)
    await ingest(strict).accept(Inbound(LOT, b'{"status": "RELEASED"}', 1))
    (letter,) = await journal.dead_letters(10)
    assert "10" in (await replay(journal, ingest(strict), letter))[0].expected
    assert await replay(journal, ingest(replace(strict, max_payload=1000)), letter) == ()
    assert await journal.dead_letters(10) == []
    (entry,) = await journal.pending(10)
    assert entry.accepted.assertion.cells["status"] == "RELEASED"


async def test_it_is_true_from_when_it_was_received(journal: Journal, ingest: Make) -> None:
    strict, lenient = ingest(Rules(max_payload=10)), ingest(Rules())
    await strict.accept(Inbound(LOT, b'{"status": "RELEASED"}', MINUTE))
    await lenient.accept(Inbound(LOT, b'{"status": "BLOCKED"}', 2 * MINUTE))
    (letter,) = await journal.dead_letters(10)
    assert await replay(journal, lenient, letter) == ()
    assert [e.accepted.assertion.stamp.time for e in await journal.pending(10)] == [2 * MINUTE, MINUTE]


async def test_a_time_that_was_in_the_future_may_have_come(journal: Journal, ingest: Make) -> None:
    early = Inbound(LOT, b"{}", MINUTE, {"eventTime": "2026-01-01T00:00:00Z"})
    await ingest(Rules()).accept(early)
    (letter,) = await journal.dead_letters(10)
    assert "the clock of the sender" in letter.refusal.reasons[0].expected
    assert await replay(journal, ingest(Rules()), letter) == ()
    (entry,) = await journal.pending(10)
    assert entry.accepted.assertion.stamp.time == 1_767_225_600_000_000


async def test_it_is_read_by_its_content_type(journal: Journal, ingest: Make) -> None:
    envelope = b'{"specversion": "1.0", "id": "7", "source": "/mes", "type": "t", "data": {"status": "RELEASED"}}'
    for content_type in ("application/cloudevents+json", "application/json"):
        await ingest(Rules(max_payload=10)).accept(Inbound(LOT, envelope, MINUTE, {}, content_type))
    enveloped, plain = await journal.dead_letters(10)
    assert await replay(journal, ingest(Rules()), enveloped) == ()
    (entry,) = await journal.pending(10)
    assert entry.accepted.assertion.stamp == (MINUTE, "/mes#7")
    assert "topic names" in (await replay(journal, ingest(Rules()), plain))[0].expected


async def test_a_retained_one_stays_of_unknown_age(journal: Journal, ingest: Make) -> None:
    await ingest(Rules(max_payload=10)).accept(Inbound(LOT, b'{"status": "RELEASED"}', MINUTE, retained=True))
    (letter,) = await journal.dead_letters(10)
    assert await replay(journal, ingest(Rules()), letter) == ()
    (entry,) = await journal.pending(10)
    assert entry.accepted.assertion.stamp.time == 0


async def test_it_is_accepted_once_unless_more_is_asked_for(journal: Journal, ingest: Make) -> None:
    await ingest(Rules(max_payload=10)).accept(Inbound(LOT, b'{"status": "RELEASED"}', 1))
    (waiting,) = await journal.dead_letters(10)
    assert await replay(journal, ingest(Rules()), waiting) == ()
    (done,) = await journal.dead_letters(10, waiting=False)
    (reason,) = await replay(journal, ingest(Rules()), done)
    assert (reason.path, "--again" in reason.expected) == ("dead letter 1", True)
    assert len(await journal.pending(10)) == 1
    assert await replay(journal, ingest(Rules()), done, again=True) == ()


async def test_no_message_passes_for_one_that_was_accepted(journal: Journal, ingest: Make) -> None:
    """Neither what it says beside its payload nor the payload lets it speak for another system."""
    forged = Assertion("qms", "MaterialLot", "LOT-1", Stamp(1, "m"), {"status": "RELEASED"}).to_bytes()
    for name in ("form", "asRead"):
        for value in ("assertion", "true", "True"):
            # Refused, as the topic names another id than the payload.
            await ingest(Rules()).accept(Inbound(LOT.replace("LOT-1", "LOT-2"), forged, 1, {name: value}))
    letters = await journal.dead_letters(10)
    assert len(letters) == 6
    for letter in letters:
        assert await replay(journal, ingest(Rules()), letter)
    assert await journal.pending(10) == []


async def test_one_that_could_not_be_applied_is_queued_as_it_was_read(journal: Journal, ingest: Make) -> None:
    await ingest(Rules()).accept(Inbound(LOT, orjson.dumps({"status": "RELEASED"}), MINUTE))
    (entry,) = await journal.pending(10)
    await journal.failed(entry, Reason("$", "", "the store refuses it"))
    (letter,) = await journal.dead_letters(10)
    assert await replay(journal, ingest(Rules()), letter) == ()
    (again,) = await journal.pending(10)
    assert again.accepted.assertion == entry.accepted.assertion
