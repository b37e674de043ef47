from __future__ import annotations

import asyncio

import pytest

from hub.mqtt.first_packet import read_first_packet, speaks_3_1_1
from tests.hub.mqtt.packets import framed, string

CONNECT = string("MQTT") + b"\x04\x02\0\0" + string("mes")


def reader(raw: bytes) -> asyncio.StreamReader:
    made = asyncio.StreamReader()
    made.feed_data(raw)
    made.feed_eof()
    return made


@pytest.mark.parametrize("size", [3, 200, 20_000])
async def test_a_connect_is_read_whole_and_nothing_more(size: int) -> None:
    packet = framed(0x10, string("MQTT") + b"\x04\x02\0\0" + string("m" * size))
    source = reader(packet + b"next")
    assert await read_first_packet(source, 100_000) == packet
    assert await source.read() == b"next"
    assert speaks_3_1_1(packet)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (framed(0x30, b"x"), "no CONNECT: 0x30"),
        (b"GET / HTTP/1.1\r\n\r\n", "no CONNECT"),
        (framed(0x10, b"x" * 101), "101 bytes; 100 are allowed"),
        (b"\x10\x80\x80\x80\x80\x01", "malformed"),
    ],
)
async def test_other_beginnings_are_refused(raw: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        await read_first_packet(reader(raw), 100)


@pytest.mark.parametrize("raw", [b"", b"\x10", framed(0x10, CONNECT)[:-1]])
async def test_a_packet_cut_short_is_the_end(raw: bytes) -> None:
    with pytest.raises(EOFError):
        await read_first_packet(reader(raw), 100)


@pytest.mark.parametrize("head", [string("MQTT") + b"\x05", string("MQTT") + b"\x03", string("MQIsdp") + b"\x03", b""])
def test_other_versions_are_told_apart(head: bytes) -> None:
    assert not speaks_3_1_1(framed(0x10, head))
