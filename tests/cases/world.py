"""The demo plant in a running hub, over either store, asked over HTTP in every way that there is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
from starlette.applications import Starlette

from connectors.wire.messages import Inbound
from graph.neo4j.store import Neo4jStore
from hub.api.http import create_api
from hub.api.serving import context_of
from hub.app import open_hub
from hub.demo.disorder import disorder
from hub.demo.file import load
from hub.demo.messages import Writer
from hub.demo.run import settings_for
from hub.settings import Settings
from schema.model import MODEL
from schema.provenance import micros
from tests.cases.case import Case
from tests.hub.api.conftest import served
from tests.servers import free_port

AT_ONCE = 1000
"""Messages taken in together."""


Read = tuple[str, Mapping[str, Any]]
"""A statement and its parameters."""


@dataclass(repr=False)
class World:
    """A hub that the demo plant has told everything up to its now."""

    client: httpx.AsyncClient
    reads: list[Read] = field(default_factory=list)
    """What the store was asked for the last question: on Neo4j one entry for each round trip."""
    asked: int = 0

    async def ask(self, way: str, case: Case) -> bytes:
        """The body of the answer; `reads` has what it took."""
        self.reads.clear()
        return await WAYS[way](self, case)

    async def post(self, document: str, case: Case) -> bytes:
        response = await self.client.post("/graphql", json={"query": document, "variables": case.variables})
        return response.content


Way = Callable[[World, Case], Awaitable[bytes]]


async def _first(world: World, case: Case) -> bytes:
    """As a document that was never seen before: by graphql-core."""
    world.asked += 1
    return await world.post(f"{case.document}\n# {world.asked}", case)


async def _again(world: World, case: Case) -> bytes:
    """As a document that was asked before: by its program, where it can be one."""
    await world.post(case.document, case)
    world.reads.clear()
    return await world.post(case.document, case)


WAYS: dict[str, Way] = {"first": _first, "again": _again}
"""Ways to ask, by name."""


@contextlib.asynccontextmanager
async def world(folder: Path, graph: str, *, seed: int = 1) -> AsyncIterator[World]:
    """A hub over the graph that a URL names, emptied first where it is a server's."""
    if graph.startswith("bolt"):
        store = await Neo4jStore.open(graph, MODEL)
        await store.clear()
        await store.close()
    plant = load()
    settings = Settings(
        data=folder,
        broker="amqtt",
        mqtt=f"127.0.0.1:{free_port()}",
        journal=f"sqlite:///{folder}/journal.db",
        graph=graph,
    )
    async with contextlib.AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(settings_for(plant, settings)))
        messages = disorder(Writer(plant).history(), Random(seed))
        for start in range(0, len(messages), AT_ONCE):
            part = messages[start : start + AT_ONCE]
            arriving = [Inbound(message.topic, message.payload, micros(plant.now), {}) for message in part]
            await asyncio.gather(*map(hub.ingest.accept, arriving))
        await hub.settled()
        context, port = context_of(hub), free_port()
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30))
        found = World(client)
        _watch(hub.store, found.reads)
        await stack.enter_async_context(served(Starlette(routes=create_api(MODEL, lambda: context)), port))
        yield found


def _watch(store: Any, reads: list[Read]) -> None:
    """Notes what a store is asked: on Neo4j each statement that goes to the server, else each call of the port."""
    if isinstance(store, Neo4jStore):
        server: Any = store._server
        ask = server.read

        async def read(cypher: str, parameters: Mapping[str, Any], operation: str) -> Any:
            reads.append((cypher, dict(parameters)))
            return await ask(cypher, parameters, operation)

        server.read = read
        return
    for name in ("read", "counts", "places"):
        setattr(store, name, _noted(name, getattr(store, name), reads))


def _noted(name: str, call: Callable[..., Any], reads: list[Read]) -> Callable[..., Any]:
    async def noted(*arguments: Any) -> Any:
        reads.append((name, {}))
        return await call(*arguments)

    return noted
