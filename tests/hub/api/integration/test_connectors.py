"""`connectors` and what they can be told: to the hub that runs them, whichever hub is asked."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from hub.api.http import create_api
from hub.api.serving import context_of
from hub.app import Hub, open_hub
from hub.connect.place import open_state
from hub.settings import Role
from schema.model import MODEL
from tests.hub.connected import connected, fill, settings, until, write

FARES = """
query Fares($names: [String!]) {
  connectors(names: $names) {
    name system kind profile description state paused held remedy letterCount
    letters(first: 2) { stream key record reasons }
    streams {
      name reads failures letters loaded error position lag rate nextRun
      running { read }
      lastRun { began ended seconds read published unchanged refused withdrawn messages rate error }
      lastSuccess { read }
      totals { runs failed read published unchanged refused withdrawn messages }
    }
  }
}
"""


class Door:
    """The API of a hub."""

    def __init__(self, hub: Hub, client: httpx.AsyncClient) -> None:
        self.hub = hub
        self._client = client

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = await self._client.post("/graphql", json={"query": query, "variables": variables})
        body: dict[str, Any] = answer.json()
        return body

    async def ask(self, query: str, **variables: Any) -> Any:
        body = await self.answer(query, **variables)
        assert not body.get("errors"), body["errors"]
        return body["data"]

    async def refusal(self, query: str) -> str:
        (error,) = (await self.answer(query))["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        return str(error["message"])


@asynccontextmanager
async def door(hub: Hub) -> AsyncIterator[Door]:
    app = Starlette(routes=create_api(MODEL, lambda: context_of(hub)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        yield Door(hub, client)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Door]:
    async with connected(tmp_path) as hub, door(hub) as found:
        yield found


async def test_how_each_fares(api: Door, tmp_path: Path) -> None:
    lims, mes = (await api.ask(FARES))["connectors"]
    (lots,) = mes.pop("streams")
    assert mes == {
        "name": "mes",
        "system": "mes",
        "kind": "sql",
        "profile": None,
        "description": "The mes of the north site",
        "state": "WAITING",
        "paused": False,
        "held": True,
        "remedy": None,
        "letterCount": 1,
        "letters": [
            {
                "stream": "lots",
                "key": "4",
                "record": {"id": 4, "lot_no": "L3", "state": "X"},
                "reasons": [
                    f"{tmp_path}/sources/mes.yaml:17:11: state: 'X' is not among the codes of `enum` (F, S); "
                    "add it, or give `otherwise`"
                ],
            }
        ],
    }
    run = lots.pop("lastRun")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", run["began"]) and run["began"] < run["ended"]
    counts = {"read": 4, "published": 3, "unchanged": 0, "refused": 1, "withdrawn": 0, "messages": 1}
    assert {name: run[name] for name in counts} == counts
    assert (run["error"], run["rate"] > 0, lots["rate"] > 0, lots["lag"] >= 0) == (None, True, True, True)
    assert lots["totals"] == {"runs": 1, "failed": 0, **counts}
    assert (lots["reads"], lots["loaded"], lots["running"], lots["lastSuccess"]) == ("WHOLE", True, None, {"read": 4})
    assert lots["nextRun"] > run["ended"]

    (lots,) = lims["streams"]
    assert (lims["state"], lims["remedy"]) == ("FAILING", "`unshub connectors check lims` looks again")
    assert lots["error"].startswith("can't reach sqlite:///nowhere.db: ")
    assert (lots["failures"] >= 1, lots["lag"], lots["lastSuccess"], lots["loaded"]) == (True, None, None, False)


async def test_those_that_are_named(api: Door) -> None:
    (mes,) = (await api.ask(FARES, names=["mes"]))["connectors"]
    assert mes["name"] == "mes"
    assert await api.refusal('{ connectors(names: ["erp"]) { name } }') == (
        "there is no connector 'erp'; known are lims, mes"
    )
    refusal = await api.refusal("{ connectors { letters(first: 101) { key } } }")
    assert refusal == "`first` of `letters` is 101; ask for 0 to 100"


async def test_one_that_is_paused_rests_and_is_run_when_it_is_asked_for(api: Door, tmp_path: Path) -> None:
    paused = await api.ask('mutation { pauseConnector(name: "mes") { state paused streams { nextRun } } }')
    assert paused["pauseConnector"] == {"state": "PAUSED", "paused": True, "streams": [{"nextRun": None}]}
    with closing(sqlite3.connect(tmp_path / "sources" / "plant.db")) as plant:
        plant.execute("UPDATE lot SET state = 'S' WHERE id = 1")
        plant.execute("DELETE FROM lot WHERE id = 2")
        plant.commit()
    await api.ask('mutation { runConnector(name: "mes", streams: ["lots"]) { name } }')
    await until(api.hub, lambda found: found[1].streams[0].totals.runs == 2)
    (mes,) = (await api.ask(FARES, names=["mes"]))["connectors"]
    run = mes["streams"][0]["lastRun"]
    assert [run[name] for name in ("read", "published", "unchanged", "withdrawn")] == [3, 1, 1, 1]
    assert (mes["state"], mes["streams"][0]["totals"]["read"]) == ("PAUSED", 7)
    resumed = await api.ask('mutation { resumeConnector(name: "mes") { state paused } }')
    assert resumed["resumeConnector"] == {"state": "WAITING", "paused": False}


async def test_one_that_is_reset_tells_all_again(api: Door) -> None:
    begun = await api.ask('mutation { resetConnector(name: "mes") { streams { loaded } } }')
    assert begun["resetConnector"] == {"streams": [{"loaded": False}]}
    await api.ask('mutation { runConnector(name: "mes") { name } }')
    await until(api.hub, lambda found: found[1].streams[0].totals.runs == 2)
    (mes,) = (await api.ask(FARES, names=["mes"]))["connectors"]
    assert (mes["streams"][0]["lastRun"]["published"], mes["streams"][0]["loaded"]) == (3, True)


async def test_looks_at_a_source(api: Door) -> None:
    checked = await api.ask('mutation { checkConnector(name: "mes") { what detail remedy } }')
    assert [each["what"] for each in checked["checkConnector"]] == ["connection", "lots"]
    assert all(each["remedy"] is None for each in checked["checkConnector"])
    (offer,) = (await api.ask('mutation { discoverConnector(name: "mes") { name draft fields { name type } } }'))[
        "discoverConnector"
    ]
    assert (offer["name"], offer["draft"]) == ("lot", {"table": "lot", "key": "id"})
    assert offer["fields"][0] == {"name": "id", "type": "INTEGER"}
    previewed = await api.ask(
        'mutation { previewConnector(name: "mes", first: 4) { stream record assertions reasons } }'
    )
    first, *_, last = previewed["previewConnector"]
    assert first["assertions"] == [{"kind": "MaterialLot", "id": "L0", "location": "acme/north", "status": "RELEASED"}]
    assert (first["record"]["lot_no"], first["reasons"]) == ("L0", [])
    assert last["assertions"] == [] and "'X' is not among the codes" in last["reasons"][0]
    # A look keeps nothing.
    (mes,) = (await api.ask(FARES, names=["mes"]))["connectors"]
    assert mes["streams"][0]["totals"]["runs"] == 1


async def test_what_can_not_be_done_is_said(api: Door) -> None:
    assert "can't reach sqlite:///nowhere.db" in await api.refusal('mutation { checkConnector(name: "lims") { what } }')
    assert await api.refusal('mutation { resetConnector(name: "mes", streams: ["orders"]) { name } }') == (
        "the connector mes has no stream 'orders'; known are lots"
    )
    assert await api.refusal('mutation { pauseConnector(name: "erp") { name } }') == (
        "there is no connector 'erp'; known are lims, mes"
    )
    assert await api.refusal('mutation { previewConnector(name: "mes", first: 51) { stream } }') == (
        "`first` is 51; ask for 1 to 50 records of each stream"
    )


async def test_a_hub_that_runs_none_sees_and_tells_the_same(tmp_path: Path) -> None:
    """What is said reaches whoever runs the connector by what connectors keep."""
    fill(tmp_path / "sources")
    write(tmp_path / "sources", "mes")
    found = settings(tmp_path).model_copy(update={"role": Role.PROJECT})
    async with open_hub(found) as hub, door(hub) as api:
        assert (await api.ask("{ connectors { state held } }"))["connectors"] == [{"state": "STOPPED", "held": False}]
        refusal = await api.refusal('mutation { runConnector(name: "mes") { name } }')
        assert refusal.startswith("no process runs the connector mes now; start a hub")
        with closing(open_state(found)) as state, state.hold("mes"):
            await api.ask('mutation { runConnector(name: "mes", withdrawAll: true) { name } }')
            await api.ask('mutation { pauseConnector(name: "mes") { name } }')
            paused, asked = state.orders("mes")
            assert asked is not None
            assert (paused, list(asked.streams), list(asked.all_gone)) == (True, ["lots"], ["lots"])


async def test_a_hub_without_connectors_has_none(tmp_path: Path) -> None:
    async with open_hub(settings(tmp_path, connectors=None)) as hub, door(hub) as api:
        assert await api.ask("{ connectors { name } }") == {"connectors": []}
        refusal = await api.refusal('mutation { pauseConnector(name: "mes") { name } }')
        assert "the setting `connectors` names their folder" in refusal
