"""Runs a hub behind HTTP until it is told to stop. `/livez` answers before the parts are open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from hub import api, web
from hub.app import Hub, open_hub
from hub.errors import HubError
from hub.settings import Settings
from hub.web import Stage

log = logging.getLogger(__name__)

Ready = Callable[[Hub], Awaitable[None]]


async def serve(settings: Settings, ready: Ready | None = None) -> None:
    """Runs a hub until SIGINT or SIGTERM; `ready` is called once, when it takes messages and answers questions.

    `HubError` or `GraphError` says which part could not be opened.
    """
    stage = Stage()
    async with _web(settings, stage) as stopped, open_hub(settings) as hub:
        stage.hub, stage.doing = hub, "running"
        if ready is not None:
            await ready(hub)
        await stopped.wait()
        stage.hub, stage.doing = None, "stopping"


@asynccontextmanager
async def _web(settings: Settings, stage: Stage) -> AsyncIterator[asyncio.Event]:
    """Answers HTTP while the block runs; yields an event that is set when the process is told to stop."""
    app = Starlette(routes=[*web.routes(stage), *api.routes(stage)])
    config = uvicorn.Config(
        app,
        settings.http.host,
        settings.http.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
    )
    server = uvicorn.Server(config)
    stopped = asyncio.Event()
    task = asyncio.create_task(server.serve(), name="http")
    task.add_done_callback(lambda _: stopped.set())
    try:
        await _listening(server, task, settings)
        yield stopped
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)


async def _listening(server: uvicorn.Server, task: asyncio.Task[None], settings: Settings) -> None:
    while not server.started:
        if task.done():
            raise HubError(f"can't listen for HTTP on {settings.http}: the port is taken; choose another with --http")
        await asyncio.sleep(0.01)
