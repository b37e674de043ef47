"""The servers that the faults share, and the table of what each fault cost, printed at the end of the run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from graph.open import open_store
from schema.model import MODEL
from tests.faults.scene import Row, Tell
from tests.servers.neo4j import Neo4j

_ROWS = pytest.StashKey[list[Row]]()
_HEAD = ("fault", "sent", "acknowledged", "lost", "doubled", "again", "wrong", "late", "seconds to recover", "status")


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Takes a line of the table."""
    return request.config.stash.setdefault(_ROWS, []).append


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4j]:
    server = Neo4j(tmp_path_factory.mktemp("neo4j-faults"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def neo4j(neo4j_server: Neo4j) -> Neo4j:
    """A Neo4j with nothing in it. A test that kills or pauses it starts it again."""

    async def clear() -> None:
        store = await open_store(neo4j_server.url, MODEL)
        await store.clear()
        await store.close()

    asyncio.run(clear())
    return neo4j_server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = terminalreporter.config.stash.get(_ROWS, [])
    if not rows:
        return
    lines = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    terminalreporter.section("faults")
    for first, *others in lines:
        terminalreporter.write_line("  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]))


def _cells(row: Row) -> tuple[str, ...]:
    seconds = "-" if row.seconds is None else f"{row.seconds:.1f}"
    return (
        row.fault,
        *map(str, (row.sent, row.acknowledged, row.lost, row.doubled, row.again, row.wrong, row.late)),
        seconds,
        row.said,
    )
