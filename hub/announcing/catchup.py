"""After a stop: puts on the broker what had been applied to the graph but perhaps not published.

Golden records are retained, so one that was never published would stay wrong until its thing changes again. The things
of which the journal speaks after the last announced position, and the loose ends beside them (`trail`), are looked
up and published as they are now.

Where several hubs share the journal, each also follows the trails of those that are gone and have not come back.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from graph.errors import GraphError
from graph.thing import Key
from hub.announcing.republish import Republish
from hub.announcing.trail import TRAIL, Trail
from hub.errors import JournalError
from hub.group.roster import Gone
from hub.journal.port import Journal

log = logging.getLogger(__name__)

FOLLOWER = ":follower/"
"""Held with a hub's name behind it by the one who follows its trail. No hub can have such a name."""

LOOK_SECONDS = 5.0
"""How often to look for hubs that are gone."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What it takes to catch up: the journal that holds the trails, and what publishes."""

    journal: Journal
    republish: Republish

    async def follow(self, trail: Trail) -> int:
        """Publishes what may have been left unpublished where a trail ends; gives for how many ids."""
        published = 0
        if trail.position == 0:
            published = await self.republish.everything()
            await self.republish.ends(trail.loose_ends)
            return published
        async for entries in self.journal.read_assertions(after=trail.position):
            said = (entry.accepted.assertion for entry in entries)
            published += await self.republish.named({Key(assertion.kind, assertion.id) for assertion in said})
        await self.republish.ends(trail.loose_ends)
        return published + len(trail.loose_ends)

    async def follow_the_gone(self, gone: Gone) -> int:
        """Follows the trails of hubs that are gone, and drops them; gives for how many ids."""
        published = 0
        trails = {key.removeprefix(TRAIL): kept for key, kept in (await self.journal.checkpoints(TRAIL)).items()}
        for name in await gone.among(trails):
            if not await self.journal.hold(f"{FOLLOWER}{name}"):
                continue
            try:
                count = await self._follow(name, trails[name])
            finally:
                await self.journal.release(f"{FOLLOWER}{name}")
            log.info("published %d golden records that hub %r, which is gone, may have left unpublished", count, name)
            published += count
        return published

    async def _follow(self, name: str, kept: bytes) -> int:
        trail = Trail.read(self.journal, self.republish.model, self.republish.prefix, name, kept)
        count = await self.follow(trail)
        await self.republish.outbox.passed(self.republish.outbox.mark)
        # Should its hub have come back meanwhile, it has written it anew, and goes on from there.
        await self.journal.drop_checkpoint(f"{TRAIL}{name}", kept)
        return count

    async def watch_for_the_gone(self, gone: Gone) -> None:
        """Follows the trails of hubs that are gone, until cancelled. What can't be done now is tried again."""
        while True:
            try:
                await self.follow_the_gone(gone)
            except (JournalError, GraphError) as error:
                log.warning("following hubs that are gone: %s", error)
            await asyncio.sleep(LOOK_SECONDS)
