"""A plain MQTT 3.1.1 client on a socket, which shows every packet and acknowledges nothing unasked."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from types import TracebackType
from typing import NamedTuple, Self

CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK = 0x20, 0x30, 0x40, 0x50, 0x62, 0x70, 0x90
SECONDS = 10.0


class Packet(NamedTuple):
    """A packet as received. `flags` are the low bits of its first byte."""

    kind: int
    flags: int
    body: bytes

    @property
    def topic(self) -> str:
        return self.body[2 : 2 + int.from_bytes(self.body[:2], "big")].decode()

    @property
    def payload(self) -> bytes:
        start = 2 + int.from_bytes(self.body[:2], "big") + (2 if self.flags & 0x06 else 0)
        return self.body[start:]

    @property
    def retained(self) -> bool:
        return bool(self.flags & 0x01)


def string(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("!H", len(raw)) + raw


def framed(first: int, body: bytes) -> bytes:
    """A packet with its length before it."""
    length, rest = bytearray(), len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length.append(digit | (0x80 if rest else 0))
        if not rest:
            return bytes([first]) + bytes(length) + body


class Wire:
    """An open connection. Answers must come within ten seconds."""

    def __init__(self, port: int, client_id: str = "", *, level: int = 4) -> None:
        self._port = port
        self._client_id = client_id
        self._level = level

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = string("MQTT") + bytes([self._level, 0x02 if not self._client_id else 0x00]) + b"\0\0"
        self.send(0x10, head + (b"\0" if self._level == 5 else b"") + string(self._client_id))
        self.connack = await self.receive(CONNACK)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    def send(self, first: int, body: bytes) -> None:
        self.writer.write(framed(first, body))

    def publish(
        self, topic: str | bytes, payload: bytes, qos: int = 1, number: int = 1, *, retain: bool = False
    ) -> None:
        """Sends without waiting for the acknowledgement."""
        mark = struct.pack("!H", number) if qos else b""
        self.send(PUBLISH | qos << 1 | retain, string(topic) + mark + payload)

    async def published(self, topic: str, payload: bytes, qos: int = 1, number: int = 1) -> None:
        """Sends and goes through the acknowledgements to the end."""
        self.publish(topic, payload, qos, number)
        if qos == 1:
            assert await self.receive(PUBACK) == Packet(PUBACK, 0, struct.pack("!H", number))
        elif qos == 2:
            await self.receive(PUBREC)
            self.send(PUBREL, struct.pack("!H", number))
            await self.receive(PUBCOMP)

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        self.send(0x82, b"\0\1" + string(topic_filter) + bytes([qos]))
        await self.receive(SUBACK)

    async def receive(self, kind: int | None = None) -> Packet:
        """The next packet, which must be of that kind; `EOFError` where the server has hung up."""
        async with asyncio.timeout(SECONDS):
            (first,) = await self.reader.readexactly(1)
            length = place = 0
            while True:
                (digit,) = await self.reader.readexactly(1)
                length |= (digit & 0x7F) << place
                place += 7
                if not digit & 0x80:
                    break
            packet = Packet(first & 0xF0, first & 0x0F, await self.reader.readexactly(length))
        assert kind is None or packet.kind == kind & 0xF0, packet
        return packet

    async def hung_up(self) -> None:
        """Returns when the server has closed the connection, and nothing else came before."""
        async with asyncio.timeout(SECONDS):
            try:
                assert await self.reader.read(1) == b""
            except ConnectionError:
                return
