"""Commands beside a journal and a graph on servers, signed in by a password from a file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.wire.address import Url
from hub.journal.open import open_journal
from hub.journal.port import Refusal
from schema.errors import Reason
from tests.hub.cli.conftest import Run
from tests.servers import free_port
from tests.servers.neo4j import Neo4jPool
from tests.servers.postgres import GUARDED, Postgres


@pytest.fixture
def guarded(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty schema whose user needs a password, which the URL has not."""
    with postgres.schema() as url:
        schema = url.rpartition("%3D")[2]
        postgres.execute(f"GRANT ALL ON SCHEMA {schema} TO {GUARDED}")
        yield f"{postgres.url('postgres', GUARDED)}?options=-csearch_path%3D{schema}"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o600)
    return file


async def refuse(url: str) -> None:
    """A hub has been there, and refused a message."""
    journal = await open_journal(Url.parse(url.replace(f"{GUARDED}@", f"{GUARDED}:secret@")))
    refusal = Refusal("uns/v1/acme/_source/mes/material-lot/1", b"{", {}, 1, (Reason("$", "{", "JSON"),))
    await journal.append(refusals=[refusal])
    await journal.close()


def test_dead_letters_are_read_from_the_server(unshub: Run, guarded: str, secret: Path) -> None:
    asyncio.run(refuse(guarded))
    place = ["--journal", guarded, "--journal-password-file", str(secret), "--http", f"127.0.0.1:{free_port()}"]
    ran = unshub("dead-letters", "list", "--json", *place)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["topic"] == "uns/v1/acme/_source/mes/material-lot/1"
    assert unshub("dead-letters", "replay", "1", *place).code == 1


def test_the_doctor_signs_in(unshub: Run, guarded: str, secret: Path, neo4j_pool: Neo4jPool) -> None:
    graph = neo4j_pool.server(0).url
    flags = ["--json", "--http", f"127.0.0.1:{free_port()}", "--journal", guarded, "--graph", graph, "--data", "data"]
    refused = {row["check"]: row for row in map(json.loads, unshub("doctor", *flags).out.splitlines())}
    assert refused["journal"]["level"] == "fail"
    flags += ["--journal-password-file", str(secret)]
    empty = {row["check"]: row for row in map(json.loads, unshub("doctor", *flags).out.splitlines())}
    assert empty["journal"]["level"] == "ok"
    assert "0001_journal" in empty["journal"]["detail"]
    asyncio.run(refuse(guarded))
    found = {row["check"]: row for row in map(json.loads, unshub("doctor", *flags).out.splitlines())}
    assert "PostgreSQL" in found["journal"]["detail"]
    assert "secret" not in json.dumps(found)
    assert "Neo4j" in found["graph"]["detail"]


def test_the_doctor_tells_of_servers_that_are_away(unshub: Run) -> None:
    port = free_port()
    journal, graph = f"postgresql://unshub@127.0.0.1:{port}/unshub", f"bolt://127.0.0.1:{port}"
    http = f"127.0.0.1:{free_port()}"
    ran = unshub("doctor", "--json", "--http", http, "--journal", journal, "--graph", graph, "--data", "data")
    found = {row["check"]: row["level"] for row in map(json.loads, ran.out.splitlines())}
    assert (ran.code, found["journal"], found["graph"]) == (1, "fail", "fail")
