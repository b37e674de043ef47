"""Hubs that do not come back are forgotten, in both forms of the journal."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from hub.clock import instant, now
from hub.group.roster import HUB, enrol
from hub.intake.arrivals import CLOCK, Arrivals
from hub.journal.open import open_journal
from hub.journal.port import Journal
from hub.upkeep.bygone import KEPT, forget_bygone, forget_clocks, forget_hubs
from tests.servers.postgres import Postgres

DAY = 86_400_000_000
NOW = 1_800_000_000_000_000


async def seen(journal: Journal, name: str, at: int) -> None:
    await journal.set_checkpoint(f"{HUB}{name}", instant(at).encode())


async def test_hubs_that_are_gone_for_long_are_forgotten(journal: Journal) -> None:
    await seen(journal, "own", NOW - 40 * DAY)
    await seen(journal, "gone", NOW - KEPT - DAY)
    await seen(journal, "away", NOW - KEPT + DAY)
    await forget_hubs(journal, "own", NOW)
    assert set(await journal.checkpoints(HUB)) == {f"{HUB}own", f"{HUB}away"}


async def test_one_that_runs_is_kept_however_long_it_does(postgres: Postgres) -> None:
    with postgres.schema() as url:
        journal, other = await open_journal(url), await open_journal(url)
        await enrol(other, "other")
        await seen(journal, "other", NOW - KEPT - DAY)
        await forget_hubs(journal, "own", NOW)
        assert set(await journal.checkpoints(HUB)) == {f"{HUB}other"}
        await other.close()
        async with asyncio.timeout(20):
            while await journal.checkpoints(HUB):
                await forget_hubs(journal, "own", NOW)
        await journal.close()


async def test_the_newest_arrival_of_all_is_kept_whoever_saw_it(journal: Journal) -> None:
    for name, newest in {"old": NOW - KEPT - 1, "late": NOW - KEPT, "newest": NOW}.items():
        await journal.set_checkpoint(f"{CLOCK}{name}", orjson.dumps(newest))
    await forget_clocks(journal)
    assert set(await journal.checkpoints(CLOCK)) == {f"{CLOCK}late", f"{CLOCK}newest"}
    assert (await Arrivals.open(journal)).newest == NOW


@pytest.mark.parametrize("hubs", [True, False], ids=["alone", "in a group"])
async def test_a_hub_notes_that_it_is_there_and_hubs_of_a_group_leave_others_to_their_heirs(
    journal: Journal, hubs: bool
) -> None:
    await seen(journal, "gone", NOW - 1000 * DAY)
    await seen(journal, "own", NOW - 1000 * DAY)
    await journal.set_checkpoint(f"{CLOCK}own", orjson.dumps(NOW))
    await journal.set_checkpoint(f"{CLOCK}gone", orjson.dumps(NOW - 1000 * DAY))
    began = instant(now() - DAY)
    task = asyncio.create_task(forget_bygone(journal, "own", hubs=hubs))
    async with asyncio.timeout(20):
        while f"{CLOCK}gone" in await journal.checkpoints(CLOCK):
            await asyncio.sleep(0.01)
    task.cancel()
    found = await journal.checkpoints(HUB)
    assert set(found) == ({f"{HUB}own"} if hubs else {f"{HUB}own", f"{HUB}gone"})
    assert found[f"{HUB}own"].decode() > began
