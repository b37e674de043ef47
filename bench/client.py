"""The smallest MQTT 3.1.1 client that keeps QoS 1: a socket, packets made beforehand, and acknowledgements counted.

It costs so little that what is measured is the broker and the hub, not the client.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence

PUBACK = 4
"""Bytes of an acknowledgement in MQTT 3.1.1, always."""

_WINDOW = 1000
_BURST = 65_536


def connect(port: int, name: str) -> socket.socket:
    """A connection to a broker on this machine, with a session of its own."""
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.sendall(_packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x3c" + _text(name)))
    answer = _exactly(link, 4)
    if answer != b"\x20\x02\x00\x00":
        raise ConnectionError(f"the broker refused the connection: {answer.hex()}")
    return link


def publication(number: int, topic: str, payload: bytes) -> bytes:
    """A PUBLISH packet with QoS 1; `number` counts from 0 and gives the packet its identifier."""
    return _packet(0x32, _text(topic) + (number % 65_535 + 1).to_bytes(2) + payload)


def publish(link: socket.socket, packets: Sequence[bytes]) -> float:
    """Sends packets as fast as acknowledgements come; gives the time of the first (`time.monotonic`)."""
    first = time.monotonic()
    sent = acknowledged = partial = 0
    while acknowledged < len(packets):
        burst = bytearray()
        while sent < len(packets) and sent - acknowledged < _WINDOW and len(burst) < _BURST:
            burst += packets[sent]
            sent += 1
        if burst:
            link.sendall(burst)
        partial += len(_some(link))
        acknowledged += partial // PUBACK
        partial %= PUBACK
    return first


def publish_steadily(link: socket.socket, packets: Sequence[bytes], rate: float) -> list[float]:
    """Sends packets at a rate, one at a time; gives when each was sent (`time.monotonic`)."""
    times: list[float] = []
    due = time.monotonic()
    for packet in packets:
        time.sleep(max(0.0, due - time.monotonic()))
        due += 1 / rate
        times.append(time.monotonic())
        link.sendall(packet)
        _exactly(link, PUBACK)
    return times


def subscribe(link: socket.socket, topic_filter: str) -> None:
    """Subscribes with QoS 1."""
    link.sendall(_packet(0x82, b"\x00\x01" + _text(topic_filter) + b"\x01"))
    _exactly(link, 5)


def receive(link: socket.socket, count: int) -> float:
    """Takes and acknowledges `count` messages of QoS 1; gives the time of the last (`time.monotonic`)."""
    waiting = b""
    while count > 0:
        waiting += _some(link)
        answers, waiting = _acknowledgements(waiting)
        if answers:
            count -= len(answers) // PUBACK
            link.sendall(answers)
    return time.monotonic()


def _acknowledgements(stream: bytes) -> tuple[bytes, bytes]:
    """The answers to the whole packets in a stream, and what remains of it."""
    answers = bytearray()
    end = 0
    for body, end in _packets(stream):  # noqa: B007
        length = int.from_bytes(body[:2])
        answers += b"\x40\x02" + body[2 + length : 4 + length]
    return bytes(answers), stream[end:]


def _packets(stream: bytes) -> Iterator[tuple[bytes, int]]:
    """The bodies of the whole packets in a stream, each with where it ends."""
    at = 0
    while True:
        size, shift, place = 0, 0, at + 1
        while place < len(stream):
            size |= (stream[place] & 0x7F) << shift
            shift += 7
            place += 1
            if stream[place - 1] < 0x80:
                break
        else:
            return
        if place + size > len(stream):
            return
        at = place + size
        yield stream[place:at], at


def _packet(head: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, low = size >> 7, size & 0x7F
        length.append(low | (0x80 if size else 0))
        if not size:
            return bytes((head, *length)) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2) + raw


def _some(link: socket.socket) -> bytes:
    found = link.recv(_BURST)
    if not found:
        raise ConnectionError("the broker ended the connection")
    return found


def _exactly(link: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = link.recv(size - len(found))
        if not part:
            raise ConnectionError("the broker ended the connection")
        found += part
    return found
