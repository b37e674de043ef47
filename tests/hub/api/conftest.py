"""A hub with a small plant in it, behind HTTP, for every test of the API."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette

from connectors.wire.messages import Inbound
from graph.neo4j.store import Neo4jStore
from graph.plan import Plan, Row
from graph.projection import project
from graph.store import GraphStore
from hub.api.context import ApiContext
from hub.api.http import create_api
from hub.api.serving import context_of
from hub.app import Hub, open_hub
from hub.http.sockets import Sockets
from hub.settings import Settings
from schema.authority import EQUAL, Authority
from schema.model import MODEL
from tests.servers import free_port
from tests.servers.neo4j import Neo4jPool

TOMORROW = 1_772_409_600_000_000
"""2026-03-02T00:00:00Z, when everything arrives that was so on the first of March."""

PLANT: list[tuple[int, str, dict[str, Any]]] = [
    # hour of the day, topic, payload
    (0, "acme/_source/erp/material-definition/MAT-1", {"name": "Base White", "baseUnit": "kg"}),
    (0, "acme/_source/erp/material-definition/MAT-2", {"name": "Pigment Blue"}),
    *(
        (
            number,
            f"acme/north/_source/mes/material-lot/LOT-{number}",
            {
                "status": "RELEASED" if number % 2 else "BLOCKED",
                "quantity": {"value": 10 * number, "unit": "kg"},
                "definition": "MAT-1" if number < 4 else "MAT-2",
                **({"expiresAt": f"2026-0{number}-01T08:00:00+02:00"} if number < 6 else {}),
            },
        )
        for number in range(1, 7)
    ),
    (
        8,
        "acme/north/mixing/_source/mes/material-lot/LOT-1",
        {
            "name": "White, first mix",
            "assembledFrom": [
                {"id": "LOT-4", "quantity": {"value": 2, "unit": "kg"}},
                {"id": "LOT-5", "quantity": {"value": 1, "unit": "kg"}},
                {"id": "LOT-4", "quantity": {"value": 3, "unit": "kg"}},
            ],
            "identifiers": {"serial": "4711", "gtin": "0401234", "lot": "A7"},
            "colour": "RAL 9010",
        },
    ),
    (9, "acme/north/_source/qms/material-lot/LOT-1", {"status": "BLOCKED"}),
    (9, "acme/north/lab/_source/lims/sample/S-1", {"lot": "LOT-1", "status": "RECEIVED"}),
    (9, "acme/north/lab/_source/lims/sample/S-2", {"lot": {"serial": "9999"}}),
]

TAGS: list[tuple[int, str, Any]] = [
    (1, "acme/north/mixing/_tag/mixer/speed", {"value": 120, "timestamp": "2026-03-01T12:00:00Z"}),
    (2, "acme/north/mixing/_tag/mixer/speed", {"value": 90, "timestamp": "2026-03-01T13:00:00Z", "quality": "GOOD"}),
    (1, "acme/south/_tag/gate", {"value": "open", "timestamp": "2026-03-01T12:00:00Z"}),
]


@dataclass
class Answer:
    """What came back: `data` and `errors`, and how many plans were run for it."""

    status: int
    data: Any
    errors: list[dict[str, Any]]
    plans: int


@dataclass(repr=False)
class Api:
    """The API of a running hub, asked over HTTP as any client does."""

    hub: Hub
    port: int
    client: httpx.AsyncClient
    plans: list[Plan] = field(default_factory=list)

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """As hypothesis names it: not with all that it holds."""
        printer.text("api")

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Asks a question, whatever becomes of it."""
        before = len(self.plans)
        response = await self.client.post("/graphql", json={"query": query, "variables": variables})
        body = response.json()
        return Answer(response.status_code, body.get("data"), body.get("errors", []), len(self.plans) - before)

    async def data(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Asks a question that has an answer."""
        answer = await self.ask(query, variables)
        assert not answer.errors, answer.errors
        return answer.data

    async def take(self, topic: str, payload: object, hour: int) -> None:
        """Takes a message in and returns when it is in the graph."""
        body = b"" if payload is None else orjson.dumps(payload)
        properties = {"eventTime": f"2026-03-01T{hour:02d}:00:00Z"} if "/_source/" in topic else {}
        refused = self.hub.ingest.tally.refused
        await self.hub.ingest.accept(Inbound(f"uns/v1/{topic}", body, TOMORROW, properties))
        assert self.hub.ingest.tally.refused == refused, await self.hub.journal.dead_letters(1)
        await self.hub.settled()

    @contextlib.contextmanager
    def broken(self, error: Exception) -> Iterator[None]:
        """Makes every read fail."""
        read = self.hub.store.read

        async def fail(_plan: Plan, _parameters: Mapping[str, Any]) -> Row:
            raise error

        self.hub.store.read = fail  # type: ignore[method-assign]
        try:
            yield
        finally:
            self.hub.store.read = read  # type: ignore[method-assign]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with opened(tmp_path_factory.mktemp("api")) as found:
        for hour, topic, payload in [*PLANT, *TAGS]:
            await found.take(topic, payload, hour)
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def on_neo4j(api: Api, neo4j_pool: Neo4jPool) -> AsyncIterator[ApiContext]:
    """What is asked of the same plant on Neo4j."""
    store = await Neo4jStore.open(neo4j_pool.server(0).url, MODEL)
    await store.clear()
    async for entries in api.hub.journal.read_assertions():
        async with store.write() as tx:
            await project(tx, MODEL, EQUAL, [entry.accepted.assertion for entry in entries])
    yield replace(context_of(api.hub), store=store)
    await store.clear()
    await store.close()


@contextlib.asynccontextmanager
async def opened(folder: Path, graph: str | None = None, authority: Authority = EQUAL) -> AsyncIterator[Api]:
    """A hub with nothing in it, behind HTTP."""
    settings = Settings(
        data=folder,
        broker="amqtt",
        mqtt=f"127.0.0.1:{free_port()}",
        journal=f"sqlite:///{folder}/journal.db",
        graph=graph or f"ladybug:///{folder}/graph",
        authority=authority,
    )
    async with open_hub(settings) as hub, httpx.AsyncClient(timeout=30) as client:
        found = Api(hub, free_port(), client)
        _count(hub.store, found.plans)
        context = context_of(hub)
        async with served(Starlette(routes=create_api(MODEL, lambda: context)), found.port):
            client.base_url = httpx.URL(f"http://127.0.0.1:{found.port}")
            yield found


@contextlib.asynccontextmanager
async def served(app: Starlette, port: int) -> AsyncIterator[None]:
    """Serves an app on the loopback address."""
    config = uvicorn.Config(app, "127.0.0.1", port, log_config=None, lifespan="off", ws=Sockets)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _count(store: GraphStore, plans: list[Plan]) -> None:
    read = store.read

    async def counted(plan: Plan, parameters: Mapping[str, Any]) -> Row:
        plans.append(plan)
        return await read(plan, parameters)

    store.read = counted  # type: ignore[method-assign]
