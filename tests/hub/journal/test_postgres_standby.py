"""A primary and its standby: what was acknowledged is there when the primary is gone for good."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connectors.wire.address import Url
from hub.errors import JournalError
from hub.journal.port import AcceptedAssertion
from hub.journal.postgres import PostgresJournal
from tests.contracts.journal import accepted, contents, everything
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow


@pytest.fixture
def pair() -> Iterator[tuple[Postgres, Postgres]]:
    """A primary that commits when its standby has it on disk, and that standby."""
    with ExitStack() as stack:
        folders = []
        for _ in range(2):
            folders.append(Path(tempfile.mkdtemp(prefix="unshub-postgres-")))
            stack.callback(shutil.rmtree, folders[-1])
        primary, standby = (Postgres(folder) for folder in folders)
        primary.initialise()
        primary.start()
        stack.callback(primary.kill)
        standby.follow(primary)
        standby.start()
        stack.callback(standby.kill)
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.execute("SELECT pg_reload_conf()")
        yield primary, standby


async def test_what_was_acknowledged_outlives_the_primary(pair: tuple[Postgres, Postgres]) -> None:
    primary, standby = pair
    url = f"{primary.url('postgres')}?host=127.0.0.1,127.0.0.1&port={primary.port},{standby.port}"
    journal = await PostgresJournal.open(Url.parse(f"{url}&target_session_attrs=read-write"))
    await journal.migrate()
    kept: list[AcceptedAssertion] = []

    async def write() -> None:
        for number in range(1_000_000):
            said = accepted(number)
            await journal.append([said])
            kept.append(said)

    writing = asyncio.create_task(write())
    while len(kept) < 200:
        await asyncio.sleep(0.01)
    primary.kill()
    with pytest.raises(JournalError):
        await writing
    standby.execute("SELECT pg_promote()")
    # The hub finds the new primary by itself.
    found = await everything(journal)
    await journal.append([accepted(1_000_000)])
    assert contents(found)[: len(kept)] == kept
    # What was on its way is there or not: it was not acknowledged.
    assert len(found) - len(kept) in (0, 1)
    await journal.close()
