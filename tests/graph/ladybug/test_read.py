from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from graph.ladybug.engine import Database
from graph.ladybug.read import Reader
from graph.ladybug.store import LadybugStore
from graph.plan import Many, One, Order, Own, Page, Paging, Plan, Select, Value
from tests.contracts.graph_world import BOSS, GADGET, HOLDS, OWNED, OWNER, PART_OF, PARTS, WORLD, many_gadgets, tell


class Counting:
    """Runs statements and keeps their texts."""

    def __init__(self, database: Database) -> None:
        self._session = database.session()
        self.texts: list[str] = []

    def __call__(self, cypher: str, parameters: Mapping[str, Any]) -> list[list[Any]]:
        self.texts.append(cypher)
        return self._session.run(cypher, parameters)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    store = await LadybugStore.open(tmp_path / "graph", WORLD)
    await store.migrate()
    await tell(store, many_gadgets(40))
    await store.close()
    return tmp_path / "graph"


@pytest.fixture
def run(path: Path) -> Iterator[Counting]:
    database = Database(path)
    yield Counting(database)
    database.close()


ID = (Value("id", Own.ID),)


def test_a_plan_takes_one_statement_for_each_list_or_link_of_a_level(run: Counting) -> None:
    parts = Many("parts", PARTS, Select(GADGET, ID, (One("owner", OWNED, Select(OWNER, ID)),)), (), Paging(total=True))
    inside = Many("partOf", PART_OF, Select(GADGET, ID, manys=(parts,)), (), Paging(order=(Order(Own.PATH),)))
    boss = One("boss", BOSS, Select(OWNER, ID))
    held = Many("gadgets", HOLDS, Select(GADGET, ID, manys=(inside,)))
    plan = Plan((Page("owners", Select(OWNER, ID, (boss,), (held,)), Paging()),))
    read = Reader(run, {"first": 100}).read(plan)
    owners = read["owners"]["rows"]
    assert sum(len(row["node"]["gadgets"]["rows"]) for row in owners) > 20
    assert len(run.texts) == 6, run.texts


def test_a_total_of_a_list_takes_one_more(run: Counting) -> None:
    page = Page("gadgets", Select(GADGET, ID), Paging(total=True))
    Reader(run, {"first": 2}).read(Plan((page,)))
    assert len(run.texts) == 2
    many = Many("parts", PARTS, Select(GADGET, ID), (), Paging(after="after", total=True))
    run.texts.clear()
    Reader(run, {"first": 9, "after": ["G05"]}).read(Plan((Page("all", Select(GADGET, ID, (), (many,)), Paging()),)))
    assert len(run.texts) == 3


def test_no_value_of_a_client_is_in_a_statement(run: Counting) -> None:
    given = {"first": 4711, "after": ["G05' OR true"]}
    many = Many("parts", PARTS, Select(GADGET, ID), (), Paging(after="after"))
    Reader(run, given).read(Plan((Page("all", Select(GADGET, ID, (), (many,)), Paging(after="after")),)))
    assert not [text for text in run.texts if "4711" in text or "G05" in text]


def test_order_survives_cutting_large_lists_by_parent(run: Counting) -> None:
    """Lists below a node rely on rows being collected in the order they were sorted in."""
    held = Many("gadgets", HOLDS, Select(GADGET, ID), (), Paging(order=(Order(Own.ID, descending=True),)))
    read = Reader(run, {"first": 1000}).read(Plan((Page("owners", Select(OWNER, ID, (), (held,)), Paging()),)))
    for row in read["owners"]["rows"]:
        ids = [inner["node"]["id"] for inner in row["node"]["gadgets"]["rows"]]
        assert ids == sorted(ids, reverse=True)
