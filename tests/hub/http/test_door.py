"""Who holds the door open without coming in is sent away, and who comes when it is full is told so."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from connectors.wire.address import Address
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


_LOCAL = b" HTTP/1.1\r\nHost: localhost\r\n"
_GET, _POST = b"GET /livez" + _LOCAL, b"POST /livez" + _LOCAL
_PARTS = _POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /livez HTTP/1.1\r\n\r\n",
        _GET + b"Host: localhost\r\n\r\n",
        b"GET /livez HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /livez HTTP/2.0\r\nHost: localhost\r\n\r\n",
        b"GET /livez HTTP/0.9\r\nHost: localhost\r\n\r\n",
        b"GET /livez\r\n\r\n",
        b"GET http://elsewhere/livez" + _LOCAL + b"\r\n",
        b"BREW /livez" + _LOCAL + b"\r\n",
        b"CONNECT localhost:80" + _LOCAL + b"\r\n",
        b"OPTIONS *" + _LOCAL + b"\r\n",
        b"GET /livez#here" + _LOCAL + b"\r\n",
        b"GET /livez?\xc3\xa9" + _LOCAL + b"\r\n",
        _POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        _POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\naa",
        _POST + b"Content-Length: +1\r\n\r\na",
        _POST + b"Content-Length: 99999999999999999999999\r\n\r\na",
        _POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        _POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        _POST + b"Transfer-Encoding: identity\r\n\r\n",
        _POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        _POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        _PARTS + b"zz\r\na\r\n0\r\n\r\n",
        _PARTS + b"1\r\nab\r\n0\r\n\r\n",
        _PARTS + b"1\na\n0\n\n",
        b"GET /livez HTTP/1.1\nHost: localhost\n\n",
        b"GET /livez HTTP/1.1\r\nHost : localhost\r\n\r\n",
        _GET + b"X: a\x00b\r\n\r\n",
        _GET + b"X: a\rb\r\n\r\n",
        _GET + b": a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
async def test_what_two_could_take_for_different_requests_is_refused(address: Address, sent: bytes) -> None:
    async with connected(address, sent) as reader, asyncio.timeout(5):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("begun", [_GET + b"X: ", b"\r\n", _PARTS + b"0\r\nX: "], ids=["head", "before", "after"])
async def test_a_head_has_its_size(address: Address, begun: bytes) -> None:
    """Whatever httptools would keep of it, or skip, for ever."""
    _reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(begun)
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(5):
            while True:
                writer.write(b"\r\n" * 4096 if begun == b"\r\n" else b"a" * 8192)
                await writer.drain()
    writer.close()
    async with connected(address, LIVEZ) as again:
        assert b"200 OK" in await again.readline()


async def test_what_follows_a_body_is_no_header(address: Address) -> None:
    """A second `Host` there would be taken for one of the request that is being answered."""
    sent = b"POST /nothing" + _LOCAL + b"Transfer-Encoding: chunked\r\n\r\n0\r\nHost: elsewhere\r\n\r\n"
    async with connected(address, sent) as reader:
        assert b"404" in await reader.readline()


_WEBSOCKET = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
)
_GRAPHQL = b"GET /graphql" + _LOCAL


@pytest.mark.parametrize(
    "sent",
    [
        _GRAPHQL + _WEBSOCKET + b"Content-Length: 2\r\n\r\n{}",
        _GRAPHQL + _WEBSOCKET + b"Content-Length: 0\r\n\r\n",
        _GRAPHQL + _WEBSOCKET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /graphql" + _LOCAL + _WEBSOCKET + b"\r\n",
        b"GET /graphql HTTP/1.0\r\nHost: localhost\r\n" + _WEBSOCKET + b"\r\n",
    ],
    ids=["length", "no length", "parts", "post", "1.0"],
)
async def test_no_websocket_begins_so(address: Address, sent: bytes) -> None:
    async with connected(address, sent) as reader, asyncio.timeout(5):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1") == 1


async def test_no_websocket_begins_among_answers(address: Address) -> None:
    """They would come within it, or after the one that says it has begun."""
    async with connected(address, LIVEZ * 3 + _GRAPHQL + _WEBSOCKET + b"\r\n") as reader, asyncio.timeout(5):
        answers = await reader.read()
    assert answers.count(b"HTTP/1.1 200 OK") == 3 and b"101" not in answers and answers.endswith(b"}")


async def test_a_websocket_begins_after_an_answer(address: Address) -> None:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    async with asyncio.timeout(5):
        writer.write(LIVEZ)
        assert b"200" in (await reader.readuntil(b"}")).splitlines()[0]
        writer.write(_GRAPHQL + _WEBSOCKET + b"\r\n")
        assert b"101" in await reader.readline()
    writer.close()


_H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"


@pytest.mark.parametrize("body", [b"Content-Length: %d\r\n\r\n" % len(LIVEZ), b"Transfer-Encoding: chunked\r\n\r\n"])
@pytest.mark.parametrize("apart", [False, True])
async def test_a_client_that_could_speak_http2_is_answered_in_http1(address: Address, body: bytes, apart: bool) -> None:
    """Its body stays a body, whatever it looks like, and what comes after it is a request."""
    parts = LIVEZ if b"Length" in body else b"%x\r\n%s\r\n0\r\n\r\n" % (len(LIVEZ), LIVEZ)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    async with asyncio.timeout(5):
        writer.write(b"POST /nothing" + _LOCAL + _H2C + body)
        if apart:
            await writer.drain()
            await asyncio.sleep(0.05)
        writer.write(parts + (b"GET /livez" + _LOCAL + _H2C + b"\r\n") * 300 + b"nothing\r\n\r\n")
        answers = await reader.read()
    writer.close()
    assert answers.startswith(b"HTTP/1.1 404 ") and answers.count(b"HTTP/1.1 200 OK") == 300
    assert answers.count(b"HTTP/1.1") == 301


async def test_requests_sent_at_once_are_answered_in_turn(address: Address) -> None:
    async with connected(address, LIVEZ * 3 + b"nothing\r\n\r\n") as reader, asyncio.timeout(5):
        answers = await reader.read()
    assert answers.count(b"HTTP/1.1 200 OK") == 3 and answers.endswith(b"}")


async def test_what_is_no_request_ends_no_answer_before_it(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time runs for what comes in, and not while an answer is being made."""
    monkeypatch.setattr(http_door, "REQUEST_SECONDS", 0.1)
    async with connected(address, LIVEZ + b"\r\nGET /livez HTTP/1.1\r\nHo") as reader, asyncio.timeout(5):
        answers = await reader.read()
    assert answers.count(b"HTTP/1.1 200 OK") == 1 and answers.endswith(b"}")


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
