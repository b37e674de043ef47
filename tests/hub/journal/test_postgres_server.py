"""What the PostgreSQL form says of servers and databases that are not as they should be, and its tables' life."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from connectors.wire.address import Url
from hub.errors import JournalError
from hub.journal.copies import Table
from hub.journal.migrations import Migration, load
from hub.journal.open import open_journal
from hub.journal.postgres import PostgresJournal
from tests.contracts.journal import accepted, contents, everything, refusal, some, tag
from tests.servers import free_port
from tests.servers.postgres import GUARDED, Postgres

STEPS = load("postgresql")
LATER = Migration(len(STEPS) + 1, "later", "CREATE TABLE later (x int); INSERT INTO later VALUES (1);")
BROKEN = Migration(LATER.version, "broken", "DELETE FROM assertion; INSERT INTO missing VALUES (1);")


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.schema() as url:
        yield url


@asynccontextmanager
async def opened(url: str, *more: Migration) -> AsyncIterator[PostgresJournal]:
    journal = await PostgresJournal.open(Url.parse(url), (*STEPS, *more))
    try:
        await journal.migrate()
        yield journal
    finally:
        await journal.close()


def schema_of(url: str) -> str:
    return url.rpartition("%3D")[2]


# -- what is opened ----------------------------------------------------------------------------------------------------


async def test_open_journal_makes_the_tables_and_finds_them_again(url: str) -> None:
    journal = await open_journal(url)
    await journal.append(some(3))
    await journal.close()
    journal = await open_journal(Url.parse(url))
    assert contents(await journal.pending(10)) == some(3)
    await journal.close()


async def test_a_password_is_used_and_never_shown(postgres: Postgres) -> None:
    postgres.execute(f"CREATE DATABASE ours OWNER {GUARDED}")
    place = f"127.0.0.1:{postgres.port}/ours"
    journal = await open_journal(f"postgresql://{GUARDED}:secret@{place}")
    detail = (await journal.status()).detail
    await journal.close()
    assert f"postgresql://{GUARDED}:***@{place}" in detail
    with pytest.raises(JournalError, match=r"password authentication failed.*lets this user in") as caught:
        await open_journal(f"postgresql://{GUARDED}:guess@{place}")
    assert "guess" not in str(caught.value)
    postgres.execute("DROP DATABASE ours WITH (FORCE)")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://unshub@127.0.0.1:{port}/missing", r'"missing" does not exist; see that .* has this database'),
        ("postgresql://unshub@127.0.0.1:{free}/unshub", "see that the server runs"),
        ("postgresql://unshub@127.0.0.1:{port}/postgres?colour=red", '"colour"; correct the journal\'s URL'),
        ("postgresql://unshub@127.0.0.1:x/unshub", "the URL has a broken host or port"),
        ("postgresql://unshub@127.0.0.1:{port}/postgres?options=-csearch_path%3Dnowhere", "schemas .* make one"),
    ],
)
async def test_says_what_stands_in_the_way(postgres: Postgres, url: str, expected: str) -> None:
    with pytest.raises(JournalError, match=expected):
        await open_journal(url.format(port=postgres.port, free=free_port()))


async def test_says_that_it_must_be_migrated_first(url: str) -> None:
    journal = await PostgresJournal.open(Url.parse(url))
    with pytest.raises(JournalError, match="migrate it first"):
        await journal.append(some(1))
    with pytest.raises(JournalError, match="migrate it first"):
        await journal.pending(1)
    await journal.close()


@pytest.mark.parametrize("table", ["theirs (x int)", "schema_version (version int)"])
async def test_another_programs_tables_are_refused_as_they_are(postgres: Postgres, url: str, table: str) -> None:
    schema = schema_of(url)
    postgres.execute(f"CREATE TABLE {schema}.{table}")
    with pytest.raises(JournalError, match=f"schema '{schema}' holds another program's tables"):
        await open_journal(url)
    found = postgres.execute(f"SELECT count(*) FROM pg_class WHERE relnamespace = '{schema}'::regnamespace")
    assert found == [(1,)]


# -- migrations --------------------------------------------------------------------------------------------------------


async def test_hubs_that_start_at_once_migrate_once(url: str) -> None:
    journals = await asyncio.gather(*(PostgresJournal.open(Url.parse(url)) for _ in range(6)))
    done = await asyncio.gather(*(journal.migrate() for journal in journals))
    assert sorted(step for steps in done for step in steps) == [str(step) for step in STEPS]
    for journal in journals:
        await journal.close()


async def test_migrates_tables_with_data(url: str) -> None:
    async with opened(url) as journal:
        await journal.append(some(10), [tag(1, 5)], [refusal(1)])
    journal = await PostgresJournal.open(Url.parse(url), (*STEPS, LATER))
    assert await journal.migrate() == (str(LATER),)
    assert await journal.migrate() == ()
    assert contents(await journal.pending(100)) == some(10)
    assert [letter.refusal for letter in await journal.dead_letters(10)] == [refusal(1)]
    await journal.close()


async def test_a_migration_that_fails_changes_nothing(url: str) -> None:
    async with opened(url) as journal:
        await journal.append(some(10))
    with pytest.raises(JournalError, match="can't migrate"):
        async with opened(url, BROKEN):
            pass
    async with opened(url, LATER) as journal:
        assert contents(await everything(journal)) == some(10)


async def test_newer_tables_are_refused_as_they_are(postgres: Postgres, url: str) -> None:
    async with opened(url, LATER):
        pass
    with pytest.raises(JournalError, match=f"tables are of version {LATER.version}, and this unshub knows versions up"):
        await PostgresJournal.open(Url.parse(url))
    assert postgres.execute(f"SELECT max(version) FROM {schema_of(url)}.schema_version") == [(LATER.version,)]


# -- what it keeps -----------------------------------------------------------------------------------------------------


async def test_the_longest_names_are_kept(url: str) -> None:
    path, name = "/".join(["\U0001f3ed" * 64] * 8), "/".join(["\U0001f321" * 64] * 8)
    async with opened(url) as journal:
        values = [tag(n, n, path=path, name=f"{name}{n}") for n in range(3)]
        await journal.append([accepted(1, "\U0001f4e6" * 64)], values)
        assert [value.name for value in await journal.tags(path, 10)] == [value.name for value in values]


async def test_events_are_kept_by_month_and_dropped_by_month(postgres: Postgres, url: str) -> None:
    days = [datetime(*day, tzinfo=UTC) for day in [(1969, 7, 20), (2025, 12, 31), (2026, 1, 1), (2026, 2, 28, 23)]]
    times = [-(1 << 63), *(int(day.timestamp()) * 1_000_000 for day in days), (1 << 63) - 1]

    def tables() -> list[tuple[object, ...]]:
        schema = schema_of(url)
        return postgres.execute(f"SELECT tableoid::regclass::text, count(*) FROM {schema}.event GROUP BY 1")

    async with opened(url) as journal:
        await journal.append(events=[replace(tag(1, time), digest=b"%d" % time) for time in times])
        await journal.append(events=[replace(tag(1, time), digest=b"%d" % time) for time in times])
        kept = {str(table).rpartition(".event_")[2]: count for table, count in tables()}
        assert kept == {"before_2000": 2, "2025_12": 1, "2026_01": 1, "2026_02": 1, "after_2099": 1}
        await journal.forget_events(times[4])
        kept = {str(table).rpartition(".event_")[2]: count for table, count in tables()}
        assert kept == {"2026_02": 1, "after_2099": 1}


async def test_months_are_not_waited_for_while_a_backup_reads_them(postgres: Postgres, url: str) -> None:
    old = int(datetime(2025, 12, 31, tzinfo=UTC).timestamp()) * 1_000_000
    later = old + 60 * 86_400_000_000
    async with opened(url) as journal, asyncio.timeout(20):
        await journal.append(events=[tag(1, old), tag(2, later)])
        with psycopg.connect(postgres.url("postgres")) as backup:
            backup.execute(f"LOCK TABLE {schema_of(url)}.event IN ACCESS SHARE MODE".encode())
            forgetting = asyncio.create_task(journal.forget_events(later))
            await asyncio.sleep(0)
            await journal.append([accepted(1)])
            with pytest.raises(JournalError, match="another session holds a lock on the journal's tables: let it end"):
                await forgetting
            assert (await journal.status()).events == 2
        await journal.forget_events(later)
        assert await journal.copies().count(Table.EVENTS) == 1


async def test_what_was_kept_is_counted_whenever_it_is_summed_up(postgres: Postgres, url: str) -> None:
    async with opened(url) as journal:
        for number in range(5):
            await journal.append([accepted(number)], [tag(1, number)])
        schema = schema_of(url)
        postgres.execute(f"SET search_path = {schema}; SELECT sum_tally()")
        assert postgres.execute(f"SELECT * FROM {schema}.tally") == [(5, 5)]
        await journal.append([accepted(9)])
        status = await journal.status()
    assert (status.accepted, status.events) == (6, 5)


async def test_a_server_that_need_not_flush_is_told_to(postgres: Postgres, url: str) -> None:
    async with opened(url + "%20-csynchronous_commit%3Doff") as journal:
        assert "synchronous_commit=on" in (await journal.status()).detail
