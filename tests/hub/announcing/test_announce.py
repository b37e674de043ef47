"""Golden records and changes of a batch, told to listeners and to the broker."""

from __future__ import annotations

import asyncio

import orjson

from hub.announcing.announce import Announcer
from hub.announcing.live import Changes, ChangeType
from hub.announcing.outbox import Outbox
from schema.model import MODEL
from tests.hub.announcing.plant import PREFIX, Plant, Wire, announced, kept


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
    told = []
    for batch in batches:
        await announced(plant, outbox, changes, batch)
        told.append(await asyncio.wait_for(anext(stream), 5))
    assert [t.change for t in told] == [ChangeType.CREATED, ChangeType.UPDATED, ChangeType.DELETED]  # type: ignore[union-attr]
    assert told[1].changed == ("status",)  # type: ignore[union-attr]
    published = [orjson.loads(m.payload) for m in wire.sent if m.topic == "uns/v1/_hub/change/material-lot"]
    assert [p["change"] for p in published] == ["CREATED", "UPDATED", "DELETED"]


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
