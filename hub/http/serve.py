"""Runs a hub behind HTTP until it is told to stop. `/livez` answers before the parts are open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from connectors.wire.address import Address, SocketFile
from hub import api, process
from hub.app import Hub, open_hub
from hub.errors import HubError
from hub.http import direct, hooks, socket_file, web
from hub.http import door as http_door
from hub.http.direct import Direct
from hub.http.local_hosts import LocalHosts
from hub.http.own_site import OwnSite
from hub.http.sockets import Sockets
from hub.http.web import Stage
from hub.settings import Settings

log = logging.getLogger(__name__)

BACKLOG = 2048
ACCEPTED_AT_ONCE = 128

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
    process.tune()
    stage = Stage()
    with _told_to_stop() as stopped:
        async with serve_http(settings, stage), open_hub(settings) as hub:
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
async def serve_http(settings: Settings, stage: Stage) -> AsyncIterator[None]:
    """Answers HTTP while the block runs. A socket file has no name, and the proxy before it sends one of its own."""
    doors = hooks.routes(lambda: stage.doing if stage.hub is None else stage.hub.doors)
    routes = [*web.routes(stage), *doors, *(api.routes(stage, settings) if settings.role.answers else ())]
    routes.append(Route("/", RedirectResponse("/graphql" if settings.role.answers else "/api/status")))
    async with listening(settings.http, routes):
        yield


@asynccontextmanager
async def listening(http: Address | SocketFile, routes: Sequence[BaseRoute]) -> AsyncIterator[None]:
    """Answers at some routes while the block runs."""
    app: ASGIApp = OwnSite(Direct(Starlette(routes=routes), direct.apps(routes)))
    if not isinstance(http, SocketFile):
        app = LocalHosts(app)
    http_door.keep_quiet(asyncio.get_running_loop())
    config = uvicorn.Config(
        app,
        http=http_door.door(http_door.raise_file_limit()),
        ws=Sockets,
        lifespan="off",
        backlog=ACCEPTED_AT_ONCE,
        log_config=None,
        access_log=False,
    )
    server = _Server(config)
    with _listener(http) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
        try:
            while not server.started and not task.done():
                await asyncio.sleep(0.01)
            if task.done():
                task.result()
            yield
        finally:
            server.should_exit = True
            await asyncio.gather(task, return_exceptions=True)


@contextlib.contextmanager
def _listener(address: Address | SocketFile) -> Iterator[socket.socket]:
    """Takes the port or file. uvicorn, left to do so itself, would end the process without a word of what to do."""
    with contextlib.ExitStack() as stack:
        try:
            if isinstance(address, SocketFile):
                listener = stack.enter_context(socket_file.listen(address.path, BACKLOG))
            else:
                listener = stack.enter_context(_port(address))
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise HubError(f"can't listen for HTTP on {address}: {reason}; choose another with --http") from error
        yield listener


def _port(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.create_server((address.host, address.port), family=family, backlog=BACKLOG)
    # Connections inherit it; asyncio sets it only where a socket names TCP as its protocol. Without it the end of an
    # answer waits, 40 ms, until the client has acknowledged its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
