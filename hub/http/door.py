"""The door that HTTP comes in by: how many may come at once, and how long one may take to say what it wants.

uvicorn closes what is idle between two requests; it waits for ever for the rest of one that was begun.
"""

from __future__ import annotations

import asyncio
import logging
import re
import resource
from functools import partial
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = logging.getLogger(__name__)

REQUEST_SECONDS = 30.0
"""For a request to come in whole, from its connection or its first byte on."""

MOST_UNFINISHED = 65_536
"""Bytes of a head; of one that comes in a single read, a read's size more."""

MOST_CONNECTIONS = 4096
MOST_FILES = 65_536
SAY_AGAIN_SECONDS = 60.0

_TARGET = re.compile(rb"/[!\"$-~]*")
"""A path and a query: no address of another server, and no fragment, which is for clients alone."""

_CODING = b"transfer-encoding"
_LENGTH = b"content-length"

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


class BadRequest(Exception):
    """The head of a request is refused."""


class Door(HttpToolsProtocol):
    """One connection. Beyond the most, a new one is told so and closed; one that dawdles over a request is closed.

    What httptools lets pass and must not is refused here: see `_check`.
    """

    def __init__(self, *args: Any, most: int, **named: Any) -> None:
        super().__init__(*args, **named)
        self._most = most
        self._late: asyncio.TimerHandle | None = None
        self._in_body = False
        """Whether a request's head has come in and its body has not."""
        self._whole = False
        """Whether nothing has come in since the last whole request."""
        self._moved = False
        self._plain: bytes | None = None
        """A head that is to be read anew, without its wish for another protocol."""
        self._unfinished = 0
        """Bytes of a head, or of what is between two parts of a body, that has not ended yet."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._most:
            transport.write(_TOO_MANY)
            transport.close()
        else:
            self._await_request()

    def data_received(self, data: bytes) -> None:
        self._whole = self._moved = False
        waiting: bytes | None = data
        while waiting is not None:
            waiting = self._feed(waiting)
        self._unfinished = 0 if self._moved else self._unfinished + len(data)
        if self._unfinished > MOST_UNFINISHED and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")
        self._watch()

    def _feed(self, data: bytes) -> bytes | None:
        """Reads what came in; gives what to read in its place where that asks for a protocol not spoken here.

        httptools would leave out the body of such a request, and take it for the next request. One that says it could
        speak HTTP/2 as well, as Java's and curl's clients do, is read as if it had not.
        """
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._plain is not None:
                (offset,), plain, self._plain = upgrade.args, self._plain, None
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                return plain + data[offset:]
            self.handle_websocket_upgrade()
        except httptools.HttpParserError:
            log.warning("refused what is no HTTP request, or one that can be read in two ways")
            self.send_400_response("Invalid HTTP request received.")
        return None

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and not self._should_upgrade():
            self._plain = self._without_upgrade()
            return
        self._check()
        self._in_body = self._moved = True
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        # What follows a body in parts would come to the headers while the request is being answered.
        if not self._in_body:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._plain is not None:
            return
        self._in_body = False
        self._whole = self._moved = True
        super().on_message_complete()

    def on_message_begin(self) -> None:
        self._whole = False
        super().on_message_begin()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Says that what came is no request; never within, or before, an answer to what came before it."""
        if not self._answering() and not (self._in_body and self.cycle.response_started):
            super().send_400_response(msg)
        elif self._in_body:
            self.transport.close()
        else:
            self.flow.pause_reading()
            self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _check(self) -> None:
        """`BadRequest` where intermediaries could take the head for another request than this one.

        That is with no host or several, with a body that ends neither by its length nor by its parts alone, with a
        target that is no path of this server, and in another version of HTTP.
        """
        named = [name for name, _ in self.headers]
        version = self.parser.get_http_version()
        hosts = named.count(b"host")
        if version not in ("1.0", "1.1") or not _TARGET.fullmatch(self.url):
            raise BadRequest
        if hosts > 1 or (not hosts and version == "1.1"):
            raise BadRequest
        if _CODING in named and [value.lower() for name, value in self.headers if name == _CODING] != [b"chunked"]:
            raise BadRequest
        if self._should_upgrade():
            self._check_upgrade(named)

    def _without_upgrade(self) -> bytes:
        """The head that came in, without the wish for another protocol; `BadRequest` where it is nothing but that."""
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        kept = [(name, value) for name, value in self.headers if name != b"upgrade"]
        if len(kept) == len(self.headers):
            raise BadRequest
        lines = [b"%s %s HTTP/%s" % (method, self.url, version), *(b"%s: %s" % header for header in kept)]
        return b"\r\n".join([*lines, b"", b""])

    def _check_upgrade(self, named: list[bytes]) -> None:
        """`BadRequest` where a connection can't become a WebSocket: by a body, or while it has an answer under way.

        uvicorn hands it on at once, and what is still to be answered would be written into the WebSocket.
        """
        asked = (self.parser.get_method(), self.parser.get_http_version())
        if asked != (b"GET", "1.1") or _LENGTH in named or _CODING in named or self._answering():
            raise BadRequest

    def _answering(self) -> bool:
        """Whether an answer is under way to a request before the one that is coming in."""
        if self._in_body:
            return bool(self.pipeline)
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        """Gives a request its time, from its first byte on, or from when what came before it was answered."""
        if self._whole or self.transport.get_protocol() is not self:
            self._stop_waiting()
        elif self._late is None and not self._answering() and not self.transport.is_closing():
            self._await_request()

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
    """Tells once a minute that there are no more files to accept connections with: asyncio tells it by the thousand.

    uvloop closes those connections and goes on; it tells nobody.
    """
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
