"""What questions that walk have in common: how far they go, what they find, and what cut them."""

from __future__ import annotations

from enum import Enum

import strawberry

from graph.plan import Row
from graph.questions.facts import Fact
from graph.thing import Key
from hub.api.context import ApiContext
from hub.api.errors import RequestError
from hub.api.questions.selected import Things
from schema.registry import Model


@strawberry.enum(description="What a walk was cut by.")
class WalkLimit(Enum):
    FIRST = strawberry.enum_value("FIRST", description="There are more things than `first`.")
    MAX_DEPTH = strawberry.enum_value("MAX_DEPTH", description="It goes on from the things at `maxDepth`.")


def first(context: ApiContext, given: int | None, max_depth: int | None) -> int:
    """How many things to give at most, both limits checked."""
    most = context.limits.max_walk
    if max_depth is not None and not 0 <= max_depth <= most:
        raise RequestError(f"`maxDepth` is {max_depth}; ask for 0 to {most}, or leave it out")
    wanted = context.limits.max_page if given is None else given
    if not 1 <= wanted <= most:
        raise RequestError(f"`first` is {given}; ask for 1 to {most}")
    return wanted


def facts(things: Things, model: Model, found: Row) -> dict[Key, Fact]:
    """The things that a walk came to and led through, with what is selected of them."""
    reached = {Key(n["kind"], n["id"]): n["node"] for n in found["nodes"]}
    through = {Key(name, id_): row for name, rows in found["through"].items() for id_, row in rows.items()}
    return {key: Fact(things.of(model.kind(key.kind)), row) for key, row in (reached | through).items()}


def limits(found: Row) -> list[WalkLimit]:
    """What cut a walk, of what it found."""
    return [WalkLimit.FIRST] * found["more"] + [WalkLimit.MAX_DEPTH] * found["deeper"]


def named(key: Key) -> strawberry.ID:
    """The `globalId` of a thing."""
    return strawberry.ID(f"{key.kind}:{key.id}")
