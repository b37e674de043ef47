"""The other hubs on this journal and graph: what they change reaches who listens here.

Their changes come over the broker. Each is handed to the listeners in this process; and where this hub has dealt with
the same thing lately, the thing is looked up and published again, since the older of two records may have been
published last (`hub.announcing.newest`).
"""

from __future__ import annotations

import asyncio
import logging

from graph.errors import GraphError
from graph.thing import Key
from hub.announcing import change_message
from hub.announcing.live import Changes
from hub.announcing.republish import Republish
from hub.messages import Inbound

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.05
"""How long changes are gathered before their things are looked up: one that changes often is looked up once."""
PAUSE = 1.0


class Peers:
    """Hears of the changes of other hubs."""

    def __init__(self, own: str, changes: Changes, republish: Republish) -> None:
        """`own` is this hub's name, whose changes the listeners have been told already."""
        self._own = own
        self._changes = changes
        self._republish = republish
        self._keys: set[Key] = set()
        self._news = asyncio.Event()

    def hear(self, message: Inbound) -> None:
        """Takes a message on a topic of changes; returns at once."""
        try:
            hub, change = change_message.read(message.payload)
        except ValueError as error:
            log.warning("a message on %r, where only hubs publish: %s", message.topic, error)
            return
        if hub == self._own:
            return
        self._changes.publish([change])
        if self._republish.newest is not None:
            self._keys.add(Key(change.kind, change.id))
            self._news.set()

    async def run(self) -> None:
        """Publishes again what other hubs changed too, until cancelled."""
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._news.clear()
            keys, self._keys = self._keys, set()
            try:
                await self._republish.dealt_with(keys)
            except GraphError as error:
                log.warning("looking up what other hubs changed: %s; trying again in %g s", error, PAUSE)
                self._keys |= keys
                self._news.set()
                await asyncio.sleep(PAUSE)
