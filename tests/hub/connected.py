"""A hub with two connectors, one whose database is there and one whose is not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

from connectors.status import ConnectorStatus
from connectors.wire.address import Address
from hub.app import Hub, open_hub
from hub.settings import Settings
from tests.servers import free_port

CONNECTOR = """
kind: sql
system: {name}
description: The {name} of the north site
url: sqlite:///{file}
location: acme/north
timeZone: Europe/Berlin
every: {every}
streams:
  lots:
    table: lot
    key: id
    map:
      - kind: MaterialLot
        id: lot_no
        set:
          status: {{from: state, enum: {{F: RELEASED, S: BLOCKED}}}}
"""


def write(folder: Path, name: str, file: str = "plant.db", every: str = "1h") -> None:
    """The file of a connector."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(CONNECTOR.format(name=name, file=file, every=every))


def fill(folder: Path, states: str = "FFSX") -> None:
    """The database of the plant: a lot of each of these states."""
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / "plant.db")) as plant:
        plant.execute("CREATE TABLE IF NOT EXISTS lot (id INTEGER PRIMARY KEY, lot_no, state)")
        plant.executemany("INSERT INTO lot (lot_no, state) VALUES (?, ?)", [(f"L{n}", s) for n, s in enumerate(states)])
        plant.commit()


def settings(folder: Path, **others: object) -> Settings:
    """The settings of a hub on a folder that has its connectors in `sources`."""
    given = {"data": folder / "data", "broker": "amqtt", "mqtt": Address("127.0.0.1", free_port())}
    return Settings.model_validate({**given, "connectors": folder / "sources", **others})


@asynccontextmanager
async def connected(folder: Path) -> AsyncIterator[Hub]:
    """The hub, after the first run of each connector."""
    fill(folder / "sources")
    write(folder / "sources", "mes")
    write(folder / "sources", "lims", "nowhere.db")
    async with open_hub(settings(folder)) as hub:
        await until(hub, lambda found: all(each.streams[0].last and each.streams[0].due for each in found))
        yield hub


async def until(hub: Hub, holds: Callable[[list[ConnectorStatus]], object]) -> None:
    """Returns when something holds of the connectors, in order of name."""
    async with asyncio.timeout(60):
        while not holds(await hub.desk.statuses()):
            await asyncio.sleep(0.02)
