"""A page of another site, in somebody's browser, neither listens to the hub nor publishes through a WebSocket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect, unix_connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from connectors.wire.address import Address, SocketFile
from hub.http.serve import serve_http
from hub.http.web import Stage
from hub.settings import Settings
from tests.servers import free_port

GRAPHQL_WS = [Subprotocol("graphql-transport-ws")]


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    port = free_port()
    async with serve_http(Settings(data=tmp_path, http=Address("127.0.0.1", port)), Stage()):
        yield port


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://127.0.0.1.evil.example", "http://127.0.0.1", "null", "", "http://["]
)
async def test_another_site_opens_no_websocket(port: int, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{port}/graphql", origin=Origin(origin), subprotocols=GRAPHQL_WS)
    assert refused.value.response.status_code == 403
    assert b"a page of that address" in refused.value.response.body


async def test_the_hubs_own_pages_and_programs_do(port: int) -> None:
    for origin in (None, Origin(f"http://127.0.0.1:{port}")):
        async with connect(f"ws://127.0.0.1:{port}/graphql", origin=origin, subprotocols=GRAPHQL_WS):
            pass


async def test_a_proxy_tells_which_address_was_asked(port: int) -> None:
    async with connect(
        f"ws://127.0.0.1:{port}/graphql",
        origin=Origin("https://hub.plant.example"),
        subprotocols=GRAPHQL_WS,
        additional_headers={"X-Forwarded-Host": "outer.example, Hub.Plant.example"},
    ):
        pass


async def test_a_socket_file_lets_no_other_site_in_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with serve_http(Settings(http=SocketFile(Path("hub.sock"))), Stage()):
        url = "ws://hub.plant.example/graphql"
        async with unix_connect("hub.sock", url, origin=Origin("https://hub.plant.example"), subprotocols=GRAPHQL_WS):
            pass
        with pytest.raises(InvalidStatus) as refused:
            await unix_connect("hub.sock", url, origin=Origin("https://evil.example"), subprotocols=GRAPHQL_WS)
        assert refused.value.response.status_code == 403
