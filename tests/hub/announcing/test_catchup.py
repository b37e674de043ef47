"""What was not published when a hub stopped is published afterwards."""

from __future__ import annotations

import asyncio

from hub.announcing.catchup import CatchUp
from hub.announcing.outbox import Outbox
from hub.announcing.republish import Republish
from hub.announcing.trail import Trail
from hub.group.roster import Gone
from schema.authority import EQUAL
from schema.model import MODEL
from tests.hub.announcing.plant import PREFIX, Plant, Wire


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


async def test_a_broker_that_forgets_is_given_everything_again(wire: Wire, outbox: Outbox, plant: Plant) -> None:
    await plant.say("LOT-1")
    await plant.published(1)
    await Republish(plant.store, MODEL, EQUAL, outbox, PREFIX).everything()
    await asyncio.wait_for(outbox.drained(), 5)
    assert list(wire.retained) == ["uns/v1/acme/_material-lot/LOT-1"]


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
