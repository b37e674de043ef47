"""Figures and how they are shown: a table for people, one line of JSON a measure for machines."""

from __future__ import annotations

import gc
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table

Part = Callable[[], Awaitable[Mapping[str, float]]]
"""Measures once, and gives the figures by name."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured, the median of `runs` runs, beside its floor, the median of as many.

    `unit` is a rate (`objects/s`) or a time (`ms`).
    """

    name: str
    value: float
    unit: str
    floor: float
    of: str
    """What the floor is, in words."""
    runs: int
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """What each part took of the machine's cores, in per cent, for the figure and for its floor, by their names."""

    @property
    def ratio(self) -> float:
        """How near the figure is to its floor: 1 at the floor, 0.5 at half the pace or twice the time."""
        return self.value / self.floor if self.unit.endswith("/s") else self.floor / self.value

    def line(self) -> str:
        """One line of JSON."""
        told = {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "floor": round(self.floor, 3),
            "ratio": round(self.ratio, 3),
            "runs": self.runs,
        }
        if self.shares:
            told["shares"] = {whose: {part: round(s, 1) for part, s in of.items()} for whose, of in self.shares.items()}
        return json.dumps(told)


async def by_turns(runs: int, *parts: Part) -> dict[str, float]:
    """The medians of what the parts give. Each run measures every part, every other run in the opposite order."""
    found: dict[str, list[float]] = {}
    for run in range(runs):
        for part in parts if run % 2 == 0 else reversed(parts):
            gc.collect()
            for name, figure in (await part()).items():
                found.setdefault(name, []).append(figure)
    return {name: median(figures) for name, figures in found.items()}


def show(measures: Sequence[Measure], *, as_json: bool) -> None:
    """Prints measures."""
    if as_json:
        for measure in measures:
            print(measure.line(), flush=True)
        return
    table = Table("measure", "value", "unit", "floor", "ratio", "runs", "the floor is")
    for number in (1, 3, 4, 5):
        table.columns[number].justify = "right"
    for m in measures:
        table.add_row(m.name, _figure(m.value), m.unit, _figure(m.floor), f"{m.ratio:.2f}", str(m.runs), m.of)
    Console().print(table)
    shared = [measure for measure in measures if measure.shares]
    if shared:
        Console().print(_shares(shared))


def _shares(measures: Sequence[Measure]) -> Table:
    parts = list(dict.fromkeys(part for m in measures for of in m.shares.values() for part in of))
    table = Table("per cent of all cores", "while there was", *parts)
    for number in range(2, len(table.columns)):
        table.columns[number].justify = "right"
    for m in measures:
        for whose, of in m.shares.items():
            table.add_row(m.name, whose, *(f"{of[part]:.0f}" if part in of else "" for part in parts))
    return table


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
