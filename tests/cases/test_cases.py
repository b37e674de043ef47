"""Every case, in every way that there is to ask, over both stores; and what Neo4j is asked for it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import neo4j
import pytest
import pytest_asyncio

from tests.cases import cypher
from tests.cases.case import HERE, Case, cases, pairs
from tests.cases.explain import Explained, explain, settle
from tests.cases.world import WAYS, World, world
from tests.servers.neo4j import Neo4jPool

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = cases()
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
TAKEN: list[str] = []
"""A line for each case that a server was asked: its root fields, round trips, and where reading begins."""

every_way = pytest.mark.parametrize("way", WAYS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def embedded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("cases")
    async with world(folder, f"ladybug:///{folder}/graph", seed=2) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, neo4j_pool: Neo4jPool) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("cases"), neo4j_pool.server(0).url) as found:
        yield found


@pytest.fixture(scope="module")
def driver(served: World, neo4j_pool: Neo4jPool) -> Iterator[neo4j.Driver]:
    with closing(neo4j.GraphDatabase.driver(neo4j_pool.server(0).url)) as driver:
        settle(driver)
        yield driver


@every_way
@every_case
async def test_the_embedded_graph_answers(embedded: World, case: Case, way: str) -> None:
    check(await embedded.ask(way, case), case)


@every_way
@every_case
async def test_a_server_answers_in_few_round_trips(served: World, case: Case, way: str) -> None:
    check(await served.ask(way, case), case)
    most = min(case.round_trips, 1) if way == "again" and case.compiled else case.round_trips
    assert len(served.reads) <= most <= case.root_fields


@every_case
async def test_what_a_server_is_asked(served: World, driver: neo4j.Driver, case: Case) -> None:
    """As it was written down; without a value of the client's; and such that the server finds where to begin."""
    await served.ask("again", case)
    again = len(served.reads)
    await served.ask("first", case)
    statements = [statement for statement, _ in served.reads]
    assert [value for statement in statements for value in cypher.given(case, statement)] == []
    found = Explained.together(explain(driver, *read) for read in served.reads)
    TAKEN.append(f"{case.name:40}{case.root_fields:>12}{len(statements):>7}{again:>7}   {found}")
    assert found.scans <= case.scans
    written = "\n".join(map(cypher.laid_out, statements))
    assert cypher.same(written, case.statements), f"python -m tests.cases --write-cypher {case.name}"


async def test_round_trips(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what the cases took."""
    head = f"{'case':40}{'root fields':>12}{'first':>7}{'again':>7}   begins with"
    with capsys.disabled():
        print(f"\nround trips\n{head}", *TAKEN, sep="\n")


async def test_files_belong_to_cases() -> None:
    there = {path.name for path in HERE.iterdir() if path.suffix in (".graphql", ".json", ".cypher")}
    assert there == {f"{case.name}.{ending}" for case in CASES for ending in ("graphql", "json", "cypher")}


def check(body: bytes, case: Case) -> None:
    """An answer against the one worked out, members in the same order."""
    answer = json.loads(case.file("json").read_bytes())
    assert json.loads(body) == {"data": answer}
    assert pairs(body) == [("data", case.answer)]
