"""What one answer may take: how many things it has and how many fields it selects, over all its root fields."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.hub.api.conftest import Api, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOTS = [f"LOT-{number}" for number in range(30)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """Thirty lots, each assembled from all."""
    async with opened(tmp_path_factory.mktemp("mesh")) as api:
        for lot in LOTS:
            links = {"assembledFrom": [{"id": other} for other in LOTS if other != lot]}
            await api.take(f"acme/_source/mes/material-lot/{lot}", links, 1)
        yield api


def nested(levels: int, first: int = 30) -> str:
    """A selection of lots, this many levels of them deep."""
    below = f" assembledFrom(first: {first}) {{ {nested(levels - 1, first)} }}" if levels > 1 else ""
    return f"nodes {{ id{below} }}"


async def test_an_answer_of_too_many_things_is_refused_before_it_is_made(mesh: Api) -> None:
    began = time.monotonic()
    answer = await mesh.ask(f"{{ materialLots(first: 30) {{ {nested(4)} }} }}")
    assert time.monotonic() - began < 10
    (error,) = answer.errors
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "more than the 20000 that one may have; ask for smaller pages with `first`" in error["message"]
    assert f"has {30 + 30 * 29 + 30 * 29**2 + 30 * 29**3} things" in error["message"]


async def test_an_answer_that_may_have_too_many_objects_is_refused_before_anything_is_read(mesh: Api) -> None:
    answer = await mesh.ask(f"{{ materialLots {{ {nested(6, 1000)} }} }}")
    (error,) = answer.errors
    assert (answer.data, answer.plans) == (None, 0)
    assert "objects, more than the 1000000000000000 that are allowed" in error["message"]
    assert error["extensions"]["code"] == "BAD_REQUEST"


async def test_smaller_pages_of_the_same_question_are_answered(mesh: Api) -> None:
    small = "nodes { id assembledFrom(first: 5) { nodes { id assembledFrom(first: 5) { nodes { id } } } } }"
    found = await mesh.data(f"{{ materialLots {{ {small} }} }}")
    assert len(found["materialLots"]["nodes"][0]["assembledFrom"]["nodes"][0]["assembledFrom"]["nodes"]) == 5


async def test_things_count_over_all_root_fields(mesh: Api) -> None:
    lots = f"materialLots(first: 20) {{ {nested(3)} }}"
    await mesh.data(f"{{ {lots} }}")
    answer = await mesh.ask(f"{{ a: {lots} b: {lots} }}")
    assert "than the 20000" in answer.errors[0]["message"]
    await mesh.data(f"{{ {lots} }}")


async def test_selections_count_over_all_root_fields(mesh: Api) -> None:
    many = " ".join(f"f{number}: id" for number in range(480))
    fragment = f"fragment Many on MaterialLot {{ {many} }}"
    roots = [f'r{number}: materialLot(id: "LOT-1") {{ ...Many }}' for number in range(11)]
    assert len(await mesh.data(f"{{ {' '.join(roots[:10])} }} {fragment}")) == 10
    answer = await mesh.ask(f"{{ {' '.join(roots)} }} {fragment}")
    assert "the document selects more than 5000 fields" in answer.errors[0]["message"]
