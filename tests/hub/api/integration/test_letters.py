"""`deadLetters`: what was refused, why, and from whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from connectors.wire.messages import Inbound
from hub.api import cursors
from tests.hub.api.conftest import TOMORROW, Api, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECOND = 1_000_000
LONG = b'{"note": "' + "ü".encode() * 1200 + b'"'
REFUSED: list[tuple[str, bytes]] = [
    ("acme/north/_source/mes/material-lot/LOT-1", b'{"status": "GREEN", "quantity": {"value": 1, "unit": "kgs"}}'),
    ("acme/_source/erp/material-lot/LOT%2F2", b"{"),
    ("acme/north/_source/mes/widget/W-1", b"{}"),
    ("acme/north/_state/mes", b"\xff\xfe"),
    ("nowhere", b"{}"),
    ("acme/north/_source/lims/sample", LONG),
]
LETTERS = """
query Letters($first: Int, $after: String, $system: String, $path: String, $reason: String, $since: DateTime,
              $until: DateTime, $replayed: Boolean! = false) {
  deadLetters(first: $first, after: $after, system: $system, path: $path, reason: $reason, since: $since, until: $until,
              replayed: $replayed) {
    nodes { number topic path system kind id received payload payloadBytes contentType retained accepted replayed
            reasons { path value expected } }
    edges { cursor node { number } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with opened(tmp_path_factory.mktemp("letters")) as api:
        for second, (topic, payload) in enumerate(REFUSED):
            properties = {"eventTime": "2026-03-01T00:00:00Z", "token": "hunter2"}
            message = Inbound(
                f"uns/v1/{topic}", payload, TOMORROW + second * SECOND, properties, "text/plain", second == 0
            )
            await api.hub.ingest.accept(message)
        assert api.hub.ingest.tally.refused == len(REFUSED)
        yield api


async def told(api: Api, **variables: Any) -> Any:
    return (await api.data(LETTERS, variables))["deadLetters"]


async def test_what_was_refused_the_newest_first(plant: Api) -> None:
    nodes = (await told(plant))["nodes"]
    assert [n["topic"].removeprefix("uns/v1/") for n in nodes] == [topic for topic, _ in reversed(REFUSED)]
    lot = nodes[-1]
    assert [lot[name] for name in ("path", "system", "kind", "id")] == ["acme/north", "mes", "MaterialLot", "LOT-1"]
    assert (lot["received"], lot["contentType"]) == ("2026-03-02T00:00:00Z", "text/plain")
    assert (lot["retained"], nodes[0]["retained"], lot["accepted"], lot["replayed"]) == (True, False, False, None)
    assert {reason["path"] for reason in lot["reasons"]} == {"$.status", "$.quantity.unit"}
    assert '"kgs"' in {reason["value"] for reason in lot["reasons"]}


async def test_what_a_topic_names(plant: Api) -> None:
    nodes = (await told(plant))["nodes"]
    named = [[n[name] for name in ("path", "system", "kind", "id")] for n in nodes]
    assert named[:5] == [
        ["acme/north", "lims", "Sample", None],
        [None, None, None, None],
        ["acme/north", "mes", None, None],
        ["acme/north", "mes", None, "W-1"],
        ["acme", "erp", "MaterialLot", "LOT/2"],
    ]


async def test_the_beginning_of_a_payload(plant: Api) -> None:
    long, _, odd, *_ = (await told(plant))["nodes"]
    assert long["payloadBytes"] == len(LONG)
    assert long["payload"] == '{"note": "' + "ü" * 995
    assert odd["payload"] == "\\xff\\xfe"


async def test_no_user_property_is_told(plant: Api) -> None:
    assert "hunter2" not in str(await told(plant))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"system": "mes"}, [3, 2, 0]),
        ({"path": "acme/north"}, [5, 3, 2, 0]),
        ({"path": "acme"}, [5, 3, 2, 1, 0]),
        ({"path": "acme/nor"}, []),
        ({"reason": "$.quantity"}, [0]),
        ({"since": "2026-03-02T00:00:02Z", "until": "2026-03-02T01:00:04+01:00"}, [3, 2]),
        ({"system": "mes", "reason": "widget"}, [2]),
    ],
)
async def test_those_that_are_asked_for(plant: Api, wanted: dict[str, str], found: list[int]) -> None:
    nodes = (await told(plant, **wanted))["nodes"]
    assert [n["topic"].removeprefix("uns/v1/") for n in nodes] == [REFUSED[place][0] for place in found]


async def test_pages(plant: Api) -> None:
    whole, after, seen = (await told(plant))["nodes"], None, []
    while True:
        page = await told(plant, first=4, after=after)
        seen += page["nodes"]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == whole


async def test_one_that_was_replayed_no_longer_waits(plant: Api) -> None:
    (lot,) = (await told(plant, reason="$.quantity"))["nodes"]
    await plant.hub.journal.replayed(int(lot["number"]), TOMORROW)
    assert (await told(plant, reason="$.quantity"))["nodes"] == []
    (again,) = (await told(plant, reason="$.quantity", replayed=True))["nodes"]
    assert again == {**lot, "replayed": "2026-03-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"system": ""}, "`system` is empty"),
        ({"path": "_x"}, "`path` is no location"),
        ({"first": 1001}, "`first` is 1001"),
        ({"after": "eyJvIjoiIiwidiI6WyIxIl19"}, "of a list in another order"),
        ({"after": "eyJvIjoiZGVhZCBsZXR0ZXJzIiwidiI6WyJ4Il19"}, "not one that this API gave"),
    ],
)
async def test_refuses_what_cannot_be(plant: Api, wanted: dict[str, Any], said: str) -> None:
    answer = await plant.ask(LETTERS, wanted)
    assert said in answer.errors[0]["message"]


@pytest.mark.parametrize("place", ["-1", "x", "9" * 5000])
async def test_a_cursor_that_is_made_up_is_refused(plant: Api, place: str) -> None:
    answer = await plant.ask(LETTERS, {"after": cursors.encode("dead letters", [place])})
    assert "cursor in `after`" in answer.errors[0]["message"]
