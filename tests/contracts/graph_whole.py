"""What every graph store must tell of the whole graph: counts, search, where it comes from, and how it is cleared.

A store's tests subclass this, as they do `GraphStoreContract`, which gives `store`.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from graph.plan import Compare, Lookup, Operator, Own, Page, Paging, Plan, Row, Select, Value
from graph.search import Search
from graph.store import GraphStore
from schema.json import Json
from schema.model.base import MAX_ID_BYTES
from schema.topic import MAX_LEVELS, MAX_SEGMENT
from tests.contracts.graph_store import dump, ids
from tests.contracts.graph_world import GADGET, WORLD, many_gadgets, said, tell


async def search(store: GraphStore, text: str, kinds: Sequence[str], limit: int) -> list[tuple[str, str]]:
    """The kinds and ids of what is found, best first."""
    selects = tuple(Select(WORLD.kind(kind), (Value("id", Own.ID),)) for kind in kinds)
    found = await store.read(Plan((Search("it", "text", "first", selects),)), {"text": text, "first": limit})
    return [(row["kind"], row["node"]["id"]) for row in found["it"]["rows"]]


class WholeGraphContract:
    """The graph as a whole."""

    async def test_counts_things_and_where_they_are(self, store: GraphStore) -> None:
        places = {
            "A": "acme",
            "B": "acme/north",
            "C": "acme/north",
            "D": "acme/northern",
            "E": "acme/north/l",
            "F": None,
        }
        await tell(store, [said("Gadget", id_, path=path, owner=["O"]) for id_, path in places.items()])
        await tell(store, [said("Owner", "X", path="acme/north")])
        assert await store.counts() == {"Gadget": 6, "Owner": 1}
        north = {"acme/north": {"Gadget": 2, "Owner": 1}, "acme/north/l": {"Gadget": 1}}
        assert await store.places("acme/north") == north
        assert await store.places(None) == {"acme": {"Gadget": 1}, **north, "acme/northern": {"Gadget": 1}}
        assert await store.places("nowhere") == {}

    async def test_searches_ids_names_descriptions_and_identifiers(self, store: GraphStore) -> None:
        things = [
            said("Gadget", "PUMP", name="x"),
            said("Gadget", "A", name="Pump of  the north"),
            said("Gadget", "B", description="Beside the pump: Größe 100%"),
            said("Gadget", "C", **{"identifiers/serial": "XPUMP-1"}),
            said("Owner", "O", name="pump"),
            said("Gadget", "Z", note="pump", name="id"),
        ]
        await tell(store, things)

        async def found(text: str, limit: int = 9, kinds: tuple[str, ...] = ("Gadget", "Owner")) -> list[str]:
            return [id_ for _, id_ in await search(store, text, kinds, limit)]

        assert await found("Pump") == ["PUMP", "O", "A", "B", "C"]
        assert await found("pump", 3) == ["PUMP", "O", "A"]
        assert await found("pump", kinds=("Owner",)) == ["O"]
        assert await found("of the NORTH") == ["A"]
        assert await found("GRÖSSE 100%") == ["B"]
        assert await found("id") == ["Z", "B"]
        assert await found("serial") == await found(" ") == await found("_") == await found("pump", 0) == []

    @pytest.mark.parametrize("size", [10_000, 40_000, 900_000])
    @pytest.mark.parametrize("letter", ["x", "é", "ΐ"])
    async def test_takes_values_of_any_length(self, store: GraphStore, size: int, letter: str) -> None:
        """Each is kept whole, found by equality, and searched by how it begins."""
        long = f"begins {letter * (size // len(letter.encode()))}"
        words = {"name": long, "description": f"{long}, described", "note": f"{long}, noted"}
        texts: dict[str, Json] = {**words, "tags": [long]}
        await tell(store, [said("Gadget", "G", **texts), said("Gadget", "H", name=long[:-1], note=long[:-1])])
        attributes = [GADGET.attributes[name] for name in texts]
        select = Select(GADGET, tuple(Value(a.name, a) for a in attributes))
        for attribute in attributes:
            operator = Operator.CONTAINS if attribute.name == "tags" else Operator.EQ
            where = Compare(attribute, operator, "wanted")
            plan = Plan((Page("all", select, Paging(where=where)),))
            wanted = long if attribute.name == "tags" else texts[attribute.name]
            page: Row = await store.read(plan, {"first": 9, "wanted": wanted})
            assert [row["node"] for row in page["all"]["rows"]] == [texts]
        assert {id_ for _, id_ in await search(store, "begins", ["Gadget"], 9)} == {"G", "H"}
        assert await search(store, f"not {long}", ["Gadget"], 9) == []

    async def test_takes_names_of_a_thing_at_their_limits(self, store: GraphStore) -> None:
        """An id and other identifiers of 256 bytes, two of them one name and each sent percent-encoded, and a path."""
        widest, path = "%" * MAX_ID_BYTES, "/".join(["\U0001d518" * MAX_SEGMENT] * MAX_LEVELS)
        named = {"identifiers/gtin": widest, "identifiers/lot": widest, "identifiers/serial": widest}
        await tell(store, [said("Gadget", widest, path=path, owner=["~" + widest[1:]], **named)])
        composite = f"gtin+lot:{','.join(['%25' * MAX_ID_BYTES] * 2)}"
        for identifier in (f"id:{widest}", f"serial:{widest}", composite):
            plan = Plan((Lookup("it", "identifier", Select(GADGET, (Value("path", Own.PATH),))),))
            assert await store.read(plan, {"identifier": identifier}) == {"it": {"path": path}}
        assert await store.places(path) == {path: {"Gadget": 1}}

    async def test_asked_for_what_is_too_long_to_be_there_finds_nothing(self, store: GraphStore) -> None:
        await tell(store, [said("Gadget", "G", path="acme")])
        long = "x" * 40_000
        lookup = Lookup("it", "identifier", Select(GADGET))
        paths = Page("all", Select(GADGET), Paging(where=Compare(Own.PATH, Operator.EQ, "path")))
        colours = Page("red", Select(GADGET), Paging(where=Compare(GADGET.attributes["colour"], Operator.EQ, "path")))
        found = await store.read(Plan((lookup, paths, colours)), {"identifier": f"id:{long}", "path": long, "first": 9})
        assert found["it"] is None and found["all"]["rows"] == found["red"]["rows"] == []
        assert await store.places(long) == {}

    async def test_where_the_graph_comes_from_is_noted_beside_it(self, store: GraphStore) -> None:
        assert await store.origin() is None
        await store.set_origin("journal ü 1")
        await store.set_origin("journal ü 2")
        assert await store.origin() == "journal ü 2"
        assert await store.migrate() == ()
        assert await dump(store) == []

    async def test_clear_leaves_an_empty_graph_ready_for_use(self, store: GraphStore) -> None:
        await tell(store, many_gadgets(10))
        assert len(await dump(store)) > 10
        await store.set_origin("a journal")
        await store.clear()
        assert await dump(store) == []
        assert await store.origin() is None
        assert await store.migrate() == ()
        await tell(store, [said("Gadget", "G", parts=["P"])])
        assert await ids(store) == ["G", "(P)"]

    async def test_looks_up_nothing_in_an_empty_graph(self, store: GraphStore) -> None:
        plan = Plan((Lookup("it", "identifier", Select(GADGET)),))
        assert await store.read(plan, {"identifier": "id:G"}) == {"it": None}
