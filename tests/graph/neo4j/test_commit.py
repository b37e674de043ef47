from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from graph.errors import StoreUnavailable, WriteFailed
from graph.neo4j.commit import ENDED, FORGOTTEN_SECONDS, LASTING_SECONDS, WHOLE, marked
from graph.neo4j.driver import Address, Server
from graph.neo4j.store import Neo4jStore
from graph.thing import Delta
from tests.contracts.graph_store import gadget, write
from tests.servers.neo4j import Neo4jPool

LANE = 7


@pytest.fixture
async def server(neo4j_pool: Neo4jPool, store: Neo4jStore) -> AsyncIterator[Server]:
    server = Server(Address.parse(neo4j_pool.server(0).url, None), 60)
    await server.run("MATCH (m:_Commit) DELETE m")
    yield server
    await server.run("MATCH (m:_Commit) DELETE m")
    await server.close()


async def whole(server: Server) -> bool:
    """Whether a statement that reads now sees one state of the graph."""
    ((found,),) = await server.read(f"{ENDED} RETURN {WHOLE}", {}, "whole")
    return bool(found)


async def test_a_read_beside_a_commit_is_not_whole(server: Server) -> None:
    on_its_way, go_on = asyncio.Event(), asyncio.Event()

    async def commit() -> None:
        on_its_way.set()
        await go_on.wait()

    for token in (1, 2):
        assert await whole(server)
        task = asyncio.create_task(marked(server.run, LANE, token, commit))
        await on_its_way.wait()
        assert not await whole(server)
        go_on.set()
        await task
        on_its_way.clear()
        go_on.clear()
    assert await whole(server)


async def test_the_end_of_one_commit_is_not_that_of_the_next_on_its_lane(server: Server) -> None:
    """The first has let its lane go, and has not marked its end yet: the second begins."""

    async def second() -> None:
        assert not await whole(server)

    async def first() -> None:
        await marked(server.run, LANE, 2, second)

    await marked(server.run, LANE, 1, first)
    assert await whole(server)


async def test_a_commit_that_failed_is_on_its_way_no_longer(server: Server) -> None:
    async def fail() -> None:
        raise WriteFailed("refused")

    with pytest.raises(WriteFailed):
        await marked(server.run, LANE, 1, fail)
    assert await whole(server)


async def test_a_commit_of_which_nobody_knows_counts_for_a_while_only(server: Server) -> None:
    async def vanish() -> None:
        raise StoreUnavailable("no answer")

    with pytest.raises(StoreUnavailable):
        await marked(server.run, LANE, 1, vanish)
    assert not await whole(server)
    await server.run("MATCH (m:_Commit) SET m.at = m.at - $millis", {"millis": LASTING_SECONDS * 1000 + 1})
    assert await whole(server)


async def test_a_cancelled_commit_is_marked_as_ended(server: Server) -> None:
    waiting = asyncio.Event()

    async def wait() -> None:
        waiting.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(marked(server.run, LANE, 1, wait))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await whole(server)


async def test_every_write_is_marked(server: Server, store: Neo4jStore) -> None:
    tokens = set()
    for n in range(5):
        await write(store, Delta(things=(gadget(f"G{n}"),)))
        assert await whole(server)
        ((marks,),) = await server.read("MATCH (m:_Commit) RETURN collect([m.begun, m.ended])", {}, "marks")
        ((begun, ended),) = marks  # one after the other, they need no more than one lane
        assert begun == ended
        tokens.add(begun)
    assert len(tokens) == 5


async def test_marks_that_nobody_uses_are_let_go(server: Server, store: Neo4jStore) -> None:
    await write(store, Delta(things=(gadget("G"),)))
    await store.migrate()
    marks = "MATCH (m:_Commit) RETURN count(m)"
    assert await server.read(marks, {}, "marks") == [[1]]
    await server.run("MATCH (m:_Commit) SET m.at = m.at - $millis", {"millis": FORGOTTEN_SECONDS * 1000 + 1})
    await store.migrate()
    assert await server.read(marks, {}, "marks") == [[0]]
