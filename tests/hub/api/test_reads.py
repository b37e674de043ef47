"""Questions over HTTP, and their answers from a real graph."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_one_thing_with_everything_known_of_it(api: Api) -> None:
    found = await api.data(
        """{ materialLot(id: "LOT-1") {
          __typename id kind name path placeholder updatedAt status quantity { value unit } expiresAt properties
          identifiers { scheme value } definition { __typename id name baseUnit }
          conflicts { attribute winner said { system id value eventTime } }
          sources { system id observedAt path values } } }"""
    )
    assert found["materialLot"] == {
        "__typename": "MaterialLot",
        "id": "LOT-1",
        "kind": "MaterialLot",
        "name": "White, first mix",
        "path": "acme/north/mixing",
        "placeholder": False,
        "updatedAt": "2026-03-01T09:00:00Z",
        "status": "BLOCKED",
        "quantity": {"value": 10.0, "unit": "kg"},
        "expiresAt": "2026-01-01T06:00:00Z",
        "properties": {"colour": "RAL 9010"},
        "identifiers": [
            {"scheme": "gtin+lot", "value": "0401234,A7"},
            {"scheme": "id", "value": "LOT-1"},
            {"scheme": "serial", "value": "4711"},
        ],
        "definition": {"__typename": "MaterialDefinition", "id": "MAT-1", "name": "Base White", "baseUnit": "kg"},
        "conflicts": [
            {
                "attribute": "status",
                "winner": "qms",
                "said": [
                    {"system": "qms", "id": "LOT-1", "value": "BLOCKED", "eventTime": "2026-03-01T09:00:00Z"},
                    {"system": "mes", "id": "LOT-1", "value": "RELEASED", "eventTime": "2026-03-01T01:00:00Z"},
                ],
            }
        ],
        "sources": [
            {
                "system": "mes",
                "id": "LOT-1",
                "observedAt": "2026-03-01T08:00:00Z",
                "path": "acme/north/mixing",
                "values": {
                    "status": "RELEASED",
                    "quantity": {"value": 10, "unit": "kg"},
                    "definition": [{"id": "MAT-1"}],
                    "expiresAt": "2026-01-01T06:00:00Z",
                    "name": "White, first mix",
                    "assembledFrom": [
                        {"id": "LOT-4", "quantity": {"value": 2, "unit": "kg"}},
                        {"id": "LOT-5", "quantity": {"value": 1, "unit": "kg"}},
                        {"id": "LOT-4", "quantity": {"value": 3, "unit": "kg"}},
                    ],
                    "identifiers": {"serial": "4711", "gtin": "0401234", "lot": "A7"},
                    "properties": {"colour": "RAL 9010"},
                },
            },
            {
                "system": "qms",
                "id": "LOT-1",
                "observedAt": "2026-03-01T09:00:00Z",
                "path": "acme/north",
                "values": {"status": "BLOCKED"},
            },
        ],
    }


async def test_a_property_that_looks_like_a_link_comes_back_as_it_was_said(api: Api) -> None:
    route, other = [{"to": "oven", "with": 5}], [{"to": {"id": "press"}}]
    for system, value in (("mes", route), ("qms", other)):
        await api.take(f"acme/_source/{system}/material-lot/LOT-60", {"route": value, "definition": "MAT-1"}, 1)
    found = await api.data(
        """{ materialLot(id: "LOT-60") { properties sources { values }
             conflicts { attribute said { system value } } } }"""
    )
    lot = found["materialLot"]
    (conflict,) = lot["conflicts"]
    assert conflict["attribute"] == "properties/route"
    assert {said["system"]: said["value"] for said in conflict["said"]} == {"mes": route, "qms": other}
    assert [source["values"]["definition"] for source in lot["sources"]] == [[{"id": "MAT-1"}]] * 2
    for system in ("mes", "qms"):
        await api.take(f"acme/_source/{system}/material-lot/LOT-60", None, 2)


@pytest.mark.parametrize(
    "argument",
    ['id: "LOT-1"', 'identifier: "serial:4711"', 'identifier: "gtin+lot:0401234,A7"', 'identifier: "id:LOT-1"'],
)
async def test_a_thing_is_found_by_any_of_its_names(api: Api, argument: str) -> None:
    assert await api.data(f"{{ materialLot({argument}) {{ id }} }}") == {"materialLot": {"id": "LOT-1"}}


async def test_what_nobody_described_is_a_placeholder_under_the_name_it_is_known_by(api: Api) -> None:
    found = await api.data(
        """{ byName: materialLot(identifier: "serial:9999") {
               id placeholder identifiers { scheme value } sources { system } }
             byId: materialLot(id: "~serial:9999") { id samples { nodes { id } } }
             node(id: "MaterialLot:~serial:9999") { id placeholder }
             none: materialLot(id: "LOT-77") { id } }"""
    )
    assert found == {
        "byName": {
            "id": "~serial:9999",
            "placeholder": True,
            "identifiers": [{"scheme": "serial", "value": "9999"}],
            "sources": [],
        },
        "byId": {"id": "~serial:9999", "samples": {"nodes": [{"id": "S-2"}]}},
        "node": {"id": "~serial:9999", "placeholder": True},
        "none": None,
    }


async def test_three_levels_are_one_plan(api: Api) -> None:
    answer = await api.ask(
        """{ materialDefinition(id: "MAT-1") { lots(orderBy: [{id: ASC}]) { totalCount edges { node { id
             assembledFrom(orderBy: [{quantity: DESC}]) { edges { quantity { value } node { id definition { name } } } }
             samples { nodes { id status } } } } } } }"""
    )
    assert not answer.errors
    assert answer.plans == 1
    lots = answer.data["materialDefinition"]["lots"]
    assert [edge["node"]["id"] for edge in lots["edges"]] == ["LOT-1", "LOT-2", "LOT-3"]
    assert lots["totalCount"] == 3
    first = lots["edges"][0]["node"]
    assert first["samples"] == {"nodes": [{"id": "S-1", "status": "RECEIVED"}]}
    assert [(e["node"]["id"], e["quantity"]["value"]) for e in first["assembledFrom"]["edges"]] == [
        ("LOT-5", 1.0),
        ("LOT-4", 2.0),
        ("LOT-4", 3.0),
    ]
    assert {e["node"]["definition"]["name"] for e in first["assembledFrom"]["edges"]} == {"Pigment Blue"}


async def test_aliases_and_places_keep_their_own_answers(api: Api) -> None:
    found = await api.data(
        """{ materialDefinition(id: "MAT-1") {
          released: lots(where: {status: {eq: RELEASED}}) { nodes { id } }
          blocked: lots(where: {status: {eq: BLOCKED}}, orderBy: [{id: DESC}]) {
            nodes { x: id } edges { node { x: status lots: assembledInto(first: 1) { totalCount } } }
            again: edges { c: cursor node { x: kind lots: assembledFrom(first: 0) { totalCount nodes { id } } } }
          } } }"""
    )
    blocked = found["materialDefinition"]["blocked"]
    assert found["materialDefinition"]["released"] == {"nodes": [{"id": "LOT-3"}]}
    assert blocked["nodes"] == [{"x": "LOT-2"}, {"x": "LOT-1"}]
    assert [e["node"]["x"] for e in blocked["edges"]] == ["BLOCKED", "BLOCKED"]
    assert [e["node"]["x"] for e in blocked["again"]] == ["MaterialLot", "MaterialLot"]
    assert [e["node"]["lots"] for e in blocked["again"]] == [
        {"totalCount": 0, "nodes": []},
        {"totalCount": 3, "nodes": []},
    ]


async def test_edge_values_of_two_aliases_stay_apart(api: Api) -> None:
    found = await api.data(
        """{ materialLot(id: "LOT-5") { assembledInto {
             a: edges { q: quantity { unit } } b: edges { q: job node { id } } } } }"""
    )
    assert found["materialLot"]["assembledInto"] == {
        "a": [{"q": {"unit": "kg"}}],
        "b": [{"q": None, "node": {"id": "LOT-1"}}],
    }


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ("{status: {eq: BLOCKED}}", "1 2 4 6"),
        ("{status: {ne: BLOCKED}}", "3 5 ~"),
        ('{id: {in: ["LOT-2", "LOT-3", "LOT-9"]}}', "2 3"),
        ('{id: {startsWith: "LOT-"}, not: {id: {contains: "3"}}}', "1 2 4 5 6"),
        ("{quantity: {value: {gte: 30, lt: 50}}}", "3 4"),
        ('{quantity: {value: {gt: 40}, unit: {eq: "kg"}}}', "5 6"),
        ("{quantity: {isNull: true}}", "~"),
        ('{expiresAt: {gt: "2026-03-01T08:00:00+02:00"}}', "4 5"),
        ('{expiresAt: {in: ["2026-03-01T06:00:00Z"]}}', "3"),
        ("{expiresAt: {isNull: true}, placeholder: {eq: false}}", "6"),
        ('{path: {startsWith: "acme/north/"}}', "1"),
        ('{updatedAt: {gte: "2026-03-01T06:00:00Z"}}', "1 6"),
        ('{definition: {is: {name: {contains: "Blue"}}}}', "4 5 6"),
        ("{not: {definition: {is: {}}}}", "~"),
        ('{samples: {some: {id: {eq: "S-1"}}}}', "1"),
        ("{samples: {some: {}}}", "1 ~"),
        ("{samples: {none: {}}, assembledInto: {none: {}}}", "2 3 6"),
        ("{assembledFrom: {some: {}, every: {status: {eq: RELEASED}}}}", ""),
        ('{or: [{id: {eq: "LOT-1"}}, {and: [{status: {eq: RELEASED}}, {quantity: {value: {gt: 30}}}]}]}', "1 5"),
        ('{assembledInto: {some: {samples: {some: {id: {eq: "S-1"}}}}}}', "4 5"),
    ],
)
async def test_filters(api: Api, where: str, wanted: str) -> None:
    found = await api.data(f"{{ materialLots(where: {where}) {{ totalCount nodes {{ id }} }} }}")
    ids = [node["id"] for node in found["materialLots"]["nodes"]]
    assert " ".join(id_.replace("LOT-", "").replace("~serial:9999", "~") for id_ in ids) == wanted
    assert found["materialLots"]["totalCount"] == len(ids)


PAGES = """query ($order: [MaterialLotOrder!], $first: Int, $after: String) {
  materialLots(orderBy: $order, first: $first, after: $after, where: {placeholder: {eq: false}}) {
    totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ([], "123456"),
        ([{"definition": {"name": "DESC"}}, {"quantity": "DESC"}], "654321"),
        ([{"definition": {"baseUnit": "DESC"}}, {"definition": {"id": "ASC"}}, {"id": "DESC"}], "321654"),
        ([{"storedAt": {"partOf": {"name": "ASC"}}}, {"id": "DESC"}], "654321"),
        ([{"id": "DESC"}], "654321"),
        ([{"expiresAt": "DESC"}], "543216"),
        ([{"expiresAt": "ASC"}], "123456"),
        ([{"status": "DESC"}, {"quantity": "DESC"}], "536421"),
        ([{"path": "ASC"}, {"updatedAt": "DESC"}], "654321"),
        ([{"placeholder": "ASC"}], "123456"),
    ],
)
async def test_pages_join_to_the_whole_list_in_order(api: Api, order: list[dict[str, Any]], wanted: str) -> None:
    for first in (1, 2, 4, 6, 9):
        ids, after = "", None
        while True:
            page = (await api.data(PAGES, {"order": order, "first": first, "after": after}))["materialLots"]
            info = page["pageInfo"]
            assert page["totalCount"] == 6
            assert info["hasPreviousPage"] is (after is not None)
            assert [info["startCursor"], info["endCursor"]] == [page["edges"][0]["cursor"], page["edges"][-1]["cursor"]]
            ids += "".join(node["id"].removeprefix("LOT-") for node in page["nodes"])
            after = info["endCursor"]
            if not info["hasNextPage"]:
                break
            assert len(page["nodes"]) == first
        assert ids == wanted


async def test_links_are_ordered_and_paged_by_what_they_lead_to(api: Api) -> None:
    query = """query ($after: String) { materialLot(id: "LOT-1") { assembledFrom(
      first: 2, after: $after, orderBy: [{definition: {id: DESC}}, {quantity: DESC}]) {
      edges { quantity { value } node { id } } pageInfo { hasNextPage endCursor } } } }"""
    first = (await api.data(query))["materialLot"]["assembledFrom"]
    second = (await api.data(query, {"after": first["pageInfo"]["endCursor"]}))["materialLot"]["assembledFrom"]
    rows = [(e["node"]["id"], e["quantity"]["value"]) for e in [*first["edges"], *second["edges"]]]
    assert rows == [("LOT-5", 1.0), ("LOT-4", 2.0), ("LOT-4", 3.0)]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_links_are_paged_too_each_edge_on_its_own(api: Api) -> None:
    query = """query ($after: String) { materialLot(id: "LOT-1") { assembledFrom(first: 1, after: $after) {
      edges { cursor quantity { value } node { id } } pageInfo { hasNextPage } } } }"""
    seen, after = [], None
    for last in (False, False, True):
        page = (await api.data(query, {"after": after}))["materialLot"]["assembledFrom"]
        (edge,) = page["edges"]
        seen.append((edge["node"]["id"], edge["quantity"]["value"]))
        after = edge["cursor"]
        assert page["pageInfo"]["hasNextPage"] is not last
    assert sorted(seen) == [("LOT-4", 2.0), ("LOT-4", 3.0), ("LOT-5", 1.0)]


def _cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("order", "cursor"),
    [
        ("[]", "…"),
        ("[]", "AAAA"),
        ("[]", _cursor([])),
        ("[]", _cursor({"o": "", "v": []})),
        ("[]", _cursor({"o": "", "v": [1]})),
        ("[]", _cursor({"o": "", "v": ["a\nb"]})),
        ("[{name: ASC}]", _cursor({"o": "", "v": ["a"]})),
        ("[{definition: {name: ASC}}]", _cursor({"o": "definition.name ASC", "v": [1, "a"]})),
        ("[{definition: {name: ASC}}]", _cursor({"o": "name ASC", "v": ["x", "a"]})),
        ("[{expiresAt: ASC}]", _cursor({"o": "expiresAt ASC", "v": ["yesterday", "a"]})),
        ("[{quantity: ASC}]", _cursor({"o": "quantity ASC", "v": ["5", "a"]})),
        ("[{placeholder: ASC}]", _cursor({"o": "placeholder ASC", "v": [0, "a"]})),
        ("[{name: ASC}]", _cursor({"o": "name ASC", "v": [{}, "a"]})),
    ],
)
async def test_a_cursor_that_was_not_given_is_refused(api: Api, order: str, cursor: str) -> None:
    answer = await api.ask(
        f"query ($after: String) {{ materialLots(orderBy: {order}, after: $after) {{ nodes {{ id }} }} }}",
        {"after": cursor},
    )
    (error,) = answer.errors
    assert "begin anew without it" in error["message"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}


async def test_any_thing_by_its_global_id_one_plan_each(api: Api) -> None:
    answer = await api.ask(
        """{ a: node(id: "MaterialLot:LOT-1") { __typename id ... on MaterialLot { status } ...S }
             b: node(id: "Sample:S-1") { __typename id ...S } c: node(id: "Sample:none") { id } }
           fragment S on Sample { lot { id ... on Entity { kind } } }"""
    )
    assert not answer.errors
    assert answer.plans == 3
    assert answer.data == {
        "a": {"__typename": "MaterialLot", "id": "LOT-1", "status": "BLOCKED"},
        "b": {"__typename": "Sample", "id": "S-1", "lot": {"id": "LOT-1", "kind": "MaterialLot"}},
        "c": None,
    }


async def test_what_was_read_is_read_again_by_its_global_id(api: Api) -> None:
    found = await api.data(
        """{ lots: materialLots { nodes { id key: globalId samples { nodes { globalId } } } }
             search(text: "white") { globalId kind id } namespace(path: "acme/north") { things { globalId } } }"""
    )
    lots = found["lots"]["nodes"]
    assert {lot["key"] for lot in lots} >= {"MaterialLot:LOT-1", "MaterialLot:~serial:9999"}
    things = [*found["search"], *found["namespace"]["things"], *(s for lot in lots for s in lot["samples"]["nodes"])]
    for key in [*(lot["key"] for lot in lots), *(thing["globalId"] for thing in things)]:
        again = await api.data("query ($id: ID!) { node(id: $id) { kind id globalId } }", {"id": key})
        assert again["node"]["globalId"] == key == f"{again['node']['kind']}:{again['node']['id']}"


async def test_search_reads_one_plan_and_keeps_the_order(api: Api) -> None:
    answer = await api.ask(
        '{ search(text: "WHITE") { id name ... on MaterialLot { status } ... on MaterialDefinition { baseUnit } } }'
    )
    assert not answer.errors
    assert answer.plans == 1
    assert answer.data["search"] == [
        {"id": "LOT-1", "name": "White, first mix", "status": "BLOCKED"},
        {"id": "MAT-1", "name": "Base White", "baseUnit": "kg"},
    ]
    assert (await api.data('{ search(text: "white", kinds: ["MaterialDefinition"], first: 1) { id } }')) == {
        "search": [{"id": "MAT-1"}]
    }


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("materialLot { id }", "materialLot takes exactly one of `id` and `identifier`; 0 are given"),
        ('materialLot(id: "1", identifier: "a:b") { id }', "exactly one of `id` and `identifier`; 2 are given"),
        ('materialLot(identifier: "4711") { id }', "is not `scheme:value`"),
        ('node(id: "LOT-1") { id }', "'LOT-1' is no global id, as `MaterialLot:LOT-1` is: it has no kind. Give"),
        ('node(id: "MaterialLot:") { id }', "is no global id"),
        ('node(id: "Lot:1") { id }', "there is no kind 'Lot'; the kinds are AssetCondition, "),
        ('search(text: " ") { id }', "`text` is empty"),
        ('search(text: "a", first: -1) { id }', "`first` is -1; ask for 0 to 1000"),
        ('search(text: "a", kinds: ["lot"]) { id }', "there is no kind 'lot'"),
        ('namespace(path: "acme//x") { name }', "`path` is no location"),
        ("namespace(depth: 9) { name }", "`depth` is 9; ask for 0 to 8"),
    ],
)
async def test_what_cannot_be_answered_says_why(api: Api, field: str, message: str) -> None:
    answer = await api.ask(f"{{ {field} }}")
    (error,) = answer.errors
    assert message in error["message"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert answer.status == 200


async def test_the_hub_tells_how_it_is(api: Api) -> None:
    found = (
        await api.data(
            """{ hub { version pending journal { accepted pending events refused bytes detail }
                 graph { ok detail counts { kind count } } broker { connected product address guarantee } } }"""
        )
    )["hub"]
    assert found["pending"] == 0
    assert found["journal"]["accepted"] >= 12
    assert found["journal"]["bytes"] > 0
    assert {"kind": "MaterialDefinition", "count": 2} in found["graph"]["counts"]
    assert found["broker"]["connected"]
