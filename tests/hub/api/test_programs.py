"""Programs give what graphql-core gives, to the byte, or leave the answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings

from graph.errors import StoreUnavailable
from hub.api.context import ApiContext
from hub.api.schema import HubSchema
from hub.api.serving import context_of
from schema.model import MODEL
from tests.hub.api.conftest import Api
from tests.hub.api.questions import SCHEMA, Question, questions

pytestmark = pytest.mark.asyncio(loop_scope="session")

LAW = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Place:
    """Where questions are asked. No dataclass: hypothesis would print all of it."""

    def __init__(self, context: ApiContext) -> None:
        self.context = context


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ladybug(api: Api) -> Place:
    return Place(context_of(api.hub))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def neo4j(on_neo4j: ApiContext) -> Place:
    return Place(on_neo4j)


async def ordinary(text: str, variables: Mapping[str, Any], context: ApiContext) -> Any:
    return await SCHEMA.execute(text, variable_values=dict(variables), context_value=context)


async def by_program(text: str, variables: Mapping[str, Any] | None, context: ApiContext) -> bytes | None:
    SCHEMA.programs.learn(text, None)
    return await SCHEMA.programs.answer(text, None, variables, context)


async def alike(question: Question, context: ApiContext) -> None:
    expected = await ordinary(question.text, question.variables, context)
    assert not expected.errors, (question.text, expected.errors)
    found = await by_program(question.text, question.variables, context)
    assert found is not None and found == orjson.dumps({"data": expected.data}), question.text


@settings(LAW, max_examples=200)
@given(question=questions())
async def test_any_question_on_ladybug(ladybug: Place, question: Question) -> None:
    await alike(question, ladybug.context)


@settings(LAW, max_examples=50)
@given(question=questions())
async def test_any_question_on_neo4j(neo4j: Place, question: Question) -> None:
    await alike(question, neo4j.context)


async def test_one_document_is_compiled_once_for_an_outline_of_its_variables(ladybug: Place) -> None:
    context = ladybug.context
    text = """query ($id: ID, $where: MaterialLotWhere, $first: Int, $after: String, $more: Boolean!) {
      one: materialLot(id: $id) { id name @include(if: $more) }
      materialLots(where: $where, first: $first, after: $after, orderBy: [{expiresAt: DESC}]) {
        nodes { id } pageInfo { hasNextPage endCursor } } }"""
    schema = HubSchema(MODEL)
    schema.programs.learn(text, None)
    asked: list[dict[str, Any]] = [
        {"id": "LOT-1", "where": {"status": {"eq": "RELEASED"}}, "first": 2, "more": True},
        {"id": "LOT-2", "where": {"status": {"eq": "BLOCKED"}}, "first": 1, "more": True},
        {"id": "LOT-2", "where": {"status": {"eq": "BLOCKED"}}, "first": 1, "more": False},
        {"id": "LOT-2", "where": {"or": [{"id": {"in": ["LOT-3", "LOT-5"]}}]}, "first": 5, "more": False},
        {"id": "LOT-2", "where": {"or": [{"id": {"in": []}}]}, "first": 5, "more": False},
    ]
    expected = []
    for variables in [*asked, *reversed(asked)]:
        found = await schema.programs.answer(text, None, variables, context)
        result = await ordinary(text, variables, context)
        assert found == orjson.dumps({"data": result.data}), variables
        expected.append(found)
    assert len(set(expected)) == 5
    # The next pages, each by the cursor of the one before: a cursor that is null is another outline.
    seen, after = [], None
    while True:
        variables = {"id": "LOT-1", "first": 2, "after": after, "more": False}
        found = await schema.programs.answer(text, None, variables, context)
        result = await ordinary(text, variables, context)
        assert found == orjson.dumps({"data": result.data})
        page = result.data["materialLots"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["LOT-5", "LOT-4", "LOT-3", "LOT-2", "LOT-1", "LOT-6", "~serial:9999"]


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("query ($n: Int) { materialLots(first: $n) { nodes { id } } }", {"n": 5000}),
        ("query ($n: Int) { materialLots(first: $n) { nodes { id } } }", {"n": "x"}),
        ("query ($c: String) { materialLots(after: $c) { nodes { id } } }", {"c": "nonsense"}),
        ("query ($i: String) { materialLot(identifier: $i) { id } }", {"i": "nonsense"}),
        ("query ($i: ID) { materialLot(id: $i) { id } }", {}),
        ("query ($s: MaterialLotStatus) { materialLots(where: {status: {eq: $s}}) { totalCount } }", {"s": None}),
        ("query ($i: [String!]) { materialLots(where: {id: {in: $i}}) { totalCount } }", {"i": ["x"] * 1001}),
        ("query ($i: ID!) { node(id: $i) { id } }", {"i": "LOT-1"}),
        ("query ($i: ID!) { node(id: $i) { id } }", {"i": "Nothing:LOT-1"}),
        ("query ($t: String!) { search(text: $t) { id } }", {"t": " "}),
        ('{ search(text: "LOT", first: 0) { id } }', {}),
        ('{ search(text: "LOT", kinds: ["Nothing"]) { id } }', {}),
        ('{ materialLotsAggregate(timeZone: "Nowhere") { count } }', {}),
        ("{ namespace { path } }", {}),
        ("{ materialLot { id } }", {}),
        ('mutation { publish(kind: "x", id: "y", system: "z", path: "p", payload: {}) { topic } }', {}),
    ],
)
async def test_what_has_another_answer_is_left_to_graphql_core(
    ladybug: Place, text: str, variables: dict[str, Any]
) -> None:
    assert await by_program(text, variables, ladybug.context) is None


async def test_a_kind_that_a_variable_names_has_a_program_of_its_own(ladybug: Place) -> None:
    text = """query ($id: ID!, $kinds: [String!], $first: Int = 9) {
      node(id: $id) { kind name ... on MaterialLot { status } ... on Sample { lot { id } } }
      search(text: "1", kinds: $kinds, first: $first) { globalId ... on MaterialLot { status } } }"""
    schema = HubSchema(MODEL)
    schema.programs.learn(text, None)
    found = []
    for id_ in ("MaterialLot:LOT-1", "Sample:S-1", "MaterialLot:LOT-2", "MaterialLot:nothing"):
        for kinds in (["Sample"], ["MaterialLot", "Sample"], None):
            variables = {"id": id_, "kinds": kinds}
            answer = await schema.programs.answer(text, None, variables, ladybug.context)
            result = await ordinary(text, variables, ladybug.context)
            assert answer == orjson.dumps({"data": result.data}), (variables, answer, result.data)
            found.append(answer)
    assert len(set(found)) == 12


async def test_a_thing_with_everything(ladybug: Place, neo4j: Place) -> None:
    values = """__typename id globalId kind name description path placeholder updatedAt properties
      sources { s: system id observedAt path values __typename } identifiers { value scheme }
      conflicts { attribute winner said { system value __typename } }"""
    text = f"""{{ materialLot(id: "LOT-1") {{ {values} status quantity {{ unit value __typename }} expiresAt
      definition {{ {values} }}
      a: assembledFrom(first: 2) {{ totalCount nodes {{ id }} edges {{ cursor quantity {{ value }}
        node {{ id name }} }} e: edges {{ q: quantity {{ unit }} n: node {{ status }} __typename }}
        pageInfo {{ hasNextPage startCursor }} }} }}
      lots: materialLots(first: 3) {{ pageInfo {{ hasNextPage hasPreviousPage }} }}
      count: materialLots {{ totalCount }} }}"""
    for where in (ladybug.context, neo4j.context):
        expected = await ordinary(text, {}, where)
        assert not expected.errors
        assert await by_program(text, None, where) == orjson.dumps({"data": expected.data})
        assert expected.data["lots"]["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False}


async def test_over_http_the_second_answer_is_the_first(api: Api) -> None:
    text = "query Twice { materialLots(first: 2) { nodes { id } pageInfo { hasNextPage } } }"
    first, second = await api.ask(text), await api.ask(text)
    assert (second.status, second.data, second.errors) == (200, first.data, [])
    assert (first.plans, second.plans) == (1, 1)


async def test_an_error_of_the_graph_is_told_and_met_once(api: Api) -> None:
    text = '{ materialLot(id: "LOT-1") { id } ids: materialLots { nodes { id } } }'
    await api.data(text)
    calls = 0
    with api.broken(StoreUnavailable("the graph is away")):
        read = api.hub.store.read

        async def counted(*given: Any) -> Any:
            nonlocal calls
            calls += 1
            return await read(*given)

        api.hub.store.read = counted  # type: ignore[method-assign]
        answer = await api.ask(text)
    assert answer.data is None and {e["extensions"]["code"] for e in answer.errors} == {"UNAVAILABLE"}
    assert calls == 1
