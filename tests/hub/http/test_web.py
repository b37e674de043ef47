"""The hub's own HTTP answers where something is wrong: always JSON, and the log has the reason."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from connectors.wire.address import Address
from connectors.wire.errors import PublishError
from connectors.wire.messages import Inbound, Outbound
from graph.errors import StoreUnavailable
from hub.app import Hub, open_hub
from hub.clock import now
from hub.errors import JournalError
from hub.http.web import Stage, routes
from hub.settings import Settings
from hub.upkeep import duties as upkeep
from tests.servers import free_port

JSON = {"content-type": "application/json"}
REPLAY = "/api/dead-letters/1/replay"


@pytest.fixture
async def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    monkeypatch.setattr(upkeep, "PROBE_SECONDS", 0.05)
    settings = Settings(data=tmp_path, broker="amqtt", mqtt=Address("127.0.0.1", free_port()))
    async with open_hub(settings) as hub:
        yield hub


@pytest.fixture
async def client(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=routes(Stage(hub, "running")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def away(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal fails."""

    async def fail(*_: object, **__: object) -> Any:
        raise JournalError("the disk is gone; put it back")

    for door in ("status", "dead_letters"):
        monkeypatch.setattr(hub.journal, door, fail)


def error(answer: httpx.Response) -> tuple[int, str]:
    told = answer.json()["error"]
    assert told["status"] == answer.status_code
    return told["status"], told["detail"]


@pytest.mark.usefixtures("away")
async def test_a_journal_that_is_away_is_told_and_logged(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    for answer in (await client.get("/api/dead-letters"), await client.post(REPLAY, headers=JSON)):
        status, detail = error(answer)
        assert (status, "the disk is gone; put it back" in detail) == (503, True)
        number = re.search(r"error ([0-9a-f]{12}) in the hub's log", detail)
        assert number and number[1] in caplog.text


@pytest.mark.usefixtures("away")
async def test_the_status_tells_the_truth_without_a_journal(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/status")
    body = answer.json()
    assert (answer.status_code, body["ready"], "accepted" in body) == (200, False, False)
    assert body["journal"] == {"ok": False, "detail": "the disk is gone; put it back"}
    assert (await client.get("/readyz")).status_code == 503


async def test_a_fault_of_the_hub_is_told_by_number_only(
    hub: Hub, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub.journal, "dead_letters", None)
    status, detail = error(await client.get("/api/dead-letters"))
    assert (status, "NoneType" in detail, "NoneType" in caplog.text) == (500, False, True)
    assert detail.rpartition(" ")[2] in caplog.text


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 19, "-1", "1.5", "x", "²", ""])
async def test_numbers_that_are_none(client: httpx.AsyncClient, number: str) -> None:
    for name in ("limit", "after"):
        status, detail = error(await client.get("/api/dead-letters", params={name: number}))
        assert (status, name in detail) == (400, True)
    if number:
        assert error(await client.post(f"/api/dead-letters/{number}/replay", headers=JSON))[0] == 404


async def test_the_largest_number_is_one(client: httpx.AsyncClient) -> None:
    largest = str(2**63 - 1)
    assert (await client.get("/api/dead-letters", params={"after": largest})).json() == {"deadLetters": []}
    assert error(await client.post(f"/api/dead-letters/{largest}/replay", headers=JSON))[0] == 404


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"content-type": "multipart/form-data"}])
async def test_a_page_of_another_site_can_replay_nothing(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    status, detail = error(await client.post(REPLAY, headers=headers, content=b"{}"))
    assert (status, "application/json" in detail) == (415, True)
    assert error(await client.post(REPLAY, headers={"content-type": "Application/JSON; charset=utf-8"}))[0] == 404


class Full:
    """A journal that can be read and takes nothing."""

    def __init__(self, hub: Hub, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        for door in ("append", "set_checkpoint"):
            patch.setattr(hub.journal, door, self._refuse)

    async def _refuse(self, *_: object, **__: object) -> None:
        raise JournalError("can't keep messages: the disk is full; make room")

    def make_room(self) -> None:
        self._patch.undo()


@pytest.fixture
def full(hub: Hub) -> Iterator[Full]:
    with pytest.MonkeyPatch.context() as patch:
        yield Full(hub, patch)


async def ready(client: httpx.AsyncClient) -> dict[str, Any]:
    """What /readyz says once it is ready again."""
    async with asyncio.timeout(10):
        while (answer := await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.01)
    return dict(answer.json())


def lot(time: int | None = None) -> Inbound:
    return Inbound("uns/v1/acme/_source/mes/material-lot/L1", b'{"name":"one"}', now() if time is None else time)


async def test_a_journal_that_takes_nothing_is_told_until_it_does_and_by_itself(
    hub: Hub, client: httpx.AsyncClient, full: Full
) -> None:
    for _ in range(2):
        with pytest.raises(JournalError):
            await hub.ingest.accept(lot())
    answer = await client.get("/readyz")
    body = answer.json()
    assert (answer.status_code, body["ready"], body["broker"]["ok"]) == (503, False, True)
    told = body["journal"]
    assert (told["ok"], told["detail"]) == (False, "can't keep messages: the disk is full; make room")
    assert told["since"].startswith("20") and told["failures"] >= 2
    assert (await client.get("/api/status")).json()["journal"]["since"] == told["since"]
    # Nobody sends anything more, and yet it is noticed.
    full.make_room()
    assert "since" not in (await ready(client))["journal"]


async def test_a_journal_that_takes_a_message_again_is_well_at_once(
    hub: Hub, client: httpx.AsyncClient, full: Full
) -> None:
    with pytest.raises(JournalError):
        await hub.ingest.accept(lot())
    full.make_room()
    await hub.ingest.accept(lot())
    assert (await client.get("/readyz")).status_code == 200


async def test_a_graph_that_can_not_be_written_is_told_until_it_can(
    hub: Hub, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object, **__: object) -> Any:
        raise StoreUnavailable("the graph's disk is full; make room")

    with monkeypatch.context() as patch:
        patch.setattr(hub.store, "write", write)
        await hub.ingest.accept(lot())
        async with asyncio.timeout(10):
            while (answer := await client.get("/readyz")).status_code == 200:
                await asyncio.sleep(0.01)
        told = answer.json()["graph"]
        assert (told["detail"], "since" in told) == ("the graph's disk is full; make room", True)
    assert "since" not in (await ready(client))["graph"]


async def test_what_the_broker_does_not_take_is_told_until_it_does(
    hub: Hub, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def publish(_: Outbound) -> None:
        raise PublishError("the broker did not acknowledge")

    with monkeypatch.context() as patch:
        patch.setattr(hub.outbox, "_publish", publish)
        hub.outbox.push(Outbound("uns/v1/acme/_material-lot/L1", b"{}", retain=True))
        async with asyncio.timeout(10):
            while (answer := await client.get("/readyz")).status_code == 200:
                await asyncio.sleep(0.01)
        assert answer.json()["broker"]["detail"] == "the broker did not acknowledge"
    assert "since" not in (await ready(client))["broker"]
