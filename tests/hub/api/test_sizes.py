"""Documents and filters made to take long or much: refused before any work, with the limit."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

FILTER = "query ($w: MaterialLotWhere) { materialLots(where: $w) { totalCount } }"


def times(text: str, count: int) -> str:
    """A text for each number, with the number in place of `#`."""
    return " ".join(text.replace("#", str(number)) for number in range(count))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (f"{{ {times('a#: namespace { total }', 51)} }}", "has 51 root fields; at most 50 are allowed"),
        (f"{{ {times('...F#', 30)} }} " + times('fragment F# on Query { a#: hub { version } b#: hub { version } }', 30),
         "has 60 root fields"),
        ("{ a: __schema { types { name } } b: __schema { types { name } } }", "`__schema` is asked for more than once"),
        (f'{{ materialLot(id: "L") {{ {"definition { id } " * 101} }} }}', "101 fields with selections of their own"),
        (f"{{ ...F0 }} {times('fragment F# on Query { hub { version } }', 101)}", "has 101 fragments; at most 100"),
        (f'{{ search(text: "x", first: {"9" * 5_000}) {{ id }} }}', "a number has more than 400 digits"),
        (f"{{ jobOrders(where: {{priority: {{gt: {'9' * 300}}}}}) {{ totalCount }} }}", "at most 64 bits"),
        (f"{{ materialLot {{ {times('f#', 4_000)} }} }}", "Cannot query field 'f0'"),
        (f"{{ {'x' * 500_000} }}", "Cannot query field 'xxx"),
        (f"{{ materialLots(where: {{{times('statu#: 1', 800)}}}) {{ totalCount }} }}", "unknown field 'statu0'"),
        (f"{{ {times('...F#', 90)} }} {times('fragment F# on Query { ...G }', 90)} fragment G on Query {{ ...G }}",
         "Cannot spread fragment 'G' within itself"),
    ],
    ids=lambda value: value[:30],
)  # fmt: skip
async def test_a_document_made_to_be_large_is_refused_at_once(api: Api, query: str, message: str) -> None:
    began = time.monotonic()
    answer = await api.ask(query)
    assert time.monotonic() - began < 10
    assert answer.data is None
    assert message in answer.errors[0]["message"]
    assert "INTERNAL" not in str(answer.errors)
    assert len(str(answer.errors)) < 200_000


@pytest.mark.parametrize(
    "where",
    [
        {"or": [{"id": {"eq": "x"}}] * 30_000},
        {"and": [{"or": [{"id": {"eq": "x"}}] * 20}] * 100},
        {"samples": {"some": {"or": [{"id": {"eq": "x"}}] * 600}}},
    ],
    ids=["or", "and", "linked"],
)
async def test_a_filter_of_very_many_conditions_is_refused(api: Api, where: dict[str, Any]) -> None:
    answer = await api.ask(FILTER, {"w": where})
    assert answer.plans == 0
    assert "more than 1000 conditions; use `in`" in answer.errors[0]["message"]


async def test_a_filter_within_the_limit_is_answered(api: Api) -> None:
    wanted = {"or": [{"id": {"eq": f"LOT-{number}"}} for number in range(1, 400)]}
    assert (await api.data(FILTER, {"w": wanted}))["materialLots"]["totalCount"] >= 6
