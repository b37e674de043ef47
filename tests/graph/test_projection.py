"""What a batch says that it changed: told by how values are written, for to Python 1, 1.0 and True are equal."""

from __future__ import annotations

from typing import Any

import pytest

from graph.projection import Changed, project
from schema.assertion import Assertion, Stamp
from schema.authority import EQUAL
from tests.graph.memory import MemoryGraph
from tests.schema.strategies import SMALL_MODEL

ALIKE = [(1, True), (1, 1.0), (True, 1.0), (0.0, -0.0), ([1], [True]), ({"a": {"b": 1}}, {"a": {"b": 1.0}})]
SAME = [(1, 1), ("a", "a"), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([], []), (False, False), (2.5, 2.5)]


class Graph:
    """A graph that is told of one lot, each time later than before."""

    def __init__(self) -> None:
        self._graph = MemoryGraph()
        self._time = 0

    async def say(self, **cells: Any) -> Changed:
        self._time += 1
        said = Assertion("mes", "Lot", "LOT-1", Stamp(self._time, ""), cells)
        (changed,) = await project(self._graph, SMALL_MODEL, EQUAL, [said])
        return changed


@pytest.mark.parametrize(("old", "new"), ALIKE, ids=repr)
async def test_what_is_equal_to_python_and_written_otherwise_has_changed(old: Any, new: Any) -> None:
    graph = Graph()
    await graph.say(**{"properties/x": old})
    assert (await graph.say(**{"properties/x": new})).names == ("properties/x",)


@pytest.mark.parametrize(("old", "new"), SAME, ids=repr)
async def test_what_is_written_alike_has_not(old: Any, new: Any) -> None:
    graph = Graph()
    await graph.say(**{"properties/x": old, "state": "OPEN"})
    assert (await graph.say(**{"properties/x": new, "state": "DONE"})).names == ("state",)


async def test_a_link_has_changed_where_its_attributes_are_written_otherwise() -> None:
    graph = Graph()
    await graph.say(madeFrom=[{"to": {"id": "LOT-0"}, "with": {"quantity": {"value": 1, "unit": "kg"}}}])
    changed = await graph.say(madeFrom=[{"to": {"id": "LOT-0"}, "with": {"quantity": {"value": 1.0, "unit": "kg"}}}])
    assert changed.names == ("madeFrom",)
