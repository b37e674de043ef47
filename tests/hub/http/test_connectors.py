"""What probes are told of connectors: the truth, and a source that fails makes no hub unready."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from connectors.wire.address import Address
from hub.app import Hub, open_hub
from hub.connect.place import open_state
from hub.http.web import Stage, routes
from hub.settings import Role
from tests.hub.connected import connected, fill, settings, until, write
from tests.servers import free_port

SAMPLE = re.compile(r'[a-z_]+(\{([a-z]+="[^"\n]*"(,(?=[a-z])|))+\})? (-?[0-9][0-9.e+-]*)')


def over_http(hub: Hub) -> httpx.AsyncClient:
    app = Starlette(routes=routes(Stage(hub, "running")))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with connected(tmp_path) as hub:
        yield hub


@pytest.fixture
async def client(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with over_http(hub) as client:
        yield client


async def test_a_source_that_fails_is_told_and_the_hub_is_ready(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")
    told = answer.json()["connectors"]
    assert (answer.status_code, answer.json()["ready"], told["ok"]) == (200, True, False)
    assert "lims failing, mes waiting; lims/lots: can't reach sqlite:///nowhere.db" in told["detail"]


async def test_the_status_has_each_connector(client: httpx.AsyncClient) -> None:
    lims, mes = (await client.get("/api/status")).json()["connectors"]["each"]
    assert (lims["name"], lims["state"], mes["name"], mes["state"]) == ("lims", "failing", "mes", "waiting")
    lots = mes["streams"]["lots"]
    assert {name: lots[name] for name in ("read", "changed", "unchanged", "withdrawn", "refused", "letters")} == {
        "read": 4,
        "changed": 3,
        "unchanged": 0,
        "withdrawn": 0,
        "refused": 1,
        "letters": 1,
    }
    assert lots["lag"] >= 0 and lots["next"] and not lots["running"] and not lots["error"]
    assert "can't reach" in lims["streams"]["lots"]["error"] and lims["streams"]["lots"]["lag"] is None


async def test_prometheus_reads_the_same(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert [line for line in lines if not line.startswith("# ") and not SAMPLE.fullmatch(line)] == []
    mes, lims = 'connector="mes",system="mes"', 'connector="lims",system="lims"'
    for line in (
        "unshub_connectors_readable 1.0",
        f'unshub_connector_state{{{mes},state="waiting"}} 1.0',
        f'unshub_connector_state{{{mes},state="failing"}} 0.0',
        f'unshub_connector_state{{{lims},state="failing"}} 1.0',
        f'unshub_connector_runs_total{{{mes},stream="lots",outcome="ok"}} 1.0',
        f'unshub_connector_runs_total{{{mes},stream="lots",outcome="failed"}} 0.0',
        f'unshub_connector_records_total{{{mes},stream="lots",outcome="published"}} 3.0',
        f'unshub_connector_records_total{{{mes},stream="lots",outcome="refused"}} 1.0',
        f'unshub_connector_messages_total{{{mes},stream="lots"}} 1.0',
        f'unshub_connector_letters{{{mes},stream="lots"}} 1.0',
    ):
        assert line in lines
    assert any(line.startswith(f'unshub_connector_lag_seconds{{{mes},stream="lots"}} ') for line in lines)
    assert not any(line.startswith(f"unshub_connector_lag_seconds{{{lims}") for line in lines)
    assert f'unshub_connector_failures{{{lims},stream="lots"}} ' in answer.text
    types = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(types) == len(set(types))


async def test_a_hub_without_connectors_tells_of_none(tmp_path: Path) -> None:
    async with open_hub(settings(tmp_path, connectors=None)) as hub, over_http(hub) as client:
        assert "connectors" not in (await client.get("/api/status")).json()
        assert "connector" not in (await client.get("/metrics")).text


async def test_a_state_that_can_not_be_opened_holds_up_nothing_else(tmp_path: Path) -> None:
    fill(tmp_path / "sources")
    write(tmp_path / "sources", "mes")
    broken = tmp_path / "data" / "connectors" / "state.db"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no database" * 1000)
    async with open_hub(settings(tmp_path)) as hub, over_http(hub) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["connectors"]["ok"] is False
        assert "file is not a database" in answer.json()["connectors"]["detail"]
        assert "unshub_connectors_readable 0.0" in (await client.get("/metrics")).text
        broken.unlink()
        await until(hub, lambda found: found[0].streams[0].last)


async def test_a_hub_that_runs_none_tells_of_those_that_another_is_to_run(tmp_path: Path) -> None:
    """Faulty files don't keep it from starting: it only looks."""
    write(tmp_path / "sources", "mes")
    found = settings(tmp_path).model_copy(update={"role": Role.PROJECT})
    async with open_hub(found) as hub, over_http(hub) as client:
        told = (await client.get("/readyz")).json()["connectors"]
        assert (told["ok"], told["detail"]) == (False, "mes stopped; no process runs mes")
        with closing(open_state(hub.settings)) as state, state.hold("mes"):
            assert (await client.get("/readyz")).json()["connectors"] == {"ok": True, "detail": "mes waiting"}
    write(tmp_path / "sources", "mes", every="often")
    moved = found.model_copy(update={"mqtt": Address("127.0.0.1", free_port())})
    async with open_hub(moved) as hub, over_http(hub) as client:
        told = (await client.get("/readyz")).json()
        assert told["ready"] and not told["connectors"]["ok"]
        assert "mes.yaml:8:" in told["connectors"]["detail"] and "'often'" in told["connectors"]["detail"]
