"""Figures in Ladybug: one statement for the whole and one for the groups.

Ladybug knows no time zones. Where times are grouped by the calendar of one, another statement asks before in which
years they are, and how far the place's clocks were ahead of UTC in these is put into the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from graph.aggregate import Aggregate, By, Grouping, LinkedAggregate, Measures
from graph.calendar import Calendar, offsets
from graph.columns import Column, ColumnType
from graph.cypher import chains, one_more, reach
from graph.figures import Fold
from graph.grouping import Groups, column_of, group, order_of
from graph.ladybug.cypher import EVERYTHING, LadybugRenderer
from graph.plan import Row
from schema.model.base import instant_text

Run = Callable[[str, Mapping[str, Any]], list[list[Any]]]
"""Runs a statement with its parameters and gives its rows."""

_NODE, _EDGE, _PARENT = "n", "e", "k"
_UTC = "UTC"


class Aggregator:
    """Runs one aggregate with a plan's parameters: of a kind's things, or of what a link leads to from several."""

    def __init__(
        self,
        run: Run,
        parameters: Mapping[str, Any],
        root: Aggregate | LinkedAggregate,
        matched: Callable[[LadybugRenderer], str],
        parents: Sequence[str] | None = None,
    ) -> None:
        """`matched` gives the clauses that find the things `n`, and over a link edges `e` and the parents' ids `k`."""
        self._run_statement = run
        self._parameters = parameters
        self._root = root
        self._matched = matched
        self._parents = parents
        self._edge, self._parent = ("", "") if parents is None else (_EDGE, _PARENT)

    def read(self) -> Row:
        """The figures of a kind's things."""
        (found,) = self._read([None])
        return found

    def by_parent(self) -> dict[str, Row]:
        """The figures of what a link leads to, by parent."""
        assert self._parents is not None
        return dict(zip(self._parents, self._read(self._parents), strict=True))

    def _read(self, parents: Sequence[str | None]) -> list[Row]:
        found: list[Row] = [{"whole": None, "groups": None, "more": False} for _ in parents]
        if (wanted := self._root.whole) is not None:
            whole = self._whole(wanted)
            none = Fold(wanted).figures([])
            for row, parent in zip(found, parents, strict=True):
                row["whole"] = whole.get(parent, none)
        if self._root.groups is not None:
            groups = self._groups(self._root.groups)
            for row, parent in zip(found, parents, strict=True):
                row |= groups.get(parent, {"groups": [], "more": False})
        return found

    def _run(self, text: str, parameters: Mapping[str, Any]) -> list[list[Any]]:
        keys = {} if self._parents is None else {"keys": list(self._parents)}
        return self._run_statement(text, {**keys, **parameters})

    def _whole(self, measures: Measures) -> dict[str | None, Row]:
        render = LadybugRenderer(self._parameters)
        groups = Groups(measures, _NODE, edge=self._edge, parent=self._parent)
        rows = self._run(
            f"{self._matched(render)}{groups.text(_struct(groups))} RETURN {self._parent or 'null'}, parts",
            render.parameters,
        )
        return {parent: self._figures(groups, parts) for parent, parts in rows}

    def _figures(self, groups: Groups, parts: Iterable[Mapping[str, Any]]) -> Row:
        return groups.figures([list(part.values()) for part in parts], _decode)

    def _groups(self, grouping: Grouping) -> dict[str | None, Row]:
        render = LadybugRenderer(self._parameters)
        first, zone = int(render.given(grouping.first)), str(render.given(grouping.zone))
        matched = f"{self._matched(render)}{reach(chains(grouping.by), _NODE)}"
        values = [self._common(render, by, zone) for by in grouping.by]
        groups = Groups(grouping.measures, _NODE, values, self._edge, self._parent)
        text = groups.text(_struct(groups), size=grouping.largest)
        order, more = order_of(groups, largest=grouping.largest), render.bind(grouping.first, one_more)
        if self._parents is None:
            text += f" RETURN {', '.join([*groups.keys, 'parts'])} ORDER BY {order} LIMIT {more}"
            rows: dict[str | None, list[list[Any]]] = {None: self._run(f"{matched}{text}", render.parameters)}
        else:
            text += f"{_cut(groups, grouping, order)} RETURN {_PARENT}, list_slice(l, 1, {more})"
            cut = self._run(f"{matched}{text}", render.parameters)
            rows = {parent: [list(struct.values()) for struct in structs] for parent, structs in cut}
        return {
            parent: {
                "groups": [
                    group(grouping, [_begin(value) for value in begins], self._figures(groups, parts), zone)
                    for *begins, parts in found[:first]
                ],
                "more": len(found) > first,
            }
            for parent, found in rows.items()
        }

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


def _cut(groups: Groups, grouping: Grouping, order: str) -> str:
    """The groups of each parent in their order, put together to a list `l`."""
    kept = [_PARENT, *groups.keys, *(["size"] if grouping.largest else []), "parts"]
    members = ", ".join(f"{name}: {name}" for name in [*groups.keys, "parts"])
    return f" WITH {', '.join(kept)} ORDER BY {order} LIMIT {EVERYTHING} WITH {_PARENT}, collect({{{members}}}) AS l"


def _struct(groups: Groups) -> str:
    return f"{{{', '.join(f'{member}: {member}' for member in groups.members)}}}"


def _decode(column: Column, value: Any) -> Any:
    return _begin(value) if column.type is ColumnType.INSTANT else value


def _begin(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value.replace(tzinfo=UTC))
    return value.isoformat() if isinstance(value, date) else value
