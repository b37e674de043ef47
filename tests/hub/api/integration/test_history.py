"""`history`: what each system asserted of a thing, told from the journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from connectors.wire.messages import Inbound
from hub.journal.port import Entry
from schema.errors import Reason
from tests.hub.api.conftest import TOMORROW, Api, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOT = "acme/north/_source/mes/material-lot/LOT-1"
LATE = Inbound("uns/v1/acme/_source/mes/material-lot/LATE", b'{"status": "BLOCKED"}', TOMORROW, {})
HISTORY = """
query History($id: ID!, $order: HistoryOrder! = NEWEST_FIRST, $first: Int, $after: String) {
  history(kind: "MaterialLot", id: $id, order: $order, first: $first, after: $after) {
    nodes { number system id topic path eventTime received messageId withdrawal replaces state values }
    edges { cursor node { number } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with opened(tmp_path_factory.mktemp("history")) as api:
        await api.take(LOT, {"status": "BLOCKED", "colour": "blue", "identifiers": {"serial": "7"}}, 1)
        await api.take("acme/_source/erp/material-lot/4711", {"status": "RELEASED", "identifiers": {"serial": "7"}}, 3)
        await api.take("acme/_source/erp/material-lot/other", {"status": "RELEASED"}, 3)
        await api.take(
            LOT, {"status": None, "definition": "MAT-1", "identifiers": {"serial": "7"}, "$replace": True}, 2
        )
        await api.take("acme/_source/lims/material-lot/L-1", {"identifiers": {"serial": "7"}}, 4)
        await api.take("acme/_source/lims/material-lot/L-1", None, 5)
        yield api


async def told(api: Api, **variables: Any) -> Any:
    return (await api.data(HISTORY, variables))["history"]


async def test_every_word_under_every_id_that_systems_have_of_a_thing(plant: Api) -> None:
    nodes = (await told(plant, id="LOT-1"))["nodes"]
    assert [(n["system"], n["id"], n["eventTime"][11:13]) for n in nodes] == [
        ("mes", "LOT-1", "02"),
        ("erp", "4711", "03"),
        ("mes", "LOT-1", "01"),
    ], "in the order in which they came"
    assert (await told(plant, id="4711"))["nodes"] == nodes


async def test_what_a_message_said(plant: Api) -> None:
    replaced, erp, first = (await told(plant, id="LOT-1"))["nodes"]
    assert first["values"] == {
        "status": "BLOCKED",
        "properties": {"colour": "blue"},
        "identifiers": {"serial": "7"},
    }
    assert replaced["values"] == {
        "status": None,
        "definition": [{"id": "MAT-1"}],
        "identifiers": {"serial": "7"},
    }
    assert (first["replaces"], replaced["replaces"]) == (False, True)
    assert {n["withdrawal"] for n in (replaced, erp, first)} == {False}
    assert (erp["topic"], erp["path"]) == ("uns/v1/acme/_source/erp/material-lot/4711", "acme")
    assert (erp["eventTime"], erp["received"]) == ("2026-03-01T03:00:00Z", "2026-03-02T00:00:00Z")
    assert erp["messageId"]
    assert {n["state"] for n in (replaced, erp, first)} == {"APPLIED"}


async def test_what_was_taken_back_is_told_under_its_own_id(plant: Api) -> None:
    withdrawn, said = (await told(plant, id="L-1"))["nodes"]
    assert (withdrawn["withdrawal"], withdrawn["values"]) == (True, {})
    assert (said["withdrawal"], said["values"]) == (False, {"identifiers": {"serial": "7"}})


async def test_values_one_by_one(plant: Api) -> None:
    cells = '{ history(kind: "MaterialLot", id: "LOT-1", first: 1) { nodes { cells { attribute value } } } }'
    (node,) = (await plant.data(cells))["history"]["nodes"]
    assert node["cells"] == [
        {"attribute": "path", "value": "acme/north"},
        {"attribute": "definition", "value": [{"id": "MAT-1"}]},
        {"attribute": "identifiers/serial", "value": "7"},
        {"attribute": "status", "value": None},
    ]


@pytest.mark.parametrize("order", ["NEWEST_FIRST", "OLDEST_FIRST"])
async def test_pages_both_ways(plant: Api, order: str) -> None:
    whole = (await told(plant, id="LOT-1"))["nodes"]
    whole = whole if order == "NEWEST_FIRST" else whole[::-1]
    after, seen = None, []
    while True:
        page = await told(plant, id="LOT-1", order=order, first=2, after=after)
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        seen += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == whole


async def test_what_is_pending_or_has_failed(plant: Api) -> None:
    journal = plant.hub.journal
    states = {}
    pending: list[Entry] = []
    read = journal.pending

    async def held(limit: int, held: Any = ()) -> Any:
        pending.extend(await read(limit, held))
        return []

    journal.pending = held  # type: ignore[method-assign]
    try:
        await plant.hub.ingest.accept(LATE)
        while not pending:
            plant.hub.projector.wake()
            await asyncio.sleep(0.01)
        states["before"] = (await told(plant, id="LATE"))["nodes"][0]["state"]
        await journal.failed(pending[0], Reason("", "", "the graph would not have it"))
    finally:
        journal.pending = read  # type: ignore[method-assign]
    states["after"] = (await told(plant, id="LATE"))["nodes"][0]["state"]
    assert states == {"before": "PENDING", "after": "FAILED"}
    letters = (await plant.data("{ deadLetters { nodes { accepted id reasons { expected } } } }"))["deadLetters"][
        "nodes"
    ]
    assert letters[0] == {"accepted": True, "id": "LATE", "reasons": [{"expected": "the graph would not have it"}]}


async def test_nothing_was_said(plant: Api) -> None:
    page = await told(plant, id="none")
    assert page["nodes"] == []
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


async def test_of_a_thing_that_is_only_referred_to(plant: Api) -> None:
    await plant.take("acme/_source/lims/sample/S-1", {"lot": {"serial": "99"}}, 6)
    assert (await told(plant, id="~serial:99"))["nodes"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('kind: "Lot", id: "x"', "there is no kind 'Lot'"),
        ('kind: "MaterialLot", id: "x", first: -1', "`first` is -1"),
        ('kind: "MaterialLot", id: "x", after: "x"', "cursor in `after`"),
    ],
)
async def test_refuses_what_cannot_be(plant: Api, arguments: str, said: str) -> None:
    answer = await plant.ask(f"{{ history({arguments}) {{ nodes {{ number }} }} }}")
    assert said in answer.errors[0]["message"]


async def test_a_cursor_of_another_order_is_refused(plant: Api) -> None:
    page = await told(plant, id="LOT-1", first=1)
    variables = {"id": "LOT-1", "order": "OLDEST_FIRST", "after": page["pageInfo"]["endCursor"]}
    answer = await plant.ask(HISTORY, variables)
    assert "in another order" in answer.errors[0]["message"]
