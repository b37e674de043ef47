"""Who holds the door open without coming in is sent away, and who comes when it is full is told so."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from hub.address import Address
from hub.http import door as http_door
from hub.http.serve import serve_http
from hub.http.web import Stage
from hub.settings import Settings
from tests.servers import free_port

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[Address]:
    address = Address("127.0.0.1", free_port())
    async with serve_http(Settings(data=tmp_path, http=address), Stage()):
        yield address


@asynccontextmanager
async def connected(address: Address, sent: bytes) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(sent)
    try:
        yield reader
    finally:
        writer.close()


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /livez HT",
        b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
    ],
)
async def test_a_request_that_never_ends_is_closed(
    address: Address, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, begun: bytes
) -> None:
    monkeypatch.setattr(http_door, "REQUEST_SECONDS", 0.1)
    async with connected(address, begun) as reader, asyncio.timeout(5):
        await reader.read()
    async with connected(address, LIVEZ) as reader:
        assert b"200 OK" in await reader.readline()
    assert "Traceback" not in caplog.text


async def test_the_end_of_an_answer_waits_for_nobody(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """Head and body are written one after the other; the client acknowledges the head when it pleases."""
    at_once: list[int] = []
    made = http_door.Door.connection_made

    def connection_made(door: http_door.Door, transport: asyncio.Transport) -> None:
        made(door, transport)
        at_once.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(http_door.Door, "connection_made", connection_made)
    async with connected(address, LIVEZ) as reader:
        assert b"200 OK" in await reader.readline()
    assert at_once == [1]


async def test_a_request_that_has_ended_is_given_its_time(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_door, "REQUEST_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    for _ in range(3):
        writer.write(LIVEZ)
        assert b"200 OK" in await reader.readline()
        await reader.readuntil(b"}")
        await asyncio.sleep(0.2)
    writer.close()


async def test_more_connections_than_there_may_be_are_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_door, "MOST_CONNECTIONS", 3)
    address = Address("127.0.0.1", free_port())
    async with serve_http(Settings(data=tmp_path, http=address), Stage()):
        async with AsyncExitStack() as held:
            for _ in range(3):
                await held.enter_async_context(connected(address, b"GET"))
            async with connected(address, b"") as reader:
                assert b"503 Service Unavailable" in await reader.readline()
        async with asyncio.timeout(5):
            while True:
                async with connected(address, LIVEZ) as reader:
                    if b"200 OK" in await reader.readline():
                        break


async def test_a_lack_of_files_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    http_door.keep_quiet(loop)
    lack = {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many open files")}
    for _ in range(1000):
        loop.call_exception_handler(lack)
    loop.call_exception_handler({"message": "something else"})
    assert [record.getMessage() for record in caplog.records] == [
        "can't accept connections: [Errno 24] Too many open files; raise the limit of open files (ulimit -n)",
        "something else",
    ]


def test_the_process_may_open_as_many_files_as_it_is_let(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_to.append(limits))
    for limits, files in {
        (1024, 4096): 4096,
        (1024, resource.RLIM_INFINITY): 65_536,
        (4096, 4096): 4096,
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY): 65_536,
    }.items():
        monkeypatch.setattr(resource, "getrlimit", lambda _, limits=limits: limits)
        assert http_door.raise_file_limit() == files
    assert set_to == [(4096, 4096), (65_536, resource.RLIM_INFINITY)]
