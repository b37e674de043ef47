"""Golden records and changes on their way to the broker: coalesced, tried again, and caught up with after a stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from graph.ladybug.store import LadybugStore
from graph.projection import Changed, project
from hub.announcing import outbox as outboxes
from hub.announcing.announce import Announcer
from hub.announcing.catchup import CatchUp
from hub.announcing.live import Changes, ChangeType
from hub.announcing.outbox import Outbox
from hub.announcing.republish import Republish
from hub.announcing.trail import Trail
from hub.errors import JournalError, PublishError, Unpublishable
from hub.group.roster import Gone
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Entry, Journal
from hub.messages import Outbound
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL

PREFIX = "uns/v1"
HUB = "hub-1"


class Wire:
    """Takes what is published; away, or slow, when told so."""

    def __init__(self) -> None:
        self.sent: list[Outbound] = []
        self.refusals = 0
        self.open = asyncio.Event()
        self.open.set()

    async def publish(self, message: Outbound) -> None:
        await self.open.wait()
        if len(message.payload) > 1000:
            raise Unpublishable(f"can't publish on {message.topic!r}: too large")
        if self.refusals:
            self.refusals -= 1
            raise PublishError("publishing: not connected")
        self.sent.append(message)

    @property
    def retained(self) -> dict[str, Any]:
        return {m.topic: orjson.loads(m.payload) if m.payload else None for m in self.sent if m.retain}


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def outbox(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Outbox]:
    monkeypatch.setattr(outboxes, "PAUSE", 0.01)
    box = Outbox(wire.publish, limit=10, in_flight=4)
    task = asyncio.create_task(box.run())
    yield box
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_while_the_broker_is_slow_the_newest_of_each_topic_waits(wire: Wire, outbox: Outbox) -> None:
    wire.open.clear()
    outbox.push(Outbound("first", b"0", retain=True))
    await asyncio.sleep(0)
    for number in range(9):
        outbox.push(Outbound("a", b"%d" % number, retain=True))
        outbox.push(Outbound("b", b"%d" % number, retain=True))
    assert outbox.waiting <= 3
    wire.open.set()
    await asyncio.wait_for(outbox.drained(), 5)
    assert wire.retained["a"] == wire.retained["b"] == 8


async def test_what_the_broker_does_not_take_is_tried_again(wire: Wire, outbox: Outbox) -> None:
    wire.refusals = 3
    for number in range(3):
        outbox.push(Outbound(f"t{number}", b"1", retain=True))
    await asyncio.wait_for(outbox.drained(), 5)
    assert set(wire.retained) == {"t0", "t1", "t2"}


async def test_what_the_broker_will_never_take_is_given_up(wire: Wire, outbox: Outbox) -> None:
    """Nor does an older record stay in its place."""
    outbox.push(Outbound("large", b"1", retain=True))
    await asyncio.wait_for(outbox.drained(), 5)
    outbox.push(Outbound("large", b"1" * 1001, retain=True))
    outbox.push(Outbound("news", b"1" * 1001))
    outbox.push(Outbound("small", b"1", retain=True))
    await asyncio.wait_for(outbox.drained(), 5)
    assert wire.retained == {"large": None, "small": 1}


async def test_too_many_waiting_hold_the_sender_back(wire: Wire, outbox: Outbox) -> None:
    wire.open.clear()
    for number in range(14):
        outbox.push(Outbound(f"t{number}", b"1", retain=True))
    putting = asyncio.create_task(outbox.put(Outbound("late", b"1", retain=True)))
    await asyncio.sleep(0.01)
    assert not putting.done()
    wire.open.set()
    await asyncio.wait_for(putting, 5)
    await asyncio.wait_for(outbox.drained(), 5)
    assert len(wire.retained) == 15


class Plant:
    """A journal and a graph, and messages into both."""

    def __init__(self, journal: Journal, store: LadybugStore, trail: Trail) -> None:
        self.journal, self.store = journal, store
        self._time = 0
        self.trail = trail

    async def published(self, through: int) -> None:
        await self.trail.published(through, self.trail.setbacks)

    async def catch_up(self, outbox: Outbox) -> None:
        """As the hub does when it starts again."""
        last = CatchUp(self.journal, Republish(self.store, MODEL, EQUAL, outbox, PREFIX))
        await last.follow(await Trail.open(self.journal, MODEL, PREFIX, HUB))
        await asyncio.wait_for(outbox.drained(), 5)

    async def say(self, id_: str, place: str = "acme", **cells: Any) -> tuple[Changed, ...]:
        """Accepted and in the graph; the changes are not announced yet."""
        self._time += 1
        stamp = Stamp(self._time, "m")
        withdraw = cells.pop("withdraw", False)
        said = Assertion(
            "mes", "MaterialLot", id_, stamp, {} if withdraw else {"@path": place, **cells}, withdraw=withdraw
        )
        accepted = AcceptedAssertion(said, "t", self._time)
        await self.journal.append([accepted])
        async with self.store.write() as tx:
            changed = await project(tx, MODEL, EQUAL, [said])
            await self.trail.before_commit(changed, [Entry(self._time, accepted)])
        return changed


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    store = await LadybugStore.open(tmp_path / "graph", MODEL)
    await store.migrate()
    yield Plant(journal, store, await Trail.open(journal, MODEL, PREFIX, HUB))
    await store.close()
    await journal.close()


async def kept(plant: Plant) -> Trail:
    """The trail as the journal has it."""
    text = await plant.journal.checkpoint(f"trail/{HUB}")
    assert text is not None
    return Trail.read(plant.journal, MODEL, PREFIX, HUB, text)


async def announced(plant: Plant, outbox: Outbox, changes: Changes, *batches: Sequence[Changed]) -> None:
    announcer = Announcer(MODEL, PREFIX, changes, outbox, plant.trail)
    for number, batch in enumerate(batches):
        await announcer(batch, number + 1)
    await asyncio.wait_for(outbox.drained(), 5)


async def test_a_golden_record_speaks_the_payloads_language(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    used = [{"to": {"id": "LOT-0"}, "with": {"quantity": {"value": 5, "unit": "kg"}}}]
    changed = await plant.say(
        "LOT/1",
        status="RELEASED",
        assembledFrom=used,
        definition=[{"to": {"id": "MAT-1"}}],
        **{"properties/hue": "red"},
    )
    await announced(plant, outbox, Changes(), changed)
    assert wire.retained["uns/v1/acme/_material-lot/LOT%2F1"] == {
        "id": "LOT/1",
        "status": "RELEASED",
        "definition": "MAT-1",
        "assembledFrom": [{"id": "LOT-0", "quantity": {"value": 5, "unit": "kg"}}],
        "identifiers": ["id:LOT/1"],
        "properties": {"hue": "red"},
        "systems": ["mes"],
        "updatedAt": "1970-01-01T00:00:00.000001Z",
    }


async def test_a_thing_that_moves_or_goes_leaves_no_record_behind(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    batches = [await plant.say("LOT-1"), await plant.say("LOT-1", place="acme/south")]
    await announced(plant, outbox, Changes(), *batches)
    assert wire.retained["uns/v1/acme/_material-lot/LOT-1"] is None
    assert wire.retained["uns/v1/acme/south/_material-lot/LOT-1"]["id"] == "LOT-1"
    await announced(plant, outbox, Changes(), await plant.say("LOT-1", withdraw=True))
    assert wire.retained["uns/v1/acme/south/_material-lot/LOT-1"] is None


async def test_listeners_are_told_what_happened(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    changes = Changes()
    stream = changes.subscribe()
    batches = [
        await plant.say("LOT-1", status="BLOCKED"),
        await plant.say("LOT-1", status="RELEASED"),
        await plant.say("LOT-1", withdraw=True),
    ]
    await announced(plant, outbox, changes, *batches)
    told = [await anext(stream) for _ in range(3)]
    assert [t.change for t in told] == [ChangeType.CREATED, ChangeType.UPDATED, ChangeType.DELETED]  # type: ignore[union-attr]
    assert told[1].changed == ("status",)  # type: ignore[union-attr]
    published = [orjson.loads(m.payload) for m in wire.sent if m.topic == "uns/v1/_hub/change/material-lot"]
    assert [p["change"] for p in published] == ["CREATED", "UPDATED", "DELETED"]


async def test_after_a_stop_what_was_not_published_is(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    await plant.say("LOT-1", status="BLOCKED")
    await plant.published(1)
    await plant.say("LOT-2", status="RELEASED")
    await plant.say("LOT-3")
    await plant.say("LOT-3", withdraw=True)
    await plant.say("LOT-4")
    await plant.say("LOT-4", place="acme/south")
    await plant.catch_up(outbox)
    found = wire.retained
    assert found.keys() == {
        f"uns/v1/{place}"
        for place in (
            "acme/_material-lot/LOT-2",
            "acme/_material-lot/LOT-3",
            "acme/_material-lot/LOT-4",
            "acme/south/_material-lot/LOT-4",
        )
    }
    assert found["uns/v1/acme/_material-lot/LOT-2"]["status"] == "RELEASED"
    assert found["uns/v1/acme/_material-lot/LOT-3"] is None
    assert found["uns/v1/acme/_material-lot/LOT-4"] is None


async def test_the_position_is_kept_once_all_is_published(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    announcer = Announcer(MODEL, PREFIX, Changes(), outbox, plant.trail)
    keeping = asyncio.create_task(announcer.keep_position())
    wire.open.clear()
    await announcer(await plant.say("LOT-1"), 1)
    await asyncio.sleep(0.02)
    assert (await kept(plant)).position == 0
    wire.open.set()
    async with asyncio.timeout(5):
        while (await kept(plant)).position != 1:
            await asyncio.sleep(0.01)
    keeping.cancel()


async def test_a_broker_that_forgets_is_given_everything_again(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    await plant.say("LOT-1")
    await plant.published(1)
    await Republish(plant.store, MODEL, EQUAL, outbox, PREFIX).everything()
    await asyncio.wait_for(outbox.drained(), 5)
    assert list(wire.retained) == ["uns/v1/acme/_material-lot/LOT-1"]


async def test_the_position_is_kept_while_messages_keep_coming(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    """The outbox need not be empty: what was taken before is published, that is enough."""
    wire.open.clear()
    outbox.push(Outbound("first", b"1", retain=True))
    mark = outbox.mark
    await asyncio.sleep(0)
    for number in range(6):
        outbox.push(Outbound(f"later{number}", b"1", retain=True))
    passed = asyncio.create_task(outbox.passed(mark))
    await asyncio.sleep(0.01)
    assert not passed.done()
    wire.open.set()
    await asyncio.wait_for(passed, 5)
    await asyncio.wait_for(outbox.passed(outbox.mark), 5)
    assert outbox.waiting == 0


async def test_what_was_not_taken_has_not_passed(wire: Wire, outbox: Outbox) -> None:
    wire.refusals = 3
    for number in range(8):
        outbox.push(Outbound(f"t{number}", b"%d" % number, retain=True))
    outbox.push(Outbound("t0", b"9", retain=True))
    await asyncio.wait_for(outbox.passed(outbox.mark), 5)
    assert wire.retained == {"t0": 9} | {f"t{number}": number for number in range(1, 8)}


async def test_after_a_stop_no_stale_record_stays(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    """What left its topic is known although the last messages do not name it."""
    await plant.say("LOT-1")
    await plant.say("LOT-2", **{"identifiers/serial": "1"})
    await plant.say("LOT-3", assembledFrom=[{"to": {"id": "LOT-2"}}])
    await plant.say("LOT-4")
    await plant.published(4)
    await plant.say("LOT-4", withdraw=True)
    await plant.say("LOT-1", **{"identifiers/serial": "1"})
    await plant.catch_up(outbox)
    found = {topic.rpartition("/")[2]: record for topic, record in wire.retained.items()}
    assert (found["LOT-2"], found["LOT-4"]) == (None, None)
    assert found["LOT-1"]["identifiers"] == ["id:LOT-1", "id:LOT-2", "serial:1"]
    assert found["LOT-3"]["assembledFrom"] == ["LOT-1"]

    await plant.published(6)
    await plant.say("LOT-1", **{"identifiers/serial": None})
    await plant.catch_up(outbox)
    found = {topic.rpartition("/")[2]: record for topic, record in wire.retained.items()}
    assert found["LOT-1"]["identifiers"] == ["id:LOT-1"]
    assert found["LOT-2"]["identifiers"] == ["id:LOT-2", "serial:1"]
    assert found["LOT-3"]["assembledFrom"] == ["LOT-2"]


async def test_loose_ends_are_dropped_once_published(plant: Plant) -> None:
    await plant.say("LOT-1")
    await plant.say("LOT-1", withdraw=True)
    assert (await kept(plant)).loose_ends
    await plant.published(1)
    assert (await kept(plant)).loose_ends
    await plant.published(2)
    assert not (await kept(plant)).loose_ends


async def test_a_thing_known_by_another_systems_id_leaves_no_loose_end(plant: Plant) -> None:
    """The id that is named leads to it."""
    await plant.say("LOT-1", **{"identifiers/serial": "1"})
    await plant.say("LOT-2", **{"identifiers/serial": "1"})
    await plant.published(2)
    await plant.say("LOT-2", status="RELEASED")
    assert not (await kept(plant)).loose_ends


async def test_the_position_goes_back_for_a_batch_that_another_hub_left(
    wire: Wire, outbox: Outbox, plant: Plant
) -> None:
    """And stays there until that batch is published, whatever else is meanwhile."""
    changed = await plant.say("LOT-1")
    await plant.say("LOT-2")
    await plant.published(2)
    before = plant.trail.setbacks
    (late,) = [e for es in [es async for es in plant.journal.read_assertions()] for e in es if e.sequence == 1]
    await plant.trail.before_commit(changed, [late])
    await plant.trail.published(2, before)
    await plant.catch_up(outbox)
    assert wire.retained.keys() == {f"uns/v1/acme/_material-lot/LOT-{number}" for number in (1, 2)}
    await plant.published(2)
    assert (await kept(plant)).position == 2


async def test_what_a_hub_that_is_gone_left_is_published_by_another(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    await plant.say("LOT-1")
    await plant.published(1)
    await plant.say("LOT-2")
    await plant.say("LOT-1", place="acme/south")
    other = await Trail.open(plant.journal, MODEL, PREFIX, "hub-2")
    await other.published(1, 0)
    last = CatchUp(plant.journal, Republish(plant.store, MODEL, EQUAL, outbox, PREFIX))
    gone = Gone(plant.journal, "hub-2", patience=0)
    assert await last.follow_the_gone(gone)
    left = wire.retained
    assert left.pop("uns/v1/acme/_material-lot/LOT-1") is None
    assert left.keys() == {"uns/v1/acme/_material-lot/LOT-2", "uns/v1/acme/south/_material-lot/LOT-1"}
    assert (await plant.journal.checkpoints("trail/")).keys() == {"trail/hub-2"}
    assert not await last.follow_the_gone(gone)


async def test_a_hub_that_is_new_has_left_nothing(plant: Plant) -> None:
    """And is known from then on, should it be killed before it has published anything."""
    await plant.say("LOT-1")
    await plant.published(1)
    assert (await Trail.open(plant.journal, MODEL, PREFIX, "hub-2")).position == 1
    assert "trail/hub-2" in await plant.journal.checkpoints("trail/")


async def test_what_could_not_be_kept_is_kept_before_the_next_try(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant.say("LOT-1")
    await plant.published(1)

    async def fail(name: str, value: bytes) -> None:
        raise JournalError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(plant.journal, "set_checkpoint", fail)
        with pytest.raises(JournalError):
            await plant.say("LOT-1", withdraw=True)
    assert not (await kept(plant)).loose_ends
    await plant.say("LOT-1", withdraw=True)
    assert (await kept(plant)).loose_ends


async def test_of_two_states_of_a_trail_the_later_is_kept(plant: Plant) -> None:
    await plant.say("LOT-1")
    await asyncio.gather(plant.published(1), plant.say("LOT-1", place="acme/south"), plant.published(1))
    assert (await kept(plant)).loose_ends
