"""What every kind that reads must do, over PostgreSQL, a system over HTTP, and files behind SFTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.filing import put
from tests.contracts.api_plant import ApiPlant
from tests.contracts.connector import ConnectorContract
from tests.contracts.connector_plant import BEGIN, LOTS, PAGE, Plant
from tests.servers.postgres import Postgres
from tests.servers.sftp import Sshd, running_sshd

COMMON = {"system": "mes", "location": "acme/north", "timeZone": "UTC"}


class SqlPlant:
    """A table of PostgreSQL, or with `snapshot` one that is compared as a whole."""

    def __init__(self, server: Postgres, url: str, snapshot: bool) -> None:
        self._server = server
        self._url = url
        self._database = url.rpartition("/")[2]
        self._own: dict[str, Any] = {} if snapshot else {"changed": "at", "overlap": 5}
        self.again = 0 if snapshot else 6
        self.dead = False
        self._execute("CREATE TABLE lot (id int PRIMARY KEY, lot text, title text, at timestamp)")

    def config(self) -> dict[str, Any]:
        return {
            **COMMON,
            "kind": "sql",
            "url": self._url,
            "streams": {"lots": {"table": "lot", "key": "id"} | LOTS | self._own},
        }

    def put(self, first: int, count: int) -> None:
        self._execute(
            f"INSERT INTO lot SELECT n, 'L' || n, 'Lot ' || n, to_timestamp({BEGIN} + n) AT TIME ZONE 'UTC' "
            f"FROM generate_series({first}, {first + count - 1}) n"
        )

    def kill(self) -> None:
        self._server.kill()
        self.dead = True

    def start(self) -> None:
        self._server.start()
        self.dead = False

    def _execute(self, sql: str) -> None:
        self._server.execute(sql, self._database)


class RestPlant(ApiPlant):
    """A system over HTTP."""

    def config(self) -> dict[str, Any]:
        return {**COMMON, **super().config(), "streams": {"lots": LOTS | self.stream()}}


class FilePlant:
    """A folder behind SFTP, a page of records in each file."""

    again = 0

    def __init__(self, server: Sshd, folder: Path, **stream: Any) -> None:
        self._server = server
        self._folder = folder
        self._stream = stream

    def config(self) -> dict[str, Any]:
        stream = {"files": "*.csv", "format": "csv", "settle": 0, **LOTS, **self._stream}
        way = {"keyFile": str(self._server.key), "knownHosts": str(self._server.known_hosts)}
        place = {"kind": "file", "folder": self._server.url(self._folder), "sftp": way}
        return {**COMMON, **place, "streams": {"lots": stream}}

    def put(self, first: int, count: int) -> None:
        for begin in range(first, first + count, PAGE):
            lines = "".join(f"L{number},Lot {number}\n" for number in range(begin, min(begin + PAGE, first + count)))
            put(self._folder / f"{begin:06}.csv", "lot,title\n" + lines, time.time() - BEGIN - begin)

    def kill(self) -> None:
        self._server.kill()

    def start(self) -> None:
        self._server.start()


@contextmanager
def a_table(postgres: Postgres, *, snapshot: bool) -> Iterator[Plant]:
    """A plant; the server, which is everybody's, is there again afterwards."""
    with postgres.database() as url:
        plant = SqlPlant(postgres, url, snapshot)
        try:
            yield plant
        finally:
            if plant.dead:
                plant.start()


class TestSql(ConnectorContract):
    """Rows that are read on from their time of change."""

    @pytest.fixture
    def plant(self, postgres: Postgres) -> Iterator[Plant]:
        with a_table(postgres, snapshot=False) as plant:
            yield plant


class TestSqlSnapshot(ConnectorContract):
    """Rows that are compared as a whole."""

    @pytest.fixture
    def plant(self, postgres: Postgres) -> Iterator[Plant]:
        with a_table(postgres, snapshot=True) as plant:
            yield plant


class TestRest(ConnectorContract):
    """Pages that are counted, in order of change."""

    @pytest.fixture
    def plant(self) -> Iterator[Plant]:
        plant = RestPlant()
        plant.start()
        yield plant
        plant.kill()


class TestFile(ConnectorContract):
    """Files that are left where they are."""

    @pytest.fixture
    def plant(self, tmp_path: Path, out: Path) -> Iterator[Plant]:
        with running_sshd(tmp_path) as server:
            yield FilePlant(server, out)


class TestFileMoved(ConnectorContract):
    """Files that are moved away when they have arrived."""

    @pytest.fixture
    def plant(self, tmp_path: Path, out: Path) -> Iterator[Plant]:
        with running_sshd(tmp_path) as server:
            yield FilePlant(server, out, then="move")
