"""What reads by plan must give, in every graph store. A store's tests subclass this and say how one is opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.plan import (
    And,
    Compare,
    Condition,
    Direction,
    Linked,
    Lookup,
    Many,
    Not,
    One,
    Operator,
    Or,
    Order,
    Own,
    Page,
    Paging,
    Part,
    Plan,
    Quantifier,
    Row,
    Select,
    Value,
)
from graph.store import GraphStore
from graph.thing import Key
from schema.model.base import instant_text
from schema.registry import Attribute
from tests.contracts.graph_filled import FilledGraph
from tests.contracts.graph_world import (
    BOSS,
    FAVOURITE_OF,
    GADGET,
    HOLDS,
    OWNED,
    OWNER,
    PART_OF,
    PARTS,
    World,
    said,
    tell,
)

LAW = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ID = Value("id", Own.ID)
USE = {attribute.name: attribute for attribute in PARTS.link.attributes}
COMPARABLE: list[tuple[Attribute | Own, Part | None, list[Any]]] = [
    (Own.ID, None, ["G01", "G30", "nothing"]),
    (Own.PATH, None, ["acme", "acme/north", "x"]),
    (GADGET.attributes["note"], None, ["a", "b", "A", "ä", "%", "", "_"]),
    (GADGET.attributes["count"], None, [-1, 0, 2**62, 2**63 - 1]),
    (GADGET.attributes["ratio"], None, [-0.5, 0.0, 1, 1e9, 0.7]),
    (
        GADGET.attributes["madeAt"],
        None,
        ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z", "1960-01-01T00:00:00Z"],
    ),
    (GADGET.attributes["due"], None, ["2026-01-01", "0999-01-01"]),
    (GADGET.attributes["colour"], None, ["RED", "BLUE"]),
    (GADGET.attributes["amount"], Part.VALUE, [1.0, 2, 2.5]),
    (GADGET.attributes["amount"], Part.UNIT, ["kg", "L"]),
]
OF_USES: list[tuple[Attribute, Part | None, list[Any]]] = [
    (USE["amount"], Part.VALUE, [1.0, 2]),
    (USE["amount"], Part.UNIT, ["kg"]),
    (USE["position"], None, [0, 2]),
    (USE["share"], None, [0.5, 0.1]),
    (USE["glued"], None, [True, False]),
    (USE["since"], None, ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z"]),
    (USE["day"], None, ["2026-01-01", "2025-01-01"]),
    (USE["note"], None, ["a"]),
    (USE["colour"], None, ["RED", "BLUE"]),
]
ORDERED = [(what, part) for what, part, _ in COMPARABLE] + [
    (GADGET.attributes["active"], None),
    (Own.PLACEHOLDER, None),
]
LINKED: list[tuple[tuple[Direction, ...], Attribute | Own]] = [
    ((OWNED,), OWNER.attributes["rank"]),
    ((OWNED,), Own.ID),
    ((OWNED, BOSS), Own.ID),
    ((OWNED, BOSS), OWNER.attributes["rank"]),
    ((FAVOURITE_OF,), Own.ID),
    ((FAVOURITE_OF, BOSS), OWNER.attributes["rank"]),
]
"""What gadgets can be ordered by that is not their own."""


@st.composite
def comparisons(draw: st.DrawFn, given: dict[str, Any]) -> Condition:
    name = f"p{len(given)}"
    what, part, values = draw(st.sampled_from(COMPARABLE))
    kind = draw(st.sampled_from(["null", "active", "tags", "placeholder", "one", "one", "in", "text"]))
    match kind:
        case "null":
            given[name] = draw(st.booleans())
            return Compare(what, Operator.IS_NULL, name, part)
        case "active" | "placeholder":
            given[name] = draw(st.booleans())
            truth: Attribute | Own = GADGET.attributes["active"] if kind == "active" else Own.PLACEHOLDER
            return Compare(truth, draw(st.sampled_from([Operator.EQ, Operator.NE])), name)
        case "tags":
            given[name] = draw(st.sampled_from(["x", "y", "z"]))
            return Compare(GADGET.attributes["tags"], Operator.CONTAINS, name)
        case "in":
            given[name] = draw(st.lists(st.sampled_from(values), max_size=3))
            return Compare(what, Operator.IN, name, part)
        case "text":
            given[name] = draw(st.sampled_from(["a", "b", "G", "cm", "acme/north", "", "%"]))
            text = draw(st.sampled_from([Own.ID, Own.PATH, GADGET.attributes["note"]]))
            return Compare(text, draw(st.sampled_from([Operator.CONTAINS, Operator.STARTS_WITH])), name)
        case _:
            given[name] = draw(st.sampled_from(values))
            signs = [Operator.EQ, Operator.NE, Operator.GT, Operator.GTE, Operator.LT, Operator.LTE]
            return Compare(what, draw(st.sampled_from(signs)), name, part)


@st.composite
def edge_comparisons(draw: st.DrawFn, given: dict[str, Any]) -> Condition:
    name = f"p{len(given)}"
    what, part, values = draw(st.sampled_from(OF_USES))
    if draw(st.integers(0, 4)) == 0:
        given[name] = draw(st.booleans())
        return Compare(what, Operator.IS_NULL, name, part, edge=True)
    given[name] = draw(st.sampled_from(values))
    signs = [Operator.EQ, Operator.NE, *([] if isinstance(values[0], bool) else [Operator.GT, Operator.LTE])]
    return Compare(what, draw(st.sampled_from(signs)), name, part, edge=True)


@st.composite
def conditions(draw: st.DrawFn, given: dict[str, Any], depth: int = 0, *, edge: bool = False) -> Condition:
    """Filters on gadgets, links nested up to three deep, on edges too where some led there; values go into `given`."""
    shapes = ["compare", "compare", "and", "or", "not", "parts", "owner"] if depth < 3 else ["compare"]
    below = conditions(given, depth + 1, edge=edge)
    match draw(st.sampled_from(shapes + (["edge", "edge"] if edge else []))):
        case "edge":
            return draw(edge_comparisons(given))
        case "and":
            return And((draw(below), draw(below)))
        case "or":
            return Or((draw(below), draw(below)))
        case "not":
            return Not(draw(below))
        case "parts":
            many = st.sampled_from([Quantifier.SOME, Quantifier.EVERY, Quantifier.NONE])
            inner = draw(st.none() | conditions(given, depth + 1, edge=True))
            return Linked(draw(st.sampled_from([PARTS, PART_OF])), draw(many), inner)
        case "owner":
            name = f"p{len(given)}"
            what: Attribute | Own = draw(st.sampled_from([OWNER.attributes["rank"], Own.ID]))
            given[name] = draw(st.sampled_from(["O1", "O4"] if what is Own.ID else [1, 2]))
            rank: Condition = Compare(what, Operator.EQ, name)
            if draw(st.booleans()):
                rank = Linked(HOLDS, Quantifier.SOME, draw(conditions(given, depth + 2)))
            return Linked(
                OWNED, draw(st.sampled_from([Quantifier.IS, Quantifier.NONE])), draw(st.none() | st.just(rank))
            )
        case _:
            return draw(comparisons(given))


@st.composite
def orders(draw: st.DrawFn) -> tuple[Order, ...]:
    own = st.sampled_from(ORDERED).map(lambda key: Order(key[0], part=key[1]))
    linked = st.sampled_from(LINKED).map(lambda key: Order(key[1], through=key[0]))
    return tuple(replace(key, descending=draw(st.booleans())) for key in draw(st.lists(own | linked, max_size=3)))


@st.composite
def filters(draw: st.DrawFn, *, edge: bool = False) -> tuple[Condition | None, dict[str, Any]]:
    given: dict[str, Any] = {}
    return draw(st.none() | conditions(given, edge=edge)), given


def gadgets(*manys: Many, ones: tuple[One, ...] = ()) -> Select:
    return Select(GADGET, (ID,), ones, manys)


def page_of(select: Select, **paging: Any) -> Plan:
    return Plan((Page("page", select, Paging(**paging)),))


def ids(page: Row) -> list[str]:
    return [row["node"]["id"] for row in page["rows"]]


class GraphReadContract(FilledGraph):
    """What a store gives of gadgets, and what plain Python gives of the same."""

    @LAW
    @given(filter_=filters())
    async def test_a_filter_gives_what_meets_it(
        self, store: GraphStore, world: World, filter_: tuple[Condition | None, dict[str, Any]]
    ) -> None:
        where, values = filter_
        read = await store.read(page_of(gadgets(), where=where, total=True), {**values, "first": 1000})
        expected = world.ordered([(key, 0) for key in world.keys("Gadget")], (), where, values)
        assert ids(read["page"]) == [key.id for key, _ in expected]
        assert read["page"]["total"] == len(expected)
        assert not read["page"]["more"]

    @LAW
    @given(filter_=filters(), order=orders(), size=st.integers(1, 15))
    async def test_pages_put_together_are_the_whole_list(
        self,
        store: GraphStore,
        world: World,
        filter_: tuple[Condition | None, dict[str, Any]],
        order: tuple[Order, ...],
        size: int,
    ) -> None:
        where, values = filter_
        plan = page_of(gadgets(), where=where, order=order, after="after", total=True)
        found, after, more = [], None, True
        expected = world.ordered([(key, 0) for key in world.keys("Gadget")], order, where, values)
        while more:
            page = (await store.read(plan, {**values, "first": size, "after": after}))["page"]
            assert len(page["rows"]) <= size and page["total"] == len(expected)
            found += ids(page)
            more, after = page["more"], page["rows"][-1]["cursor"] if page["rows"] else None
        assert found == [key.id for key, _ in expected]

    @LAW
    @given(
        direction=st.sampled_from([PARTS, PART_OF]), filter_=filters(edge=True), order=orders(), size=st.integers(1, 4)
    )
    async def test_pages_of_links_put_together_are_the_whole_lists(
        self,
        store: GraphStore,
        world: World,
        direction: Direction,
        filter_: tuple[Condition | None, dict[str, Any]],
        order: tuple[Order, ...],
        size: int,
    ) -> None:
        where, values = filter_
        parent = "G05" if size % 2 else "G11"
        paging = Paging(where, order, "size", "after", total=True)
        many = Many("linked", direction, gadgets(), (), paging)
        plan = Plan((Lookup("it", "identifier", gadgets(many)),))
        expected = world.ordered(world.met(Key("Gadget", parent), direction, where, values), order, None, values)
        found, after, more = [], None, True
        while more:
            given = {**values, "identifier": f"id:{parent}", "size": size, "after": after}
            page = (await store.read(plan, given))["it"]["linked"]
            assert page["total"] == len(expected)
            found += ids(page)
            more, after = page["more"], page["rows"][-1]["cursor"] if page["rows"] else None
        assert found == [key.id for key, _ in expected]

    @LAW
    @given(order=orders(), size=st.integers(0, 4), total=st.booleans(), rows=st.booleans())
    async def test_links_of_many_parents_are_each_cut_and_ordered(
        self, store: GraphStore, world: World, order: tuple[Order, ...], size: int, total: bool, rows: bool
    ) -> None:
        paging = Paging(order=order, first="size", total=total, rows=rows)
        holds = Many("gadgets", HOLDS, gadgets(Many("parts", PARTS, gadgets(), (), paging)), (), paging)
        read = await store.read(page_of(Select(OWNER, (ID,), (), (holds,))), {"first": 100, "size": size})
        assert ids(read["page"]) == [key.id for key in world.keys("Owner")]
        for row in read["page"]["rows"]:
            self._check_list(world, row["node"]["gadgets"], Key("Owner", row["node"]["id"]), HOLDS, paging, size)
            for inner in row["node"]["gadgets"]["rows"]:
                self._check_list(world, inner["node"]["parts"], Key("Gadget", inner["node"]["id"]), PARTS, paging, size)

    @staticmethod
    def _check_list(world: World, page: Row, parent: Key, direction: Direction, paging: Paging, size: int) -> None:
        expected = [key.id for key, _ in world.ordered(world.linked(parent, direction), paging.order, None, {})]
        assert page["total"] == (len(expected) if paging.total else None)
        assert ids(page) == (expected[:size] if paging.rows else [])
        assert page["more"] == (paging.rows and len(expected) > size)

    async def test_one_follows_golden_edges_only(self, empty: GraphStore) -> None:
        await tell(empty, [said("Gadget", "G", 1, "erp", owner=["A"]), said("Gadget", "G", 2, "mes", owner=["B"])])
        owner = One("owner", OWNED, Select(OWNER, (ID,)))
        read = await empty.read(page_of(gadgets(ones=(owner,))), {"first": 9})
        assert read["page"]["rows"][0]["node"] == {"id": "G", "owner": {"id": "B"}}
        holds = Many("gadgets", HOLDS, gadgets(), paging=Paging(total=True))
        read = await empty.read(page_of(Select(OWNER, (ID,), (), (holds,))), {"first": 9})
        assert [(r["node"]["id"], ids(r["node"]["gadgets"])) for r in read["page"]["rows"]] == [("A", []), ("B", ["G"])]
        where = Linked(HOLDS, Quantifier.SOME, None)
        assert ids((await empty.read(page_of(Select(OWNER, (ID,)), where=where), {"first": 9}))["page"]) == ["B"]

    async def test_edges_carry_their_attributes_and_repeat(self, empty: GraphStore) -> None:
        uses = [
            {"to": {"id": "P"}, "with": {"amount": {"value": n, "unit": "kg"}, "since": instant_text_of(n)}}
            for n in (1.5, 2.5)
        ]
        await tell(empty, [said("Gadget", "G", parts=uses)])
        attributes = {a.name: a for a in PARTS.link.attributes}
        edge = (
            Value("how much", attributes["amount"]),
            Value("since", attributes["since"]),
            Value("n", attributes["note"]),
        )
        many = Many("parts", PARTS, gadgets(), edge, Paging(total=True))
        read = await empty.read(Plan((Lookup("g", "i", gadgets(many)),)), {"i": "id:G", "first": 9})
        assert [(r["node"]["id"], r["edge"]) for r in read["g"]["parts"]["rows"]] == [
            ("P", {"how much": {"value": n, "unit": "kg"}, "since": instant_text_of(n), "n": None}) for n in (1.5, 2.5)
        ]

    async def test_looks_up_by_every_identifier(self, empty: GraphStore) -> None:
        cells: Any = {"identifiers/serial": "4711", "identifiers/gtin": "040", "identifiers/lot": "A,7", "owner": ["O"]}
        await tell(empty, [said("Gadget", "G", **cells), said("Gadget", "H", **{"identifiers/serial": "4712"})])
        plan = Plan((Lookup("found", "identifier", gadgets()),))
        for identifier in ("id:G", "serial:4711", "gtin+lot:040,A%2C7"):
            assert await empty.read(plan, {"identifier": identifier}) == {"found": {"id": "G"}}
        for identifier in ("id:4711", "serial:G", "gtin:040", "id:O", "id:", ""):
            assert await empty.read(plan, {"identifier": identifier}) == {"found": None}
        owners = Plan((Lookup("found", "identifier", Select(OWNER, (Value("is", Own.PLACEHOLDER),))),))
        assert await empty.read(owners, {"identifier": "id:O"}) == {"found": {"is": True}}

    async def test_gives_every_root_under_its_key(self, store: GraphStore) -> None:
        plan = Plan(
            (
                Lookup("a", "one", gadgets()),
                Page("b", Select(OWNER, (ID, Value("again", Own.ID))), Paging(first="few")),
                Page("c", gadgets(), Paging(first="few", rows=False, total=True)),
            )
        )
        assert await store.read(plan, {"one": "id:G03", "few": 1}) == {
            "a": {"id": "G03"},
            "b": {
                "rows": [{"node": {"id": "O0", "again": "O0"}, "edge": {}, "cursor": ["O0"]}],
                "more": True,
                "total": None,
            },
            "c": {"rows": [], "more": False, "total": 40},
        }

    async def test_gives_what_a_node_is_of_itself(self, empty: GraphStore) -> None:
        cells: Any = {"path": "acme/north", "note": "x", "properties/p": {"a": [None, 1.5]}, "parts": ["P"]}
        await tell(empty, [said("Gadget", "G", 5, **cells), said("Gadget", "G", 7, "erp", note="y")])
        select = Select(GADGET, tuple(Value(own.value, own) for own in Own))
        got = await empty.read(Plan((Lookup("g", "i", select), Lookup("p", "j", select))), {"i": "id:G", "j": "id:P"})
        g, p = got["g"], got["p"]
        assert [record[:2] for record in g.pop("records")] == [["erp", "G"], ["mes", "G"]]
        assert [edge[:3] for edge in g.pop("edges")] == [["parts", "Gadget", "P"]]
        assert [cell for cell, _ in g.pop("conflicts")] == ["note"]
        assert g == {
            "id": "G",
            "path": "acme/north",
            "placeholder": False,
            "updatedAt": "2026-01-01T00:00:00.000007Z",
            "identifiers": ["id:G"],
            "systems": ["erp", "mes"],
            "properties": {"p": {"a": [None, 1.5]}},
        }
        assert p == {
            "id": "P",
            "path": None,
            "placeholder": True,
            "updatedAt": None,
            "identifiers": ["id:P"],
            "systems": [],
            "properties": {},
            "records": [],
            "edges": [],
            "conflicts": [],
        }

    async def test_links_to_one_share_their_target(self, store: GraphStore, world: World) -> None:
        boss = One("boss", BOSS, Select(OWNER, (ID,), (One("boss", BOSS, Select(OWNER, (ID,))),)))
        owner = One("owner", OWNED, Select(OWNER, (ID,), (boss,)))
        read = await store.read(page_of(gadgets(ones=(owner,))), {"first": 100})
        for row in read["page"]["rows"]:
            node, key = row["node"]["owner"], Key("Gadget", row["node"]["id"])
            for direction in (OWNED, BOSS, BOSS):
                ends = world.linked(key, direction)
                assert (None if node is None else node["id"]) == (ends[0][0].id if ends else None)
                if node is None:
                    break
                key, node = ends[0][0], node.get("boss")


def instant_text_of(number: float) -> str:
    """Some time, told apart by a number."""
    return instant_text(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number))
