"""Runs a hub behind HTTP until it is told to stop. `/livez` answers before the parts are open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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


class _Server(uvicorn.Server):
    """Leaves signals to `serve`: uvicorn raises them again when it ends, before the parts could be closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings, ready: Ready | None = None) -> None:
    """Runs a hub until SIGINT or SIGTERM; `ready` is called once, when it takes messages and answers questions.

    `HubError` or `GraphError` says which part could not be opened.
    """
    stage = Stage()
    with _told_to_stop() as stopped:
        async with _web(settings, stage), open_hub(settings) as hub:
            stage.hub, stage.doing = hub, "running"
            if ready is not None:
                await ready(hub)
            await stopped.wait()
            stage.hub, stage.doing = None, "stopping"
            log.info("stopping")


@contextlib.contextmanager
def _told_to_stop() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set. A second signal ends the process at once."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        stop()


@asynccontextmanager
async def _web(settings: Settings, stage: Stage) -> AsyncIterator[None]:
    """Answers HTTP while the block runs."""
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
    server = _Server(config)
    task = asyncio.create_task(server.serve(), name="http")
    try:
        await _listening(server, task, settings)
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)


async def _listening(server: uvicorn.Server, task: asyncio.Task[None], settings: Settings) -> None:
    while not server.started:
        if task.done():
            raise HubError(f"can't listen for HTTP on {settings.http}: the port is taken; choose another with --http")
        await asyncio.sleep(0.01)
