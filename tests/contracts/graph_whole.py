"""What every graph store must tell of the whole graph: counts, search, where it comes from, and how it is cleared.

A store's tests subclass this, as they do `GraphStoreContract`, which gives `store`.
"""

from __future__ import annotations

from graph.plan import Lookup, Plan, Select
from graph.store import GraphStore
from tests.contracts.graph_store import dump, ids
from tests.contracts.graph_world import GADGET, many_gadgets, said, tell


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
            return [key.id for key in await store.search(text, kinds, limit)]

        assert await found("Pump") == ["PUMP", "O", "A", "B", "C"]
        assert await found("pump", 3) == ["PUMP", "O", "A"]
        assert await found("pump", kinds=("Owner",)) == ["O"]
        assert await found("of the NORTH") == ["A"]
        assert await found("GRÖSSE 100%") == ["B"]
        assert await found("id") == ["Z", "B"]
        assert await found("serial") == await found(" ") == await found("_") == await found("pump", 0) == []

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
