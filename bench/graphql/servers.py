"""The servers that are asked, each in a process of its own, all on data of the same lots."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import parts
from bench.graphql import ceiling, load
from bench.graphql.questions import Question, Variables
from tests.servers.node import node_path, packages
from tests.system.hub_process import HubProcess

_BESIDE = Path(__file__).parent / "beside"
_PACKAGES = ("@neo4j/graphql@7.6.3", "graphql@16.15.0", "graphql-yoga@5.24.1", "neo4j-driver@6.3.0")
_START_SECONDS = 60.0

Ask = Callable[[Question, Variables], bytes]
"""A question as it goes over the wire to a server."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs."""

    name: str
    port: int
    pid: int
    ask: Ask

    def requests(self, question: Question, variables: Sequence[Variables]) -> list[bytes]:
        return [self.ask(question, each) for each in variables]


def the_hub(name: str, hub: HubProcess) -> Served:
    """The hub as `unshub up` runs it."""
    assert hub.process is not None
    return Served(name, hub.http, hub.process.pid, lambda q, v: _graphql(q.hub, v))


@asynccontextmanager
async def by_hand(url: str) -> AsyncIterator[Served]:
    """Starlette and hand-written Cypher."""
    command = [sys.executable, "-m", "bench.graphql.ceiling"]
    async with _process(command, url) as (port, pid):
        yield Served("by hand", port, pid, lambda q, v: load.request(ceiling.path(q), {"variables": v}))


@asynccontextmanager
async def library(url: str) -> AsyncIterator[Served]:
    """`@neo4j/graphql` with graphql-yoga; npm fetches them where they are not in the cache folder."""
    modules = packages(*_PACKAGES) / "node_modules"
    with parts.folder() as folder:
        for name in ("server.mjs", "types.graphql"):
            shutil.copy(_BESIDE / name, folder)
        (folder / "node_modules").symlink_to(modules)
        async with _process([node_path(), str(folder / "server.mjs")], url) as (port, pid):
            yield Served("@neo4j/graphql", port, pid, lambda q, v: _graphql(q.library, v))


@asynccontextmanager
async def plain(graph: Path) -> AsyncIterator[Served]:
    """Strawberry's resolvers by hand on a copy of a Ladybug file."""
    async with _process([sys.executable, "-m", "bench.graphql.plain"], str(graph)) as (port, pid):
        yield Served("plain strawberry", port, pid, lambda q, v: _graphql(q.hub, v))


def _graphql(document: str, variables: Variables) -> bytes:
    body: dict[str, Any] = {"query": document, "variables": variables}
    return load.request("/graphql", body)


@asynccontextmanager
async def _process(command: Sequence[str], place: str) -> AsyncIterator[tuple[int, int]]:
    """A server that is started with a port and a place; gives the port and the process when it listens."""
    port = parts.address().port
    process = await asyncio.create_subprocess_exec(*command, str(port), place)
    try:
        await _listens(process, port)
        yield port, process.pid
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(process: asyncio.subprocess.Process, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.returncode is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            await asyncio.sleep(0.1)
    raise RuntimeError(f"a server did not listen on port {port} within {_START_SECONDS:g} s")
