"""What is near a thing and the shortest way to another, in every graph store, against a plain search in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.around import Near, Shortest, links_between
from graph.plan import Own, Plan, Row, Select, Value
from graph.store import GraphStore
from graph.thing import Key
from tests.contracts.graph_opened import OpenedGraph
from tests.contracts.graph_walks import LAW, LOTS, Said, worlds
from tests.contracts.walk_world import WALKS, said, tell

ID = Value("id", Own.ID)
KINDS = tuple(WALKS.kinds)
RELATIONSHIPS = tuple(WALKS.relationships)
some_kinds = st.frozensets(st.sampled_from(KINDS), min_size=1)
some_relationships = st.just(frozenset(RELATIONSHIPS)) | st.frozensets(st.sampled_from(RELATIONSHIPS), min_size=1)
Told = tuple[str, str, Key, Key]
"""An edge: its relationship and link, from, to."""


def told(world: Said) -> list[Told]:
    """Every edge of a world, once for each time that it is said."""
    return [
        (WALKS.kind(key.kind).links[name].relationship, name, key, Key(WALKS.kind(key.kind).links[name].target, id_))
        for key, links in world.items()
        for name, ids in links.items()
        for id_ in ids
    ]


def neighbours(edges: list[Told], key: Key) -> set[Key]:
    return {b for _, _, a, b in edges if a == key} | {a for _, _, a, b in edges if b == key}


def depths(
    edges: list[Told], begin: Key, kinds: frozenset[str], deepest: int, ends: frozenset[Key] = frozenset()
) -> dict[Key, int]:
    """How far things are, by a plain search; only through things of these kinds, and to these ends."""
    found, front = {begin: 0}, {begin}
    for level in range(1, deepest + 1):
        beyond = {end for key in front for end in neighbours(edges, key)} - found.keys()
        front = {key for key in beyond if key.kind in kinds or key in ends}
        found |= dict.fromkeys(front, level)
    return found


def shortest_ways(edges: list[Told], begin: Key, end: Key, kinds: frozenset[str], deepest: int) -> Iterator[list[Key]]:
    """Every shortest way."""
    far = depths(edges, end, kinds, deepest, frozenset({begin}))
    if begin not in far:
        return
    ways = [[begin]]
    for left in range(far[begin] - 1, -1, -1):
        ways = [[*way, key] for way in ways for key in neighbours(edges, way[-1]) if far.get(key) == left]
    yield from ways


def selects(kinds: frozenset[str]) -> tuple[Select, ...]:
    return tuple(Select(kind, (ID,)) for kind in WALKS if kind.name in kinds)


def near(begin: Key, kinds: frozenset[str], relationships: frozenset[str]) -> Near:
    all_ = kinds | {begin.kind}
    return Near("it", begin.kind, "begin", kinds, links_between(WALKS, all_, relationships), selects(all_))


def shortest(begin: Key, end: Key, kinds: frozenset[str], relationships: frozenset[str]) -> Shortest:
    all_ = kinds | {begin.kind, end.kind}
    links = links_between(WALKS, all_, relationships)
    return Shortest("it", begin.kind, "begin", end.kind, "end", kinds, links, selects(all_))


async def read(store: GraphStore, root: Near | Shortest, **parameters: Any) -> Row:
    found: Row = (await store.read(Plan((root,)), parameters))["it"]
    return found


def ends(edge: Mapping[str, Any]) -> tuple[str, str, Key, Key]:
    link = edge["link"]
    return link.relationship, link.name, Key(link.source, edge["from"]), Key(link.target, edge["to"])


class GraphAroundContract(OpenedGraph):
    """Subclasses give `open`: a store for the model `WALKS`."""

    @LAW
    @given(
        world=worlds(),
        kinds=some_kinds,
        relationships=some_relationships,
        deep=st.integers(0, 3),
        first=st.integers(1, 12),
    )
    async def test_what_is_near_is_what_a_plain_search_finds(
        self,
        store: GraphStore,
        world: Said,
        kinds: frozenset[str],
        relationships: frozenset[str],
        deep: int,
        first: int,
    ) -> None:
        await tell(store, [said(key.kind, key.id, **links) for key, links in world.items()])
        begin = Key("Lot", "L0")
        edges = [edge for edge in told(world) if edge[0] in relationships]
        far = depths(edges, begin, kinds, deep)
        kept = sorted(far, key=lambda key: (far[key], key))[:first]
        found = await read(store, near(begin, kinds, relationships), begin="id:L0", depth=deep, first=first)
        assert [(Key(n["kind"], n["id"]), n["depth"]) for n in found["nodes"]] == [(key, far[key]) for key in kept]
        assert all(node["node"] == {"id": node["id"]} for node in found["nodes"])
        assert sorted(map(ends, found["edges"])) == sorted(e for e in edges if e[2] in kept and e[3] in kept)
        assert len(far) <= first or found["more"]
        if not found["more"]:
            assert len(kept) == len(far)

    @LAW
    @given(
        world=worlds(),
        end=st.sampled_from([*(Key("Lot", id_) for id_ in LOTS), Key("Job", "J0"), Key("Piece", "P1")]),
        kinds=some_kinds,
        relationships=some_relationships,
        deep=st.integers(0, 6),
    )
    async def test_a_shortest_way_is_the_first_of_those_that_a_plain_search_finds(
        self, store: GraphStore, world: Said, end: Key, kinds: frozenset[str], relationships: frozenset[str], deep: int
    ) -> None:
        await tell(store, [said(key.kind, key.id, **links) for key, links in world.items()])
        begin = Key("Lot", "L0")
        edges = [edge for edge in told(world) if edge[0] in relationships]
        expected = min(shortest_ways(edges, begin, end, kinds, deep), default=None)
        root = shortest(begin, end, kinds, relationships)
        found = await read(store, root, begin="id:L0", end=f"id:{end.id}", depth=deep, most=1000)
        assert (found["from"], found["to"], found["gaveUp"]) == (True, True, False)
        way = None if found["nodes"] is None else [Key(node["kind"], node["id"]) for node in found["nodes"]]
        assert way == expected
        for (one, other), edge in zip(zip(way or (), (way or ())[1:], strict=False), found["edges"], strict=True):
            between = [e for e in edges if (e[2], e[3]) in ((one, other), (other, one))]
            assert ends(edge) == min(between, key=lambda e: (e[0], e[2] != one))

    async def test_edges_have_what_is_said_of_them(self, store: GraphStore) -> None:
        await tell(store, [said("Lot", "A", madeFrom=[("B", 1.5), ("B", 2.0)], keeper=["A"]), said("Lot", "B")])
        every = frozenset(KINDS)
        found = await read(
            store, near(Key("Lot", "A"), every, frozenset(RELATIONSHIPS)), begin="id:A", depth=1, first=9
        )
        amounts = [edge["values"].get("quantity") for edge in found["edges"]]
        assert amounts == [None, {"value": 1.5, "unit": "kg"}, {"value": 2.0, "unit": "kg"}]
        root = shortest(Key("Lot", "B"), Key("Lot", "A"), every, frozenset(RELATIONSHIPS))
        way = await read(store, root, begin="id:B", end="id:A", depth=3, most=9)
        assert [edge["values"] for edge in way["edges"]] == [{"quantity": {"value": 1.5, "unit": "kg"}}]

    async def test_a_search_that_looks_at_too_much_gives_up(self, store: GraphStore) -> None:
        """A job that used many lots, between two others: what was looked at is told, and not that there is no way."""
        many = [f"M{n}" for n in range(40)]
        await tell(store, [said("Job", "J", used=["A", *many]), said("Job", "K", used=["B", *many])])
        root = shortest(Key("Lot", "A"), Key("Lot", "B"), frozenset(KINDS), frozenset(RELATIONSHIPS))
        few = await read(store, root, begin="id:A", end="id:B", depth=9, most=20)
        assert (few["gaveUp"], few["nodes"]) == (True, None)
        enough = await read(store, root, begin="id:A", end="id:B", depth=9, most=200)
        assert [node["id"] for node in enough["nodes"]] == ["A", "J", "M0", "K", "B"]

    async def test_many_ways_of_a_length_take_no_longer_than_one(self, store: GraphStore) -> None:
        lots = [said("Lot", f"D{n}{x}", madeFrom=[f"D{n + 1}a", f"D{n + 1}b"]) for n in range(30) for x in "ab"]
        await tell(store, lots)
        root = shortest(Key("Lot", "D0a"), Key("Lot", "D30b"), frozenset(KINDS), frozenset(RELATIONSHIPS))
        found = await read(store, root, begin="id:D0a", end="id:D30b", depth=40, most=1000)
        assert [node["id"] for node in found["nodes"]] == [*(f"D{n}a" for n in range(30)), "D30b"]

    async def test_ends_that_are_not_there_are_told(self, store: GraphStore) -> None:
        await tell(store, [said("Lot", "A")])
        every = frozenset(KINDS)
        root = shortest(Key("Lot", "A"), Key("Job", "X"), every, frozenset(RELATIONSHIPS))
        found = await read(store, root, begin="id:A", end="id:X", depth=3, most=9)
        assert (found["from"], found["to"], found["nodes"]) == (True, False, None)
        assert (
            await read(store, near(Key("Lot", "X"), every, frozenset(RELATIONSHIPS)), begin="id:X", depth=1, first=5)
            is None
        )
