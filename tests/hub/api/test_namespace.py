"""The namespace: what is where, as a tree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.api.context import Limits
from hub.api.errors import RequestError
from hub.api.namespace import read_place
from hub.api.serving import context_of
from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_namespace_is_a_tree_with_things_and_tags(api: Api) -> None:
    found = await api.data(
        """{ namespace(depth: 2) { path name total counts { kind count } tags { name } children {
             path name total children { path name counts { kind count } tags { name path value quality time }
               things(first: 1) { __typename id ... on MaterialLot { status } } children { name } } } } }"""
    )
    whole = found["namespace"]
    assert (whole["path"], whole["name"], whole["counts"], whole["tags"]) == ("", "", [], [])
    (acme,) = whole["children"]
    assert (acme["path"], acme["total"]) == ("acme", whole["total"])
    north, south = acme["children"]
    assert north["counts"] == [{"kind": "MaterialLot", "count": 5}]
    assert north["things"] == [{"__typename": "MaterialLot", "id": "LOT-2", "status": "BLOCKED"}]
    assert north["children"] is None
    assert south["tags"] == [
        {"name": "gate", "path": "acme/south", "value": "open", "quality": None, "time": "2026-03-01T12:00:00Z"}
    ]
    line = await api.data(
        """{ namespace(path: "acme/north/mixing", depth: 0) {
             name total tags { value } things { id } children { name } } }"""
    )
    assert line["namespace"] == {
        "name": "mixing",
        "total": 1,
        "tags": [{"value": 90}],
        "things": [{"id": "LOT-1"}],
        "children": None,
    }
    assert (await api.data('{ namespace(path: "acme/west") { name } }')) == {"namespace": None}


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(max_tags=1), "more than 1 tags below 'acme'; ask for a deeper path"),
        (Limits(max_places=2), "more than 2 locations to show; ask for a deeper path or a smaller depth"),
    ],
)
async def test_a_namespace_that_is_too_large_says_how_to_ask(api: Api, limits: Limits, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        await read_place(replace(context_of(api.hub), limits=limits), "acme", 3)


async def test_the_things_of_all_places_are_read_by_one_plan(api: Api) -> None:
    places = [f"acme/hall/cell-{number}" for number in range(12)]
    for number, place in enumerate(places):
        await api.take(f"{place}/_source/mes/equipment/CELL-{number}", {"name": f"Cell {number}"}, 1)
        await api.take(f"{place}/_source/mes/person/OP-{number}", {"name": f"Operator {number}"}, 1)
    answer = await api.ask(
        """{ namespace(path: "acme/hall", depth: 1) { children { path
               things { kind id name }
               named: things(kinds: ["Person"], first: 1) { id ... on Person { active } } } } }"""
    )
    assert not answer.errors
    assert answer.plans == 1
    for number, child in zip(sorted(range(12), key=str), answer.data["namespace"]["children"], strict=True):
        assert child == {
            "path": f"acme/hall/cell-{number}",
            "things": [
                {"kind": "Equipment", "id": f"CELL-{number}", "name": f"Cell {number}"},
                {"kind": "Person", "id": f"OP-{number}", "name": f"Operator {number}"},
            ],
            "named": [{"id": f"OP-{number}", "active": None}],
        }
    for number, place in enumerate(places):
        await api.take(f"{place}/_source/mes/equipment/CELL-{number}", None, 2)
        await api.take(f"{place}/_source/mes/person/OP-{number}", None, 2)
