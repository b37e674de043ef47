"""Every system, read by a real hub while it, or the hub, is changed and killed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from graph.open import open_store
from schema.model import MODEL
from tests.servers import Mosquitto
from tests.servers.neo4j import Neo4jPool
from tests.system.hub_process import HubProcess, run
from tests.systems import cases
from tests.systems.relay import Relay
from tests.systems.story import Case, Tell, all_there, balance, comes, total

pytestmark = pytest.mark.slow

ON_NEO4J = "sap"
"""The system whose graph is in Neo4j once; the others' are embedded."""


@pytest.fixture(params=["tryton", "mes", "sap", "lims", "cmms"])
def case(request: pytest.FixtureRequest) -> Case:
    system: Any = request.getfixturevalue(request.param)
    parts = system if isinstance(system, tuple) else (system,)
    made: Case = getattr(cases, f"of_{request.param}")(*parts)
    return made


async def test_what_is_there_what_changes_and_what_goes(
    case: Case, mosquitto: Mosquitto, tell: Tell, tmp_path: Path
) -> None:
    connectors = case.write(tmp_path)
    async with HubProcess(tmp_path / "hub", mosquitto.url, "--connectors", str(connectors)) as hub:
        began = time.monotonic()
        await all_there(hub, case)
        await balance(hub, case, "first load", began, tell)
        began = time.monotonic()
        await comes(hub, case.change())
        await balance(hub, case, "a change", began, tell)
        began = time.monotonic()
        await comes(hub, case.delete())
        await balance(hub, case, "a deletion", began, tell)


def test_wrong_credentials_are_told_plainly(case: Case, tmp_path: Path) -> None:
    connectors = case.write(tmp_path, password="geheim-und-falsch")
    ran = run("connectors", "check", case.name, "--connectors", str(connectors), cwd=tmp_path, code=1)
    assert case.refused in ran.stderr
    assert "geheim" not in ran.stdout + ran.stderr


@asynccontextmanager
async def in_mid_load(
    case: Case, broker: str, folder: Path, *flags: str, pause: float = 0.2
) -> AsyncIterator[tuple[HubProcess, Relay]]:
    """A hub that has begun to read a system, which is slow until the relay's pause ends."""
    relay = Relay(case.system.port)
    relay.pause = pause
    connectors = case.write(folder, relay.port)
    plural = list(case.holds())[-1]
    async with HubProcess(folder / "hub", broker, "--connectors", str(connectors), *flags) as hub:

        async def some() -> bool:
            return await total(hub, plural) > 0

        await hub.until(some, f"the first {plural} are in the graph")
        yield hub, relay
    relay.close()


async def test_a_system_killed_in_mid_page_is_read_to_its_end(
    case: Case, mosquitto: Mosquitto, tell: Tell, tmp_path: Path
) -> None:
    began = time.monotonic()
    async with in_mid_load(case, mosquitto.url, tmp_path) as (hub, relay):
        relay.cut_next(case.system.kill)

        async def cut() -> bool:
            return relay.cut.is_set()

        await hub.until(cut, "the system was killed in the middle of a page")
        relay.pause = 0.0
        case.system.start()
        assert case.unread(hub.words())
        await all_there(hub, case)
        await balance(hub, case, "system killed in mid-page", began, tell)


async def test_a_hub_killed_in_mid_load_reads_the_rest(
    case: Case, mosquitto: Mosquitto, tell: Tell, tmp_path: Path, neo4j_pool: Neo4jPool
) -> None:
    graph = ("--graph", await emptied(neo4j_pool)) if case.name == ON_NEO4J else ()
    began = time.monotonic()
    # What was read is in Neo4j later than in an embedded graph, and must be there while there is more to read.
    pause = 0.6 if graph else 0.2
    async with in_mid_load(case, mosquitto.url, tmp_path, *graph, pause=pause) as (hub, relay):
        hub.kill()
        assert case.unread(hub.words())
        relay.pause = 0.0
        hub.start()
        await hub.ready()
        await all_there(hub, case)
        await balance(hub, case, f"hub killed in mid-load{', graph in Neo4j' if graph else ''}", began, tell)


async def emptied(pool: Neo4jPool) -> str:
    """The URL of a Neo4j with nothing in it."""
    url = pool.server(0).url
    store = await open_store(url, MODEL)
    await store.clear()
    await store.close()
    return url
