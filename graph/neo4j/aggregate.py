"""Figures in Neo4j: expressions of the one statement that a plan is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from graph.aggregate import Aggregate, By, Grouping, LinkedAggregate, Measures
from graph.calendar import FIRST, LAST, Calendar
from graph.columns import Column, ColumnType
from graph.cypher import Renderer, chains, one_more, reach
from graph.figures import Fold
from graph.grouping import Groups, column_of, group, order_of
from graph.neo4j.anchor import Start
from graph.plan import Row
from schema.model.base import instant_text

Given = Mapping[str, Any]
Decode = Callable[[Any, Given], Any]

_HOUR_SECONDS = 3600


def aggregate(
    render: Renderer, root: Aggregate | LinkedAggregate, start: Start, node: str, edge: str = ""
) -> tuple[str, Decode]:
    """The expression of an aggregate, `[whole, groups]` as wanted, over what is matched, and what reads it."""
    members: list[str] = []
    readers: list[Decode] = []
    if root.whole is not None:
        text, whole = _whole(root.whole, start, node, edge)
        members.append(text)
        readers.append(lambda raw, given: {"whole": whole(raw, given)})
    if root.groups is not None:
        text, groups = _groups(render, root.groups, start.text(), node, edge)
        members.append(text)
        readers.append(groups)

    def read(raw: Sequence[Any], given: Given) -> Row:
        found: Row = {"whole": None, "groups": None, "more": False}
        for reader, value in zip(readers, raw, strict=True):
            found |= reader(value, given)
        return found

    return f"[{', '.join(members)}]", read


def _whole(measures: Measures, start: Start, node: str, edge: str) -> tuple[str, Decode]:
    if not measures:
        # A bare count is read from the index alone.
        return start.count(), lambda count, given: Fold(()).figures([{"count": count}])
    groups = Groups(measures, node, edge=edge)
    text = f"head(COLLECT {{ {start.text()}{groups.text(_list(groups))} RETURN parts }})"
    # Null where there is nothing: within another subquery, Neo4j gives no row for it.
    return text, lambda parts, given: groups.figures(parts or (), _decode)


def _groups(render: Renderer, grouping: Grouping, matched: str, node: str, edge: str) -> tuple[str, Decode]:
    values = [_common(render, by, node, grouping.zone) for by in grouping.by]
    groups = Groups(grouping.measures, node, values, edge)
    text = groups.text(_list(groups), size=grouping.largest)
    kept = ", ".join([*groups.keys, "parts"])
    text = (
        f"COLLECT {{ {matched}{reach(chains(grouping.by), node)}{text} "
        f"WITH {kept} ORDER BY {order_of(groups, largest=grouping.largest)} "
        f"LIMIT {render.bind(grouping.first, one_more)} RETURN [[{', '.join(groups.keys)}], parts] }}"
    )

    def read(raw: Sequence[Any], given: Given) -> Row:
        first, zone = int(given[grouping.first]), str(given[grouping.zone])
        found = [
            group(grouping, list(map(_begin, grouping.by, begins)), groups.figures(parts, _decode), zone)
            for begins, parts in raw[:first]
        ]
        return {"groups": found, "more": len(raw) > first}

    return text, read


def _list(groups: Groups) -> str:
    return f"[{', '.join(_read(member, groups) for member in groups.members)}]"


def _read(member: str, groups: Groups) -> str:
    """A member of a part as it comes out: instants as text."""
    if not member.startswith("a_"):
        return member
    partial = Fold(groups.measures).partials[int(member[2:])]
    return f"toString({member})" if partial.of.column.type is ColumnType.INSTANT else member


def _decode(column: Column, value: Any) -> Any:
    return instant_text(datetime.fromisoformat(value)) if column.type is ColumnType.INSTANT else value


def _common(render: Renderer, by: By, node: str, zone: str) -> str:
    """The value that a group has in common; for a stretch of the calendar, where it begins."""
    name, column = column_of(by, node)
    if by.calendar is None:
        return name
    unit = by.calendar.value.lower()
    if column.type is not ColumnType.INSTANT:
        return f"CASE WHEN {name} IS NULL THEN null ELSE toString(date.truncate('{unit}', date({name}))) END"
    # datetime() refuses null, so that the whole is guarded.
    first, last = render.bind(zone, lambda _: FIRST), render.bind(zone, lambda _: LAST)
    place = f"CASE WHEN {name} < {first} OR {name} >= {last} THEN 'UTC' ELSE {render.bind(zone)} END"
    local = f"datetime({{datetime: {name}, timezone: {place}}})"
    if by.calendar is not Calendar.HOUR:
        return f"CASE WHEN {name} IS NULL THEN null ELSE toString(date.truncate('{unit}', {local})) END"
    # By seconds: when clocks are put back, an hour comes twice under one name.
    into = f"({local}.epochSeconds + {local}.offsetSeconds) % {_HOUR_SECONDS}"
    return (
        f"CASE WHEN {name} IS NULL THEN null ELSE "
        f"{local}.epochSeconds - ({into} + {_HOUR_SECONDS}) % {_HOUR_SECONDS} END"
    )


def _begin(by: By, value: Any) -> Any:
    if by.calendar is Calendar.HOUR and value is not None:
        return instant_text(datetime.fromtimestamp(value, UTC))
    return value
