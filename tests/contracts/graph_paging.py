"""What paging must keep to while the graph changes: no thing that stays in its place comes twice or is missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.plan import (
    And,
    Compare,
    Linked,
    Lookup,
    Many,
    Operator,
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
from schema.assertion import Assertion
from tests.contracts.graph_filled import FilledGraph
from tests.contracts.graph_reads import LAW
from tests.contracts.graph_world import GADGET, OWNED, OWNER, PART_OF, PARTS, said, tell

FEW = settings(LAW, max_examples=25)
ATTRIBUTES = GADGET.attributes
KEYS = [
    Order(ATTRIBUTES["count"]),
    Order(ATTRIBUTES["colour"]),
    Order(ATTRIBUTES["amount"], part=Part.VALUE),
    Order(OWNER.attributes["rank"], through=(OWNED,)),
    Order(Own.ID, through=(OWNED,)),
]
OWNERS = ("A", "B", "C")
PLACES = 6
SELECT = Select(GADGET, (Value("id", Own.ID),))


@dataclass(frozen=True)
class Item:
    """What is said of a gadget; `owner` is one of `OWNERS`."""

    count: int | None
    colour: str | None
    amount: float | None
    owner: str | None


@dataclass(frozen=True)
class Put:
    """A gadget is described, anew or for the first time."""

    place: int
    item: Item


@dataclass(frozen=True)
class Remove:
    """A gadget is withdrawn, if there is one."""

    place: int


@dataclass(frozen=True)
class Rank:
    """An owner's rank changes, and so the place of all that is theirs."""

    owner: str
    rank: int | None


Change = Put | Remove | Rank

few = st.none() | st.integers(0, 2)
items = st.builds(
    Item,
    few,
    st.none() | st.sampled_from(["RED", "BLUE"]),
    st.none() | st.sampled_from([1.0, 2.5]),
    st.sampled_from([None, *OWNERS]),
)
places = st.integers(0, PLACES - 1)
changes = st.builds(Put, places, items) | st.builds(Remove, places) | st.builds(Rank, st.sampled_from(OWNERS), few)
orders = st.lists(st.builds(replace, st.sampled_from(KEYS), descending=st.booleans()), max_size=3).map(tuple)
numbers = count(1)
"""For names that no other example has, and for times that only go on."""


class Shelf:
    """Gadgets of one example in the store, the same in plain Python, and where each has stood over time."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.name = f"S{next(numbers)}"
        self.items: dict[str, Item] = {}
        self._ranks: dict[str, int | None] = {}
        self.seen: list[dict[str, tuple[Any, ...]]] = []

    def id(self, place: int) -> str:
        return f"{self.name}-{place}"

    async def change(self, changes: Iterable[Change], order: tuple[Order, ...]) -> None:
        """Changes the store, and notes where each gadget stands afterwards."""
        assertions = [made for change in changes if (made := self._change(change)) is not None]
        parts: list[Any] = [self.id(place) for place in range(PLACES) if self.id(place) in self.items]
        assertions.append(said("Gadget", self.name, next(numbers), parts=parts or None))
        await tell(self._store, assertions)
        self.seen.append({id_: self._standing(item, order) for id_, item in self.items.items()})

    def _change(self, change: Change) -> Assertion | None:
        number = next(numbers)
        match change:
            case Rank(owner, rank):
                self._ranks[owner] = rank
                return said("Owner", f"{self.name}{owner}", number, rank=rank)
            case Put(place, item):
                self.items[self.id(place)] = item
                amount: Any = None if item.amount is None else {"value": item.amount, "unit": "kg"}
                owner: Any = None if item.owner is None else [f"{self.name}{item.owner}"]
                cells = {"count": item.count, "colour": item.colour, "amount": amount, "owner": owner}
                return said("Gadget", self.id(place), number, **cells)
            case Remove(place):
                if self.items.pop(self.id(place), None) is None:
                    return None
                return replace(said("Gadget", self.id(place), number), withdraw=True)

    def _standing(self, item: Item, order: tuple[Order, ...]) -> tuple[Any, ...]:
        rank = self._ranks.get(item.owner) if item.owner else None
        values = {"rank": rank, "count": item.count, "colour": item.colour, "amount": item.amount}
        return tuple(item.owner if isinstance(key.what, Own) else values[key.what.name] for key in order)

    def steady(self) -> set[str]:
        """The gadgets that have been in one place all the time."""
        return {id_ for id_, standing in self.seen[0].items() if all(then.get(id_) == standing for then in self.seen)}


class GraphPagingContract(FilledGraph):
    """Lists read page by page while things are added, changed and removed."""

    @pytest.mark.parametrize("below", [False, True], ids=["root", "link"])
    @FEW
    @given(
        start=st.lists(items, max_size=PLACES),
        meanwhile=st.lists(st.lists(changes, max_size=3), max_size=6),
        order=orders,
        size=st.integers(1, 3),
    )
    async def test_what_stays_in_its_place_comes_exactly_once(
        self,
        empty: GraphStore,
        below: bool,
        start: list[Item],
        meanwhile: list[list[Change]],
        order: tuple[Order, ...],
        size: int,
    ) -> None:
        shelf = Shelf(empty)
        await shelf.change([Put(place, item) for place, item in enumerate(start)], order)
        found: list[str] = []
        after, more = None, True
        while more:
            page = await self._page(empty, shelf, order, below, {"first": size, "after": after})
            found += [row["node"]["id"] for row in page["rows"]]
            assert len(found) <= PLACES * 10, "it goes round in circles"
            more, after = page["more"], page["rows"][-1]["cursor"] if page["rows"] else None
            if more and meanwhile:
                await shelf.change(meanwhile.pop(), order)
        steady = shelf.steady()
        assert sorted(id_ for id_ in found if id_ in steady) == sorted(steady)
        if len(shelf.seen) == 1:
            assert set(found) == set(shelf.items)

    @staticmethod
    async def _page(
        store: GraphStore, shelf: Shelf, order: tuple[Order, ...], below: bool, given: dict[str, Any]
    ) -> Row:
        described = Compare(Own.PLACEHOLDER, Operator.EQ, "placeholder")
        if below:
            many = Many("page", PARTS, SELECT, (), Paging(described, order, after="after"))
            plan = Plan((Lookup("it", "identifier", Select(GADGET, manys=(many,))),))
            values = {"identifier": f"id:{shelf.name}", "placeholder": False}
            return (await store.read(plan, {**given, **values}))["it"]["page"]
        where = And((described, Linked(PART_OF, Quantifier.SOME, Compare(Own.ID, Operator.EQ, "shelf"))))
        plan = Plan((Page("page", SELECT, Paging(where, order, after="after")),))
        return (await store.read(plan, {**given, "shelf": shelf.name, "placeholder": False}))["page"]
