"""Who is answered: requests and WebSockets that name this machine, as a hub on a port takes them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from connectors.wire.address import Address, SocketFile
from hub.http.local_hosts import is_local
from hub.http.serve import serve_http
from hub.http.web import Stage
from hub.settings import Settings
from tests.servers import free_port

GRAPHQL_WS = Subprotocol("graphql-transport-ws")


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:8080", "127.9.8.7:1", "[::1]", "[::1]:8080"],
)
def test_names_of_this_machine(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":",
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "10.0.0.1",
        "0.0.0.0:80",
        "[::]",
        "::1",
        "localhost:80@evil.example",
        "evil@localhost",
        "localhost:x",
        "[::1",
        "[evil]:80",
    ],
)
def test_any_other_name(host: str) -> None:
    assert not is_local(host)


async def test_a_port_answers_under_its_own_names_alone() -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    async with (
        serve_http(Settings(http=Address("127.0.0.1", port)), Stage()),
        httpx.AsyncClient(base_url=base) as client,
    ):
        for host in (f"127.0.0.1:{port}", "localhost", f"[::1]:{port}"):
            assert (await client.get("/livez", headers={"host": host})).status_code == 200
        for path in ("/livez", "/graphql", "/none"):
            refused = await client.get(path, headers={"host": f"evil.example:{port}"})
            assert refused.status_code == 400
            assert "ask under localhost, 127.0.0.1 or [::1]" in refused.json()["error"]["detail"]


async def test_websockets_too() -> None:
    port = free_port()
    async with serve_http(Settings(http=Address("127.0.0.1", port)), Stage()):
        async with connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=[GRAPHQL_WS]):
            pass
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://evil.example:{port}/graphql", host="127.0.0.1", subprotocols=[GRAPHQL_WS])
        assert refused.value.response.status_code == 400


async def test_a_socket_file_answers_a_proxy_under_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with serve_http(Settings(http=SocketFile(Path("hub.sock"))), Stage()):
        transport = httpx.AsyncHTTPTransport(uds="hub.sock")
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.plant.example") as client:
            assert (await client.get("/livez")).status_code == 200
