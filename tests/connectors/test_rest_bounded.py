"""Sources over HTTP that mean no good, or are broken: answers without end, pages elsewhere, waits for ever."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors.backoff import LONGEST_ASKED, Breaker
from connectors.errors import SourceError
from connectors.kinds.rest import bounded
from connectors.load import Connector
from tests.connectors.running import Taken, run
from tests.connectors.test_rest import text

Make = Callable[[str], Connector]
Reply = Callable[[BaseHTTPRequestHandler], None]
SECRET = "geheim-0815"


@contextmanager
def serving(reply: Reply) -> Iterator[tuple[str, list[str | None]]]:
    """A server that does as it is told, and what each request had to show who asks."""
    shown: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            shown.append(self.headers["Authorization"])
            with suppress(OSError):
                reply(self)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", shown
    finally:
        server.shutdown()
        server.server_close()


def whole(body: bytes, **headers: str) -> Reply:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return reply


def drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    while True:
        request.wfile.write(b"1\r\n \r\n")
        time.sleep(0.02)


async def read(connector: Make, folder: Path, url: str, **settings: object) -> Taken:
    (folder / "token").write_text(SECRET)
    stream = {"path": "/lots", "pages": {"by": "next", "from": "next"}}
    taken = Taken()
    auth = {"bearer": {"tokenFile": "token"}}
    await run(connector(text(url, stream, auth=auth, **settings)), folder, taken)
    return taken


async def test_an_answer_that_unpacks_without_end_is_left(
    connector: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "LARGEST", 1024**2)
    bomb = gzip.compress(b'{"items": ["' + b"x" * 8 * 1024**2 + b'"]}')
    too_large = pytest.raises(SourceError, match="is larger than 1048576 bytes; ask for smaller `pages`")
    with serving(whole(bomb, Content_Encoding="gzip")) as (url, _), too_large:
        await read(connector, tmp_path, url)


async def test_an_answer_that_goes_on_for_ever_is_left(
    connector: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "PATIENCE", 0.1)
    with serving(drip) as (url, _), pytest.raises(SourceError, match=r"goes on after 0\.2 s; see `timeout`"):
        await read(connector, tmp_path, url, timeout="2s")


async def test_packed_answers_are_read(connector: Make, tmp_path: Path) -> None:
    body = b'{"items": [{"no": "L1", "state": "F"}]}'
    with serving(whole(gzip.compress(body), Content_Encoding="gzip")) as (url, _):
        taken = await read(connector, tmp_path, url)
    assert {id_ for _, id_ in taken.records} == {"L1"}


@pytest.mark.parametrize(("encoding", "told"), [("gzip", "is said to be gzip, and is not"), ("br", "packed as 'br'")])
async def test_what_is_packed_wrongly_is_told_with_its_url(
    connector: Make, tmp_path: Path, encoding: str, told: str
) -> None:
    reply = whole(b"plain", Content_Encoding=encoding)
    with serving(reply) as (url, _), pytest.raises(SourceError, match=told) as error:
        await read(connector, tmp_path, url)
    assert f"{url}/lots" in str(error.value)


async def test_a_page_at_another_port_is_not_asked_with_credentials(connector: Make, tmp_path: Path) -> None:
    with serving(whole(b'{"items": []}')) as (other, shown):
        page = f'{{"items": [{{"no": "L1", "state": "F"}}], "next": "{other}/lots"}}'
        elsewhere = pytest.raises(SourceError, match=f"said to be at {other}, and not where the source is")
        with serving(whole(page.encode())) as (url, _), elsewhere:
            await read(connector, tmp_path, url)
    assert shown == []


@pytest.mark.parametrize("following", ["http://[::1", "http://x:port/"])
async def test_a_page_that_is_nowhere_is_told(connector: Make, tmp_path: Path, following: str) -> None:
    page = f'{{"items": [{{"no": "L1", "state": "F"}}], "next": "{following}"}}'
    nowhere = pytest.raises(SourceError, match="which is no URL; see `from`")
    with serving(whole(page.encode())) as (url, _), nowhere:
        await read(connector, tmp_path, url)


@pytest.mark.parametrize("asked", [float("inf"), 1e308])
def test_no_source_has_itself_left_alone_for_ever(asked: float) -> None:
    assert Breaker().failed(asked) == LONGEST_ASKED
