"""The hubs on one journal: who runs now, and that one at a time starts, or works on the graph as a whole.

A hub holds its name while it runs (`Journal.hold`); one that is killed loses it. Whoever starts, rebuilds or migrates
holds the gate meanwhile, so that a hub that comes waits until that is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable

from hub.clock import instant, now
from hub.errors import HubError
from hub.journal.port import Journal

log = logging.getLogger(__name__)

HUB = "hub/"
"""The checkpoint of this name and a hub's says when it was there last: at its start, and once a day from then on."""

GATE = ":gate"
"""Held by one at a time. No hub can have such a name."""

PAUSE = 0.5
TOLD_SECONDS = 10.0
GONE_SECONDS = 30.0
"""For how long a hub may be away, as for a restart, before the others see to what it has left."""

NAME_SECONDS = 30.0
"""How long the journal may take to notice that a hub of the same name is gone."""


@contextlib.asynccontextmanager
async def gate(journal: Journal) -> AsyncIterator[None]:
    """Holds the gate for the block; waits while another has it."""
    waited = 0.0
    while not await journal.hold(GATE):
        if waited % TOLD_SECONDS == 0:
            log.warning("another hub is starting on this journal, or the graph is being rebuilt; waiting")
        await asyncio.sleep(PAUSE)
        waited += PAUSE
    try:
        yield
    finally:
        await journal.release(GATE)


async def running(journal: Journal, own: str | None) -> tuple[str, ...]:
    """The names of the hubs that run on a journal now. `own` is the one that this session holds."""
    names = sorted(key.removeprefix(HUB) for key in await journal.checkpoints(HUB))
    return tuple([name for name in names if name != own and not await _is_free(journal, name)])


async def _is_free(journal: Journal, name: str) -> bool:
    """Whether no other session holds a name. It must not be one that this session holds."""
    free = await journal.hold(name)
    if free:
        await journal.release(name)
    return free


async def enrol(journal: Journal, name: str) -> None:
    """Holds a hub's name from now on; `HubError` where another hub has it."""
    waited = 0.0
    while not await journal.hold(name):
        if waited >= NAME_SECONDS:
            raise HubError(
                f"another hub with the name {name!r} runs on this journal; give each a name of its own with --name"
            )
        await asyncio.sleep(PAUSE)
        waited += PAUSE
    await journal.set_checkpoint(f"{HUB}{name}", instant(now()).encode())


class Gone:
    """The hubs that are away for so long that they are taken for gone: their names are held by nobody meanwhile.

    A hub that runs loses its name with the journal's server, and takes it again within seconds.
    """

    def __init__(self, journal: Journal, own: str, patience: float = GONE_SECONDS) -> None:
        """`own` is the name of the hub that looks; `patience` is in seconds."""
        self._journal = journal
        self._own = own
        self.patience = patience
        self._since: dict[str, float] = {}

    async def among(self, names: Iterable[str]) -> list[str]:
        """Those of these hubs that are gone. To be asked again and again, with all of them."""
        now = asyncio.get_running_loop().time()
        away: dict[str, float] = {}
        for name in names:
            if name != self._own and await _is_free(self._journal, name):
                away[name] = self._since.get(name, now)
        self._since = away
        return [name for name, since in away.items() if now - since >= self.patience]
