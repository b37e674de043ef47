from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from connectors.wire.address import Url
from hub.journal.port import Journal
from hub.journal.postgres import PostgresJournal
from tests.contracts.journal import JournalContract
from tests.servers.postgres import Postgres


class TestPostgresJournal(JournalContract):
    """The PostgreSQL form keeps the contract."""

    @pytest.fixture(autouse=True)
    def server(self, postgres: Postgres) -> None:
        self._server = postgres

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Journal]:
        with self._server.schema() as url:
            journal = await PostgresJournal.open(Url.parse(url))
            await journal.migrate()
            try:
                yield journal
            finally:
                await journal.close()
