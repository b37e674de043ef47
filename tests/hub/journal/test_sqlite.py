from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.journal.sqlite import SqliteJournal
from tests.contracts.journal import JournalContract


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    journal = await SqliteJournal.open(tmp_path / "journal.db")
    await journal.migrate()
    yield journal
    await journal.close()


class TestSqliteJournal(JournalContract):
    """The SQLite form keeps the contract."""
