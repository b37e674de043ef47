"""What every kind that is told must do, over webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.load import Connector
from tests.connectors.pushed import listening
from tests.connectors.running import Taken
from tests.contracts.connector_plant import LOTS
from tests.contracts.connector_push import PushContract, Tell, Teller


class Webhook:
    """A system that calls the hub."""

    secret = "geheim-1234"

    def config(self, folder: Path) -> dict[str, Any]:
        (folder / "token").write_text(self.secret)
        auth = {"token": {"header": "X-Token", "secretFile": "token"}}
        streams = {"lots": {"map": LOTS["map"]}}
        return {"kind": "webhook", "system": "shop", "location": "acme/north", "auth": auth, "streams": streams}

    @asynccontextmanager
    async def telling(self, connector: Connector, folder: Path, taken: Taken) -> AsyncIterator[Tell]:
        async with listening(connector, folder, taken) as client:

            async def tell(records: Sequence[dict[str, Any]]) -> bool:
                answer = await client.post("/hooks/told", json=list(records), headers={"X-Token": self.secret})
                return answer.is_success

            yield tell


class TestWebhook(PushContract):
    """Requests to the hub."""

    @pytest.fixture
    def teller(self) -> Teller:
        return Webhook()
