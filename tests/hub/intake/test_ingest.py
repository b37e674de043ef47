"""Messages into the journal: what is accepted, what is refused and why, and that a refusal costs nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from connectors.wire.messages import Inbound, Outbound
from hub.errors import JournalError
from hub.intake.ingest import Ingest
from hub.journal.group import RowsError
from hub.journal.open import open_journal
from hub.journal.port import Journal
from schema.contract import Contract
from schema.events import EventContract
from schema.model import MODEL
from schema.rules import Rules

NOW = 1_780_000_000_000_000
LOT = "uns/v1/acme/north/_source/mes/material-lot/LOT-1"


class Fixture:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.woken = 0
        self.published: list[Outbound] = []
        rules = Rules()
        self.ingest = Ingest(
            journal,
            Contract(MODEL, rules),
            EventContract(rules),
            prefix="uns/v1",
            accepted=self._wake,
            refused=self.published.append,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def take(self, topic: str, payload: bytes | dict[str, object], **properties: str) -> None:
        body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        await self.ingest.accept(Inbound(topic, body, NOW, properties))

    async def take_retained(self, topic: str, payload: object, at: int = NOW, **properties: str) -> None:
        """As the broker gives it to a new subscription."""
        await self.ingest.accept(Inbound(topic, orjson.dumps(payload), at, properties, retained=True))

    async def said(self) -> list[tuple[int, object]]:
        """Event time and status of all that was kept."""
        entries = [e.accepted.assertion for e in await self.journal.pending(1000)]
        return [(said.stamp.time, said.cells["status"]) for said in entries]


@pytest.fixture
async def fixture(tmp_path: Path) -> AsyncIterator[Fixture]:
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    yield Fixture(journal)
    await journal.close()


async def test_an_assertion_is_kept_and_the_projection_woken(fixture: Fixture) -> None:
    await fixture.take(LOT, {"status": "RELEASED"})
    (entry,) = await fixture.journal.pending(10)
    assert entry.accepted.assertion.id == "LOT-1"
    assert entry.accepted.assertion.cells == {"status": "RELEASED", "@path": "acme/north"}
    assert fixture.woken == 1


async def test_an_array_is_kept_as_one_assertion_for_each_thing(fixture: Fixture) -> None:
    await fixture.take(LOT.rpartition("/")[0], orjson.dumps([{"id": f"LOT-{n}"} for n in range(1000)]))
    assert len(await fixture.journal.pending(2000)) == 1000


async def test_an_empty_payload_withdraws(fixture: Fixture) -> None:
    await fixture.take(LOT, b"")
    (entry,) = await fixture.journal.pending(10)
    assert entry.accepted.assertion.withdraw


async def test_the_same_message_again_is_kept_once_where_it_carries_its_time(fixture: Fixture) -> None:
    for _ in range(2):
        await fixture.take(LOT, {"status": "RELEASED"}, eventTime="2026-01-01T00:00:00Z", messageId="m1")
    assert len(await fixture.journal.pending(10)) == 1


async def test_a_retained_message_of_unknown_age_is_the_oldest_word(fixture: Fixture) -> None:
    for start in range(3):
        await fixture.take_retained(LOT, {"status": "RELEASED"}, NOW + start)
    assert await fixture.said() == [(0, "RELEASED")]


async def test_a_retained_message_that_was_known_is_not_true_anew(fixture: Fixture) -> None:
    await fixture.take(LOT, {"status": "BLOCKED"})
    await fixture.take(LOT, {"status": "RELEASED"})
    await fixture.take_retained(LOT, {"status": "BLOCKED"}, NOW + 1)
    assert await fixture.said() == [(NOW, "BLOCKED"), (NOW, "RELEASED")]


async def test_a_retained_message_that_the_hub_missed_is_news(fixture: Fixture) -> None:
    await fixture.take_retained(LOT, {"status": "BLOCKED"})
    await fixture.take_retained(LOT, {"status": "RELEASED"}, NOW + 1)
    assert await fixture.said() == [(0, "BLOCKED"), (NOW + 1, "RELEASED")]


async def test_a_retained_message_is_measured_by_its_own_systems_words(fixture: Fixture) -> None:
    await fixture.take(LOT.replace("mes", "erp"), {"status": "BLOCKED"}, eventTime="2026-01-01T00:00:00Z")
    await fixture.take_retained(LOT, {"status": "RELEASED"})
    assert (await fixture.said())[1:] == [(0, "RELEASED")]


async def test_a_retained_message_with_a_time_of_its_own_is_like_any_other(fixture: Fixture) -> None:
    for _ in range(2):
        await fixture.take_retained(LOT, {"status": "RELEASED"}, eventTime="1970-01-01T00:00:09Z")
    assert await fixture.said() == [(9_000_000, "RELEASED")]


async def test_each_thing_of_a_retained_array_is_looked_up(fixture: Fixture) -> None:
    topic = LOT.rpartition("/")[0]
    things = [{"id": f"LOT-{n}", "status": "RELEASED"} for n in range(250)]
    await fixture.take_retained(topic, things)
    await fixture.take_retained(topic, [*things, {"id": "LOT-250", "status": "BLOCKED"}], NOW + 1)
    assert await fixture.said() == [(0, "RELEASED")] * 250 + [(0, "BLOCKED")]


async def test_a_retained_value_alone_is_below_every_value_with_a_time(fixture: Fixture) -> None:
    speed = "uns/v1/acme/north/_tag/speed"
    await fixture.take(speed, b"2.5")
    for start in range(2):
        await fixture.take_retained(speed, 1.5, NOW + start)
    (tag,) = await fixture.journal.tags("acme", 10)
    assert (tag.body["value"], (await fixture.journal.status()).events) == (2.5, 2)


async def test_the_newest_value_of_a_tag_is_kept(fixture: Fixture) -> None:
    await fixture.take("uns/v1/acme/north/_tag/speed", {"value": 2.5, "timestamp": "2026-01-01T00:00:02Z"})
    await fixture.take("uns/v1/acme/north/_tag/speed", {"value": 1.5, "timestamp": "2026-01-01T00:00:01Z"})
    (tag,) = await fixture.journal.tags("acme", 10)
    assert (tag.path, tag.name, tag.body["value"]) == ("acme/north", "speed", 2.5)


async def test_the_hubs_own_topics_are_no_assertions(fixture: Fixture) -> None:
    await fixture.take("uns/v1/acme/north/_material-lot/LOT-1", {"status": "RELEASED"})
    await fixture.take("uns/v1/_hub/status/unshub", {"status": "online"})
    status = await fixture.journal.status()
    assert (status.accepted, status.refused) == (0, 0)


async def test_unknown_members_are_kept_as_properties_and_counted(fixture: Fixture) -> None:
    await fixture.take(LOT, {"colour": "blue"})
    (entry,) = await fixture.journal.pending(10)
    assert entry.accepted.assertion.cells["properties/colour"] == "blue"
    assert fixture.ingest.tally.unknown.most_common(5) == [(("material-lot", "colour"), 1)]


BAD = {
    "not UTF-8": (LOT, b'{"name": "\xff"}', "UTF-8"),
    "not JSON": (LOT, b"{status: RELEASED}", "JSON"),
    "not an object": (LOT, b"[]", "object"),
    "wrong type": (LOT, b'{"quantity": "5 kg"}', "object"),
    "unknown member of an enum": (LOT, b'{"status": "GOOD"}', "RELEASED"),
    "unknown kind": ("uns/v1/acme/_source/mes/material-lots/1", b"{}", "material-lot"),
    "no location": ("uns/v1/_source/mes/material-lot/1", b"{}", "location"),
    "a system in capitals": ("uns/v1/acme/_source/MES/material-lot/1", b"{}", "lower-case"),
    "nine levels": ("uns/v1/a/b/c/d/e/f/g/h/i/_source/mes/material-lot/1", b"{}", "levels"),
    "an id of 10 kB": (LOT.rpartition("/")[0], orjson.dumps([{"id": "x" * 10_240}]), "256"),
    "a payload over the limit": (LOT, b'{"name": "' + b"x" * 1_048_576 + b'"}', "1048576"),
    "a nesting bomb": (LOT, b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nest"),
    "nested too deep": (LOT, b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", "nested too deep"),
    "NaN": (LOT, b'{"quantity": {"value": NaN, "unit": "kg"}}', "number"),
    "NaN where the model knows nothing": (LOT, b'{"x": NaN}', "number"),
    "a number too large for a double": (LOT, b'{"x": 1e999}', "number"),
    "a time without an offset": (LOT, b'{"expiresAt": "2026-01-01T00:00:00"}', "offset"),
    "an integer beyond 64 bits": (LOT, b'{"x": 9223372036854775808}', "64"),
    "an unknown unit": (LOT, b'{"quantity": {"value": 1, "unit": "parsnips"}}', "unit"),
    "two ids": (LOT, b'{"id": "LOT-2"}', "LOT-1"),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_input_is_refused_with_a_reason_listed_and_published_and_the_hub_goes_on(
    fixture: Fixture, name: str
) -> None:
    topic, payload, hint = BAD[name]
    await fixture.take(topic, payload)
    await fixture.take(LOT, {"status": "RELEASED"})
    (letter,) = await fixture.journal.dead_letters(10)
    assert letter.refusal.topic == topic
    assert letter.refusal.reasons
    assert hint.lower() in " ".join(map(str, letter.refusal.reasons)).lower()
    (message,) = fixture.published
    assert message.topic == "uns/v1/_hub/dead-letter"
    assert orjson.loads(message.payload)["reasons"] == [r.as_json() for r in letter.refusal.reasons]
    assert len(await fixture.journal.pending(10)) == 1


@pytest.mark.parametrize("time", ["2027-01-01T00:00:00Z", "2026-01-01T00:00:00", "yesterday"])
async def test_an_event_time_that_can_not_be_is_refused(fixture: Fixture, time: str) -> None:
    await fixture.take(LOT, {"status": "RELEASED"}, eventTime=time)
    (letter,) = await fixture.journal.dead_letters(10)
    assert "eventTime" in letter.refusal.reasons[0].path or "time" in letter.refusal.reasons[0].expected


async def test_every_reason_is_given_at_once(fixture: Fixture) -> None:
    await fixture.take(LOT, b'{"status": "GOOD", "quantity": {"value": "5"}, "expiresAt": 12}')
    (letter,) = await fixture.journal.dead_letters(10)
    assert {r.path for r in letter.refusal.reasons} >= {
        "$.status",
        "$.quantity.value",
        "$.quantity.unit",
        "$.expiresAt",
    }


async def test_one_bad_thing_refuses_its_whole_array(fixture: Fixture) -> None:
    await fixture.take(LOT.rpartition("/")[0], b'[{"id": "A"}, {"id": "B", "status": 5}]')
    (letter,) = await fixture.journal.dead_letters(10)
    assert [r.path for r in letter.refusal.reasons] == ["$[1].status"]
    assert not await fixture.journal.pending(10)


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError("too deep"), RowsError("a value can't be kept (x)")])
async def test_what_fails_for_one_message_alone_is_refused(
    fixture: Fixture, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(message: Inbound, read: int = 0) -> None:
        raise error

    monkeypatch.setattr(fixture.ingest, "take", fail)
    await fixture.take(LOT, {"status": "RELEASED"})
    (letter,) = await fixture.journal.dead_letters(10)
    (reason,) = letter.refusal.reasons
    assert str(error) in reason.value + reason.expected
    assert len(fixture.published) == 1


async def test_a_journal_that_is_away_is_no_reason_to_refuse(fixture: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr(fixture.journal, "append", fail)
    with pytest.raises(JournalError):
        await fixture.take(LOT, {"status": "RELEASED"})
    assert fixture.published == []
