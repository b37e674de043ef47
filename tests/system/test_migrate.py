"""`unshub migrate` to real servers, killed on the way; and `unshub rebuild` of the graph that it made there."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from graph.open import open_store
from graph.store import GraphStore
from graph.thing import Delta, Key
from hub.group import roster
from hub.journal.open import open_journal
from hub.journal.port import AcceptedAssertion, Journal
from hub.upkeep.consistency import MIGRATION
from schema.assertion import Assertion, Stamp
from schema.model import MODEL
from tests.contracts.journal import tag
from tests.servers.neo4j import Neo4jPool
from tests.servers.postgres import Postgres
from tests.system.hub_process import PATIENCE, run, unshub

pytestmark = pytest.mark.slow

LOTS = 2000


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A hub's folder with a journal that takes a moment to move."""
    data = tmp_path / "data"
    data.mkdir()
    journal = await open_journal(f"sqlite:///{data}/journal.db")
    for first in range(0, LOTS, 1000):
        said = [
            Assertion("mes", "MaterialLot", f"LOT-{n}", Stamp(n, "m"), {"definition": [{"to": {"id": f"M-{n % 50}"}}]})
            for n in range(first, first + 1000)
        ]
        await journal.append(
            [AcceptedAssertion(one, "uns/v1/x", 1) for one in said], [tag(n, n) for n in range(first, first + 1000)]
        )
    await journal.close()
    run("rebuild", "--data", str(data), cwd=tmp_path)
    return data


@pytest.fixture
def settings(tmp_path: Path, postgres: Postgres, neo4j_pool: Neo4jPool) -> Iterator[Path]:
    """A settings file that names empty servers."""
    graph = neo4j_pool.server(0).url
    asyncio.run(_clear(graph))
    with postgres.schema() as url:
        file = tmp_path / "servers.yaml"
        file.write_text(f"name: hub-1\ndata: {tmp_path}/servers\njournal: {url}\ngraph: {graph}\n")
        yield file


async def _clear(url: str) -> None:
    store = await open_store(url, MODEL)
    await store.clear()
    await store.close()


@pytest.fixture
async def journal(settings: Path) -> AsyncIterator[Journal]:
    """The journal on the server, beside whoever works on it."""
    url = next(line.split(": ", 1)[1] for line in settings.read_text().splitlines() if line.startswith("journal"))
    journal = await open_journal(url)
    yield journal
    await journal.close()


@pytest.fixture
async def graph(settings: Path) -> AsyncIterator[GraphStore]:
    url = settings.read_text().split("graph: ")[1].strip()
    store = await open_store(url, MODEL)
    yield store
    await store.close()


async def _until(journal: Journal, stage: str, process: subprocess.Popen[bytes]) -> None:
    """Returns when a migration has come so far."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None:
        assert time.monotonic() < deadline
        kept = await journal.checkpoint(MIGRATION)
        done = orjson.loads(kept)["done"] if kept else {}
        status = await journal.status()
        if stage == "copying" and done.get("assertions") == LOTS == status.pending:
            return
        if stage == "projecting" and done.get("events") == LOTS and 0 < status.pending < LOTS:
            return
        await asyncio.sleep(0.005)
    pytest.fail(f"it ended before it could be killed while {stage}")


async def test_killed_twice_it_ends_with_all_and_the_graph_can_be_rebuilt_there(
    folder: Path, settings: Path, journal: Journal, graph: GraphStore
) -> None:
    command = ["migrate", "--from", str(folder), "--to", str(settings), "--json"]
    for stage in ("copying", "projecting"):
        process = subprocess.Popen(unshub(*command), cwd=folder.parent, stdout=subprocess.DEVNULL)
        await _until(journal, stage, process)
        process.kill()
        process.wait()
    found = json.loads(run(*command, cwd=folder.parent).stdout)
    assert (found["equal"], found["resumed"]) == (True, True)
    counts = {part["what"]: part["target"]["count"] for part in found["compared"]}
    assert (counts["assertions"], counts["events"]) == (LOTS, LOTS)

    rebuild = ["rebuild", "--config", str(settings)]
    assert "nothing differed" in run(*rebuild, cwd=folder.parent).stdout

    lot = Key("MaterialLot", "LOT-7")
    before = [entry async for entry in graph.dump(floors=True)]
    async with graph.write() as tx:
        thing = (await tx.things([lot]))[lot]
        await tx.write(
            Delta(
                things=(replace(thing, records=thing.records[:0]),), released=frozenset({("MaterialLot", "id:LOT-8")})
            )
        )
    await roster.enrol(journal, "hub-7")
    assert "hub-7 runs on the journal" in run(*rebuild, cwd=folder.parent, code=1).stderr
    await journal.release("hub-7")
    told = run(*rebuild, cwd=folder.parent).stdout
    assert "MaterialLot LOT-7, " in told
    assert "identifier id:LOT-8 of MaterialLot LOT-8: was missing" in told
    assert "differences were rewritten there" in told
    assert [entry async for entry in graph.dump(floors=True)] == before

    await graph.set_origin("kept until it is cleared")
    await journal.set_checkpoint("graph-unfit", b"")
    again = json.loads(run(*rebuild, "--json", cwd=folder.parent).stdout)
    assert again["clearedSeconds"] > 0
    assert [entry async for entry in graph.dump(floors=True)] == before
