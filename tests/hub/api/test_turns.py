"""How much of the graph's attention one document takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from graph.plan import Plan, Row
from hub.api.context import READS_AT_ONCE
from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_one_document_does_not_keep_the_graph_from_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    read, reading, most = api.hub.store.read, 0, 0

    async def gauged(plan: Plan, parameters: Mapping[str, Any]) -> Row:
        nonlocal reading, most
        reading += 1
        most = max(most, reading)
        try:
            return await read(plan, parameters)
        finally:
            reading -= 1

    monkeypatch.setattr(api.hub.store, "read", gauged)
    traces = " ".join(f't{n}: trace(id: "LOT-{n}", direction: UPSTREAM) {{ truncated }}' for n in range(1, 7))
    searches = " ".join(f's{n}: search(text: "{n}") {{ id }}' for n in range(6))
    assert len(await api.data(f"{{ {traces} {searches} }}")) == 12
    assert most == READS_AT_ONCE
