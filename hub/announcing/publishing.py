"""Sees to it that the golden records of all that was applied come to be on the broker, whatever was killed when."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from graph.errors import GraphError
from hub.announcing.announce import Announcer
from hub.announcing.catchup import CatchUp
from hub.announcing.trail import Trail
from hub.errors import JournalError
from hub.group.roster import Gone
from hub.messages import Broker

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds before publishing what an earlier run left is tried again."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """What publishing takes: the broker that keeps the records, and the hub's own trail."""

    broker: Broker
    last: CatchUp
    announcer: Announcer
    trail: Trail
    gone: Gone
    caught_up: asyncio.Event

    async def run(self) -> None:
        """Publishes what the broker may lack, all records where it keeps none over a restart; runs until cancelled.

        Messages go into the graph meanwhile. Only afterwards is the trail shortened, and are those of others followed.
        """
        retains = (await self.broker.status()).retains
        while not self.caught_up.is_set():
            try:
                await (self.last.follow(self.trail) if retains else self.last.republish.everything())
                self.caught_up.set()
            except (JournalError, GraphError) as error:
                log.warning("publishing what an earlier run left: %s; trying again in %g s", error, PAUSE)
                await asyncio.sleep(PAUSE)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.announcer.keep_position())
            tasks.create_task(self.last.watch_for_the_gone(self.gone))
