"""A page of things with which something is the matter, read by one plan with what the client selects of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph.issues import Issue, Issues
from graph.plan import Own, Row, Select, Value
from graph.questions.facts import Fact
from hub.api import reading
from hub.api.common import Found
from hub.api.context import Info, core
from hub.api.errors import RequestError
from hub.api.integration.paging import Pages, size
from hub.api.questions.selected import Things

_ID, _CONFLICTS = "id", ".conflicts"


@dataclass(frozen=True, slots=True)
class Troubled:
    """A thing on the page, with what the store says of it."""

    fact: Fact
    row: Row

    @property
    def place(self) -> str:
        """Where it is in the list: its `globalId`."""
        return f"{self.fact.kind}:{self.fact.id}"

    @property
    def conflicts(self) -> Any:
        """Its conflicts, as `graph.state` has them."""
        return self.fact[_CONFLICTS]


@dataclass(frozen=True, slots=True)
class Page:
    """The things, and where the page stands in its list."""

    found: Sequence[Troubled]
    pages: Pages
    info: Found


async def read(
    info: Info,
    type_name: str,
    issue: Issue,
    kinds: Sequence[str] | None,
    first: int | None,
    after: str | None,
    given: Mapping[str, Any],
) -> Page:
    """A page of the list whose connection is of a type; `given` has what the root is given besides: `only`, …"""
    context, pages = info.context, Pages(issue.value)
    most, place = size(context, first), pages.place(after)
    if place is not None and ":" not in place:
        raise RequestError("the cursor in `after` is not one that this API gave; begin anew without it")
    wanted = sorted(reading.kinds_named(context, kinds))
    things = Things(core(info), type_name, {("nodes", "thing"): None, ("edges", "node", "thing"): None})
    selects = {name: _with_own(things.of(context.model.kind(name))) for name in wanted}
    named = {name: name for name in given}
    root = Issues("it", issue, tuple(selects.values()), "first", "after", **named)
    (page,) = await things.read([root], {**given, "first": most, "after": place})
    found = [Troubled(Fact(selects[row["kind"]], row["node"]), row) for row in page["rows"]]
    things.give([each.fact for each in found])
    start, end = (found[0].place, found[-1].place) if found else (None, None)
    return Page(found, pages, pages.info(start, end, after, more=page["more"]))


def _with_own(select: Select) -> Select:
    """What a client selects of a thing, with what these lists say of it themselves."""
    own = (Value(_ID, Own.ID), Value(_CONFLICTS, Own.CONFLICTS))
    return replace(select, values=own + select.values)
