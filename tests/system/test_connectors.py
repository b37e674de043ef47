"""Connectors from outside: a real database, a real broker, a hub, and `kill -9` in mid-load."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.servers import Mosquitto
from tests.servers.postgres import Postgres
from tests.system.hub_process import HubProcess, run, unshub

pytestmark = pytest.mark.slow

COUNT = 3000

MES = """
kind: sql
system: mes
url: {url}
location: acme/north
timeZone: Europe/Berlin
every: 200ms
streams:
  lots:
    table: lot
    key: id
    changed: changed_at
    page: 100
    map:
      - kind: MaterialLot
        id: lot_no
        set:
          status: {{from: state, enum: {{F: RELEASED, S: BLOCKED}}}}
          quantity: {{from: qty, unit: kg}}
          definition: part
"""
ROW = "INSERT INTO lot (lot_no, state, qty, part, changed_at) VALUES "


class Database:
    """A vendor's table, in a database of one form."""

    def __init__(self, url: str, connection: Any) -> None:
        self.url = url
        self.execute = connection.execute

    def fill(self, count: int) -> None:
        rows = (
            f"('L{n}', 'F', {n}.5, 'M{n % 7}', '2026-03-01 {10 + n // 3600}:{n // 60 % 60:02}:{n % 60:02}')"
            for n in range(count)
        )
        self.execute(ROW + ", ".join(rows))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            file = tmp_path / "plant.db"
            connection: Any = stack.enter_context(closing(sqlite3.connect(file, isolation_level=None)))
            connection.execute("CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no, state, qty, part, changed_at)")
            yield Database(f"sqlite:///{file}", connection)
        else:
            server: Postgres = request.getfixturevalue("postgres")
            url = stack.enter_context(server.database())
            connection = stack.enter_context(psycopg.connect(url, autocommit=True))
            connection.execute(
                "CREATE TABLE lot (id serial PRIMARY KEY, lot_no text, state char(1), qty numeric(12, 3), part text, "
                "changed_at timestamp)"
            )
            yield Database(url, connection)


def configure(folder: Path, url: str) -> Path:
    """A folder of connectors with one in it."""
    connectors = folder / "connectors"
    connectors.mkdir(exist_ok=True)
    (connectors / "mes.yaml").write_text(MES.format(url=url))
    return connectors


def places(hub: HubProcess, connectors: Path) -> list[str]:
    return ["--connectors", str(connectors), "--data", str(hub.data), "--broker", hub.broker]


async def total(hub: HubProcess) -> int:
    found = await hub.ask("{ materialLots(first: 1, where: {placeholder: {eq: false}}) { totalCount } }")
    return int(found["materialLots"]["totalCount"])


async def status(hub: HubProcess, id_: str) -> Any:
    return (await hub.ask("query ($id: ID!) { materialLot(id: $id) { status } }", {"id": id_}))["materialLot"]["status"]


async def test_a_connector_killed_in_mid_load_goes_on(database: Database, mosquitto: Mosquitto, tmp_path: Path) -> None:
    database.fill(COUNT)
    connectors = configure(tmp_path, database.url)
    async with HubProcess(tmp_path / "hub", mosquitto.url) as hub:
        command = unshub("connectors", "run", "mes", *places(hub, connectors))
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path)
        try:

            async def begun() -> bool:
                assert running.poll() is None, "the run has ended before it could be killed"
                return await total(hub) > 0

            await hub.until(begun, "the first lots are in the graph")
        finally:
            running.kill()
            running.wait()
        await hub.settled()
        first = await total(hub)
        assert 0 < first < COUNT

        ran = run("connectors", "run", "mes", "--json", *places(hub, connectors), cwd=tmp_path)
        again = json.loads(ran.stdout)
        # It goes on from the last page that arrived, less the overlap of a minute, which has 60 rows.
        assert COUNT - first <= again["read"] <= COUNT - first + 100 + 61
        await hub.settled()
        lots = await hub.every("materialLots", "id status quantity { value unit } definition { id }")
        assert len(lots) == COUNT
        assert {
            "id": "L7",
            "status": "RELEASED",
            "quantity": {"value": 7.5, "unit": "kg"},
            "definition": {"id": "M0"},
        } in lots


async def test_a_hub_killed_in_mid_load_gets_the_rest(database: Database, mosquitto: Mosquitto, tmp_path: Path) -> None:
    """The hub runs the connector itself here, and a change made in the source is seen in GraphQL."""
    database.fill(COUNT)
    connectors = configure(tmp_path, database.url)
    async with HubProcess(tmp_path / "hub", mosquitto.url, "--connectors", str(connectors)) as hub:

        async def some() -> bool:
            return await total(hub) > 0

        async def all_in() -> bool:
            return await total(hub) == COUNT

        await hub.until(some, "the first lots are in the graph")
        hub.kill()
        hub.start()
        await hub.ready()
        await hub.until(all_in, "all lots are in the graph")

        database.execute("UPDATE lot SET state = 'S', changed_at = '2026-03-02 10:00:00' WHERE lot_no = 'L5'")

        async def blocked() -> bool:
            return await status(hub, "L5") == "BLOCKED"

        await hub.until(blocked, "the change is seen")


async def test_a_broker_that_goes_away_loses_nothing(mosquitto: Mosquitto, tmp_path: Path) -> None:
    file = tmp_path / "plant.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no, state, qty, part, changed_at)")
        database = Database(f"sqlite:///{file}", connection)
        database.fill(2000)
        connectors = configure(tmp_path, database.url)
        async with HubProcess(tmp_path / "hub", mosquitto.url, "--connectors", str(connectors)) as hub:

            async def all_in() -> bool:
                return await total(hub) == 2000

            mosquitto.stop()
            await asyncio.sleep(1)
            mosquitto.start()
            await hub.until(all_in, "all lots are in the graph")


async def test_wrong_credentials_are_told_without_the_password(
    postgres: Postgres, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    connectors = configure(tmp_path, postgres.url("postgres", "guarded"))
    (tmp_path / "password").write_text("geheim-und-falsch\n")
    file = connectors / "mes.yaml"
    file.write_text(file.read_text() + f"passwordFile: {tmp_path}/password\n")
    ran = run("connectors", "check", "mes", "--connectors", str(connectors), cwd=tmp_path, code=1)
    assert "can't reach postgresql://guarded@127.0.0.1" in ran.stderr
    assert "password authentication failed" in ran.stderr
    ran = run("--debug", "connectors", "run", "mes", "--connectors", str(connectors), cwd=tmp_path, code=1)
    assert "geheim" not in ran.stdout + ran.stderr
    state = tmp_path / "unshub-data" / "connectors"
    assert all(b"geheim" not in (state / name).read_bytes() for name in os.listdir(state))


async def test_a_hub_that_only_connects_works_beside_another(
    postgres: Postgres, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with postgres.database() as journal, closing(sqlite3.connect(tmp_path / "plant.db", isolation_level=None)) as plant:
        plant.execute("CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no, state, qty, part, changed_at)")
        database = Database(f"sqlite:///{tmp_path}/plant.db", plant)
        database.fill(100)
        connectors = configure(tmp_path, database.url)
        flags = ["--journal", journal]
        alone = ["--name", "connects", "--role", "connect", "--connectors", str(connectors)]
        async with (
            HubProcess(tmp_path / "hub", mosquitto.url, *flags) as hub,
            HubProcess(tmp_path / "beside", mosquitto.url, *flags, *alone) as beside,
        ):

            async def all_in() -> bool:
                return await total(hub) == 100

            await hub.until(all_in, "all lots are in the graph")
            assert (await beside.get("/readyz"))["role"] == "connect"
            assert beside.stop() == 0


async def test_another_hub_goes_on_where_one_was_killed(
    postgres: Postgres, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    """Each has a data folder of its own: what connectors keep is beside the journal that they share."""
    with postgres.database() as journal, closing(sqlite3.connect(tmp_path / "plant.db", isolation_level=None)) as plant:
        plant.execute("CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no, state, qty, part, changed_at)")
        database = Database(f"sqlite:///{tmp_path}/plant.db", plant)
        connectors = configure(tmp_path, database.url)
        file = connectors / "mes.yaml"
        file.write_text(file.read_text().replace("page: 100", "page: 100\n    overlap: 0s"))
        flags = ["--journal", journal]
        alone = ["--role", "connect", "--connectors", str(connectors)]
        async with (
            HubProcess(tmp_path / "hub", mosquitto.url, *flags) as hub,
            HubProcess(tmp_path / "first", mosquitto.url, *flags, "--name", "first", *alone) as first,
            HubProcess(tmp_path / "second", mosquitto.url, *flags, "--name", "second", *alone),
        ):

            async def some() -> bool:
                return await total(hub) > 0

            async def all_in() -> bool:
                return await total(hub) == COUNT

            database.fill(COUNT)
            await hub.until(some, "the first lots are in the graph")
            first.kill()
            await hub.until(all_in, "all lots are in the graph")
            seen = ["--journal", journal, "--connectors", str(connectors)]
            told = json.loads(run("connectors", "list", "--json", *seen, cwd=tmp_path).stdout)
            # The runs that came to their end have not read all: the one that was cut off was taken up where it was.
            assert 0 < told["streams"]["lots"]["totals"]["read"] < COUNT


async def test_a_journal_that_restarts_takes_no_connector_along(
    postgres: Postgres, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with postgres.database() as journal, closing(sqlite3.connect(tmp_path / "plant.db", isolation_level=None)) as plant:
        plant.execute("CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no, state, qty, part, changed_at)")
        database = Database(f"sqlite:///{tmp_path}/plant.db", plant)
        database.fill(10)
        connectors = configure(tmp_path, database.url)
        async with HubProcess(
            tmp_path / "hub", mosquitto.url, "--journal", journal, "--connectors", str(connectors)
        ) as hub:

            async def all_in() -> bool:
                return await total(hub) == 10

            async def blocked() -> bool:
                return await status(hub, "L5") == "BLOCKED"

            await hub.until(all_in, "all lots are in the graph")
            postgres.kill()
            await asyncio.sleep(1)
            postgres.start()
            database.execute("UPDATE lot SET state = 'S', changed_at = '2026-03-02 10:00:00' WHERE lot_no = 'L5'")
            await hub.until(blocked, "the change is seen")
