"""Counting and adding up over HTTP, and the answers worked out by hand from the plant in `conftest`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

KNOWN = "where: {placeholder: {eq: false}}"


async def test_figures_of_all_things_are_one_plan(api: Api) -> None:
    answer = await api.ask(
        f"""{{ materialLotsAggregate({KNOWN}) {{
          __typename count sum {{ quantity {{ value unit }} }} mean: avg {{ amount: quantity {{ value }} }}
          min {{ expiresAt quantity {{ value }} }} max {{ expiresAt updatedAt }} }}
          samplesAggregate {{ count }} }}"""
    )
    assert not answer.errors
    assert answer.plans == 2
    assert answer.data == {
        "materialLotsAggregate": {
            "__typename": "MaterialLotAggregate",
            "count": 6,
            "sum": {"quantity": [{"value": 210.0, "unit": "kg"}]},
            "mean": {"amount": [{"value": 35.0}]},
            "min": {"expiresAt": "2026-01-01T06:00:00Z", "quantity": [{"value": 10.0}]},
            "max": {"expiresAt": "2026-05-01T06:00:00Z", "updatedAt": "2026-03-01T09:00:00Z"},
        },
        "samplesAggregate": {"count": 2},
    }


async def test_groups_by_several_keys_one_of_them_linked(api: Api) -> None:
    found = await api.data(
        f"""{{ materialLotsAggregate({KNOWN}, groupBy: [{{definition: {{name: VALUE}}}}, {{status: VALUE}}]) {{
          truncated groups {{ key {{ status definition {{ name }} }} count sum {{ quantity {{ value }} }} }} }} }}"""
    )
    assert found["materialLotsAggregate"]["truncated"] is False
    assert [
        (g["key"]["definition"]["name"], g["key"]["status"], g["count"], g["sum"]["quantity"])
        for g in found["materialLotsAggregate"]["groups"]
    ] == [
        ("Base White", "BLOCKED", 2, [{"value": 30.0}]),
        ("Base White", "RELEASED", 1, [{"value": 30.0}]),
        ("Pigment Blue", "BLOCKED", 2, [{"value": 100.0}]),
        ("Pigment Blue", "RELEASED", 1, [{"value": 50.0}]),
    ]


async def test_groups_by_the_calendar_of_a_time_zone(api: Api) -> None:
    found = await api.data(
        """{ materialLotsAggregate(
               where: {expiresAt: {lt: "2026-03-01T00:00:00Z"}}, timeZone: "Europe/Berlin", groupBy: [{expiresAt: WEEK}]
             ) { groups { count key { expiresAt { label start end } } avg { quantity { value unit } } } } }"""
    )
    assert found["materialLotsAggregate"]["groups"] == [
        {
            "count": 1,
            "key": {"expiresAt": {"label": f"2026-W{week}", "start": start, "end": end}},
            "avg": {"quantity": [{"value": amount, "unit": "kg"}]},
        }
        for week, start, end, amount in (
            ("01", "2025-12-28T23:00:00Z", "2026-01-04T23:00:00Z", 10.0),
            ("05", "2026-01-25T23:00:00Z", "2026-02-01T23:00:00Z", 20.0),
        )
    ]


async def test_the_largest_groups_come_first_where_asked_and_the_rest_is_told_of(api: Api) -> None:
    query = """query ($first: Int) { materialLotsAggregate(groupBy: [{status: VALUE}], orderBy: COUNT, first: $first) {
      count truncated groups { key { status } count } } }"""
    largest = [("BLOCKED", 4), ("RELEASED", 2), (None, 1)]
    for first in range(4):
        found = (await api.data(query, {"first": first}))["materialLotsAggregate"]
        assert [(g["key"]["status"], g["count"]) for g in found["groups"]] == largest[:first]
        assert (found["truncated"], found["count"]) == (first < 3, 7)


@pytest.mark.parametrize(
    ("arguments", "selected", "message"),
    [
        ("", "groups { count }", "`groups` needs 1 to 10 keys in `groupBy`; 0 are given"),
        ("groupBy: []", "truncated", "`groups` needs 1 to 10 keys in `groupBy`; 0 are given"),
        ("groupBy: [{status: VALUE}]", "groups { key { path } }", "`key` has no path; put it into `groupBy`"),
        (
            "groupBy: [{definition: {name: VALUE}}]",
            "groups { key { definition { id } } }",
            "`key` has no definition.id; put it into `groupBy`",
        ),
        ("groupBy: [{status: VALUE}]", "groups { key { definition { id } } }", "`key` has no definition; put"),
        (
            "groupBy: [{expiresAt: DAY}, {expiresAt: WEEK}]",
            "groups { count }",
            "`groupBy` has expiresAt more than once; ask twice, under an alias",
        ),
        ('timeZone: "Berlin"', "count", "`timeZone` is 'Berlin'; give a name of the IANA database"),
        ('timeZone: "../etc/passwd"', "count", "give a name of the IANA database"),
        ('timeZone: "America/Argentina"', "count", "give a name of the IANA database"),
        ("first: 1001", "count", "`first` is 1001; ask for 0 to 1000"),
        ("where: {or: []}", "count", "`or` is empty"),
    ],
)
async def test_what_cannot_be_counted_says_why(api: Api, arguments: str, selected: str, message: str) -> None:
    asked = f"({arguments})" if arguments else ""
    answer = await api.ask(f"{{ materialLotsAggregate{asked} {{ {selected} }} }}")
    (error,) = answer.errors
    assert message in error["message"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert answer.plans == 0


async def test_a_link_to_oneself_is_followed_so_far_and_no_further(api: Api) -> None:
    def key(levels: int) -> Any:
        return {"partOf": key(levels - 1)} if levels else {"id": "VALUE"}

    query = "query ($by: [EquipmentGroupBy!]) { equipmentItemsAggregate(groupBy: $by) { groups { count } } }"
    assert (await api.data(query, {"by": [key(5)]}))["equipmentItemsAggregate"] == {"groups": []}
    answer = await api.ask(query, {"by": [key(6)]})
    assert "follows more than 5 links" in answer.errors[0]["message"]


async def test_figures_of_links_and_of_what_is_said_of_them_come_with_their_things(api: Api) -> None:
    answer = await api.ask(
        """query ($much: MaterialLotAssembledFromWhere) {
          materialDefinitions(where: {placeholder: {eq: false}}) { nodes {
            id lotsAggregate(where: {status: {eq: BLOCKED}}) { count sum { quantity { value unit } } } } }
          materialLot(id: "LOT-1") {
            assembledFromAggregate(groupBy: [{id: VALUE}]) {
              count edge { sum { quantity { value unit } } }
              groups { key { id } count max { quantity { value } } edge { avg { quantity { value } } } } }
            much: assembledFromAggregate(where: $much) { count edge { __typename } } } }""",
        {"much": {"edge": {"quantity": {"value": {"gte": 2}}}}},
    )
    assert not answer.errors
    assert answer.plans == 2
    assert answer.data == {
        "materialDefinitions": {
            "nodes": [
                {"id": "MAT-1", "lotsAggregate": {"count": 2, "sum": {"quantity": [{"value": 30.0, "unit": "kg"}]}}},
                {"id": "MAT-2", "lotsAggregate": {"count": 2, "sum": {"quantity": [{"value": 100.0, "unit": "kg"}]}}},
            ]
        },
        "materialLot": {
            "assembledFromAggregate": {
                "count": 3,
                "edge": {"sum": {"quantity": [{"value": 6.0, "unit": "kg"}]}},
                "groups": [
                    {
                        "key": {"id": "LOT-4"},
                        "count": 2,
                        "max": {"quantity": [{"value": 40.0}]},
                        "edge": {"avg": {"quantity": [{"value": 2.5}]}},
                    },
                    {
                        "key": {"id": "LOT-5"},
                        "count": 1,
                        "max": {"quantity": [{"value": 50.0}]},
                        "edge": {"avg": {"quantity": [{"value": 1.0}]}},
                    },
                ],
            },
            "much": {"count": 2, "edge": {"__typename": "MaterialLotAssembledFromEdgeAggregate"}},
        },
    }


async def test_a_thing_in_the_answer_to_a_question_has_figures_of_its_links(api: Api) -> None:
    found = await api.data(
        """{ trace(id: "LOT-1", direction: UPSTREAM) {
          nodes { entity { id ... on MaterialLot { samplesAggregate { count } } } } } }"""
    )
    counts = {node["entity"]["id"]: node["entity"]["samplesAggregate"]["count"] for node in found["trace"]["nodes"]}
    assert counts == {"LOT-1": 1, "LOT-4": 0, "LOT-5": 0}


async def test_a_filter_on_edges_is_of_the_edge_that_leads_to_the_thing(api: Api) -> None:
    found = await api.data(
        """{ materialLots(where: {assembledFrom: {some: {id: {eq: "LOT-5"}, edge: {quantity: {value: {gt: 1}}}}}}) {
            totalCount }
          both: materialLots(where: {assembledFrom: {some: {id: {eq: "LOT-4"}, edge: {quantity: {value: {gt: 2}}}}}}) {
            nodes { assembledFrom(
                where: {or: [{edge: {quantity: {value: {lt: 2}}}}, {edge: {quantity: {value: {gt: 2}}}}]}) {
              totalCount edges { quantity { value } node { id } } } } }
          into: materialLot(id: "LOT-4") { assembledInto(where: {not: {edge: {quantity: {value: {eq: 2}}}}}) {
            edges { quantity { value } node { id } } } } }"""
    )
    assert found == {
        "materialLots": {"totalCount": 0},
        "both": {
            "nodes": [
                {
                    "assembledFrom": {
                        "totalCount": 2,
                        "edges": [
                            {"quantity": {"value": 3.0}, "node": {"id": "LOT-4"}},
                            {"quantity": {"value": 1.0}, "node": {"id": "LOT-5"}},
                        ],
                    }
                }
            ]
        },
        "into": {"assembledInto": {"edges": [{"quantity": {"value": 3.0}, "node": {"id": "LOT-1"}}]}},
    }
