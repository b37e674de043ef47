"""Connectors at work, beside the hub's other parts or in a command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from connectors.load import Connector
from connectors.push.doors import Doors
from connectors.schedule import Around, always
from connectors.state import State
from hub.connect.publisher import publisher
from hub.errors import JournalError
from hub.journal.port import Journal
from hub.settings import Settings
from schema.contract import Contract
from schema.model import MODEL

FILE = "state.db"
HOLD_SECONDS = 5.0


def folder_of(settings: Settings) -> Path:
    """Where the connectors' state and locks are."""
    return settings.data / "connectors"


def open_state(settings: Settings) -> State:
    """What connectors keep between runs."""
    return State(folder_of(settings) / FILE)


@asynccontextmanager
async def around(settings: Settings, doors: Doors | None = None) -> AsyncIterator[Around]:
    """What connectors run in."""
    with closing(open_state(settings)) as state:
        async with publisher(settings) as to:
            contract = Contract(MODEL, settings.rules())
            yield Around(folder_of(settings), state, contract, settings.topic_prefix, to.publish, doors or Doors())


def doors_for(connectors: Sequence[Connector]) -> Doors:
    """The doors of the connectors that are told by requests, all closed."""
    return Doors(each.name for each in connectors if getattr(each.kind, "over_http", False))


async def run_all(settings: Settings, connectors: Sequence[Connector], journal: Journal, doors: Doors) -> None:
    """Runs connectors until cancelled, none of them held up by another."""
    async with around(settings, doors) as given, asyncio.TaskGroup() as tasks:
        for connector in connectors:
            tasks.create_task(_alone(connector, given, journal), name=f"connector-{connector.name}")


async def _alone(connector: Connector, given: Around, journal: Journal) -> None:
    """Runs a connector once no other hub at the journal does, until cancelled."""
    name = f"connector/{connector.name}"
    while not await _holds(journal, name):
        await asyncio.sleep(HOLD_SECONDS)
    try:
        await always(connector, given)
    finally:
        await journal.release(name)


async def _holds(journal: Journal, name: str) -> bool:
    try:
        return await journal.hold(name)
    except JournalError:
        return False
