from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hub.journal.port import Journal
from hub.journal.sqlite import SqliteJournal
from tests.contracts.journal import JournalContract


class TestSqliteJournal(JournalContract):
    """The SQLite form keeps the contract."""

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Journal]:
        with tempfile.TemporaryDirectory() as folder:
            journal = await SqliteJournal.open(Path(folder) / "journal.db")
            await journal.migrate()
            try:
                yield journal
            finally:
                await journal.close()
