"""How far all is told to who listens at one of several hubs: never beyond what the others said and was heard."""

from __future__ import annotations

import asyncio

import pytest

from connectors.wire.messages import Inbound, Outbound
from hub.announcing import change_message
from hub.announcing.change_message import Place
from hub.announcing.live import Change, Changes, ChangeType, Lagged
from hub.announcing.outbox import Outbox
from hub.announcing.peers import Peers
from hub.announcing.position import Common
from hub.announcing.republish import Republish
from hub.announcing.trail import TRAIL, Trail
from hub.journal.port import Journal
from schema.authority import EQUAL
from schema.model import MODEL
from tests.contracts.journal import some
from tests.hub.announcing.plant import PREFIX, Plant, Wire

CHANGE = Change("MaterialLot", "LOT-1", ChangeType.UPDATED, "acme", "acme", ("status",), ("mes",), 5_000_000)


class Site:
    """A hub that listens, and another one beside it, whose words are given by hand."""

    def __init__(self, plant: Plant, outbox: Outbox, other: Trail) -> None:
        self.journal: Journal = plant.journal
        self.changes = Changes()
        self.listener = self.changes.subscribe()
        self.other = other
        self.own: int | None = 100
        self.said: list[int] = []
        republish = Republish(plant.store, MODEL, EQUAL, outbox, PREFIX)
        self.peers = Peers("hub-1", self.changes, republish)
        self.common = Common(
            self.journal,
            self.changes,
            self.peers,
            "hub-1",
            lambda reached: None if self.own is None else min(reached, self.own),
            self.said.append,
        )

    def hear(self, message: Outbound) -> None:
        self.peers.hear(Inbound(message.topic, message.payload, 0))

    def change(self, number: int) -> None:
        place = Place(self.other.run, number)
        self.hear(change_message.build(MODEL, PREFIX, self.other.name, CHANGE, 1, place))

    def told(self, number: int, position: int) -> None:
        self.hear(change_message.told(PREFIX, self.other.name, Place(self.other.run, number), position))

    async def position(self) -> int:
        await self.common.look()
        return self.changes.position

    async def lagged(self) -> Lagged | None:
        """What the listener is told of changes that are missing; nothing more waits for it then."""
        return (await asyncio.wait_for(self.listener.batch(), 5))[0]


@pytest.fixture
async def site(plant: Plant, outbox: Outbox) -> Site:
    await plant.journal.append(some(9))
    await plant.journal.applied(await plant.journal.pending(7))
    return Site(plant, outbox, await Trail.open(plant.journal, MODEL, PREFIX, "hub-2"))


async def test_it_is_the_least_of_what_all_hubs_have_told(site: Site) -> None:
    assert await site.position() == 0, "the other one has said nothing yet"
    site.told(0, 4)
    assert await site.position() == 4
    site.told(0, 7)
    site.own = 5
    assert await site.position() == 5
    site.own = 100
    assert await site.position() == 7, "no further than all is applied"
    assert site.said == [7, 7, 5, 7], "the others are told how far this one is"


async def test_it_waits_while_it_is_not_known_what_this_hub_changed(site: Site) -> None:
    site.told(0, 7)
    site.own = None
    assert await site.position() == 0
    assert site.said == []


async def test_a_change_that_did_not_come_holds_it_back_until_it_is_given_up(site: Site) -> None:
    site.told(1, 3)
    site.told(3, 7)
    site.change(3)
    assert await site.position() == 3
    site.peers.find_gaps()
    site.change(2)
    site.peers.find_gaps()
    assert await site.position() == 7
    assert await site.lagged() is None
    site.change(5)
    for _ in range(2):
        site.peers.find_gaps()
    site.change(6)
    assert await site.lagged() == Lagged(None, 7), "what came of it is missing since here"


async def test_what_was_told_while_this_hub_did_not_hear_is_missing(site: Site) -> None:
    site.told(1, 3)
    assert await site.position() == 3
    site.peers.missed()
    site.told(5, 6)
    assert await site.position() == 6
    assert await site.lagged() == Lagged(None, 3)


async def test_a_hub_that_went_having_told_less_than_the_journal_holds_leaves_a_gap(site: Site) -> None:
    site.told(0, 3)
    assert await site.position() == 3
    kept = await site.journal.checkpoint(f"{TRAIL}hub-2")
    assert kept is not None and await site.journal.drop_checkpoint(f"{TRAIL}hub-2", kept)
    assert await site.position() == 7
    assert await site.lagged() == Lagged(None, 3)


async def test_a_hub_that_came_back_has_forgotten_what_it_had_still_to_tell(site: Site) -> None:
    site.told(0, 3)
    assert await site.position() == 3
    site.other = await Trail.open(site.journal, MODEL, PREFIX, "hub-2")
    site.told(0, 7)
    assert await site.position() == 7
    assert await site.lagged() == Lagged(None, 3)


async def test_a_hub_that_had_told_all_leaves_no_gap(site: Site) -> None:
    await site.journal.applied(await site.journal.pending(9))
    site.told(0, 9)
    assert await site.position() == 9
    await Trail.open(site.journal, MODEL, PREFIX, "hub-2")
    await site.position()
    site.change(1)
    assert await site.lagged() is None


async def test_how_far_a_hub_has_told_is_said_after_what_it_tells(wire: Wire, outbox: Outbox) -> None:
    wire.refusals = 2
    for number in range(6):
        outbox.push(Outbound("change", b"%d" % number))
        if number % 2:
            outbox.push_after(Outbound("told", b"%d" % number))
    await asyncio.wait_for(outbox.drained(), 5)
    seen: set[int] = set()
    for message in wire.sent:
        number = int(message.payload)
        if message.topic == "told":
            assert seen.issuperset(range(number + 1))
        else:
            seen.add(number)
    assert len(wire.sent) == 9
