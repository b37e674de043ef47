"""Fixtures for what must hold over both forms of the journal. A module's own of the same name come before these."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest

from hub.journal.open import open_journal
from hub.journal.port import Journal
from tests.servers.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path}/journal.db"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            yield stack.enter_context(server.schema())


@pytest.fixture
async def journal(url: str) -> AsyncIterator[Journal]:
    async with AsyncExitStack() as stack:
        journal = await open_journal(url)
        stack.push_async_callback(journal.close)
        yield journal
