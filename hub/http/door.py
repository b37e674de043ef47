"""The door that HTTP comes in by: how many may come at once, and how long one may take to say what it wants.

uvicorn closes what is idle between two requests; it waits for ever for the rest of one that was begun.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from functools import partial
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

REQUEST_SECONDS = 30.0
"""For a request to come in whole, from its connection or its first byte on."""

MOST_CONNECTIONS = 4096
MOST_FILES = 65_536
SAY_AGAIN_SECONDS = 60.0

_FULL = b"this hub has too many connections; try again in a moment"
_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\nRetry-After: 5\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_FULL), _FULL)
)


def raise_file_limit() -> int:
    """Lets the process open as many files as it may; gives how many. A shell's usual 1,024 are soon used up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return MOST_FILES if soft == resource.RLIM_INFINITY else soft


def most_connections(files: int) -> int:
    """How many connections leave the journal, the graph and the broker enough of so many files."""
    return min(MOST_CONNECTIONS, files // 2)


class Door(H11Protocol):
    """One connection. Beyond the most, a new one is told so and closed; one that dawdles over a request is closed."""

    def __init__(self, *args: Any, most: int, **named: Any) -> None:
        super().__init__(*args, **named)
        self._most = most
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._most:
            transport.write(_TOO_MANY)
            transport.close()
        else:
            self._await_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        wants = self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and self.transport.get_protocol() is self
        if not wants:
            self._stop_waiting()
        elif self._late is None:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        self._late = self.loop.call_later(REQUEST_SECONDS, self._close)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close(self) -> None:
        log.debug("closed a connection whose request had not come in within %g s", REQUEST_SECONDS)
        self.transport.close()


def keep_quiet(loop: asyncio.AbstractEventLoop) -> None:
    """Tells once a minute that there are no more files to accept connections with: asyncio tells it by the thousand."""
    said: list[float] = []

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "socket.accept()" not in str(context.get("message")):
            loop.default_exception_handler(context)
        elif not said or loop.time() - said[-1] > SAY_AGAIN_SECONDS:
            said[:] = [loop.time()]
            log.error("can't accept connections: %s; raise the limit of open files (ulimit -n)", context["exception"])

    loop.set_exception_handler(handle)


def door(files: int) -> type[asyncio.Protocol]:
    """What uvicorn makes of each connection, where the process may have so many files."""
    made: Any = partial(Door, most=most_connections(files))
    return made  # type: ignore[no-any-return]
