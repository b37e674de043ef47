"""Hubs of a group see to it that nothing waits for ever for one of them that does not come back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from connectors.wire.errors import BrokerError
from hub.errors import JournalError
from hub.group.roster import HUB, Gone
from hub.journal.port import Journal
from hub.messages import Accept
from hub.mqtt.inherit import Inheritance

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
HEIR = ":heir/"
"""Held with a hub's name behind it by the one who takes what it left. No hub can have such a name."""


class Heirs:
    """Takes over from hubs that are gone, one hub at a time."""

    def __init__(self, journal: Journal, gone: Gone, accept: Accept, session: Callable[[str], Inheritance]) -> None:
        """`session` gives what a hub of that name has left at the broker."""
        self._journal = journal
        self._gone = gone
        self._accept = accept
        self._session = session

    async def run(self) -> None:
        """Looks for hubs that are gone, until cancelled. What can't be done now is tried again."""
        while True:
            await asyncio.sleep(min(LOOK_SECONDS, self._gone.patience))
            try:
                names = [key.removeprefix(HUB) for key in await self._journal.checkpoints(HUB)]
                for name in await self._gone.among(names):
                    await self._inherit(name)
            except (JournalError, BrokerError) as error:
                log.warning("taking what waits for hubs that are gone: %s", error)
            except Exception:
                log.exception("taking what waits for hubs that are gone failed unexpectedly")

    async def _inherit(self, name: str) -> None:
        """Two that connect as the same client would end each other's connections, so that one does it at a time."""
        if not await self._journal.hold(f"{HEIR}{name}"):
            return
        try:
            since = await self._journal.checkpoint(f"{HUB}{name}")
            session = self._session(name)
            # The hub's own name is not held meanwhile: it may come back, which ends this, and takes the rest.
            if since is not None and await session.take(self._accept) and await self._journal.hold(name):
                try:
                    if await self._journal.checkpoint(f"{HUB}{name}") == since:
                        await session.end()
                        await self._journal.drop_checkpoint(f"{HUB}{name}", since)
                finally:
                    await self._journal.release(name)
        finally:
            await self._journal.release(f"{HEIR}{name}")
