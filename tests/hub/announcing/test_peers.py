"""Two hubs on one graph: what is on the broker is the newest, whoever publishes last; and both know what happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.wire.address import Url
from connectors.wire.messages import Inbound, Outbound
from graph.ladybug.store import LadybugStore
from graph.projection import Changed, project
from hub.announcing import change_message
from hub.announcing.announce import Announcer
from hub.announcing.change_message import Place, Said
from hub.announcing.live import Change, Changes, ChangeType, Lagged
from hub.announcing.newest import Newest
from hub.announcing.outbox import Outbox
from hub.announcing.peers import Peers
from hub.announcing.republish import Republish
from hub.announcing.trail import Trail
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Entry, Journal
from hub.mqtt.hearing import Hearing
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model import MODEL
from tests.hub.mqtt.packets import Wire
from tests.servers import Mosquitto

PREFIX = "uns/v1"
CHANGE = Change("MaterialLot", "LOT-1", ChangeType.UPDATED, "acme", "acme/south", ("status",), ("mes",), 5_000_000)


class Broker:
    """Keeps what is retained, and hands changes to both hubs; what a hub sends may be held back."""

    def __init__(self) -> None:
        self.records: dict[str, Any] = {}
        self.hubs: list[Hub] = []

    async def take(self, message: Outbound) -> None:
        if message.retain and message.payload:
            self.records[message.topic] = orjson.loads(message.payload)
        elif message.retain:
            self.records.pop(message.topic, None)
        else:
            for hub in (hub for hub in self.hubs if hub.hears):
                hub.peers.hear(Inbound(message.topic, message.payload, 0))


class Hub:
    """What publishes in one hub, over a graph that both write."""

    def __init__(self, name: str, broker: Broker, journal: Journal, store: LadybugStore) -> None:
        self._broker, self._store = broker, store
        self.open = asyncio.Event()
        self.open.set()
        self.outbox = Outbox(self._publish, limit=3, in_flight=2, dropped=change_message.missed(PREFIX, name))
        self.changes = Changes()
        newest = Newest()
        trail = Trail(journal, MODEL, PREFIX, name, 0, {})
        self.announcer = Announcer(MODEL, PREFIX, self.changes, self.outbox, trail, newest)
        self.republish = Republish(store, MODEL, EQUAL, self.outbox, PREFIX, newest)
        self.peers = Peers(name, self.changes, self.republish)
        self.hears = True
        self.tasks = [asyncio.create_task(self.outbox.run()), asyncio.create_task(self.peers.run())]

    async def _publish(self, message: Outbound) -> None:
        await self.open.wait()
        await self._broker.take(message)

    async def commit(self, time: int, place: str = "acme", **cells: Any) -> Sequence[Changed]:
        """A message about LOT-1 goes into the graph; nothing is announced yet."""
        withdraw, fail = cells.pop("withdraw", False), cells.pop("fail", False)
        said = {} if withdraw else {"@path": place, **cells}
        assertion = Assertion("mes", "MaterialLot", "LOT-1", Stamp(time, "m"), said, withdraw=withdraw)
        async with self._store.write() as tx:
            changed = await project(tx, MODEL, EQUAL, [assertion])
            await self.announcer.before_commit(changed, [Entry(time, AcceptedAssertion(assertion, "t", time))])
            if fail:
                raise ZeroDivisionError
        return changed


@pytest.fixture
async def hubs(tmp_path: Path) -> AsyncIterator[tuple[Broker, Hub, Hub]]:
    journal = await open_journal(f"sqlite:///{tmp_path}/journal.db")
    store = await LadybugStore.open(tmp_path / "graph", MODEL)
    await store.migrate()
    broker = Broker()
    broker.hubs = [Hub(name, broker, journal, store) for name in ("hub-1", "hub-2")]
    yield broker, *broker.hubs
    for hub in broker.hubs:
        for task in hub.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    await store.close()
    await journal.close()


async def quiet(*hubs: Hub) -> None:
    """Returns when nothing is on its way any more, looked at again things among it."""
    for _ in range(3):
        for hub in hubs:
            await asyncio.wait_for(hub.outbox.drained(), 5)
        await asyncio.sleep(0.1)


TOPIC = "uns/v1/{}/_material-lot/LOT-1"


async def test_the_older_record_published_last_is_mended(hubs: tuple[Broker, Hub, Hub]) -> None:
    broker, first, second = hubs
    old = await first.commit(1, "acme/south", status="BLOCKED")
    new = await second.commit(2, "acme/north", status="RELEASED")
    await second.announcer(new, 2)
    await quiet(second)
    await first.announcer(old, 1)
    await quiet(first, second)
    assert {topic: record["status"] for topic, record in broker.records.items()} == {
        TOPIC.format("acme/north"): "RELEASED"
    }


async def test_a_record_that_was_on_its_way_when_the_newer_one_came_is_mended(hubs: tuple[Broker, Hub, Hub]) -> None:
    broker, first, second = hubs
    first.open.clear()
    await first.announcer(await first.commit(1, "acme/south", status="BLOCKED"), 1)
    await asyncio.sleep(0)
    await second.announcer(await second.commit(2, "acme/north", status="RELEASED"), 2)
    await quiet(second)
    first.open.set()
    await quiet(first, second)
    assert broker.records.keys() == {TOPIC.format("acme/north")}


async def test_a_thing_that_another_hub_brought_back_stays(hubs: tuple[Broker, Hub, Hub]) -> None:
    broker, first, second = hubs
    await first.announcer(await first.commit(1), 1)
    gone = await first.commit(2, withdraw=True)
    back = await second.commit(3, status="BLOCKED")
    await second.announcer(back, 3)
    await quiet(second)
    await first.announcer(gone, 2)
    await quiet(first, second)
    assert broker.records[TOPIC.format("acme")]["status"] == "BLOCKED"


async def test_a_thing_that_another_hub_withdrew_goes(hubs: tuple[Broker, Hub, Hub]) -> None:
    broker, first, second = hubs
    made = await first.commit(1, "acme/south")
    moved = await first.commit(2, "acme/north")
    await second.announcer(await second.commit(3, withdraw=True), 3)
    await quiet(second)
    await first.announcer(made, 1)
    await first.announcer(moved, 2)
    await quiet(first, second)
    assert not broker.records


async def test_a_record_that_waits_for_room_gives_way_to_a_newer_one(hubs: tuple[Broker, Hub, Hub]) -> None:
    broker, first, second = hubs
    old = await first.commit(1, status="BLOCKED")
    first.open.clear()
    for number in range(2):
        first.outbox.push(Outbound(f"other/{number}", b"{}", retain=True))
    await asyncio.sleep(0)
    for number in range(2, 5):
        first.outbox.push(Outbound(f"other/{number}", b"{}", retain=True))
    announcing = asyncio.create_task(first.announcer(old, 1))
    await asyncio.sleep(0.01)
    assert not announcing.done()
    await second.announcer(await second.commit(2, status="RELEASED"), 2)
    await quiet(second)
    first.open.set()
    await announcing
    await quiet(first, second)
    assert broker.records[TOPIC.format("acme")]["status"] == "RELEASED"


async def test_what_was_not_heard_of_is_looked_up_when_it_is_heard_again(hubs: tuple[Broker, Hub, Hub]) -> None:
    """Also where the hub had it from the graph at its start."""
    broker, first, second = hubs
    await second.announcer(await second.commit(1, status="BLOCKED"), 1)
    await quiet(second)
    first.open.clear()
    await first.republish.everything()
    first.hears = False
    await second.announcer(await second.commit(2, status="RELEASED"), 2)
    await quiet(second)
    first.open.set()
    await quiet(first)
    assert broker.records[TOPIC.format("acme")]["status"] == "BLOCKED", "the older record came last"
    first.hears = True
    first.peers.began()
    await quiet(first, second)
    assert broker.records[TOPIC.format("acme")]["status"] == "RELEASED"


async def test_a_hub_that_could_not_tell_all_says_so(hubs: tuple[Broker, Hub, Hub]) -> None:
    _, first, second = hubs
    listener = second.changes.subscribe()
    first.open.clear()
    await first.announcer(await first.commit(1, status="BLOCKED"), 1)
    for number in range(6):
        first.outbox.push(Outbound(f"uns/v1/news/{number}", b"{}"))
    first.open.set()
    await quiet(first, second)
    told = [await asyncio.wait_for(anext(listener), 5)]
    assert Lagged(None) in told


async def test_a_look_that_never_was_committed_hides_no_other(hubs: tuple[Broker, Hub, Hub]) -> None:
    broker, first, _ = hubs
    kept = await first.commit(1, status="BLOCKED")
    with pytest.raises(ZeroDivisionError):
        await first.commit(2, status="RELEASED", fail=True)
    await first.announcer(kept, 1)
    await quiet(first)
    assert broker.records[TOPIC.format("acme")]["status"] == "BLOCKED"


async def test_changes_are_told_at_both_hubs_once(hubs: tuple[Broker, Hub, Hub]) -> None:
    _, first, second = hubs
    listeners = [hub.changes.subscribe() for hub in (first, second)]
    for hub, number, status, change in (
        (first, 1, "BLOCKED", ChangeType.CREATED),
        (second, 2, "RELEASED", ChangeType.UPDATED),
    ):
        await hub.announcer(await hub.commit(number, status=status), number)
        await quiet(first, second)
        for listener in listeners:
            told = await asyncio.wait_for(anext(listener), 5)
            assert isinstance(told, Change) and told.change is change
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(listener), 0.05)


def test_a_change_survives_the_way() -> None:
    message = change_message.build(MODEL, PREFIX, "hub-1", CHANGE, 1)
    assert change_message.read(message.payload) == Said("hub-1", CHANGE)
    place = Place("run", 7)
    message = change_message.build(MODEL, PREFIX, "hub-1", CHANGE, 1, place)
    assert change_message.read(message.payload) == Said("hub-1", CHANGE, place)
    assert change_message.read(change_message.told(PREFIX, "hub-1", place, 9).payload) == Said("hub-1", None, place, 9)
    assert change_message.read(change_message.missed(PREFIX, "hub-1").payload) == Said("hub-1")


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"hub": 5}', b"\xff"])
async def test_what_is_no_change_is_no_harm(
    hubs: tuple[Broker, Hub, Hub], payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    hubs[1].peers.hear(Inbound("uns/v1/_hub/change/material-lot", payload, 0))
    assert "where only hubs publish" in caplog.text


async def test_one_who_listens_is_told_that_the_hub_was_cut_off(mosquitto: Mosquitto) -> None:
    hearing = Hearing(Url.parse(mosquitto.url), "hub-1-changes", change_message.topics(PREFIX))
    changes = Changes()
    listener = changes.subscribe()

    def hear(message: Inbound) -> None:
        change = change_message.read(message.payload).change
        assert change is not None
        changes.publish([change])

    task = asyncio.create_task(hearing.run(hear, lambda: None, changes.interrupt))
    await asyncio.wait_for(hearing.began.wait(), 10)
    message = change_message.build(MODEL, PREFIX, "hub-2", CHANGE, 1)
    async with Wire(mosquitto.port) as wire:
        await wire.published(message.topic, message.payload)
    assert await asyncio.wait_for(anext(listener), 10) == CHANGE
    mosquitto.stop()
    mosquitto.start()
    assert await asyncio.wait_for(anext(listener), 30) == Lagged(None)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
