"""What walks must give, in every graph store. A store's tests subclass this and say how one is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.genealogy import Genealogy, genealogy, materials, steps, total, work
from graph.plan import Direction as Along
from graph.plan import Many, Own, Paging, Plan, Row, Select, Value
from graph.store import GraphStore
from graph.thing import Key
from graph.walks import Walk
from schema.model.base import Flow
from tests.contracts.graph_opened import OpenedGraph
from tests.contracts.walk_world import WALKS, said, tell

LAW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LOTS, JOBS, PHASES, PIECES = (
    [f"{letter}{n}" for n in range(size)] for letter, size in zip("LJFP", (6, 4, 2, 2), strict=True)
)
ID = Value("id", Own.ID)


def walk(*, up: bool, depth: bool = True) -> Walk:
    """A genealogy with the id of each thing."""
    return Walk(
        "walk",
        "Lot",
        "begin",
        steps(WALKS, up=up),
        tuple(Select(kind, (ID,)) for kind in materials(WALKS)),
        tuple(Select(kind, (ID,)) for kind in work(WALKS)),
        depth="depth" if depth else None,
    )


Said = Mapping[Key, Mapping[str, list[str]]]


@st.composite
def worlds(draw: st.DrawFn) -> Said:
    """Lots of lots, of jobs and of phases, with diamonds and cycles."""
    some = st.lists(st.sampled_from(LOTS), max_size=2)
    found: dict[Key, dict[str, list[str]]] = {Key("Lot", id_): {"madeFrom": draw(some)} for id_ in LOTS}
    found |= {Key("Job", id_): {"used": draw(some), "made": draw(some)} for id_ in JOBS}
    found |= {Key("Phase", id_): {"used": draw(some), "job": [draw(st.sampled_from(JOBS))]} for id_ in PHASES}
    return found | {Key("Piece", id_): {"lot": [draw(st.sampled_from(LOTS))]} for id_ in PIECES}


def flows(world: Said) -> set[tuple[Key, Key]]:
    """Which thing material went from, and into which: the world as a plain graph."""
    found = set()
    for key, links in world.items():
        for name, ids in links.items():
            link = WALKS.kind(key.kind).links[name]
            ends = {
                (Key(link.target, id_), key) if link.flow is Flow.IN else (key, Key(link.target, id_)) for id_ in ids
            }
            found |= ends
    return found


def expected(world: Said, begin: Key, depth: int | None, up: bool) -> tuple[dict[Key, int], set[tuple[Key, Key]], bool]:
    """The things reached with their depths, the edges between them, and whether more is deeper, by definition."""
    after: dict[Key, set[Key]] = {}
    for source, target in flows(world):
        after.setdefault(*((target, set()) if up else (source, set()))).add(source if up else target)

    def nexts(key: Key, seen: frozenset[Key] = frozenset()) -> set[Key]:
        found: set[Key] = set()
        for end in after.get(key, set()):
            material = end.kind in ("Lot", "Piece")
            found |= {end} if material else nexts(end, seen | {end}) if end not in seen else set()
        return found

    depths, front, level = {begin: 0}, {begin}, 0
    while front and (depth is None or level < depth):
        level += 1
        front = {end for key in front for end in nexts(key)} - depths.keys()
        depths |= dict.fromkeys(front, level)
    edges = {(key, end) for key in depths for end in nexts(key) if end in depths}
    return depths, edges, any(end not in depths for key in depths for end in nexts(key))


def own_ancestors(depths: Mapping[Key, int], edges: set[tuple[Key, Key]]) -> set[Key]:
    """Things from which a way leads back to themselves."""
    reach = {key: {end for begin, end in edges if begin == key} for key in depths}
    for middle in depths:
        for key in depths:
            if middle in reach[key]:
                reach[key] |= reach[middle]
    return {key for key in depths if key in reach[key]}


async def read(store: GraphStore, plan: Walk, **given: Any) -> tuple[Row, Genealogy]:
    found = (await store.read(Plan((plan,)), {"first": 1000, "depth": 1000, **given}))["walk"]
    return found, genealogy(plan, found, up=plan.steps == steps(WALKS, up=True))


class GraphWalkContract(OpenedGraph):
    """Subclasses give `open`: a store for the model `WALKS`."""

    @LAW
    @given(world=worlds(), up=st.booleans(), depth=st.none() | st.integers(0, 4))
    async def test_a_genealogy_is_what_it_is_by_definition(
        self, store: GraphStore, world: Said, up: bool, depth: int | None
    ) -> None:
        await tell(store, [said(key.kind, key.id, **links) for key, links in world.items()])
        found, made = await read(store, walk(up=up, depth=depth is not None), begin="id:L0", depth=depth)
        depths, edges, deeper = expected(world, Key("Lot", "L0"), depth, up)
        assert made.depths == depths
        assert {(e.into, e.of) if up else (e.of, e.into) for e in made.edges} == edges
        assert found["deeper"] == deeper and not found["more"]
        assert {key for cycle in made.cycles for key in cycle} == own_ancestors(depths, edges)
        forward = {(e.into, e.of) if up else (e.of, e.into) for e in made.edges if not e.closes_cycle}
        assert not own_ancestors(depths, forward)
        assert [node["depth"] for node in found["nodes"]] == sorted(depths.values())
        assert all(node["node"] == {"id": node["id"]} for node in found["nodes"])
        assert {key.id for e in made.edges for w in e.ways for key in w.through} == {
            id_ for rows in found["through"].values() for id_ in rows
        }

    @LAW
    @given(world=worlds(), up=st.booleans(), first=st.integers(1, 5))
    async def test_of_more_things_than_wanted_the_nearest_are_given(
        self, store: GraphStore, world: Said, up: bool, first: int
    ) -> None:
        await tell(store, [said(key.kind, key.id, **links) for key, links in world.items()])
        found, made = await read(store, walk(up=up, depth=False), begin="id:L0", first=first)
        depths, edges, _ = expected(world, Key("Lot", "L0"), None, up)
        kept = sorted(depths, key=lambda key: (depths[key], key))[:first]
        assert [Key(node["kind"], node["id"]) for node in found["nodes"]] == kept
        assert found["more"] == (len(depths) > first) and not found["deeper"]
        ends = {(e.into, e.of) if up else (e.of, e.into) for e in made.edges}
        assert ends == {(begin, end) for begin, end in edges if begin in kept and end in kept}

    async def test_a_diamond_has_as_many_things_as_it_has(self, store: GraphStore) -> None:
        """Two lots a level, each made from both of the next: a thousand million ways lead to the last."""
        lots = [said("Lot", f"D{n}{x}", madeFrom=[f"D{n + 1}a", f"D{n + 1}b"]) for n in range(30) for x in "ab"]
        jobs = [
            said("Job", f"E{n}{x}", made=[f"E{n}{x}"], used=[f"E{n + 1}a", f"E{n + 1}b"])
            for n in range(30)
            for x in "ab"
        ]
        await tell(store, [*lots, *jobs])
        for letter in "DE":
            found, made = await read(store, walk(up=True, depth=False), begin=f"id:{letter}0a")
            assert len(found["nodes"]) == 61 and len(made.edges) == 118 and made.cycles == ()

    async def test_a_chain_of_five_hundred_is_followed_to_its_end(self, store: GraphStore) -> None:
        await tell(store, [said("Job", f"C{n}", made=[f"C{n}"], used=[f"C{n + 1}"]) for n in range(500)])
        found, made = await read(store, walk(up=False, depth=False), begin="id:C500")
        assert found["nodes"][-1]["id"] == "C0" and max(made.depths.values()) == 500

    async def test_tells_how_much_went_in_and_through_what(self, store: GraphStore) -> None:
        await tell(
            store,
            [
                said("Lot", "A", madeFrom=[("B", 1.5), ("B", 2.0), "C"]),
                said("Job", "J", made=["A"], used=[("B", 9.0), ("C", 4.0)]),
                said("Phase", "F", job=["J"], used=[("C", 5.0)]),
                said("Piece", "P", lot=["A"]),
            ],
        )
        found, made = await read(store, walk(up=True, depth=False), begin="id:A")
        edges = {e.of.id: e for e in made.edges}
        assert {id_: total(e.ways) for id_, e in edges.items()} == {
            "B": {"value": 3.5, "unit": "kg"},
            "C": {"value": 4.0, "unit": "kg"},
        }
        assert [(w.relationships, w.through) for w in edges["C"].ways] == [
            (("MADE_FROM",), ()),
            (("USED", "MADE"), (Key("Job", "J"),)),
            (("USED", "PART_OF", "MADE"), (Key("Phase", "F"), Key("Job", "J"))),
        ]
        assert found["through"] == {"Job": {"J": {"id": "J"}}, "Phase": {"F": {"id": "F"}}}

    async def test_things_found_are_read_with_what_hangs_below_them(self, store: GraphStore) -> None:
        await tell(store, [said("Lot", "A", madeFrom=["B"]), said("Piece", "P", lot=["B"])])
        pieces = Many(
            "pieces",
            Along(WALKS.kind("Lot").inverses["pieces"], inverse=True),
            Select(WALKS.kind("Piece"), (ID,)),
            (),
            Paging(first="few"),
        )
        nodes = (Select(WALKS.kind("Lot"), (ID,), (), (pieces,)), Select(WALKS.kind("Piece"), (ID,)))
        plan = Walk("walk", "Lot", "begin", steps(WALKS, up=True), nodes)
        found, _ = await read(store, plan, begin="id:A", few=5)
        below = {n["id"]: [row["node"]["id"] for row in n["node"]["pieces"]["rows"]] for n in found["nodes"]}
        assert below == {"A": [], "B": ["P"]}

    async def test_nothing_is_found_from_nothing(self, store: GraphStore) -> None:
        await tell(store, [said("Lot", "A", madeFrom=["B"])])
        plan = Plan((walk(up=True),))
        assert await store.read(plan, {"begin": "id:X", "first": 9, "depth": 9}) == {"walk": None}
        found, _ = await read(store, walk(up=False), begin="id:B")
        assert [node["id"] for node in found["nodes"]] == ["B", "A"]
