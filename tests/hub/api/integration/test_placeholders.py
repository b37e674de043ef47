"""`placeholders`: things that were only referred to, with who refers to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.applications import Starlette

from hub.api.http import create_api
from hub.api.serving import context_of
from schema.model import MODEL
from schema.rules import SystemRules
from tests.hub.api.conftest import Api, opened, served
from tests.servers import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACEHOLDERS = """
query Placeholders($kinds: [String!], $system: String, $first: Int, $after: String, $some: Int! = 2) {
  placeholders(kinds: $kinds, system: $system, first: $first, after: $after) {
    nodes {
      kind id identifier { scheme value } expectedFrom referrerCount
      referrers(first: $some) { kind id link said { system id attribute value since } }
      thing { id placeholder ... on MaterialDefinition { lots { totalCount } } }
    }
    edges { cursor node { id } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with opened(tmp_path_factory.mktemp("placeholders")) as api:
        await api.take("acme/_source/mes/material-lot/A", {"definition": "MAT-1", "assembledFrom": ["B", "C"]}, 1)
        await api.take("acme/_source/erp/material-lot/A", {"definition": "MAT-1"}, 3)
        await api.take("acme/_source/mes/material-lot/B", {"definition": "MAT-1"}, 2)
        await api.take("acme/_source/mes/material-lot/D", {"definition": "MAT-1"}, 2)
        await api.take("acme/_source/lims/sample/S-1", {"lot": {"serial": "9"}}, 4)
        await api.take("acme/_source/mes/material-lot/E", {"definition": "MAT-2"}, 2)
        await api.take("acme/_source/erp/material-definition/MAT-2", {"name": "known"}, 2)
        yield api


async def told(api: Api, **variables: Any) -> Any:
    answer = await api.ask(PLACEHOLDERS, variables)
    assert (answer.errors, answer.plans) == ([], 1)
    return answer.data["placeholders"]


async def test_what_is_referred_to_and_not_described(plant: Api) -> None:
    nodes = (await told(plant))["nodes"]
    assert [(n["kind"], n["id"], n["referrerCount"]) for n in nodes] == [
        ("MaterialDefinition", "MAT-1", 3),
        ("MaterialLot", "C", 1),
        ("MaterialLot", "~serial:9", 1),
    ]
    assert [n["identifier"] for n in nodes[1:]] == [
        {"scheme": "id", "value": "C"},
        {"scheme": "serial", "value": "9"},
    ]
    assert nodes[0]["thing"] == {"id": "MAT-1", "placeholder": True, "lots": {"totalCount": 3}}


async def test_who_refers_to_it_and_since_when(plant: Api) -> None:
    material, lot, sample = (await told(plant, some=9))["nodes"]
    assert [(r["kind"], r["id"], r["link"]) for r in material["referrers"]] == [
        ("MaterialLot", id_, "definition") for id_ in ("A", "B", "D")
    ]
    assert material["referrers"][0]["said"] == [
        {
            "system": system,
            "id": "A",
            "attribute": "definition",
            "value": [{"id": "MAT-1"}],
            "since": f"2026-03-01T0{hour}:00:00Z",
        }
        for system, hour in (("erp", 3), ("mes", 1))
    ]
    assert [r["link"] for r in lot["referrers"]] == ["assembledFrom"]
    assert [s["value"] for s in sample["referrers"][0]["said"]] == [[{"serial": "9"}]]


async def test_so_many_referrers_as_are_asked_for(plant: Api) -> None:
    assert [len(n["referrers"]) for n in (await told(plant))["nodes"]] == [2, 1, 1]
    several = "one: referrers(first: 1) { id } all: referrers { id } none: referrers(first: 0) { id }"
    (node,) = (await plant.data(f"{{ placeholders(first: 1) {{ nodes {{ {several} }} }} }}"))["placeholders"]["nodes"]
    assert {key: len(found) for key, found in node.items()} == {"one": 1, "all": 3, "none": 0}
    (node,) = (await plant.data("{ placeholders(first: 1) { nodes { referrerCount } } }"))["placeholders"]["nodes"]
    assert node == {"referrerCount": 3}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"kinds": ["MaterialLot"]}, ["C", "~serial:9"]),
        ({"system": "lims"}, ["~serial:9"]),
        ({"system": "erp"}, ["MAT-1"]),
        ({"system": "mes", "kinds": ["MaterialLot"]}, ["C"]),
        ({"system": "none"}, []),
    ],
)
async def test_those_that_are_asked_for(plant: Api, wanted: dict[str, Any], found: list[str]) -> None:
    assert [n["id"] for n in (await told(plant, **wanted))["nodes"]] == found


async def test_pages(plant: Api) -> None:
    after, seen = None, []
    while True:
        page = await told(plant, first=1, after=after)
        seen += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == (await told(plant))["nodes"]


async def test_the_systems_that_should_describe_it(plant: Api) -> None:
    systems = {
        "erp": SystemRules(frozenset({"MaterialDefinition", "MaterialLot"})),
        "plm": SystemRules(frozenset({"MaterialDefinition"})),
        "any": SystemRules(),
    }
    context, port = replace(context_of(plant.hub), systems=systems), free_port()
    async with served(Starlette(routes=create_api(MODEL, lambda: context)), port):
        query = {"query": "{ placeholders { nodes { id expectedFrom } } }"}
        answer = await plant.client.post(f"http://127.0.0.1:{port}/graphql", json=query)
    found = {n["id"]: n["expectedFrom"] for n in answer.json()["data"]["placeholders"]["nodes"]}
    assert found == {"MAT-1": ["erp", "plm"], "C": ["erp"], "~serial:9": ["erp"]}


@pytest.mark.parametrize(
    ("wanted", "said"), [({"some": 101}, "`first` of `referrers` is 101"), ({"first": 1001}, "`first` is 1001")]
)
async def test_refuses_what_cannot_be(plant: Api, wanted: dict[str, Any], said: str) -> None:
    answer = await plant.ask(PLACEHOLDERS, wanted)
    assert said in answer.errors[0]["message"]


async def test_one_that_is_described_is_told_no_more(tmp_path: Path) -> None:
    async with opened(tmp_path) as api:
        await api.take("acme/_source/mes/material-lot/A", {"definition": "MAT-1"}, 1)
        assert len((await told(api))["nodes"]) == 1
        await api.take("acme/_source/erp/material-definition/MAT-1", {"name": "one"}, 2)
        assert (await told(api))["nodes"] == []
