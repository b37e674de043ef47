"""The questions that the documents show are answered by the demo plant."""

from __future__ import annotations

import pytest

from tests.hub.api.conftest import Api
from tests.test_docs import ROOT, blocks

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("question", list(blocks((ROOT / "docs/questions.md").read_text(encoding="utf-8"), "graphql")))
async def test_a_question_has_an_answer(plant: Api, question: str) -> None:
    answer = await plant.ask(question)
    assert (answer.errors, answer.plans) == ([], 1)
    assert all(found is not None for found in answer.data.values())
