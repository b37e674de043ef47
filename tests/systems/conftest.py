"""The systems, each started by the first test that needs it, and the table of what was read from each and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from tests.servers.mariadb import MariaDb
from tests.servers.mariadb import mariadb as start_mariadb
from tests.servers.postgres import Postgres, postgres
from tests.systems.databases import fill_cmms, fill_lims
from tests.systems.mes import Mes
from tests.systems.process import System
from tests.systems.sap import MockSap
from tests.systems.story import Row
from tests.systems.tryton import Tryton

S = TypeVar("S", bound=System)

_ROWS = pytest.StashKey[list[Row]]()
_HEAD = ("system", "what was done", "records", "seconds", "lost", "doubled")


@contextmanager
def _running(system: S) -> Iterator[S]:
    system.start()
    try:
        yield system
    finally:
        system.kill()


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    with _running(Tryton(tmp_path_factory.mktemp("tryton"))) as system:
        yield system


@pytest.fixture(scope="session")
def mes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mes]:
    with _running(Mes(tmp_path_factory.mktemp("mes"))) as system:
        yield system


@pytest.fixture(scope="session")
def sap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockSap]:
    with _running(MockSap(tmp_path_factory.mktemp("sap"))) as system:
        system.fill()
        yield system


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    with start_mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def lims(mariadb: MariaDb) -> Iterator[tuple[MariaDb, str]]:
    """A server, and the name of the LIMS's database on it."""
    with mariadb.database() as database:
        fill_lims(mariadb, database)
        yield mariadb, database


@pytest.fixture(scope="session")
def cmms() -> Iterator[tuple[Postgres, str]]:
    """A server of its own, as it is killed, and the name of the CMMS's database on it."""
    with postgres(durable=True) as server, server.database() as url:
        database = url.rpartition("/")[2]
        fill_cmms(server, database)
        yield server, database


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> object:
    """Takes a line of the table."""
    return request.config.stash.setdefault(_ROWS, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = terminalreporter.config.stash.get(_ROWS, [])
    if not rows:
        return
    lines = [_HEAD, *(tuple(map(str, row)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    terminalreporter.section("systems")
    for line in lines:
        terminalreporter.write_line("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
