"""A QoS 1 client on a socket of its own: it sends without end, and knows what the broker has acknowledged.

It keeps to MQTT 3.1.1 (4.4): after a lost connection it connects with the same session and sends again, marked as a
duplicate, what was not acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Callable

from tests.hub.mqtt.packets import PUBACK, PUBLISH, Wire, string

Message = tuple[str, bytes]

DUPLICATE = 0x08
WINDOW = 100
"""Messages that may be without an acknowledgement at once."""


class Sender:
    """Sends `message(0)`, `message(1)` … at a rate, in messages a second, until told to stop."""

    def __init__(self, port: int, client_id: str, message: Callable[[int], Message], rate: float) -> None:
        self._port = port
        self._client_id = client_id
        self._message = message
        self._rate = rate
        self._open: dict[int, int] = {}
        """What has no acknowledgement, by packet identifier: the message's number, in order of sending."""
        self._told = asyncio.Event()
        self._ending = False
        self._ended = asyncio.Event()
        self.sent = 0
        self.acknowledged: set[int] = set()
        self.connections = 0

    async def run(self) -> None:
        """Sends until cancelled, or until all that was sent is acknowledged once `finished` is awaited."""
        while not (self._ending and not self._open):
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                async with Wire(self._port, self._client_id) as wire:
                    self.connections += 1
                    await self._on(wire)
            await asyncio.sleep(0.02)
        self._ended.set()

    async def finished(self) -> None:
        """Sends nothing new from now on; returns when everything sent is acknowledged."""
        self._ending = True
        self._told.set()
        await self._ended.wait()

    async def _on(self, wire: Wire) -> None:
        for packet, number in self._open.items():
            self._send(wire, packet, number, again=True)
            await wire.writer.drain()
        reading = asyncio.ensure_future(self._read(wire))
        writing = asyncio.ensure_future(self._write(wire))
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, writing):
                task.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)

    async def _write(self, wire: Wire) -> None:
        clock = asyncio.get_running_loop().time
        began, first = clock(), self.sent
        while not (self._ending and not self._open):
            due = 0 if self._ending else first + int((clock() - began) * self._rate) + 1 - self.sent
            for _ in range(min(due, WINDOW - len(self._open))):
                packet = self._free()
                self._open[packet] = self.sent
                self._send(wire, packet, self.sent, again=False)
                self.sent += 1
            await wire.writer.drain()
            self._told.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 0.01)

    async def _read(self, wire: Wire) -> None:
        while True:
            # Nothing may come for longer than the wire has patience.
            (first,) = await wire.reader.readexactly(1)
            body = await wire.reader.readexactly((await wire.reader.readexactly(1))[0])
            assert first == PUBACK, first
            (packet,) = struct.unpack("!H", body)
            self.acknowledged.add(self._open.pop(packet))
            self._told.set()

    def _send(self, wire: Wire, packet: int, number: int, *, again: bool) -> None:
        topic, payload = self._message(number)
        first = PUBLISH | 1 << 1 | (DUPLICATE if again else 0)
        wire.send(first, string(topic) + struct.pack("!H", packet) + payload)

    def _free(self) -> int:
        return next(packet for packet in range(1, 0x10000) if packet not in self._open)


async def retained(port: int, topic_filter: str, seconds: float = 1.0) -> dict[str, bytes]:
    """The retained messages that a broker has, by topic; taken to be all when none has come for so long."""
    found: dict[str, bytes] = {}
    async with Wire(port) as wire:
        await wire.subscribe(topic_filter)
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(seconds):
                    packet = await wire.receive(PUBLISH)
                if packet.retained:
                    found[packet.topic] = packet.payload
    return found
