from __future__ import annotations

import asyncio

import neo4j
import pytest

from graph.cypher import quote
from graph.errors import SchemaMismatch
from graph.neo4j import ddl
from graph.neo4j.store import Neo4jStore
from schema.model import MODEL
from schema.model.base import Entity, attribute, declare
from schema.registry import Model, build
from tests.contracts.graph_world import WORLD
from tests.servers.neo4j import Neo4jPool


def boxes(*, grown: bool) -> Model:
    class Box(Entity):
        """A box."""

        kind = declare("tests", plural="boxes", source="made up")
        size: int | None = attribute("How big.")

    class Shelf(Entity):
        """Where boxes are."""

        kind = declare("tests", plural="shelves", source="made up")

    return build((Box, Shelf) if grown else (Box,))


def contradicting() -> Model:
    class Box(Entity):
        """A box whose size is a text."""

        kind = declare("tests", plural="boxes", source="made up")
        size: str | None = attribute("How big.")

    return build((Box,))


async def migrated(url: str, model: Model) -> tuple[str, ...]:
    store = await Neo4jStore.open(url, model)
    try:
        return await store.migrate()
    finally:
        await store.close()


async def test_a_model_that_grew_adds_and_one_that_shrank_changes_nothing(
    neo4j_pool: Neo4jPool, store: Neo4jStore
) -> None:
    url = neo4j_pool.server(0).url
    small = await Neo4jStore.open(url, boxes(grown=False))
    await small.clear()
    added = await migrated(url, boxes(grown=True))
    assert added == tuple(i.statement for i in ddl.indexes(boxes(grown=True)) if i.label == "Shelf")
    assert "CREATE CONSTRAINT `unshub_Shelf_id` IF NOT EXISTS FOR (n:`Shelf`) REQUIRE n.`id` IS UNIQUE" in added
    assert await small.migrate() == ()
    await small.clear()
    assert await migrated(url, boxes(grown=True)) == added
    await small.close()


async def test_hubs_that_start_together_on_a_new_graph_all_find_it_made(
    neo4j_pool: Neo4jPool, store: Neo4jStore
) -> None:
    url = neo4j_pool.server(0).url
    async with neo4j.AsyncGraphDatabase.driver(url) as driver:
        for row in (await driver.execute_query(ddl.PRESENT)).records:
            if row["owningConstraint"] is not None:
                await driver.execute_query(f"DROP CONSTRAINT {quote(row['owningConstraint'])}")
    await asyncio.gather(*(migrated(url, MODEL) for _ in range(4)))
    assert await migrated(url, MODEL) == ()


async def test_a_type_that_changed_asks_for_a_rebuild(neo4j_pool: Neo4jPool, store: Neo4jStore) -> None:
    url = neo4j_pool.server(0).url
    await migrated(url, boxes(grown=False))
    with pytest.raises(SchemaMismatch, match=r"Box\.size is integer in the graph and text in the model; .*rebuild"):
        await migrated(url, contradicting())
    other = await Neo4jStore.open(url, contradicting())
    await other.clear()
    assert await other.migrate() == ()
    await other.close()


async def test_what_others_keep_in_the_database_stays(neo4j_pool: Neo4jPool, store: Neo4jStore) -> None:
    async with neo4j.AsyncGraphDatabase.driver(neo4j_pool.server(0).url) as driver:
        await driver.execute_query("CREATE (:Note {text: 'mine'})")
        await driver.execute_query("CREATE INDEX note_text IF NOT EXISTS FOR (n:Note) ON (n.text)")
        await store.clear()
        assert (await driver.execute_query("MATCH (n:Note) DELETE n RETURN count(*)")).records[0][0] == 1
        assert (await driver.execute_query("SHOW INDEXES WHERE name = 'note_text'")).records
        await driver.execute_query("DROP INDEX note_text")


def test_every_kind_has_its_key() -> None:
    for model in (MODEL, WORLD):
        unique = {index.label for index in ddl.indexes(model) if index.unique and index.column == "id"}
        assert unique == set(model.kinds)


def test_a_kind_named_like_the_common_label_is_refused() -> None:
    class Thing(Entity):
        """Anything."""

        kind = declare("tests", plural="things", source="made up")

    with pytest.raises(SchemaMismatch, match="give it another name"):
        ddl.indexes(build((Thing,)))
