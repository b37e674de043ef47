"""Counting and adding up, as a root of a read plan: figures of the things that meet a condition, whole and by groups.

    Aggregate ── whole: Measures           of all things together
              └─ groups: Grouping          by: values, and the calendar's hours, days, weeks … that times are in
                  └─ Measures              of each group

What comes back is

    {"whole": Figures | None, "groups": [{"by": [value, …], "figures": Figures}] | None, "more": bool}
    Figures  {"count": int, "sum" | "avg" | "min" | "max": {attribute: value}, "edge": {"sum" | …: {attribute: value}}}

A group's value is that of `By.what`, or `graph.calendar.interval`'s object; None is a value too. `sum` and `avg` are
numbers, `min` and `max` values of the attribute's type; None where no thing has one. Amounts in different units are
never put together: of a quantity each is a list of `{"value", "unit"}`, one for each unit, in order of the units.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from graph.calendar import Calendar
from graph.plan import Condition, Direction, Own, where_lines
from schema.registry import Attribute, Kind


class Figure(Enum):
    """What is made of an attribute's values. Of times and days there are only the first and the last."""

    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of an attribute."""

    figure: Figure
    what: Attribute | Own
    edge: bool = False
    """Whether it is an attribute of the edges that lead to the things, in figures over a link."""


Measures = tuple[Measure, ...]
"""The figures wanted beside the count, which there always is."""


@dataclass(frozen=True, slots=True)
class By:
    """What things of one group have in common: a value, or the stretch of the calendar that a time or day is in."""

    what: Attribute | Own
    through: tuple[Direction, ...] = ()
    """Links to one, that lead from the thing to the one whose value counts."""
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups in order of their values, nulls last, or the largest first; at most as many as `first` says.

    `first` names a parameter, and `zone` the one with the time zone's IANA name, by which times are in days and weeks.
    """

    by: tuple[By, ...]
    measures: Measures
    first: str
    zone: str
    largest: bool = False
    """The groups with the most things first; equal ones in order of their values."""


@dataclass(frozen=True, slots=True)
class LinkedAggregate:
    """Figures of the things at the other end of a link, as part of a `Select`. A thing counts once for each edge."""

    key: str
    direction: Direction
    where: Condition | None
    whole: Measures | None = None
    groups: Grouping | None = None

    def lines(self, indent: str) -> Iterator[str]:
        """For people: what is counted, and how it is grouped."""
        yield " ".join([f"{indent}{self.key}: {self.direction.name} aggregate", *where_lines(self.where)])
        yield from (f"{indent}  {line}" for line in _counted(self))


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Figures of the things of a kind that meet a condition. `whole` or `groups` is None where it is not wanted."""

    key: str
    kind: Kind
    where: Condition | None
    whole: Measures | None = None
    groups: Grouping | None = None

    def lines(self) -> Iterator[str]:
        """For people: what is counted, and how it is grouped."""
        yield " ".join([f"{self.key}: {self.kind.name} aggregate", *where_lines(self.where)])
        yield from (f"  {line}" for line in _counted(self))


def _counted(found: Aggregate | LinkedAggregate) -> Iterator[str]:
    if found.whole is not None:
        yield _measures_text("whole", found.whole)
    if (groups := found.groups) is not None:
        by = ", ".join(_by_text(by) for by in groups.by)
        order = " largest first" if groups.largest else ""
        yield _measures_text(f"by {by}{order} first ${groups.first} in ${groups.zone}", groups.measures)


def _measures_text(what: str, measures: Iterable[Measure]) -> str:
    return " ".join([f"{what}: count", *map(_measure_text, measures)])


def _measure_text(measure: Measure) -> str:
    return f"{measure.figure.value}({'edge.' if measure.edge else ''}{measure.what.name})"


def _by_text(by: By) -> str:
    name = ".".join([*(d.name for d in by.through), by.what.name])
    return f"{by.calendar.value.lower()} of {name}" if by.calendar else name
