"""Refused messages tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from hub.dead_letters import replay
from hub.ingest import Ingest
from hub.journal.open import open_journal
from hub.journal.port import Journal
from hub.messages import Inbound
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
