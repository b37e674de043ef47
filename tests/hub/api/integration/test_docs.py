"""Every query of `docs/integration.md` has an answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = (Path(__file__).parents[4] / "docs" / "integration.md").read_text("utf-8")
QUERIES = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
async def test_it_is_answered(api: Api, query: str) -> None:
    assert not (await api.ask(query)).errors
