"""Hubs in processes of their own, on servers as a plant runs them: PostgreSQL, Neo4j, Mosquitto.

The servers are those of the tests, but a commit to PostgreSQL waits for the disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import neo4j, parts
from bench.shares import Shares
from hub.mqtt.limits import BrokerLimits
from tests.servers import Mosquitto, mosquitto
from tests.servers.neo4j import Neo4j
from tests.servers.postgres import Postgres, postgres
from tests.system.hub_process import HubProcess


@dataclass(frozen=True, slots=True)
class Servers:
    """What stays up from one run to the next."""

    postgres: Postgres
    neo4j: Neo4j


@dataclass(frozen=True, slots=True)
class Site:
    """An empty journal, an empty graph and a broker without messages."""

    folder: Path
    servers: Servers
    broker: Mosquitto
    journal: str

    @asynccontextmanager
    async def hubs(self, count: int) -> AsyncIterator[Sequence[HubProcess]]:
        """So many hubs that share the messages, ready."""
        places = ("--journal", self.journal, "--graph", self.servers.neo4j.url, "--group", "plant")
        async with AsyncExitStack() as stack:
            names = [f"hub-{number}" for number in range(count)]
            hubs = [HubProcess(self.folder / name, self.broker.url, *places, "--name", name) for name in names]
            for hub in hubs:
                await stack.enter_async_context(hub)
            yield hubs

    def shares(self, hubs: Sequence[HubProcess]) -> Shares:
        """What each part takes of the cores from now on."""
        return Shares(
            hubs=[hub.process.pid for hub in hubs if hub.process],
            neo4j=[self.servers.neo4j.pid],
            postgresql=[self.servers.postgres.pid],
            mosquitto=[self.broker.pid],
        )


@contextmanager
def servers() -> Iterator[Servers]:
    """PostgreSQL and Neo4j, running."""
    with postgres(durable=True) as journals, neo4j.server() as graph:
        yield Servers(journals, graph)


@asynccontextmanager
async def site(on: Servers) -> AsyncIterator[Site]:
    """A site with nothing in it."""
    async with neo4j.empty(on.neo4j.url):
        pass
    in_flight = f"max_inflight_messages {BrokerLimits().in_flight}"
    with parts.folder() as path, on.postgres.schema() as journal, mosquitto(path / "broker", in_flight) as broker:
        yield Site(path, on, broker, journal)
