"""Several hub processes on one broker, journal and graph: they share the work, and are one to those around them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from graph.open import open_store
from schema.model import MODEL
from tests.hub.mqtt.packets import PUBACK, PUBLISH, Wire, string
from tests.servers import Mosquitto
from tests.servers.neo4j import Neo4jPool
from tests.servers.postgres import Postgres
from tests.system.hub_process import PATIENCE, HubProcess, run

pytestmark = pytest.mark.slow

SUBSCRIBE = 0x82
LOTS = "uns/v1/acme/{place}/_source/mes/material-lot"


class Site:
    """One broker, journal and graph, and the hubs at them."""

    def __init__(self, folder: Path, broker: Mosquitto, journal: str, graph: str) -> None:
        self._folder = folder
        self.broker = broker
        self._flags = ("--journal", journal, "--graph", graph)

    def hub(self, name: str, *flags: str) -> HubProcess:
        """A hub of that name; it starts when its block is entered."""
        return HubProcess(self._folder / name, self.broker.url, *self._flags, "--name", name, *flags)

    @asynccontextmanager
    async def pair(self) -> AsyncIterator[tuple[HubProcess, HubProcess]]:
        """Two hubs that do everything, ready."""
        async with AsyncExitStack() as stack:
            hubs = [self.hub(name, "--group", "plant") for name in ("hub-1", "hub-2")]
            for hub in hubs:
                await stack.enter_async_context(hub)
            yield hubs[0], hubs[1]

    async def say(self, *said: tuple[str, str, dict[str, Any]]) -> None:
        """Publishes (place, id, body); returns when the broker has acknowledged all."""
        async with Wire(self.broker.port) as wire:
            for number, (place, id_, body) in enumerate(said, 1):
                wire.publish(f"{LOTS.format(place=place)}/{id_}", json.dumps(body).encode(), number=number)
            for _ in said:
                await wire.receive(PUBACK)

    async def records(self) -> dict[str, Any]:
        """The golden records on the broker, by topic."""
        found: dict[str, Any] = {}
        async with Wire(self.broker.port) as wire:
            # What comes after a message of one's own has been sent before it.
            await wire.subscribe("end")
            wire.send(SUBSCRIBE, b"\0\2" + string("uns/v1/acme/+/_material-lot/#") + b"\0")
            wire.publish("end", b"", qos=0)
            while (packet := await wire.receive()).kind != PUBLISH or packet.topic != "end":
                if packet.kind == PUBLISH and packet.retained:
                    found[packet.topic] = json.loads(packet.payload)
        return found


@pytest.fixture
async def graph(neo4j_pool: Neo4jPool) -> str:
    """The URL of an empty graph."""
    url = neo4j_pool.server(0).url
    store = await open_store(url, MODEL)
    await store.clear()
    await store.close()
    return url


@pytest.fixture
def journal(postgres: Postgres) -> Iterator[str]:
    with postgres.schema() as url:
        yield url


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto, journal: str, graph: str) -> Site:
    return Site(tmp_path, mosquitto, journal, graph)


async def changes(hub: HubProcess, ready: asyncio.Event) -> AsyncIterator[dict[str, Any]]:
    """What a subscriber at a hub is told."""
    url = f"ws://127.0.0.1:{hub.http}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"], proxy=None) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        query = "subscription { changes { id change entity { id ... on MaterialLot { status } } } }"
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        await socket.send(json.dumps({"type": "ping"}))
        assert json.loads(await socket.recv())["type"] == "pong"
        ready.set()
        async for text in socket:
            yield json.loads(text)["payload"]["data"]["changes"]


async def settled(*hubs: HubProcess) -> None:
    """Returns when nothing is on its way in any hub, and none was for a moment: they hear of each other."""
    for _ in range(2):
        for hub in hubs:
            await hub.settled()
        await asyncio.sleep(0.3)


async def test_changes_reach_those_who_listen_at_any_hub(site: Site) -> None:
    async with site.pair() as hubs, asyncio.timeout(PATIENCE):
        seen: list[set[str]] = [set(), set()]
        ready = [asyncio.Event(), asyncio.Event()]
        wanted = {f"LOT-{number}" for number in range(40)}

        async def listen(number: int) -> None:
            async for change in changes(hubs[number], ready[number]):
                assert change["entity"]["status"] == "BLOCKED"
                seen[number].add(change["id"])
                if seen[number] == wanted:
                    return

        async with asyncio.TaskGroup() as tasks:
            for number in (0, 1):
                tasks.create_task(listen(number))
            for event in ready:
                await event.wait()
            await site.say(*(("north", id_, {"status": "BLOCKED"}) for id_ in sorted(wanted)))
        shares = [(await hub.get("/api/status"))["sinceStart"]["assertions"] for hub in hubs]
        assert sum(shares) == 40
        assert all(shares), "each took some of the messages"


async def test_records_on_the_broker_are_those_of_the_graph_whoever_wrote_last(site: Site) -> None:
    """Two hubs write the same few things, which move and go and come back, as fast as they can."""
    async with site.pair() as hubs:
        said: list[tuple[str, str, dict[str, Any]]] = []
        for turn in range(120):
            for number in range(8):
                place = ("north", "south", "east")[(turn + number) % 3]
                said.append((place, f"LOT-{number}", {"name": f"turn {turn}", "properties": {"turn": turn}}))
        await site.say(*said)
        await settled(*hubs)
        found = await hubs[0].every("materialLots", "id path properties")
        assert len(found) == 8
        records = await site.records()
        places = {f"uns/v1/{lot['path']}/_material-lot/{lot['id']}" for lot in found}
        assert records.keys() == places
        for lot in found:
            record = records[f"uns/v1/{lot['path']}/_material-lot/{lot['id']}"]
            assert record["properties"] == lot["properties"]


async def test_each_hub_may_do_a_part(site: Site) -> None:
    async with (
        site.hub("in", "--role", "ingest") as taker,
        site.hub("writer", "--role", "project") as writer,
        site.hub("asked", "--role", "api") as asked,
    ):
        heard: list[str] = []
        ready = asyncio.Event()

        async def listen() -> None:
            async for change in changes(asked, ready):
                heard.append(change["id"])
                if len(heard) == 3:
                    return

        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            tasks.create_task(listen())
            await ready.wait()
            await site.say(*(("north", f"LOT-{number}", {"status": "BLOCKED"}) for number in range(3)))
        assert sorted(heard) == ["LOT-0", "LOT-1", "LOT-2"]
        assert [lot["id"] for lot in await asked.every("materialLots", "id")] == ["LOT-0", "LOT-1", "LOT-2"]
        assert [(await hub.client.get("/graphql")).status_code for hub in (taker, writer)] == [404, 404]
        parts = [await hub.get("/readyz") for hub in (taker, writer, asked)]
        assert [part["role"] for part in parts] == ["ingest", "project", "api"]
        assert ["graph" in part for part in parts] == [False, True, True]
        assert (await taker.get("/api/status"))["sinceStart"]["assertions"] == 3
        assert set(await site.records()) == {f"uns/v1/acme/north/_material-lot/LOT-{number}" for number in range(3)}


async def test_what_a_killed_hub_left_is_published_by_the_other(site: Site) -> None:
    async with site.pair() as (first, second):
        early = {"name": "before", "observedAt": "2026-05-04T07:00:00Z"}
        await site.say(*(("north", f"LOT-{number}", early) for number in range(10)))
        await settled(first, second)

        async def load() -> None:
            for turn in range(30):
                body = {"name": f"turn {turn}", "observedAt": f"2026-05-04T08:00:{turn:02}Z"}
                await site.say(*(("north", f"LOT-{number}", body) for number in range(40)))

        loading = asyncio.create_task(load())
        await asyncio.sleep(0.5)
        first.kill()
        await loading
        # What the broker had for the hub that is gone is for it when it comes back.
        first.start()
        await first.ready()
        await settled(first, second)
        lots = await second.every("materialLots", "id name")
        assert {(lot["id"], lot["name"]) for lot in lots} == {(f"LOT-{number}", "turn 29") for number in range(40)}
        records = await site.records()
        assert {record["name"] for record in records.values()} == {"turn 29"}
        assert len(records) == 40


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("--role", "api"), "they need one broker"),
        (("--group", "plant", "--broker", "mqtt://127.0.0.1:1"), "they need one journal"),
    ],
)
def test_hubs_that_share_need_servers(tmp_path: Path, flags: tuple[str, ...], word: str) -> None:
    assert word in run("up", *flags, cwd=tmp_path, code=1).stderr
