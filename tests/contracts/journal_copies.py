"""What every form of the journal must do when it is read and written whole. Subclasses are those of the journal's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from hub.errors import JournalError
from hub.journal.copies import Table
from hub.journal.port import AcceptedEvent, EventKind, Journal
from hub.journal.rows import Row
from tests.contracts.journal import REASON, START, accepted, contents, everything, refusal, some, tag


async def rows(journal: Journal, table: Table, skip: int = 0, batch: int = 1000) -> list[Row]:
    return [row async for found in journal.copies().read(table, skip, batch) for row in found]


async def fill(journal: Journal) -> None:
    """Some of everything: what failed, what is applied, equal events, old ones, and names that are hard to keep."""
    await journal.append([*some(5), accepted(6, "ID/ü%\u0000", digest=b"d" * 16)])
    entries = await journal.pending(10)
    await journal.failed(entries[2], REASON)
    await journal.applied(entries[:2])
    state = AcceptedEvent(EventKind.STATE, "acme", "mes", 7, {"state": "DOWN"}, "t", START, b"s" * 16)
    await journal.append(events=[tag(1, START, name="ü\u0000"), tag(2, START + 1), tag(2, START + 1), state])
    await journal.append(refusals=[refusal(1), replace(refusal(2), topic="\u0000ü")])
    await journal.replayed(2, START)
    await journal.set_checkpoint("erp", b"\x00\xff")


class CopiesContract:
    """Subclasses give `fresh`: a journal that is open, migrated and empty, and closed at the end."""

    def fresh(self) -> AbstractAsyncContextManager[Journal]:
        raise NotImplementedError

    @pytest.fixture
    async def journal(self) -> AsyncIterator[Journal]:
        async with self.fresh() as journal:
            yield journal

    @pytest.mark.parametrize("batch", [1, 3, 1000])
    async def test_a_copy_holds_what_the_journal_does(self, journal: Journal, batch: int) -> None:
        await fill(journal)
        async with self.fresh() as copy:
            for table in Table:
                async for found in journal.copies().read(table, batch=batch):
                    await copy.copies().write(table, found, ("copied", b"so far"))
                assert await copy.copies().count(table) == await journal.copies().count(table) + (
                    table is Table.CHECKPOINTS
                )
            for table in set(Table) - {Table.CHECKPOINTS}:
                assert sorted(map(repr, await rows(copy, table))) == sorted(map(repr, await rows(journal, table)))
            assert contents(await everything(copy)) == contents(await everything(journal))
            assert await copy.dead_letters(10, waiting=False) == await journal.dead_letters(10, waiting=False)
            assert await copy.tags("", 10) == await journal.tags("", 10)
            assert (await copy.checkpoint("erp"), await copy.checkpoint("copied")) == (b"\x00\xff", b"so far")

    async def test_what_failed_stays_failed_and_the_rest_is_pending(self, journal: Journal) -> None:
        await fill(journal)
        async with self.fresh() as copy:
            await copy.copies().write(Table.ASSERTIONS, await rows(journal, Table.ASSERTIONS), ("at", b"6"))
            status = await copy.status()
            assert (status.accepted, status.pending) == (6, 5)
            assert contents(await copy.pending(10)) == contents(await everything(journal))
            assert contents(await copy.history("MaterialLot", ["LOT-3"], 1)) == [accepted(3)]

    async def test_a_copy_goes_on_as_a_journal(self, journal: Journal) -> None:
        await fill(journal)
        async with self.fresh() as copy:
            for table in Table:
                await copy.copies().write(table, await rows(journal, table), ("at", b""))
            known, new = accepted(6, "ID/ü%\u0000", digest=b"d" * 16), accepted(7)
            await copy.append([known, new], [tag(3, START + 2)], [refusal(3)])
            assert contents(await everything(copy))[-1] == new
            assert (await copy.status()).accepted == 7
            assert (await copy.dead_letters(1, after=3))[0].refusal == refusal(3)
            assert [value.body for value in await copy.tags("acme", 10) if value.name == "speed"] == [{"value": 3}]

    @pytest.mark.parametrize("table", list(Table))
    async def test_reading_on_after_some_rows_misses_and_repeats_none(self, journal: Journal, table: Table) -> None:
        await fill(journal)
        every = await rows(journal, table)
        for skip in range(len(every) + 2):
            assert await rows(journal, table, skip, batch=2) == every[skip:]

    async def test_a_batch_and_its_position_are_kept_together(self, journal: Journal) -> None:
        await fill(journal)
        known = await rows(journal, Table.DEAD_LETTERS)
        with pytest.raises(JournalError):
            await journal.copies().write(Table.DEAD_LETTERS, known, ("at", b"new"))
        assert await journal.checkpoint("at") is None
        assert await journal.copies().count(Table.DEAD_LETTERS) == 3
