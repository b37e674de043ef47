from __future__ import annotations

import asyncio
import contextlib
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.errors import JournalError
from hub.journal.migrations import Migration, load
from hub.journal.open import open_journal
from hub.journal.sqlite import SqliteJournal
from hub.journal.sqlite_file import Connection, SqliteFile
from tests.contracts.journal import REASON, contents, everything, refusal, some, tag
from tests.servers.disk import small_disk

LATER = Migration(len(load("sqlite")) + 1, "later", "CREATE TABLE later (x); INSERT INTO later VALUES (1);")
BROKEN = Migration(LATER.version, "broken", "DELETE FROM assertion; INSERT INTO missing VALUES (1);")

HOLDER = """
import asyncio, sys
from pathlib import Path
from hub.journal.sqlite import SqliteJournal

async def main():
    journal = await SqliteJournal.open(Path(sys.argv[1]))
    await journal.migrate()
    print("open", flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


@asynccontextmanager
async def opened(path: Path, *more: Migration) -> AsyncIterator[SqliteJournal]:
    journal = await SqliteJournal.open(path, migrations=(*load("sqlite"), *more))
    try:
        await journal.migrate()
        yield journal
    finally:
        await journal.close()


async def filled(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(some(10), [tag(1, 5)], [refusal(1)])


# -- what is opened ----------------------------------------------------------------------------------------------------


async def test_open_journal_makes_the_file_and_finds_it_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    journal = await open_journal(url)
    await journal.append(some(3))
    await journal.close()
    journal = await open_journal(url)
    assert contents(await journal.pending(10)) == some(3)
    await journal.close()


@pytest.mark.parametrize("url", ["", "sqlite:///", "sqlite://journal.db", "redis://127.0.0.1/0"])
async def test_open_journal_refuses_other_urls(url: str) -> None:
    with pytest.raises(JournalError, match="sqlite:///<path of a file>"):
        await open_journal(url)


async def test_says_that_it_must_be_migrated_first(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db")
    with pytest.raises(JournalError, match="migrate it first"):
        await journal.append(some(1))
    await journal.close()


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"missing/journal\.db"):
        await SqliteJournal.open(tmp_path / "missing" / "journal.db")


async def test_a_file_that_is_no_database_is_refused_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"lot,quantity\n" * 500)
    with pytest.raises(JournalError, match="not a journal: move the file away"):
        await SqliteJournal.open(path)
    assert path.read_bytes() == b"lot,quantity\n" * 500


async def test_another_programs_database_is_refused_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="another program's database"):
        await SqliteJournal.open(path)
    assert path.read_bytes() == before


async def test_a_log_without_its_file_is_left_alone(tmp_path: Path) -> None:
    path, log = tmp_path / "journal.db", tmp_path / "journal.db-wal"
    log.write_bytes(b"what was written last")
    with pytest.raises(JournalError, match=r"missing or empty, but its log .* is there; .* Restore the file"):
        await SqliteJournal.open(path)
    assert log.read_bytes() == b"what was written last"
    assert not path.exists()


async def test_an_entry_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await filled(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE assertion SET body = '{\"half' WHERE seq = 4")
    async with opened(path) as journal:
        with pytest.raises(
            JournalError, match=r"journal\.db.*assertion 4 is damaged.*restore the journal from a backup"
        ):
            await journal.pending(10)


async def test_damage_is_reported_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with opened(path) as journal:
        await journal.append(some(500))
    data = bytearray(path.read_bytes())
    data[8192:-4096] = b"\xa5" * (len(data) - 12288)
    path.write_bytes(data)
    with pytest.raises(JournalError, match=r"restore the file from a backup"):
        async with opened(path) as journal:
            await everything(journal)


# -- migrations --------------------------------------------------------------------------------------------------------


async def test_migrates_a_database_with_data(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await filled(path)
    journal = await SqliteJournal.open(path, migrations=(*load("sqlite"), LATER))
    assert await journal.migrate() == (str(LATER),)
    assert await journal.migrate() == ()
    assert contents(await journal.pending(100)) == some(10)
    assert [letter.refusal for letter in await journal.dead_letters(10)] == [refusal(1)]
    await journal.close()


async def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await filled(path)
    with pytest.raises(JournalError, match="can't migrate"):
        async with opened(path, BROKEN):
            pass
    async with opened(path) as journal:
        assert contents(await everything(journal)) == some(10)
    async with opened(path, LATER) as journal:
        assert contents(await everything(journal)) == some(10)


async def test_a_newer_database_is_refused_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with opened(path, LATER):
        pass
    before = path.read_bytes()
    with pytest.raises(
        JournalError,
        match=f"tables are of version {LATER.version}, and this unshub knows versions up to {LATER.version - 1}",
    ):
        await SqliteJournal.open(path)
    assert path.read_bytes() == before


# -- one writer --------------------------------------------------------------------------------------------------------


async def test_a_second_opener_is_told_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(JournalError, match=f"in use by process {holder.pid}"):
            await SqliteJournal.open(path)
        holder.kill()
    async with opened(path) as journal:
        await journal.append(some(1))


async def test_a_refused_open_keeps_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(JournalError):
        await SqliteJournal.open(path)
    path.unlink()
    await filled(path)


# -- the queue ---------------------------------------------------------------------------------------------------------


async def test_what_is_listed_ahead_of_the_watermark_goes_when_it_is_reached(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with opened(path) as journal:
        await journal.append(some(6))
        entries = await journal.pending(10)
        await journal.failed(entries[0], REASON)
        await journal.failed(entries[3], REASON)
        await journal.reset()
        for picked in (entries[4:], entries[1:2], entries[2:3]):
            await journal.applied(picked)
    with contextlib.closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT applied FROM progress").fetchone() == (6,)
        assert file.execute("SELECT count(*) FROM applied_ahead").fetchone() == (0,)


# -- reading beside writing --------------------------------------------------------------------------------------------


async def test_a_long_read_holds_up_no_write_and_sees_one_state(tmp_path: Path) -> None:
    def count(connection: Connection) -> int:
        (number,) = connection.execute("SELECT count(*) FROM checkpoint").fetchone()
        return int(number)

    def long_read(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        began.set()
        assert written.wait(timeout=30), "the write waited for the read"
        return before, count(connection)

    began, written = threading.Event(), threading.Event()
    file = SqliteFile.open(tmp_path / "journal.db", load("sqlite"), "FULL")
    await file.migrate()
    reading = asyncio.ensure_future(file.read("reading", long_read))
    await asyncio.to_thread(began.wait)
    await file.write("writing", lambda c: c.execute("INSERT INTO checkpoint VALUES ('erp', x'00')"))
    written.set()
    assert await reading == (0, 0)
    assert await file.read("reading", count) == 1
    await file.close()


# -- disks that refuse -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: the system refuses writes there, as a quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    with small_disk(tmp_path / "disk", "1m") as place:
        yield place


async def append_until_refused(journal: SqliteJournal, message: str) -> int:
    """Appends in hundreds; gives how many rows were kept until the disk refused."""
    kept = 0
    with pytest.raises(JournalError, match=message):
        while kept < 50_000:
            await journal.append(some(100, first=kept))
            kept += 100
    return kept


async def test_a_full_disk_refuses_whole_appends_until_there_is_space(disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    async with opened(disk / "journal.db") as journal:
        kept = await append_until_refused(journal, "the disk is full")
        assert contents(await everything(journal)) == some(kept, first=0)
        ballast.unlink()
        await journal.append(some(100, first=kept))
        assert contents(await everything(journal)) == some(kept + 100, first=0)


async def test_a_write_that_the_system_refuses_keeps_nothing_of_the_append(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with opened(path) as journal:
        with largest_file(400_000):
            kept = await append_until_refused(journal, "nothing of this was kept")
            results = await asyncio.gather(*(journal.append(some(100)) for _ in range(5)), return_exceptions=True)
            assert all(isinstance(result, JournalError) for result in results)
        await journal.append(some(100, first=kept))
    async with opened(path) as journal:
        assert contents(await everything(journal)) == some(kept + 100, first=0)
