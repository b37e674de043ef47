"""`conflicts`: where systems disagree, whose word counts, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from schema.authority import Authority
from tests.hub.api.conftest import Api, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

AUTHORITY = Authority({("MaterialLot", "status"): ("qms", "mes"), (None, None): ("scada", "erp")})
CONFLICTS = """
query Conflicts($kinds: [String!], $attribute: String, $system: String, $first: Int, $after: String) {
  conflicts(kinds: $kinds, attribute: $attribute, system: $system, first: $first, after: $after) {
    nodes {
      kind id
      conflicts { attribute rule authority order since winner { system value eventTime } said { system id value } }
      thing { __typename name ... on MaterialLot { status } }
    }
    edges { cursor node { id thing { id } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with opened(tmp_path_factory.mktemp("conflicts"), authority=AUTHORITY) as api:
        lot = "acme/_source/{}/material-lot/{}".format
        await api.take(lot("mes", "A"), {"status": "RELEASED", "name": "one", "definition": "MAT-1"}, 5)
        await api.take(lot("qms", "A"), {"status": "BLOCKED", "name": "two"}, 3)
        await api.take(lot("erp", "A"), {"status": "BLOCKED", "definition": "MAT-2"}, 4)
        await api.take(lot("mes", "B"), {"name": "one", "quantity": {"value": 1, "unit": "kg"}}, 4)
        await api.take(lot("lims", "B"), {"name": "two", "quantity": {"value": 1000, "unit": "g"}}, 4)
        await api.take(lot("mes", "C"), {"colour": "blue"}, 4)
        await api.take(lot("lims", "C"), {"colour": "red"}, 6)
        await api.take(lot("mes", "D"), {"name": "same"}, 4)
        await api.take(lot("lims", "D"), {"name": "same"}, 6)
        await api.take("acme/_source/mes/sample/S-1", {"status": "TAKEN"}, 1)
        await api.take("acme/_source/lims/sample/S-1", {"status": "RECEIVED"}, 2)
        yield api


async def told(api: Api, **variables: Any) -> Any:
    answer = await api.ask(CONFLICTS, variables)
    assert (answer.errors, answer.plans) == ([], 1)
    return answer.data["conflicts"]


async def test_things_of_which_systems_disagree(plant: Api) -> None:
    page = await told(plant)
    assert [(n["kind"], n["id"]) for n in page["nodes"]] == [
        ("MaterialLot", "A"),
        ("MaterialLot", "B"),
        ("MaterialLot", "C"),
        ("Sample", "S-1"),
    ]
    assert page["pageInfo"]["hasNextPage"] is False


async def test_why_a_word_counts(plant: Api) -> None:
    lots = {n["id"]: {c["attribute"]: c for c in n["conflicts"]} for n in (await told(plant))["nodes"]}
    found = {
        (id_, name): (c["rule"], c["winner"]["system"], c["authority"], c["order"], c["since"][11:13])
        for id_, conflicts in lots.items()
        for name, c in conflicts.items()
    }
    assert found == {
        ("A", "status"): ("AUTHORITY", "qms", "MaterialLot.status", ["qms", "mes"], "05"),
        ("A", "definition"): ("AUTHORITY", "erp", "default", ["scada", "erp"], "05"),
        ("A", "name"): ("NEWEST", "mes", None, None, "05"),
        ("B", "name"): ("NAME", "lims", None, None, "04"),
        ("C", "properties/colour"): ("NEWEST", "lims", None, None, "06"),
        ("S-1", "status"): ("NEWEST", "lims", None, None, "02"),
    }, "an amount in another unit is the same amount"
    said = lots["A"]["status"]["said"]
    assert [(s["system"], s["value"]) for s in said] == [
        ("qms", "BLOCKED"),
        ("mes", "RELEASED"),
        ("erp", "BLOCKED"),
    ], "of equal ranks the newer word comes first"
    assert lots["A"]["definition"]["winner"]["value"] == [{"id": "MAT-2"}]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"kinds": ["Sample"]}, [("S-1", ["status"])]),
        ({"attribute": "name"}, [("A", ["name"]), ("B", ["name"])]),
        ({"attribute": "properties/colour"}, [("C", ["properties/colour"])]),
        ({"system": "qms"}, [("A", ["name", "status"])]),
        ({"system": "lims", "attribute": "status"}, [("S-1", ["status"])]),
        ({"system": "lims", "kinds": ["MaterialLot"]}, [("B", ["name"]), ("C", ["properties/colour"])]),
        ({"system": "none"}, []),
        ({"kinds": []}, []),
    ],
)
async def test_those_that_are_asked_for(plant: Api, wanted: dict[str, Any], found: list[Any]) -> None:
    nodes = (await told(plant, **wanted))["nodes"]
    assert [(n["id"], [c["attribute"] for c in n["conflicts"]]) for n in nodes] == found


async def test_what_is_selected_of_a_thing_comes_with_the_same_read(plant: Api) -> None:
    page = await told(plant, first=1)
    assert page["nodes"][0]["thing"] == {"__typename": "MaterialLot", "name": "one", "status": "BLOCKED"}
    assert page["edges"][0]["node"] == {"id": "A", "thing": {"id": "A"}}


async def test_pages(plant: Api) -> None:
    after, seen = None, []
    while True:
        page = await told(plant, first=2, after=after)
        seen += page["nodes"]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == (await told(plant))["nodes"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"kinds": ["Lot"]}, "there is no kind 'Lot'"),
        ({"first": -1}, "`first` is -1"),
        ({"after": "nonsense"}, "cursor in `after`"),
    ],
)
async def test_refuses_what_cannot_be(plant: Api, wanted: dict[str, Any], said: str) -> None:
    answer = await plant.ask(CONFLICTS, wanted)
    assert said in answer.errors[0]["message"]


async def test_a_cursor_of_another_list_is_refused(plant: Api) -> None:
    end = (await told(plant))["pageInfo"]["endCursor"]
    answer = await plant.ask("query Q($after: String) { placeholders(after: $after) { nodes { id } } }", {"after": end})
    assert "in another order" in answer.errors[0]["message"]
