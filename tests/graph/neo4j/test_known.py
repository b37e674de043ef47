"""What a store has written lately it need not read again, unless another has written it since."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from graph.neo4j import write
from graph.neo4j.store import Neo4jStore
from graph.thing import Key, Thing
from tests.contracts.graph_world import WORLD, said, tell
from tests.graph.neo4j.crowd import messages
from tests.servers.neo4j import Neo4jPool

KEYS = [Key("Gadget", id_) for id_ in "AB"]


async def things(store: Neo4jStore, *keys: Key) -> Mapping[Key, Thing]:
    async with store.write() as tx:
        return await tx.things(keys or KEYS)


async def test_it_is_what_is_there(neo4j_pool: Neo4jPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "SMALL", 1_000_000)
    url = neo4j_pool.server(0).url
    one, other = await Neo4jStore.open(url, WORLD), await Neo4jStore.open(url, WORLD)
    await one.clear()
    told = messages(1)
    for begin in range(0, len(told), 80):
        await tell(one, told[begin : begin + 80])
    keys = [Key(row["node"], row["id"]) async for row in one.dump() if "node" in row]
    there = await things(other, *keys)
    assert len(there) == len(keys) > 10
    assert await things(one, *keys) == there

    def not_asked(*_: object) -> Thing:
        raise AssertionError("it was read, though nothing has changed it")

    monkeypatch.setattr(write, "thing_of", not_asked)
    described = [key for key, thing in there.items() if not thing.placeholder]
    assert await things(one, *described) == {key: there[key] for key in described}
    assert await things(other, *described) == {key: there[key] for key in described}
    await one.close()
    await other.close()


async def test_what_another_wrote_since_is_read(neo4j_pool: Neo4jPool) -> None:
    url = neo4j_pool.server(0).url
    one, other = await Neo4jStore.open(url, WORLD), await Neo4jStore.open(url, WORLD)
    await one.clear()
    await tell(one, [said("Gadget", "A", note="x"), said("Gadget", "B", note="x")])
    await tell(other, [said("Gadget", "A", 1, note="y")])
    found = await things(one)
    assert [found[key].records[0].value("note") for key in KEYS] == ["y", "x"]
    assert found == await things(other)
    with pytest.raises(ZeroDivisionError):
        async with one.write() as tx:
            await tx.things(KEYS)
            raise ZeroDivisionError
    assert await things(one) == found
    await one.close()
    await other.close()
