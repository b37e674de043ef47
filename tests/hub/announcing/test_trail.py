"""How far a hub has published, kept so that nothing is missed after a kill."""

from __future__ import annotations

import asyncio

import pytest

from hub.announcing.outbox import Outbox
from hub.announcing.trail import Trail
from hub.errors import JournalError
from schema.model import MODEL
from tests.hub.announcing.plant import PREFIX, Plant, Wire, kept


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
