"""The packet with which a client introduces itself, read before a broker that may not understand it."""

from __future__ import annotations

import asyncio

UNSUPPORTED_VERSION = b"\x20\x02\x00\x01"
"""CONNACK of MQTT 3.1.1: unacceptable protocol version. A client of MQTT 5 reads it so too, and may come back older."""

_CONNECT = 0x10
_MQTT_3_1_1 = b"\x00\x04MQTT\x04"


async def read_first_packet(reader: asyncio.StreamReader, limit: int) -> bytes:
    """The bytes of the CONNECT packet; `ValueError` where the first packet is another, or longer than `limit`."""
    head = await reader.readexactly(2)
    if head[0] != _CONNECT:
        raise ValueError(f"the first packet is no CONNECT: {head[0]:#x}")
    while head[-1] & 0x80 and len(head) < 5:
        head += await reader.readexactly(1)
    if head[-1] & 0x80:
        raise ValueError("the first packet's length is malformed")
    length = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(head[1:]))
    if length > limit:
        raise ValueError(f"the first packet has {length} bytes; {limit} are allowed")
    return head + await reader.readexactly(length)


def speaks_3_1_1(packet: bytes) -> bool:
    """Whether a CONNECT packet is one of MQTT 3.1.1."""
    end_of_length = next(place for place, byte in enumerate(packet) if place and not byte & 0x80) + 1
    return packet.startswith(_MQTT_3_1_1, end_of_length)
