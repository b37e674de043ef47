"""The other hubs on this journal and graph: what they change reaches who listens here.

Their changes come over the broker. Each is handed to the listeners in this process; and where this hub has dealt with
the same thing lately, the thing is looked up and published again, since the older of two records may have been
published last (`newest`). How far they have told all is kept count of (`heard`), for cursors (`position`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from connectors.wire.messages import Inbound
from graph.errors import GraphError
from graph.thing import Key
from hub.announcing import change_message
from hub.announcing.change_message import Said
from hub.announcing.heard import Heard
from hub.announcing.live import Changes
from hub.announcing.republish import Republish

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.05
"""How long changes are gathered before their things are looked up: one that changes often is looked up once."""
PAUSE = 1.0

Run = tuple[str, str]
"""A hub's name and the name of its run."""


class Peers:
    """Hears of the changes of other hubs."""

    def __init__(self, own: str, changes: Changes, republish: Republish) -> None:
        """`own` is this hub's name, whose changes the listeners have been told already."""
        self._own = own
        self._changes = changes
        self._republish = republish
        self._keys: set[Key] = set()
        self._news = asyncio.Event()
        self._heard: dict[Run, Heard] = {}
        self._missing: dict[Run, int] = {}

    def hear(self, message: Inbound) -> None:
        """Takes a message on a topic of changes; returns at once."""
        try:
            said = change_message.read(message.payload)
        except ValueError as error:
            log.warning("a message on %r, where only hubs publish: %s", message.topic, error)
            return
        if said.hub == self._own:
            return
        if said.change is None and said.position is None:
            log.warning("hub %r could not tell of all its changes", said.hub)
            self.missed()
            return
        if said.change is not None:
            self._changes.publish([said.change])
            if self._republish.newest.version(said.change.key):
                self._look_again([said.change.key])
        self._count(said)

    def missed(self) -> None:
        """Takes note that changes may not have been heard."""
        self.began()

    def began(self) -> None:
        """Takes note that changes are heard from now on. What was dealt with before may be older than another's."""
        self._changes.interrupt()
        for heard in self._heard.values():
            heard.begin_again()
        self._look_again(self._republish.newest.keys())

    def position(self, run: Run) -> int | None:
        """Up to which sequence all that a hub changed in a run was heard; None where that is not known yet."""
        heard = self._heard.get(run)
        return None if heard is None else heard.position

    def forget(self, runs: Iterable[Run]) -> None:
        """Forgets runs that are over."""
        for run in runs:
            self._heard.pop(run, None)

    def find_gaps(self) -> None:
        """Gives up changes that are missing now and were when this was called before: who listens is told so."""
        missing = {run: number for run, heard in self._heard.items() if (number := heard.missing) is not None}
        for run, number in missing.items():
            if self._missing.get(run) == number:
                log.warning(
                    "change %d of hub %r has not come; who listens is told that some are missing", number, run[0]
                )
                self._changes.interrupt()
                self._look_again(self._republish.newest.keys())
                self._heard[run].go_on()
        self._missing = missing

    def _count(self, said: Said) -> None:
        if said.place is None:
            return
        heard = self._heard.setdefault((said.hub, said.place.run), Heard())
        if said.position is None:
            heard.change(said.place.number)
        else:
            heard.told(said.place.number, said.position)

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
