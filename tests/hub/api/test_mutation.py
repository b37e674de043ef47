"""Publishing and withdrawing: what is said goes out as it was said, and nothing is taken back by mistake."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.api.conftest import Api
from tests.hub.api.test_subscription import listening

pytestmark = pytest.mark.asyncio(loop_scope="session")

PUBLISH = """mutation ($payload: JSON!) {
  publish(topic: "uns/v1/acme/_source/mes/person/P-7", payload: $payload) { bytes } }"""


def nested(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels - 1):
        found = [found]
    return found


async def test_what_is_published_goes_through_the_broker_into_the_graph(api: Api) -> None:
    query = (
        'subscription { changes(kinds: ["Person"]) { id entity { ... on Person { name sources { observedAt } } } } }'
    )
    async with listening(api, query) as listener:
        published = await api.data(
            """mutation ($payload: JSON!) {
                 publish(topic: "uns/v1/acme/_source/mes/person/P-9", payload: $payload) { topic bytes } }""",
            {"payload": {"name": "Grace", "observedAt": "2026-02-01T10:00:00+01:00"}},
        )
        assert published == {"publish": {"topic": "uns/v1/acme/_source/mes/person/P-9", "bytes": 57}}
        entity = {"name": "Grace", "sources": [{"observedAt": "2026-02-01T09:00:00Z"}]}
        assert await listener.change() == {"id": "P-9", "entity": entity}


async def test_an_event_time_that_the_broker_cannot_carry_is_not_lost_in_silence(api: Api) -> None:
    answer = await api.ask(
        """mutation { publish(topic: "uns/v1/acme/_source/mes/person/P-8", payload: {name: "A"}, messageId: "m",
             eventTime: "2026-03-01T12:00:00Z") { topic } }"""
    )
    (error,) = answer.errors
    assert "MQTT 3.1.1, which carries no eventTime and no messageId" in error["message"]
    assert error["extensions"] == {"code": "NOT_PUBLISHED"}


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        ("uns/v1/acme", "has no _source, _tag, _state or _count"),
        ("other/acme/_tag/x", "is not below 'uns/v1'"),
        ("uns/v1/acme/_person/P-1", "is the hub's own"),
        ("uns/v1/_hub/status", "is the hub's own"),
    ],
)
async def test_what_cannot_be_published_says_why(api: Api, topic: str, message: str) -> None:
    for field in (f'publish(topic: "{topic}", payload: {{}})', f'withdraw(topic: "{topic}")'):
        answer = await api.ask(f"mutation {{ {field} {{ topic }} }}")
        assert message in answer.errors[0]["message"]
        assert answer.errors[0]["extensions"]["code"] == "BAD_REQUEST"


async def test_withdrawing_is_a_mutation_of_its_own(api: Api) -> None:
    await api.take("acme/_source/mes/person/P-5", {"name": "Ada"}, 1)
    async with listening(api, 'subscription { changes(kinds: ["Person"]) { id change } }') as listener:
        answer = await api.data('mutation { withdraw(topic: "uns/v1/acme/_source/mes/person/P-5") { bytes } }')
        assert answer == {"withdraw": {"bytes": 0}}
        assert await listener.change() == {"id": "P-5", "change": "DELETED"}


@pytest.mark.parametrize("topic", ["uns/v1/acme/_tag/x", "uns/v1/acme/_source/mes/person"])
async def test_only_a_thing_can_be_withdrawn(api: Api, topic: str) -> None:
    answer = await api.ask(f'mutation {{ withdraw(topic: "{topic}") {{ topic }} }}')
    assert "it does not end in a thing's id" in answer.errors[0]["message"]


@pytest.mark.parametrize("variables", [{}, {"payload": None}])
async def test_a_forgotten_payload_withdraws_nothing(api: Api, variables: dict[str, Any]) -> None:
    answer = await api.ask(PUBLISH, variables)
    assert answer.data is None
    assert "JSON!" in answer.errors[0]["message"]


@pytest.mark.parametrize("payload", ["null", "$payload"])
async def test_a_payload_that_may_be_missing_is_refused(api: Api, payload: str) -> None:
    declared = "($payload: JSON)" if payload == "$payload" else ""
    topic = "uns/v1/acme/_source/mes/person/P-7"
    answer = await api.ask(f'mutation {declared} {{ publish(topic: "{topic}", payload: {payload}) {{ bytes }} }}')
    assert "JSON!" in answer.errors[0]["message"]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64, 10**300])
async def test_a_whole_number_that_would_be_rounded_is_refused(api: Api, number: int) -> None:
    literal = await api.ask(f'mutation {{ publish(topic: "uns/v1/a/_tag/b", payload: {{a: [{number}]}}) {{ bytes }} }}')
    variables = [await api.ask(PUBLISH, {"payload": value}) for value in (number, [number], {"a": number})]
    for answer in (literal, *variables):
        assert answer.data is None
        assert "is a whole number of more than 64 bits; send it as text" in answer.errors[0]["message"]


@pytest.mark.parametrize(
    ("declared", "payload", "variables", "message"),
    [
        ("", "1e999", {}, "larger than a double holds"),
        ("($x: String)", "{name: $x}", {}, "the variable $x in a JSON value has no value"),
        ("($x: String)", "[$x]", {}, "the variable $x in a JSON value has no value"),
        ("($x: JSON)", "{a: $x}", {"x": [2**63]}, "64 bits"),
        ("", "9" * 300, {}, "64 bits"),
        ("", "[" * 102 + "]" * 102, {}, "nested more than 100 levels deep"),
        ("($x: JSON!)", "$x", {"x": nested(102)}, "nested more than 100 levels deep"),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_a_payload_that_cannot_be_sent_as_it_is_says_why(
    api: Api, declared: str, payload: str, variables: dict[str, Any], message: str
) -> None:
    answer = await api.ask(
        f'mutation {declared} {{ publish(topic: "uns/v1/a/_tag/b", payload: {payload}) {{ bytes }} }}', variables
    )
    assert answer.data is None
    assert message in answer.errors[0]["message"]


async def test_a_payload_is_sent_as_it_was_written(api: Api) -> None:
    badge = 2**63 - 1
    async with listening(api, 'subscription { changes(kinds: ["Person"]) { id } }') as listener:
        await api.data(
            """mutation ($badge: JSON) { publish(topic: "uns/v1/acme/_source/mes/person/P-6", payload: {
                 name: "Grace", active: true, badge: $badge, none: null, list: [1.5, READY] }) { bytes } }""",
            {"badge": badge},
        )
        assert (await listener.change())["id"] == "P-6"
    found = await api.data('{ person(id: "P-6") { name active properties } }')
    assert found["person"] == {"name": "Grace", "active": True, "properties": {"badge": badge, "list": [1.5, "READY"]}}
