"""A small model with every type of attribute, things of it, and in plain Python what a plan must give of them."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from graph.plan import (
    And,
    Compare,
    Condition,
    Direction,
    Linked,
    Not,
    Operator,
    Or,
    Order,
    Own,
    Part,
    Quantifier,
)
from graph.projection import project
from graph.store import GraphStore
from graph.thing import Edge, Key, Thing
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from schema.json import Json
from schema.model.base import (
    Entity,
    Identifier,
    Instant,
    Int64,
    Parameter,
    Quantity,
    Ref,
    RefObject,
    Term,
    attribute,
    declare,
    link,
)
from schema.registry import Attribute, AttributeType, Model, build

START = 1_767_225_600_000_000
"""2026-01-01, in microseconds."""


TIMES = (
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.000001Z",
    "1969-12-31T23:59:59Z",
    "2026-03-29T00:59:59.5Z",
    "2026-03-29T01:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
)
"""Among them before and after clocks are put forward and back in Berlin, and the ends of the calendar."""


class Colour(Term):
    """What colour a part has."""

    RED = "RED", "Like a tomato."
    GREEN = "GREEN", "Like grass."
    BLUE = "BLUE", "Like the sky."


class Use(RefObject):
    """A part that is in another."""

    amount: Quantity | None = attribute("How much of it.")
    position: Int64 | None = attribute("Where.")
    share: float | None = attribute("Its share.")
    glued: bool | None = attribute("Whether it is glued.")
    since: Instant | None = attribute("Since when.")
    day: date | None = attribute("On which day.")
    note: str | None = attribute("What to know.")
    colour: Colour | None = attribute("Painted how.")


class Gadget(Entity):
    """A thing with every type of attribute."""

    kind = declare("tests", plural="gadgets", source="made up", composites=(("gtin", "lot"),))

    note: str | None = attribute("Text.")
    count: Int64 | None = attribute("A whole number.")
    ratio: float | None = attribute("A number.")
    active: bool | None = attribute("True or false.")
    made_at: Instant | None = attribute("A time.")
    due: date | None = attribute("A day.")
    colour: Colour | None = attribute("One of a few.")
    amount: Quantity | None = attribute("A quantity.")
    tags: list[str] | None = attribute("Texts.")
    settings: list[Parameter] | None = attribute("Parameters.")
    owner: Ref | None = link("HELD_BY", "Owner", "gadgets", "Whose it is.", inverse_description="What is theirs.")
    parts: list[Annotated[Identifier | Use, Field(union_mode="left_to_right")]] | None = link(
        "MADE_OF", "Gadget", "partOf", "What it is made of.", inverse_description="What it is in."
    )


class Owner(Entity):
    """Whose gadgets are."""

    kind = declare("tests", plural="owners", source="made up")

    rank: Int64 | None = attribute("How high they stand.")
    boss: Ref | None = link("HELD_BY", "Owner", "reports", "Whom they answer to.", inverse_description="Who answers.")
    favourite: Ref | None = link(
        "LIKES",
        "Gadget",
        "favouriteOf",
        "What they like best.",
        inverse_description="Who likes it best.",
        inverse_many=False,
    )


WORLD: Model = build((Gadget, Owner))
GADGET, OWNER = WORLD.kind("Gadget"), WORLD.kind("Owner")
OWNED = Direction(GADGET.links["owner"])
HOLDS = Direction(GADGET.links["owner"], inverse=True)
PARTS = Direction(GADGET.links["parts"])
PART_OF = Direction(GADGET.links["parts"], inverse=True)
BOSS = Direction(OWNER.links["boss"])
FAVOURITE_OF = Direction(OWNER.links["favourite"], inverse=True)
"""Leads to one, as it is declared; several owners of these gadgets like the same one."""


def said(kind: str, id_: str, number: int = 0, system: str = "mes", **cells: Json) -> Assertion:
    """What a system says of a thing. Keyword `path` is its location; links are lists of ids or of reference objects."""
    found: dict[str, Json] = {}
    for name, value in cells.items():
        if name in WORLD.kinds[kind].links and isinstance(value, list):
            found[name] = [v if isinstance(v, dict) else {"to": {"id": v}} for v in value]
        else:
            found["@path" if name == "path" else name] = value
    return Assertion(system, kind, id_, Stamp(START + number, f"{system}-{number}"), found)


async def tell(store: GraphStore, assertions: Iterable[Assertion]) -> list[Thing]:
    """Projects one batch; gives the things as they are afterwards."""
    async with store.write() as tx:
        changed = await project(tx, WORLD, EQUAL, assertions)
    return [change.after for change in changed if change.after is not None]


_USES: list[dict[str, Json]] = [
    {},
    {"amount": {"value": 1.0, "unit": "kg"}, "colour": "RED", "glued": True},
    {"amount": {"value": 2.5, "unit": "L"}, "since": TIMES[1], "note": "a"},
    {"share": 0.5, "day": "2026-01-01", "colour": "BLUE", "glued": False},
]
"""What is said of parts."""


def many_gadgets(count: int = 40) -> list[Assertion]:
    """Gadgets with values that often are equal and often are missing, of a few owners, one of them a placeholder."""
    draw = random.Random(count)

    def some(*values: Json) -> Json:
        return None if draw.random() < 0.3 else draw.choice(values)

    found = [
        said("Owner", f"O{i}", rank=some(1, 2), boss=[f"O{i - 1}"] if i else None, favourite=[f"G0{i // 2}"])
        for i in range(4)
    ]
    for i in range(count):
        uses: list[Json] = [
            {
                "to": {"id": f"G{draw.randrange(count):02}"},
                "with": {"position": place, **_USES[(i + place) % len(_USES)]},
            }
            for place in range(draw.randrange(5))
        ]
        cells: dict[str, Json] = {
            "note": some("a", "b", "ba", "A", "ä", "%"),
            "count": some(-1, 0, 1, 2**62),
            "ratio": some(-0.5, 0.0, 1.0, 1e9),
            "active": some(True, False),
            "madeAt": some(*TIMES),
            "due": some("2026-01-01", "2025-12-31", "0999-01-01"),
            "colour": some("RED", "GREEN", "BLUE"),
            "amount": some({"value": 1.0, "unit": "kg"}, {"value": 2.5, "unit": "kg"}, {"value": 1.0, "unit": "L"}),
            "tags": some([], ["x"], ["x", "y"]),
            "owner": [f"O{draw.randrange(5)}"] if draw.random() < 0.8 else None,
            "parts": uses or None,
            "path": some("acme", "acme/north", "acme/north/line 1", "acme/northern"),
        }
        found.append(said("Gadget", f"G{i:02}", number=i % 3, **cells))
    return found


Parameters = Mapping[str, Any]


class World:
    """Things in plain Python: what filters, orders and links must give."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self.things = {thing.key: thing for thing in things}
        for thing in list(self.things.values()):
            for edge in thing.edges:
                self.things.setdefault(edge.key.target, Thing(edge.key.target))

    def keys(self, kind: str) -> list[Key]:
        return sorted(key for key in self.things if key.kind == kind)

    def edges(self, key: Key, direction: Direction) -> list[Edge]:
        """The golden edges of a link, in order of what is at their other end and of their occurrence."""
        link = direction.link
        edges = (
            e for t in self.things.values() if t.key.kind == link.source for e in t.edges if e.key.link == link.name
        )
        if direction.inverse:
            found = [e for e in edges if e.golden and e.key.target == key]
            return sorted(found, key=lambda e: (e.key.source, e.key.occurrence))
        found = [e for e in edges if e.golden and e.key.source == key]
        return sorted(found, key=lambda e: (e.key.target, e.key.occurrence))

    def linked(self, key: Key, direction: Direction) -> list[tuple[Key, int]]:
        """The nodes at the other end of a link, each with the edge's occurrence, in order of both."""
        return [(end(edge, direction), edge.key.occurrence) for edge in self.edges(key, direction)]

    def value(self, key: Key, what: Attribute | Own, part: Part | None = None) -> Any:
        thing = self.things[key]
        if what is Own.ID:
            return key.id
        if what is Own.PLACEHOLDER:
            return thing.placeholder
        name = "@path" if what is Own.PATH else what.name
        found = thing.golden.values.get(name) if thing.golden else None
        if found is None:
            return None
        return _said(what, found.value, part)

    def reached(self, key: Key, through: Iterable[Direction], what: Attribute | Own, part: Part | None = None) -> Any:
        """A value of what links to one lead to."""
        for direction in through:
            ends = self.linked(key, direction)
            if not ends:
                return None
            key = ends[0][0]
        return self.value(key, what, part)

    def meets(self, key: Key, condition: Condition, given: Parameters, edge: Edge | None = None) -> bool | None:
        """True, false, or None where a missing value leaves it open; `edge` is the one that led to the thing."""
        match condition:
            case Compare():
                wanted = _comparable(condition.what, given[condition.parameter])
                if condition.edge:
                    assert edge is not None and isinstance(condition.what, Attribute)
                    value = _said(condition.what, edge.attributes.get(condition.what.name), condition.part)
                else:
                    value = self.value(key, condition.what, condition.part)
                return _compare(condition.operator, value, wanted)
            case Not(inner):
                found = self.meets(key, inner, given, edge)
                return None if found is None else not found
            case And(conditions):
                all_ = [self.meets(key, c, given, edge) for c in conditions]
                return False if False in all_ else None if None in all_ else True
            case Or(conditions):
                any_ = [self.meets(key, c, given, edge) for c in conditions]
                return True if True in any_ else None if None in any_ else False
            case Linked(direction, quantifier, inner_condition):
                met = [
                    inner_condition is None or self.meets(end(e, direction), inner_condition, given, e) is True
                    for e in self.edges(key, direction)
                ]
                match quantifier:
                    case Quantifier.IS | Quantifier.SOME:
                        return any(met)
                    case Quantifier.NONE:
                        return not any(met)
                    case Quantifier.EVERY:
                        return all(met)

    def met(
        self, parent: Key, direction: Direction, condition: Condition | None, given: Parameters
    ) -> list[tuple[Key, int]]:
        """The rows of a link's list that meet a condition, on things and on the edges that lead to them."""
        return [
            (end(edge, direction), edge.key.occurrence)
            for edge in self.edges(parent, direction)
            if condition is None or self.meets(end(edge, direction), condition, given, edge) is True
        ]

    def ordered(
        self, rows: Collection[tuple[Key, int]], orders: Iterable[Order], condition: Condition | None, given: Parameters
    ) -> list[tuple[Key, int]]:
        """The rows that meet a condition, in an order: nulls last, then by id and occurrence."""
        found = sorted(r for r in rows if condition is None or self.meets(r[0], condition, given) is True)
        for order in reversed(list(orders)):
            values = {row: self.reached(row[0], order.through, order.what, order.part) for row in found}
            there = [row for row in found if values[row] is not None]
            there.sort(key=lambda row: values[row], reverse=order.descending)
            found = there + [r for r in found if values[r] is None]
        return found


def end(edge: Edge, direction: Direction) -> Key:
    """The thing that an edge leads to."""
    return edge.key.source if direction.inverse else edge.key.target


def _said(what: Attribute | Own, value: Any, part: Part | None) -> Any:
    if isinstance(what, Attribute) and what.data_type is AttributeType.QUANTITY:
        return value and value["unit" if part is Part.UNIT else "value"]
    return _comparable(what, value)


def _comparable(what: Attribute | Own, value: Any) -> Any:
    """A value as it compares: instants as such, for their texts don't order."""
    if isinstance(what, Own) or what.data_type is not AttributeType.INSTANT or value is None or isinstance(value, bool):
        return value
    return [_comparable(what, v) for v in value] if isinstance(value, list) else datetime.fromisoformat(value)


def _compare(operator: Operator, value: Any, wanted: Any) -> bool | None:
    if operator is Operator.IS_NULL:
        return (value is None) == wanted
    if value is None:
        return True if operator is Operator.NE else None
    match operator:
        case Operator.EQ:
            return bool(value == wanted)
        case Operator.NE:
            return bool(value != wanted)
        case Operator.IN:
            return value in wanted
        case Operator.GT:
            return bool(value > wanted)
        case Operator.GTE:
            return bool(value >= wanted)
        case Operator.LT:
            return bool(value < wanted)
        case Operator.LTE:
            return bool(value <= wanted)
        case Operator.CONTAINS:
            return wanted in value
        case Operator.STARTS_WITH:
            return bool(value.startswith(wanted))
