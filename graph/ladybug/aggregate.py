"""Figures in Ladybug: one statement for the whole and one for the groups.

Ladybug knows no time zones. Where times are grouped by the calendar of one, another statement asks before in which
years they are, and how far the place's clocks were ahead of UTC in these is put into the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from graph.aggregate import Aggregate, By, Grouping, Measures
from graph.calendar import Calendar, offsets
from graph.columns import Column, ColumnType
from graph.cypher import chains, one_more, quote, reach, where_text
from graph.grouping import Groups, column_of, group, order_of
from graph.ladybug.cypher import LadybugRenderer
from graph.plan import Row
from schema.model.base import instant_text

Run = Callable[[str, Mapping[str, Any]], list[list[Any]]]
"""Runs a statement with its parameters and gives its rows."""

_NODE = "n"
_UTC = "UTC"


class Aggregator:
    """Runs one aggregate with a plan's parameters."""

    def __init__(self, run: Run, parameters: Mapping[str, Any], root: Aggregate) -> None:
        self._run = run
        self._parameters = parameters
        self._root = root

    def read(self) -> Row:
        root = self._root
        found: Row = {"whole": None, "groups": None, "more": False}
        if root.whole is not None:
            found["whole"] = self._whole(root.whole)
        return found if root.groups is None else found | self._groups(root.groups)

    def _matched(self, render: LadybugRenderer) -> str:
        where = self._root.where
        conditions = [] if where is None else [render.condition(where, _NODE)]
        return f"MATCH ({_NODE}:{quote(self._root.kind.name)}){where_text(conditions)}"

    def _whole(self, measures: Measures) -> Row:
        render, groups = LadybugRenderer(self._parameters), Groups(measures, _NODE)
        text = f"{self._matched(render)}{groups.text(_struct(groups))} RETURN parts"
        ((parts,),) = self._run(text, render.parameters)
        return groups.figures([list(part.values()) for part in parts], _decode)

    def _groups(self, grouping: Grouping) -> Row:
        render = LadybugRenderer(self._parameters)
        first, zone = int(render.given(grouping.first)), str(render.given(grouping.zone))
        matched = f"{self._matched(render)}{reach(chains(grouping.by), _NODE)}"
        groups = Groups(grouping.measures, _NODE, [self._common(render, by, zone) for by in grouping.by])
        text = groups.text(_struct(groups), size=grouping.largest)
        rows = self._run(
            f"{matched}{text} RETURN {', '.join([*groups.keys, 'parts'])} "
            f"ORDER BY {order_of(groups, largest=grouping.largest)} LIMIT {render.bind(grouping.first, one_more)}",
            render.parameters,
        )
        found = [
            group(
                grouping,
                [_begin(value) for value in begins],
                groups.figures([list(part.values()) for part in parts], _decode),
                zone,
            )
            for *begins, parts in rows[:first]
        ]
        return {"groups": found, "more": len(rows) > first}

    def _common(self, render: LadybugRenderer, by: By, zone: str) -> str:
        """The value that a group has in common; for a stretch of the calendar, where it begins."""
        name, column = column_of(by, _NODE)
        if by.calendar is None:
            return name
        unit = by.calendar.value.lower()
        if column.type is not ColumnType.INSTANT:
            return f"CAST(date_trunc('{unit}', CAST({name} AS TIMESTAMP)) AS DATE)"
        if zone == _UTC:
            begin = f"date_trunc('{unit}', {name})"
            return begin if by.calendar is Calendar.HOUR else f"CAST({begin} AS DATE)"
        ahead = f"to_seconds({self._ahead(render, by, zone)})"
        begin = f"date_trunc('{unit}', {name} + {ahead})"
        return f"({begin} - {ahead})" if by.calendar is Calendar.HOUR else f"CAST({begin} AS DATE)"

    def _ahead(self, render: LadybugRenderer, by: By, zone: str) -> str:
        """By how many seconds the place's clocks were ahead of UTC at a time. Nothing of it is a client's."""
        name, _ = column_of(by, _NODE)
        asked = LadybugRenderer(self._parameters)
        years = self._run(
            f"{self._matched(asked)}{reach(chains([by]), _NODE)} RETURN DISTINCT date_part('year', {name})",
            asked.parameters,
        )
        cases = [
            f"WHEN {name} < CAST('{instant_text(until)}' AS TIMESTAMP) THEN {seconds}"
            for until, seconds in offsets(zone, (year for (year,) in years if year is not None))
        ]
        return f"CASE {' '.join(cases)} ELSE 0 END"


def _struct(groups: Groups) -> str:
    return f"{{{', '.join(f'{member}: {member}' for member in groups.members)}}}"


def _decode(column: Column, value: Any) -> Any:
    return _begin(value) if column.type is ColumnType.INSTANT else value


def _begin(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value.replace(tzinfo=UTC))
    return value.isoformat() if isinstance(value, date) else value
