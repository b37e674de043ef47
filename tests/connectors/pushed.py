"""Connectors that are told by their sources, at work in this process, and the hub's HTTP door before them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx

from connectors.load import Connector
from connectors.schedule import Around, always
from connectors.state import State
from connectors.wire.address import SocketFile
from hub.app import Hub
from hub.connect.running import doors_for
from hub.http.serve import serve_http
from hub.http.web import Stage
from hub.settings import Settings
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.running import Taken

PATIENCE = 30.0


@asynccontextmanager
async def at_work(connector: Connector, folder: Path, taken: Taken) -> AsyncIterator[Around]:
    """A connector that runs, with its state in the folder."""
    with closing(State(folder / "state.db")) as state:
        doors = doors_for([connector])
        around = Around(folder, state, Contract(MODEL, Rules()), "uns/v1", taken.publish, doors)
        task = asyncio.create_task(always(connector, around))
        try:
            yield around
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def listening(connector: Connector, folder: Path, taken: Taken) -> AsyncIterator[httpx.AsyncClient]:
    """The same, which answers at `/hooks/<connector>`."""
    stage = Stage()
    async with (
        serve_http(Settings(http=SocketFile(folder / "hub.sock")), stage),
        at_work(connector, folder, taken) as around,
    ):
        stage.hub = cast(Hub, SimpleNamespace(doors=around.doors))
        transport = httpx.AsyncHTTPTransport(uds=str(folder / "hub.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub", timeout=PATIENCE) as client:
            await until(lambda: around.doors.of(connector.name) is not None)
            yield client


async def until(holds: Callable[[], Any]) -> None:
    """Returns when something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)
