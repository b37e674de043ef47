from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from hub.errors import JournalError
from hub.journal.postgres_server import Place

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often to look without being told: a hub that dies says nothing of the rows that it leaves."""


async def watch(place: Place, wake: Callable[[], None]) -> None:
    """Calls `wake` for each append of assertions by any hub, and every few seconds. Runs until cancelled."""
    while True:
        try:
            await _listen(place, wake)
        except JournalError as error:
            log.warning("%s; looking every %g s until it is back", error, LOOK_SECONDS)
            wake()
            await asyncio.sleep(LOOK_SECONDS)


async def _listen(place: Place, wake: Callable[[], None]) -> None:
    with place.errors("can't hear of what other hubs append"):
        async with contextlib.AsyncExitStack() as stack:
            connection = await place.connect()
            stack.push_async_callback(connection.close)
            row = await (await connection.execute("SELECT 'LISTEN journal_' || 'queue'::regclass::oid")).fetchone()
            assert row is not None
            await connection.execute(row[0].encode())
            while True:
                wake()
                async for _ in connection.notifies(timeout=LOOK_SECONDS):
                    wake()
