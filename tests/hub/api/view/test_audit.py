"""The official audit of GraphQL over HTTP: https://github.com/graphql/graphql-http, `serverAudits`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.hub.api.conftest import Api
from tests.servers.node import node_path, packages

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCRIPT = Path(__file__).parent / "audit.mjs"
AUDITS = 61
"""How many there are in this version of the suite; that none is left out."""


async def test_every_audit_is_passed(api: Api) -> None:
    folder = packages("graphql-http@1.23.1", "graphql@16.11.0")
    url = f"http://127.0.0.1:{api.port}/graphql"
    process = await asyncio.create_subprocess_exec(
        node_path(), str(SCRIPT), str(folder), url, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    audits = [json.loads(line) for line in output.splitlines()]
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len({audit["id"] for audit in audits}) == AUDITS
