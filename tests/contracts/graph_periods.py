"""Walks within a window of time, in every graph store, against what the periods say by definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.plan import Compare, Direction, Operator, Own, Plan, Select, Value
from graph.projection import project
from graph.store import GraphStore
from graph.thing import Key
from graph.walks import Hop, Period, Step, Walk
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.model.base import Entity, Instant, Ref, RefObject, RefWith, attribute, declare, link
from schema.registry import Model, build
from tests.contracts.graph_opened import OpenedGraph
from tests.contracts.graph_walks import LAW

_TIMES = count(1_767_225_600_000_000)


class Meanwhile(RefObject):
    """For a time."""

    start: Instant | None = attribute("Since when.")
    end: Instant | None = attribute("Until when.")


class Tool(Entity):
    """Something that is used."""

    kind = declare("resources", plural="tools", source="made up")


class Role(Entity):
    """What a tool may stand for."""

    kind = declare("resources", plural="roles", source="made up")

    filled_by: list[RefWith[Meanwhile]] | None = link(
        "FILLED_BY", "Tool", "roles", "Its tools.", inverse_description="Its roles."
    )


class Work(Entity):
    """Something that is done."""

    kind = declare("work", plural="works", source="made up")

    start: Instant | None = attribute("When it began.")
    end: Instant | None = attribute("When it ended.")
    tools: list[RefWith[Meanwhile]] | None = link("USED", "Tool", "works", "What.", inverse_description="By what.")
    roles: list[RefWith[Meanwhile]] | None = link("USED", "Role", "works", "What.", inverse_description="By what.")
    made: Ref | None = link("MADE", "Tool", "maker", "What it made.", inverse_description="What made it.")


PERIODS: Model = build((Tool, Role, Work))
TOOL, ROLE, WORK = (PERIODS.kind(name) for name in ("Tool", "Role", "Work"))

Span = tuple[int | None, int | None]
span = st.tuples(st.none() | st.integers(0, 6), st.none() | st.integers(0, 6)).filter(
    lambda s: None in s or s[0] <= s[1]  # type: ignore[operator]
)


def at(hour: int | None) -> str | None:
    return None if hour is None else f"2026-03-01T{hour:02}:30:00Z"


def said(kind: str, id_: str, **cells: Any) -> Assertion:
    time = next(_TIMES)
    return Assertion("mes", kind, id_, Stamp(time, f"m-{time}"), {n: v for n, v in cells.items() if v is not None})


def to(id_: str, period: Span) -> dict[str, Any]:
    start, end = at(period[0]), at(period[1])
    return {"to": {"id": id_}, "with": {n: v for n, v in (("start", start), ("end", end)) if v is not None}}


def told(edge: Span, thing: Span) -> Span:
    """When it was so: of the edge where that says, else of the thing."""
    return tuple(a if a is not None else b for a, b in zip(edge, thing, strict=True))  # type: ignore[return-value]


def together(periods: Iterable[Span]) -> bool:
    """Whether each two have a moment in common."""
    return all(
        not (a[1] is not None and b[0] is not None and a[1] < b[0])
        and not (b[1] is not None and a[0] is not None and b[1] < a[0])
        for a, b in combinations(periods, 2)
    )


def walk(window: bool = True) -> Walk:
    of_work = [WORK.attributes["start"]], [WORK.attributes["end"]]

    def period(link_: Any, *thing: list[Any]) -> Period:
        by_name = {a.name: (a,) for a in link_.attributes}
        return Period(by_name["start"], by_name["end"], *map(tuple, thing))

    used, filled, needed = TOOL.inverses["works"], TOOL.inverses["roles"], ROLE.inverses["works"]
    made = Hop(Direction(WORK.links["made"]))
    directly = Hop(Direction(used, inverse=True), period=period(used, *of_work))
    as_role = Hop(Direction(filled, inverse=True), period=period(filled))
    by_role = Hop(Direction(needed, inverse=True), period=period(needed, *of_work))
    return Walk(
        "walk",
        "Tool",
        "begin",
        (Step((directly, made)), Step((as_role, by_role, made))),
        (Select(TOOL, (Value("id", Own.ID),)),),
        window=("from", "to") if window else None,
    )


World = Mapping[str, tuple[Span, Span | None, Span | None]]
"""Works by id: when, when each used the tool, and when the role; None where it did not."""

worlds = st.fixed_dictionaries({f"W{n}": st.tuples(span, st.none() | span, st.none() | span) for n in range(3)})


class GraphPeriodsContract(OpenedGraph):
    """Subclasses give `open`: a store for the model `PERIODS`."""

    @LAW
    @given(world=worlds, filled=span, window=span)
    async def test_what_is_reached_was_so_meanwhile(
        self, store: GraphStore, world: World, filled: Span, window: Span
    ) -> None:
        assertions = [said("Tool", "T"), said("Role", "R", filledBy=[to("T", filled)])]
        for id_, (when, tool, role) in world.items():
            tools = [] if tool is None else [to("T", tool)]
            roles = [] if role is None else [to("R", role)]
            made = [{"to": {"id": f"made-{id_}"}}]
            assertions += [said("Tool", f"made-{id_}"), said("Work", id_)]
            cells = {"start": at(when[0]), "end": at(when[1]), "tools": tools, "roles": roles, "made": made}
            time = next(_TIMES)
            assertions.append(Assertion("mes", "Work", id_, Stamp(time, f"m-{time}"), cells))
        async with store.write() as tx:
            await project(tx, PERIODS, EQUAL, assertions)
        expected = {
            f"made-{id_}"
            for id_, (when, tool, role) in world.items()
            if (tool is not None and together([window, told(tool, when)]))
            or (role is not None and together([window, filled, told(role, when)]))
        }
        given = {"begin": "id:T", "first": 100, "from": at(window[0]), "to": at(window[1])}
        found = (await store.read(Plan((walk(),)), given))["walk"]
        assert {node["id"] for node in found["nodes"]} == {"T", *expected}

    async def test_a_walk_may_begin_with_all_that_meet_a_condition(self, store: GraphStore) -> None:
        name = TOOL.attributes["name"]
        tools = [said("Tool", id_, name=named) for id_, named in (("A", "saw"), ("B", "saw"), ("C", "axe"))]
        works = [said("Work", "W", tools=[to("B", (1, 2))], made=[{"to": {"id": "D"}}])]
        async with store.write() as tx:
            await project(tx, PERIODS, EQUAL, [*tools, *works])
        plan = Walk("walk", "Tool", None, walk().steps, walk().nodes, where=Compare(name, Operator.EQ, "name"))
        found = (await store.read(Plan((plan,)), {"name": "saw", "first": 9}))["walk"]
        assert [(Key(n["kind"], n["id"]).id, n["depth"]) for n in found["nodes"]] == [("A", 0), ("B", 0), ("D", 1)]
        assert (await store.read(Plan((plan,)), {"name": "adze", "first": 9})) == {"walk": None}
