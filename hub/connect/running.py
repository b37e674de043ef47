"""Connectors at work, beside the hub's other parts or in a command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from connectors.errors import StateError
from connectors.load import Connector
from connectors.push.doors import Doors
from connectors.schedule import Around, always
from connectors.state import State
from hub.connect.desk import Desk
from hub.connect.place import folder_of
from hub.connect.publisher import publisher
from hub.settings import Settings
from schema.contract import Contract
from schema.model import MODEL

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0


@asynccontextmanager
async def around(settings: Settings, state: State, doors: Doors | None = None) -> AsyncIterator[Around]:
    """What connectors run in."""
    async with publisher(settings) as to:
        contract = Contract(MODEL, settings.rules())
        yield Around(folder_of(settings), state, contract, settings.topic_prefix, to.publish, doors or Doors())


def doors_for(connectors: Iterable[Connector]) -> Doors:
    """The doors of the connectors that are told by requests, all closed."""
    return Doors(each.name for each in connectors if getattr(each.kind, "over_http", False))


async def run_all(desk: Desk, doors: Doors) -> None:
    """Runs connectors until cancelled, none of them held up by another."""
    state = await _state(desk)
    async with around(desk.settings, state, doors) as given, asyncio.TaskGroup() as tasks:
        for connector in desk.connectors.values():
            tasks.create_task(always(connector, given), name=f"connector-{connector.name}")


async def _state(desk: Desk) -> State:
    """What connectors keep, as soon as it can be opened: the rest of the hub goes on meanwhile."""
    told = ""
    while True:
        try:
            return await desk.state()
        except StateError as error:
            if str(error) != told:
                log.error("no connector runs: %s; trying again every %.0f s", error, AGAIN_SECONDS)
            told = str(error)
        await asyncio.sleep(AGAIN_SECONDS)
