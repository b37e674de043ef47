"""Many WebSocket clients in one process, as small as they can be: a handshake, frames sent as given, texts counted.

They cost so little that what is measured is the server. Source: RFC 6455.
"""

from __future__ import annotations

import asyncio
import base64
import os
import time
from collections.abc import Callable, Sequence

_HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{protocol}\r\n"
)
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_AT_ONCE = 50
PATIENCE = 60.0


class Crowd:
    """Clients of one server, and when they were sent their texts."""

    def __init__(self, port: int, path: str, protocol: str | None = None) -> None:
        self._port = port
        key = base64.b64encode(bytes(16)).decode()
        named = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
        self._handshake = _HANDSHAKE.format(path=path, port=port, key=key, protocol=named).encode()
        self._clients: list[_Client] = []
        self._texts = 0
        self._wanted = 0
        self._reached = asyncio.Event()
        self.newest = b""
        """The newest text that any of them was sent."""
        self.at = 0.0
        """When the last text came (`time.monotonic`)."""

    def __len__(self) -> int:
        return len(self._clients)

    async def grow(self, count: int, said: Sequence[str], answers: int) -> None:
        """Connects more clients until there are `count`; each says the texts, and is answered with so many."""
        while (missing := count - len(self._clients)) > 0:
            some = [_Client(self) for _ in range(min(missing, _AT_ONCE))]
            loop = asyncio.get_running_loop()
            await asyncio.gather(*(loop.create_connection(_given(one), "127.0.0.1", self._port) for one in some))
            self._clients += some
            for client in some:
                client.say(self._handshake)
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(client.opened.wait() for client in some))
            for client in some:
                client.say(b"".join(frame(_TEXT, text.encode()) for text in said))
            if answers:
                await self.told(len(some) * answers)

    def say(self, text: str) -> None:
        """Has the first client say a text."""
        self._clients[0].say(frame(_TEXT, text.encode()))

    async def told(self, texts: int) -> float:
        """Returns when so many texts more have come; gives when the last one did."""
        self._wanted += texts
        self._reached.clear()
        self._look()
        async with asyncio.timeout(PATIENCE):
            await self._reached.wait()
        return self.at

    def close(self) -> None:
        """Ends all connections."""
        for client in self._clients:
            client.close()

    def take(self, text: bytes) -> None:
        """Takes note of a text that a client was sent."""
        self._texts += 1
        self.newest = text
        if self._texts >= self._wanted:
            self._look()

    def _look(self) -> None:
        if self._texts >= self._wanted and not self._reached.is_set():
            self.at = time.monotonic()
            self._reached.set()


class _Client(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._transport: asyncio.Transport | None = None
        self._came = b""
        self.opened = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def say(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)

    def close(self) -> None:
        assert self._transport is not None
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self.opened.is_set():
            head, found, rest = self._came.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(f"the server did not open a WebSocket: {head.decode(errors='replace')}")
            self._came = rest
            self.opened.set()
        while (one := _first(self._came)) is not None:
            kind, payload, end = one
            self._came = self._came[end:]
            if kind == _TEXT:
                self._crowd.take(payload)
            elif kind == _PING:
                self.say(frame(_PONG, payload))
            elif kind == _CLOSE:
                raise ConnectionError(f"the server closed the connection: {payload[2:].decode(errors='replace')}")


def _given(client: _Client) -> Callable[[], _Client]:
    return lambda: client


def frame(kind: int, payload: bytes) -> bytes:
    """A client's frame. It is masked, as it must be, with a mask that changes nothing."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2)
    return bytes((0x80 | kind,)) + length + bytes(4) + payload


def _first(stream: bytes) -> tuple[int, bytes, int] | None:
    """The first whole frame of a server: its kind, what is in it, and where it ends."""
    if len(stream) < 2:
        return None
    size, start = stream[1], 2
    if size >= 126:
        start = 4 if size == 126 else 10
        size = int.from_bytes(stream[2:start])
    end = start + size
    return (stream[0] & 0x0F, stream[start:end], end) if len(stream) >= end else None


def resident(pid: int) -> int:
    """Bytes of memory that a process has (`/proc`)."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
