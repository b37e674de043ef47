"""The other hubs on this journal and graph: what they change reaches who listens here.

Their changes come over the broker. Each is handed to the listeners in this process; and where this hub has dealt with
the same thing lately, the thing is looked up and published again, since the older of two records may have been
published last (`newest`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

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
        if change is None:
            log.warning("hub %r could not tell of all its changes", hub)
            self.missed()
            return
        self._changes.publish([change])
        key = Key(change.kind, change.id)
        if self._republish.newest.version(key):
            self._look_again([key])

    def missed(self) -> None:
        """Takes note that changes may not have been heard."""
        self._changes.interrupt()
        self.began()

    def began(self) -> None:
        """Takes note that changes are heard from now on. What was dealt with before may be older than another's."""
        self._look_again(self._republish.newest.keys())

    def _look_again(self, keys: Iterable[Key]) -> None:
        self._keys.update(keys)
        if self._keys:
            self._news.set()

    async def run(self) -> None:
        """Publishes again what other hubs changed too, until cancelled."""
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._news.clear()
            keys, self._keys = self._keys, set()
            try:
                await self._republish.things(keys)
            except GraphError as error:
                log.warning("looking up what other hubs changed: %s; trying again in %g s", error, PAUSE)
                self._look_again(keys)
                await asyncio.sleep(PAUSE)
