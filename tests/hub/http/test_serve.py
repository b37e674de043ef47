from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from connectors.wire.address import SocketFile
from hub.http.serve import serve_http
from hub.http.web import Stage
from hub.settings import Role, Settings


@pytest.mark.parametrize(
    ("role", "leads"), [(Role.ALL, "/graphql"), (Role.API, "/graphql"), (Role.INGEST, "/api/status")]
)
async def test_the_bare_address_leads_to_what_the_hub_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: Role, leads: str
) -> None:
    monkeypatch.chdir(tmp_path)
    async with serve_http(Settings(http=SocketFile(Path("hub.sock")), role=role), Stage()):
        transport = httpx.AsyncHTTPTransport(uds="hub.sock")
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, leads)
