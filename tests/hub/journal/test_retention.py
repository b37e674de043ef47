"""Old events go once a day, whichever of the hubs does it, in both forms of the journal."""

from __future__ import annotations

from contextlib import AsyncExitStack

from hub.journal.copies import Table
from hub.journal.open import open_journal
from hub.journal.port import Journal
from hub.journal.retention import DAY, forget_where_due, last_forgotten
from tests.contracts.journal import START, YEAR, accepted, tag
from tests.servers.postgres import Postgres

KEEP = 40 * 86400.0
NOW = START + YEAR


async def events(journal: Journal) -> int:
    return await journal.copies().count(Table.EVENTS)


async def test_old_events_go_and_the_newest_values_stay(journal: Journal) -> None:
    await journal.append([accepted(1)], [tag(n, NOW - n * DAY, name=f"t{n}") for n in (200, 80, 30, 1)])
    assert await last_forgotten(journal) is None
    assert await forget_where_due(journal, KEEP, NOW)
    assert await events(journal) == 2
    assert len(await journal.tags("", 10)) == 4
    assert (await journal.status()).accepted == 1
    last = await last_forgotten(journal)
    assert last is not None
    assert last.as_json() == {"at": "2027-01-02T00:00:00Z", "before": "2026-11-23T00:00:00Z"}


async def test_it_is_done_once_a_day_or_when_the_setting_or_the_clock_changes(journal: Journal) -> None:
    assert await forget_where_due(journal, KEEP, NOW)
    assert not await forget_where_due(journal, KEEP, NOW + DAY - 1)
    assert await forget_where_due(journal, KEEP, NOW + DAY)
    assert await forget_where_due(journal, KEEP + 86400, NOW + DAY)
    assert await forget_where_due(journal, KEEP + 86400, NOW)


async def test_one_of_several_hubs_does_it(postgres: Postgres) -> None:
    with postgres.schema() as url:
        async with AsyncExitStack() as stack:
            journals = [await open_journal(url) for _ in range(2)]
            for journal in journals:
                stack.push_async_callback(journal.close)
            assert await journals[0].hold(":retention")
            assert not await forget_where_due(journals[1], KEEP, NOW)
            await journals[0].release(":retention")
            assert await forget_where_due(journals[1], KEEP, NOW)
            assert not await forget_where_due(journals[0], KEEP, NOW)
