"""What counting and adding up must give, in every graph store, against the same in plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.aggregate import Aggregate, By, Figure, Grouping, LinkedAggregate, Measure, Measures
from graph.calendar import Calendar
from graph.plan import Condition, Direction, Own, Page, Paging, Part, Plan, Row, Select
from graph.store import GraphStore
from graph.thing import Edge, Key
from schema.model.base import instant_text
from schema.registry import Attribute, AttributeType
from tests.contracts.graph_filled import FilledGraph
from tests.contracts.graph_reads import ID, LAW, USE, filters
from tests.contracts.graph_world import BOSS, FAVOURITE_OF, GADGET, OWNED, OWNER, PART_OF, PARTS, World, end, said, tell

ATTRIBUTES = GADGET.attributes
ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Africa/Cairo", "Pacific/Apia"]
NUMBERS = [ATTRIBUTES[name] for name in ("count", "ratio", "amount")]
MEASURES = [
    *(Measure(figure, number) for figure in Figure for number in NUMBERS),
    *(Measure(f, what) for f in (Figure.MIN, Figure.MAX) for what in (ATTRIBUTES["madeAt"], ATTRIBUTES["due"])),
]
VALUES = [
    *(By(ATTRIBUTES[name]) for name in ("note", "count", "active", "due", "colour")),
    *(By(own) for own in (Own.ID, Own.PATH, Own.PLACEHOLDER)),
    By(OWNER.attributes["rank"], (OWNED,)),
    By(Own.ID, (OWNED, BOSS)),
    By(Own.ID, (FAVOURITE_OF,)),
]
STRETCHES = [
    *(By(ATTRIBUTES["madeAt"], calendar=unit) for unit in Calendar),
    *(By(ATTRIBUTES["due"], calendar=unit) for unit in Calendar if unit is not Calendar.HOUR),
]
EDGE_MEASURES = [
    *(Measure(figure, USE[name], edge=True) for figure in Figure for name in ("amount", "position", "share")),
    Measure(Figure.MIN, USE["day"], edge=True),
]
measures = st.lists(st.sampled_from(MEASURES), max_size=6, unique=True).map(tuple)
groupings = st.builds(
    Grouping,
    st.lists(st.sampled_from(VALUES) | st.sampled_from(STRETCHES), min_size=1, max_size=3).map(tuple),
    measures,
    st.just("first"),
    st.just("zone"),
    st.booleans(),
)

FEW = settings(LAW, max_examples=30)
"""Each example is a statement of its own, which a server takes long to plan."""
QUARTERS = {1: 1, 4: 2, 7: 3, 10: 4}
EPOCH = datetime(1, 1, 2, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)


def figures_of(world: World, keys: Iterable[Key], wanted: Measures) -> Row:
    """The figures by their definition."""
    keys = list(keys)
    found: Row = {"count": len(keys), "sum": {}, "avg": {}, "min": {}, "max": {}}
    for measure in wanted:
        assert isinstance(measure.what, Attribute)
        found[measure.figure.value][measure.what.name] = figure_of(world, keys, measure.figure, measure.what)
    return found


def figure_of(world: World, keys: list[Key], figure: Figure, what: Attribute) -> Any:
    values = [(key, value) for key in keys if (value := world.value(key, what)) is not None]
    if what.data_type is not AttributeType.QUANTITY:
        return made(figure, [value for _, value in values])
    units = sorted({world.value(key, what, Part.UNIT) for key, _ in values})
    return [
        {"value": made(figure, [v for k, v in values if world.value(k, what, Part.UNIT) == unit]), "unit": unit}
        for unit in units
    ]


def made(figure: Figure, values: list[Any]) -> Any:
    if not values:
        return None
    match figure:
        case Figure.SUM:
            return math.fsum(values)
        case Figure.AVG:
            return math.fsum(values) / len(values)
        case Figure.MIN | Figure.MAX:
            found = min(values) if figure is Figure.MIN else max(values)
            return instant_text(found) if isinstance(found, datetime) else found


def stretch(unit: Calendar, value: Any, zone: str) -> tuple[Any, Any]:
    """Where the stretch of the calendar that a time or a day is in begins, and the stretch as it is shown."""
    if isinstance(value, str):
        first, after = days(unit, date.fromisoformat(value))
        end = (after or date.max).isoformat()
        return first, {"label": label(unit, first), "start": first.isoformat(), "end": end}
    place = ZoneInfo(zone) if EPOCH <= value < END else UTC
    local = value.astimezone(place)
    if unit is Calendar.HOUR:
        start = value - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        shown = start.astimezone(place).isoformat(timespec="minutes")
        last = start + timedelta(hours=1) if start.year < 9999 else END + timedelta(days=1, microseconds=-1)
        return start, {"label": shown, "start": instant_text(start), "end": instant_text(last)}
    first, after = days(unit, local.date())
    begin, end = midnight(first, zone), midnight(after, zone)
    return first, {"label": label(unit, first), "start": instant_text(begin), "end": instant_text(end)}


def midnight(day: date | None, zone: str) -> datetime:
    if day is None:
        return END + timedelta(days=1, microseconds=-1)
    at_ends = day <= EPOCH.date() or day >= END.date()
    return datetime.combine(day, time(0), UTC if at_ends else ZoneInfo(zone)).astimezone(UTC)


def days(unit: Calendar, day: date) -> tuple[date, date | None]:
    """The first day of a stretch, and the first day after it; None where there is none."""
    month = {Calendar.QUARTER: (day.month - 1) // 3 * 3 + 1, Calendar.YEAR: 1}.get(unit, day.month)
    match unit:
        case Calendar.WEEK:
            first, length = day - timedelta(days=day.weekday()), 7
        case Calendar.HOUR | Calendar.DAY:
            first, length = day, 1
        case _:
            months = {Calendar.MONTH: 1, Calendar.QUARTER: 3, Calendar.YEAR: 12}[unit]
            first = date(day.year, month, 1)
            later = first.year * 12 + first.month - 1 + months
            return first, date(later // 12, later % 12 + 1, 1) if later // 12 <= 9999 else None
    return first, first + timedelta(days=length) if (date.max - first).days >= length else None


def label(unit: Calendar, first: date) -> str:
    match unit:
        case Calendar.WEEK:
            return "{:04}-W{:02}".format(*first.isocalendar()[:2])
        case Calendar.MONTH:
            return f"{first.year:04}-{first.month:02}"
        case Calendar.QUARTER:
            return f"{first.year:04}-Q{QUARTERS[first.month]}"
        case Calendar.YEAR:
            return f"{first.year:04}"
        case _:
            return first.isoformat()


def groups_of(world: World, keys: list[Key], grouping: Grouping, zone: str) -> list[Row]:
    """The groups by their definition, in order."""
    found: dict[tuple[Any, ...], tuple[list[Any], list[Key]]] = {}
    for key in keys:
        order, shown = [], []
        for by in grouping.by:
            value = world.reached(key, by.through, by.what)
            place, told = (value, value) if by.calendar is None or value is None else stretch(by.calendar, value, zone)
            order.append((place is None, place))
            shown.append(told)
        found.setdefault(tuple(order), (shown, []))[1].append(key)
    ordered = sorted(found.items(), key=lambda item: [(0, "") if k[0] else (1, k[1]) for k in item[0]])
    ordered.sort(key=lambda item: [missing for missing, _ in item[0]])
    for place in reversed(range(len(grouping.by))):
        there = [item for item in ordered if not item[0][place][0]]
        ordered = sorted(there, key=lambda item: item[0][place][1]) + [i for i in ordered if i[0][place][0]]
    if grouping.largest:
        ordered.sort(key=lambda item: -len(item[1][1]))
    return [{"by": shown, "figures": figures_of(world, of, grouping.measures)} for _, (shown, of) in ordered]


def alike(found: Any, expected: Any) -> bool:
    """Equal, but that sums of doubles differ by the order in which they were added."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(alike(found[name], expected[name]) for name in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(alike, found, expected))
    if isinstance(expected, float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-6)
    return bool(found == expected)


def edge_figures_of(edges: list[Edge], wanted: Measures) -> Row:
    """The figures of what is said of edges, by their definition."""
    found: Row = {"sum": {}, "avg": {}, "min": {}, "max": {}}
    for measure in wanted:
        assert isinstance(measure.what, Attribute)
        said_: list[Any] = [v for e in edges if (v := e.attributes.get(measure.what.name)) is not None]
        if measure.what.data_type is AttributeType.QUANTITY:
            units = sorted({v["unit"] for v in said_})
            value: Any = [
                {"value": made(measure.figure, [v["value"] for v in said_ if v["unit"] == unit]), "unit": unit}
                for unit in units
            ]
        else:
            value = made(measure.figure, said_)
        found[measure.figure.value][measure.what.name] = value
    return {"edge": found} if wanted else {}


class GraphFiguresContract(FilledGraph):
    """What a store gives of all gadgets that meet a condition, or of groups of them."""

    @FEW
    @given(filter_=filters(), wanted=st.none() | measures, grouping=groupings, zone=st.sampled_from(ZONES))
    async def test_figures_are_those_of_their_definition(
        self,
        store: GraphStore,
        world: World,
        filter_: tuple[Condition | None, dict[str, Any]],
        wanted: Measures | None,
        grouping: Grouping,
        zone: str,
    ) -> None:
        where, values = filter_
        plan = Plan((Aggregate("it", GADGET, where, wanted, grouping),))
        read = (await store.read(plan, {**values, "first": 1000, "zone": zone}))["it"]
        keys = [key for key, _ in world.ordered([(k, 0) for k in world.keys("Gadget")], (), where, values)]
        whole = None if wanted is None else figures_of(world, keys, wanted)
        expected = {"whole": whole, "groups": groups_of(world, keys, grouping, zone), "more": False}
        assert alike(read, expected), f"{read}\n{expected}"

    @FEW
    @given(grouping=groupings, first=st.integers(0, 12))
    async def test_groups_are_cut_off_in_their_order(
        self, store: GraphStore, world: World, grouping: Grouping, first: int
    ) -> None:
        plan = Plan((Aggregate("it", GADGET, None, None, grouping),))
        read = (await store.read(plan, {"first": first, "zone": "Europe/Berlin"}))["it"]
        expected = groups_of(world, world.keys("Gadget"), grouping, "Europe/Berlin")
        assert alike(read["groups"], expected[:first])
        assert read["more"] == (len(expected) > first)

    @FEW
    @given(
        direction=st.sampled_from([PARTS, PART_OF]),
        filter_=filters(edge=True),
        wanted=measures,
        of_edges=st.lists(st.sampled_from(EDGE_MEASURES), max_size=3, unique=True).map(tuple),
        grouping=groupings,
        first=st.integers(0, 5),
        zone=st.sampled_from(ZONES),
    )
    async def test_figures_of_a_link_are_those_of_each_parent(
        self,
        store: GraphStore,
        world: World,
        direction: Direction,
        filter_: tuple[Condition | None, dict[str, Any]],
        wanted: Measures,
        of_edges: Measures,
        grouping: Grouping,
        first: int,
        zone: str,
    ) -> None:
        where, values = filter_
        linked = LinkedAggregate("parts", direction, where, (*wanted, *of_edges), grouping)
        plan = Plan((Page("it", Select(GADGET, (ID,), figures=(linked,)), Paging(first="few")),))
        read = await store.read(plan, {**values, "first": first, "zone": zone, "few": 12})
        for row in read["it"]["rows"]:
            parent = Key("Gadget", row["node"]["id"])
            edges = [
                e
                for e in world.edges(parent, direction)
                if where is None or world.meets(end(e, direction), where, values, e) is True
            ]
            keys = [end(edge, direction) for edge in edges]
            groups = groups_of(world, keys, grouping, zone)
            expected = {
                "whole": figures_of(world, keys, wanted) | edge_figures_of(edges, of_edges),
                "groups": groups[:first],
                "more": len(groups) > first,
            }
            assert alike(row["node"]["parts"], expected), f"{parent}: {row['node']['parts']}\n{expected}"

    async def test_nothing_has_no_figures_and_no_groups(self, empty: GraphStore) -> None:
        wanted = tuple(Measure(figure, number) for figure in Figure for number in NUMBERS)
        grouping = Grouping((By(ATTRIBUTES["colour"]), STRETCHES[2]), wanted, "first", "zone")
        plan = Plan((Aggregate("it", GADGET, None, wanted, grouping), Aggregate("n", OWNER, None, ())))
        nothing = {"count": None, "ratio": None, "amount": []}
        none = {"sum": {}, "avg": {}, "min": {}, "max": {}}
        assert await empty.read(plan, {"first": 9, "zone": "Europe/Berlin"}) == {
            "it": {"whole": {"count": 0, **dict.fromkeys(none, nothing)}, "groups": [], "more": False},
            "n": {"whole": {"count": 0, **none}, "groups": None, "more": False},
        }

    async def test_amounts_in_different_units_are_never_put_together(self, empty: GraphStore) -> None:
        amounts: list[Any] = [(1.5, "kg"), (2, "kg"), (500, "g"), (3, "L")]
        await tell(empty, [said("Gadget", f"G{n}", amount={"value": v, "unit": u}) for n, (v, u) in enumerate(amounts)])
        wanted = tuple(Measure(figure, ATTRIBUTES["amount"]) for figure in (Figure.SUM, Figure.AVG))
        read = (await empty.read(Plan((Aggregate("it", GADGET, None, wanted),)), {}))["it"]["whole"]
        assert read["count"] == 4
        assert read["sum"]["amount"] == [
            {"value": 3.0, "unit": "L"},
            {"value": 500.0, "unit": "g"},
            {"value": 3.5, "unit": "kg"},
        ]
        assert read["avg"]["amount"][2] == {"value": 1.75, "unit": "kg"}
