"""All that the compose file describes, put together by the same programs without Docker: two hubs of a group, ready,
behind Caddy, on Mosquitto, PostgreSQL and Neo4j, with the variables and files that it gives them.

Neo4j is the tests' own, which takes any password.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from connectors.wire.address import SocketFile, Url
from connectors.wire.connection import Connection
from connectors.wire.identity import Identity
from connectors.wire.messages import Outbound
from graph.open import open_store
from hub.cli.running import RunningHub
from schema.model import MODEL
from tests.containers import Container, caddy_at, container, database_at, mosquitto_at
from tests.servers import free_port
from tests.servers.neo4j import Neo4jPool
from tests.servers.postgres import Postgres
from tests.test_compose import HUBS

pytestmark = pytest.mark.slow

PATIENCE = 90.0
LOTS = "uns/v1/acme/north/_source/mes/material-lot"


class Site:
    """The site, running, and those who use it from outside: a system that publishes and a person who asks."""

    def __init__(self, place: Container, variables: Mapping[str, Mapping[str, str]], mqtt: int) -> None:
        """`variables` are those of each hub."""
        self._place = place
        self._variables = variables
        self._mqtt = Url("mqtt", "127.0.0.1", mqtt, "mes", place.users["mes"])
        self._hubs: dict[str, ExitStack] = {}
        self._web = f"127.0.0.1:{place.port}"
        self._credentials = ("hub", place.secret("web_password"))

    def start(self, name: str) -> None:
        """Starts a hub with the variables of its service."""
        command = [sys.executable, "-m", "hub.cli", "up"]
        self._hubs[name] = ExitStack()
        self._hubs[name].enter_context(self._place.run(command, f"{name}.log", self._variables[name]))

    def stop(self, name: str) -> None:
        self._hubs.pop(name).close()

    def close(self) -> None:
        for name in list(self._hubs):
            self.stop(name)

    def status(self, name: str) -> Mapping[str, Any]:
        """What a hub says of itself at its socket file."""
        return dict(RunningHub(SocketFile.parse(self._variables[name]["UNSHUB_HTTP"])).get("/api/status"))

    async def ready(self, name: str) -> None:
        await until(lambda: self._place.ready(name), f"{name} is ready; see its log")

    async def say(self, ids: Iterable[str]) -> None:
        """Publishes a lot of each id as the MES; returns when the broker has acknowledged all."""
        identity = Identity("mes-1", None, 10, lasting=False)
        connection = await Connection.open(self._mqtt, identity, lambda *_: None)
        try:
            for id_ in ids:
                await connection.publish(Outbound(f"{LOTS}/{id_}", b'{"status": "BLOCKED"}'))
        finally:
            await connection.close()

    def lots(self) -> set[str]:
        """The ids of all lots, asked through the proxy."""
        question = {"query": "{ materialLots(first: 1000) { nodes { id } } }"}
        url = f"http://{self._web}/graphql"
        answer = httpx.post(url, json=question, auth=self._credentials, trust_env=False, timeout=PATIENCE).json()
        return {lot["id"] for lot in answer["data"]["materialLots"]["nodes"]}

    async def changes(self, ready: asyncio.Event) -> AsyncIterator[str]:
        """The ids of what changes, as a subscriber hears of it through the proxy."""
        code = base64.b64encode(":".join(self._credentials).encode()).decode()
        async with connect(
            f"ws://{self._web}/graphql",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
            additional_headers={"Authorization": f"Basic {code}"},
            proxy=None,
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            query = "subscription { changes { id } }"
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
            await socket.send(json.dumps({"type": "ping"}))
            assert json.loads(await socket.recv())["type"] == "pong"
            ready.set()
            async for text in socket:
                yield json.loads(text)["payload"]["data"]["changes"]["id"]


async def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


def variables(place: Container, name: str, servers: Mapping[str, str]) -> dict[str, str]:
    """A hub's variables for this folder, with each server where it is here."""
    found = {}
    for variable, value in HUBS[name]["environment"].items():
        for server, here in servers.items():
            value = value.replace(server, here)
        found[variable] = place.inside(value)
    return found | {"UNSHUB_DATA": name}


@pytest.fixture
async def graph(neo4j_pool: Neo4jPool) -> str:
    """The host and port of an empty graph."""
    server = neo4j_pool.server(0)
    store = await open_store(server.url, MODEL)
    await store.clear()
    await store.close()
    return f"127.0.0.1:{server.port}"


@pytest.fixture
def site(graph: str, postgres: Postgres) -> Iterator[Site]:
    mqtt = free_port()
    with container("mes") as place, mosquitto_at(place, mqtt), database_at(place, postgres) as journal:
        servers = {
            "mosquitto:1883": f"127.0.0.1:{mqtt}",
            "postgresql://unshub@postgres:5432/unshub": journal,
            "neo4j:7687": graph,
        }
        place.mount("hub-1", {})
        with (
            caddy_at(place),
            closing(Site(place, {name: variables(place, name, servers) for name in HUBS}, mqtt)) as site,
        ):
            for name in HUBS:
                site.start(name)
            yield site


async def test_two_hubs_share_the_work_and_are_one_to_those_who_ask(site: Site) -> None:
    first, second = HUBS
    for name in HUBS:
        await site.ready(name)
    lots = {f"LOT-{number}" for number in range(40)}
    # The proxy gives the second listener to the other hub, which has fewer of them.
    ready = [asyncio.Event(), asyncio.Event()]

    async def hear_of_all(event: asyncio.Event) -> None:
        heard = set()
        async for id_ in site.changes(event):
            heard.add(id_)
            if heard == lots:
                return

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        for event in ready:
            tasks.create_task(hear_of_all(event))
            await event.wait()
        await site.say(sorted(lots))
    shares = [site.status(name)["sinceStart"]["assertions"] for name in HUBS]
    assert sum(shares) == 40
    assert all(shares)

    # As at an upgrade: one hub is stopped while messages come, and started again.
    site.stop(first)
    await site.say(f"LOT-{number}" for number in range(40, 80))
    assert lots <= await asyncio.to_thread(site.lots)
    site.start(first)
    await site.ready(first)
    lots = {f"LOT-{number}" for number in range(80)}
    await until(lambda: site.lots() == lots, "all that came meanwhile is in the graph")
    assert site.status(second)["accepted"] == 80
