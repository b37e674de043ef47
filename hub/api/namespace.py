"""The namespace: the tree of locations, with what is at each.

The tree comes of two reads, whatever its size: things counted by location and kind, and the newest tag values. Only the
things themselves, where a query asks for them, are read for all places together, a hundred kinds and places a plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import strawberry
from strawberry.dataloader import DataLoader

from graph.plan import Row
from hub.api import reading
from hub.api.common import Entity, Found
from hub.api.compile import At
from hub.api.context import ApiContext, CoreInfo, Info, core
from hub.api.errors import RequestError
from hub.api.scalars import DateTime, Json
from hub.api.status import KindCount
from hub.clock import instant
from hub.journal.port import TagValue
from schema import topic

Wanted = tuple[CoreInfo, At]
"""A place's wish for things, with the request that it is part of."""

_TOGETHER = 100
"""Places and kinds in one plan: what a server can still render as one statement."""


@strawberry.type(description="The newest value of a tag.")
class TagReading:
    name: str = strawberry.field(description="The tag's name below its location: `oven/temperature`.")
    path: str = strawberry.field(description="Its location.")
    time: DateTime = strawberry.field(description="When it had the value.")
    value: Json | None = strawberry.field(description="The value.")
    quality: Json | None = strawberry.field(description="The quality that came with it, if any.")


@dataclass
class _Node:
    """A location while the tree is built."""

    children: dict[str, _Node] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    tags: list[TagValue] = field(default_factory=list)

    def below(self, segments: Sequence[str]) -> _Node:
        node = self
        for segment in segments:
            node = node.children.setdefault(segment, _Node())
        return node

    def total(self) -> int:
        return sum(self.counts.values()) + sum(child.total() for child in self.children.values())


async def _things(
    place: strawberry.Parent[Place],
    info: Info,
    kinds: Annotated[
        list[str] | None, strawberry.argument(description="Only of these kinds; all where it is left out.")
    ] = None,
    first: Annotated[int, strawberry.argument(description="How many of each kind at most.")] = 3,
) -> Found:
    context, request = info.context, core(info)
    wanted = reading.kinds_named(context, kinds)
    limit = reading.page_size(context, first)
    kinds_here = [context.model.kind(count.kind) for count in place.counts if count.kind in wanted]
    found = await place.shelf.load_many([(request, At(k, place.path, limit, request.field_nodes)) for k in kinds_here])
    return [row for rows in found for row in rows]


async def _read_together(wanted: list[Wanted]) -> list[list[Row]]:
    """The things of every place that asked meanwhile, by one plan."""
    request = wanted[0][0]
    compiled = reading.compiler(request).at([at for _, at in wanted])
    pages = await reading.read_all(request.context, compiled)
    return [
        [reading.marked(at.kind, row["node"]) for row in page["rows"]]
        for (_, at), page in zip(wanted, pages, strict=True)
    ]


@strawberry.type(description="A location in the plant's hierarchy.")
class Place:
    shelf: strawberry.Private[DataLoader[Wanted, list[Row]]]
    path: str = strawberry.field(description="The location, empty for the whole plant.")
    name: str = strawberry.field(description="Its last segment.")
    counts: list[KindCount] = strawberry.field(description="How many things of each kind are right here.")
    total: int = strawberry.field(description="How many things there are here and below.")
    tags: list[TagReading] = strawberry.field(description="The newest value of each tag right here, in order of name.")
    children: list[Place] | None = strawberry.field(
        description="The locations one level below, in order of name; null beyond the depth asked for."
    )
    things: list[Entity] = strawberry.field(
        resolver=_things, description="The first few things of each kind right here, in order of kind and id."
    )


async def read_place(context: ApiContext, path: str | None, depth: int) -> Place | None:
    """The tree at and below a location; None where nothing is there."""
    if not 0 <= depth <= topic.MAX_LEVELS:
        raise RequestError(f"`depth` is {depth}; ask for 0 to {topic.MAX_LEVELS}")
    segments = reading.location(path)
    tree = _Node()
    for place, counts in (await context.store.places(path or None)).items():
        tree.below(place.split("/")).counts = counts
    tags = await context.journal.tags(path or "", context.limits.max_tags + 1)
    if len(tags) > context.limits.max_tags:
        raise RequestError(f"there are more than {context.limits.max_tags} tags below {path!r}; ask for a deeper path")
    for tag in tags:
        tree.below(tag.path.split("/")).tags.append(tag)
    node = tree.below(segments)
    if not (node.children or node.counts or node.tags) and segments:
        return None
    return _Shown(context).place(segments, node, depth)


@dataclass
class _Shown:
    context: ApiContext
    shelf: DataLoader[Wanted, list[Row]] = field(
        default_factory=lambda: DataLoader(_read_together, max_batch_size=_TOGETHER, cache=False)
    )
    shown: int = 0

    def place(self, segments: Sequence[str], node: _Node, depth: int) -> Place:
        self.shown += 1
        if self.shown > self.context.limits.max_places:
            raise RequestError(
                f"there are more than {self.context.limits.max_places} locations to show; ask for a deeper path "
                "or a smaller depth"
            )
        return Place(
            shelf=self.shelf,
            path="/".join(segments),
            name=segments[-1] if segments else "",
            counts=[KindCount(kind=kind, count=count) for kind, count in sorted(node.counts.items())],
            total=node.total(),
            tags=[_reading(tag) for tag in node.tags],
            children=[self.place([*segments, name], child, depth - 1) for name, child in sorted(node.children.items())]
            if depth
            else None,
        )


def _reading(tag: TagValue) -> TagReading:
    return TagReading(
        name=tag.name,
        path=tag.path,
        time=DateTime(instant(tag.time)),
        value=Json(tag.body.get("value")),
        quality=Json(tag.body.get("quality")),
    )
