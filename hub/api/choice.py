"""Which changes a subscription is about, and what each of them is to it.

By kind and location a change tells by itself what it is: it names where the thing is and was. Whether it
meets `where` only the graph can tell, of the thing as it is now. So the ids of those that do are remembered from the
moment of subscribing on: one of them that meets it no more has left, another one that does has entered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph.cypher import Make, as_given
from graph.plan import And, Compare, Condition, Operator, Or, Own, Page, Paging, Plan, Select
from graph.thing import Key
from hub.announcing.live import Change, ChangeType
from hub.api.conditions import Conditions
from hub.api.context import ApiContext
from hub.api.errors import RequestError

MOST_REMEMBERED = 100_000
"""Things that may meet one subscription's `where`."""

_AT_ONCE = 5_000


class Choice:
    """What one subscription is about."""

    def __init__(
        self,
        context: ApiContext,
        kinds: Collection[str],
        place: str = "",
        where: Mapping[str, Any] | None = None,
    ) -> None:
        """Things of these kinds, at or below a place ("": anywhere), that meet a coerced filter.

        `RequestError` where the filter can't be.
        """
        self._context = context
        self.kinds = frozenset(kinds)
        self._place = place
        self._where = where
        self._met: set[Key] | None = None
        if where is not None:
            for kind in self.kinds:
                self._plan(kind, None, None)

    @property
    def narrow(self) -> bool:
        """Whether a thing may enter or leave without being made or deleted."""
        return bool(self._place) or self._where is not None

    async def begin(self) -> None:
        """Takes note of what meets the filter now; `RequestError` where that is too much to remember."""
        if self._where is None or self._met is not None:
            return
        met: set[Key] = set()
        for kind in sorted(self.kinds):
            after: Sequence[Any] | None = None
            while True:
                page = await self._read(kind, None, after)
                met.update(Key(kind, row["cursor"][-1]) for row in page["rows"])
                if len(met) > MOST_REMEMBERED:
                    raise RequestError(
                        f"more than {MOST_REMEMBERED} things meet `where`, the most that there may be; "
                        "narrow it, or leave it out and look at each change"
                    )
                if not page["more"]:
                    break
                after = page["rows"][-1]["cursor"]
        self._met = met

    def forget(self) -> None:
        """Takes note that what is remembered may be wrong: it is read anew before anything is told."""
        self._met = None

    async def tell(self, changes: Iterable[Change]) -> list[Change]:
        """What these changes are to the subscription; those that it is not about are left out."""
        meant = [change for change in changes if change.kind in self.kinds]
        if self._where is None:
            return [told for change in meant if (told := self._by_place(change)) is not None]
        if not meant:
            return []
        await self.begin()
        there = {change.key: change.path for change in meant if change.change is not ChangeType.DELETED}
        met = await self.meeting(there)
        return [told for change in meant if (told := self._by_memory(change, change.key in met)) is not None]

    async def meeting(self, places: Mapping[Key, str | None]) -> Collection[Key]:
        """Those of these things, given with where they are, that the subscription is about as they are now."""
        if self._where is None:
            return {key for key, path in places.items() if within(path, self._place)}
        ids: dict[str, list[str]] = {}
        for key in places:
            ids.setdefault(key.kind, []).append(key.id)
        met: set[Key] = set()
        for kind, wanted in ids.items():
            for start in range(0, len(wanted), _AT_ONCE):
                page = await self._read(kind, wanted[start : start + _AT_ONCE], None)
                met.update(Key(kind, row["cursor"][-1]) for row in page["rows"])
        return met

    def _by_place(self, change: Change) -> Change | None:
        now, before = within(change.path, self._place), within(change.path_before, self._place)
        match change.change:
            case ChangeType.UPDATED if now != before:
                return replace(change, change=ChangeType.ENTERED if now else ChangeType.LEFT)
            case ChangeType.DELETED:
                return change if before else None
        return change if now else None

    def _by_memory(self, change: Change, now: bool) -> Change | None:
        assert self._met is not None
        key, before = change.key, change.key in self._met
        (self._met.add if now else self._met.discard)(key)
        if now and before:
            return replace(change, change=ChangeType.UPDATED)
        if now:
            created = change.change is ChangeType.CREATED
            return change if created else replace(change, change=ChangeType.ENTERED)
        if not before:
            return None
        return change if change.change is ChangeType.DELETED else replace(change, change=ChangeType.LEFT)

    async def _read(self, kind: str, ids: Sequence[str] | None, after: Sequence[Any] | None) -> Any:
        plan, parameters = self._plan(kind, ids, after)
        return (await self._context.store.read(plan, parameters))["it"]

    def _plan(
        self, kind: str, ids: Sequence[str] | None, after: Sequence[Any] | None
    ) -> tuple[Plan, Mapping[str, Any]]:
        parameters: dict[str, Any] = {"first": _AT_ONCE, "described": False}

        def bind(name: str, value: Any, make: Make = as_given) -> str:
            parameter = f"{name.replace('.', '_')}{len(parameters)}"
            parameters[parameter] = make(value)
            return parameter

        conditions: list[Condition] = [Compare(Own.PLACEHOLDER, Operator.EQ, "described")]
        if ids is not None:
            conditions.append(Compare(Own.ID, Operator.IN, bind("ids", list(ids))))
        if self._place:
            at = Compare(Own.PATH, Operator.EQ, bind("place", self._place))
            below = Compare(Own.PATH, Operator.STARTS_WITH, bind("place", f"{self._place}/"))
            conditions.append(Or((at, below)))
        described = self._context.model.kind(kind)
        met = Conditions(self._context.model, self._context.limits, bind).where(described, self._where)
        if met is not None:
            conditions.append(met)
        paging = Paging(And(tuple(conditions)), after=None if after is None else bind("after", after))
        return Plan((Page("it", Select(described), paging),)), parameters


def within(path: str | None, place: str) -> bool:
    """Whether a location is at or below another one, "" being the whole plant."""
    return not place or path == place or (path is not None and path.startswith(f"{place}/"))
