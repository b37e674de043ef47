"""Both forms of the journal keep the contract of being moved, and what one gives the other takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.journal.copies import ORDERED, Table
from hub.journal.open import open_journal
from hub.journal.port import Journal
from tests.contracts.journal_copies import CopiesContract, fill, rows
from tests.hub.journal.test_postgres import TestPostgresJournal as PostgresForm
from tests.hub.journal.test_sqlite import TestSqliteJournal as SqliteForm
from tests.servers.postgres import Postgres


class TestSqliteCopies(CopiesContract):
    fresh = SqliteForm.fresh


class TestPostgresCopies(CopiesContract):
    @pytest.fixture(autouse=True)
    def server(self, postgres: Postgres) -> None:
        self._server = postgres

    fresh = PostgresForm.fresh


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Journal]:
    journal = await open_journal(url)
    try:
        yield journal
    finally:
        await journal.close()


async def test_both_forms_give_the_same_rows_in_the_same_order(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.schema() as url:
        async with opened(f"sqlite:///{tmp_path}/journal.db") as one, opened(url) as other:
            await fill(one)
            await fill(other)
            for table in ORDERED:
                assert await rows(one, table) == await rows(other, table)
            assert sorted(map(repr, await rows(one, Table.EVENTS))) == sorted(
                map(repr, await rows(other, Table.EVENTS))
            )
