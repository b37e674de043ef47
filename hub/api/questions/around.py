"""What is near a thing, and how two things are connected: questions of people who look at the graph itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Any

import strawberry

from graph.around import Near, Shortest, links_between
from graph.plan import Direction, Row, Select, Value
from graph.questions.facts import Fact
from graph.questions.sentences import sentence
from graph.thing import Key
from hub.api import reading
from hub.api.common import Entity, Found
from hub.api.context import ApiContext, Info, core
from hub.api.errors import RequestError
from hub.api.questions.selected import Things, shown
from hub.api.questions.walked import named
from hub.api.scalars import Json
from schema.registry import Kind, Model

argument = strawberry.argument

_ROOT = "around"
_LONGEST = 100
"""The most links that these questions follow. A plant's things are connected over a few."""


def _entity(found: strawberry.Parent[GraphNode], info: Info) -> Found:
    return shown(info, found.fact)


@strawberry.type(description="A thing in a part of the graph.")
class GraphNode:
    fact: strawberry.Private[Fact]
    id: strawberry.ID = strawberry.field(description="Its `globalId`, by which edges name it.")
    kind: str = strawberry.field(description="Its kind.")
    label: str = strawberry.field(description="What to write beside it: its name, or else its id.")
    depth: int = strawberry.field(description="How many links it is from where the question began.")
    entity: Entity = strawberry.field(resolver=_entity, description="The thing.")


@strawberry.type(description="An edge between two things, as the one that states it has it.")
class GraphEdge:
    source: strawberry.ID = strawberry.field(name="from", description="The `globalId` of the thing that states it.")
    target: strawberry.ID = strawberry.field(name="to", description="The `globalId` of the thing that it refers to.")
    relationship: str = strawberry.field(description="The relationship: `CONSUMED`.")
    name: str = strawberry.field(description="The link's name on `from`, as a field: `consumed`.")
    values: Json = strawberry.field(description="What is said of the link, as an object: quantity, time …")
    text: str = strawberry.field(description="The edge as a sentence, in the words of the model.")


@strawberry.type(description="What is near a thing.")
class Neighbourhood:
    nodes: list[GraphNode] = strawberry.field(
        description="The things, nearest first, the center at the head; those equally near by kind and id."
    )
    edges: list[GraphEdge] = strawberry.field(description="Every edge between two of them, nearest first.")
    truncated: bool = strawberry.field(description="Whether there are more things within `depth` than `limit`.")


@strawberry.type(description="One hop of a connection.")
class PathEdge:
    source: strawberry.ID = strawberry.field(name="from", description="The `globalId` of the thing that it leaves.")
    target: strawberry.ID = strawberry.field(name="to", description="The `globalId` of the thing that it comes to.")
    relationship: str = strawberry.field(description="The relationship: `CONSUMED`.")
    name: str = strawberry.field(description="The field of `from` that leads to `to`: `consumed`, or `consumedBy`.")
    forward: bool = strawberry.field(description="Whether `from` states the link; else `to` does.")
    values: Json = strawberry.field(description="What is said of the link, as an object: quantity, time …")
    text: str = strawberry.field(description="The hop as a sentence, in the words of the model.")


@strawberry.type(description="The shortest connection between two things.")
class Path:
    length: int = strawberry.field(description="How many hops it has.")
    nodes: list[GraphNode] = strawberry.field(description="The things on the way, both ends among them, in order.")
    edges: list[PathEdge] = strawberry.field(description="The hops between each and the next.")


def _thing(context: ApiContext, name: str, value: str) -> tuple[Kind, str]:
    """The kind and the identifier that a `globalId` given as an argument names."""
    kind, colon, id_ = value.partition(":")
    if not (kind and colon and id_):
        raise RequestError(f"`{name}` is {value!r}; give a thing's `globalId`, its kind and id: `MaterialLot:LOT-1`")
    reading.kinds_named(context, [kind])
    return context.model.kind(kind), reading.by_id(id_)


def _chosen(what: str, known: Iterable[str], given: Sequence[str] | None, without: Sequence[str] | None) -> set[str]:
    """Those that were asked for, all where that is left out, but for some."""
    there = set(known)
    if unknown := sorted({*(given or ()), *(without or ())} - there):
        raise RequestError(f"there is no {what} {unknown[0]!r}; the {what}s are {', '.join(sorted(there))}")
    return (there if given is None else set(given)) - set(without or ())


def _within(name: str, given: int, least: int, most: int) -> int:
    if not least <= given <= most:
        raise RequestError(f"`{name}` is {given}; ask for {least} to {most}")
    return given


def _selects(things: Things, model: Model, kinds: Iterable[str]) -> tuple[Select, ...]:
    wanted = set(kinds)
    return tuple(_labelled(things.of(kind), kind) for kind in model if kind.name in wanted)


def _labelled(found: Select, kind: Kind) -> Select:
    return replace(found, values=(Value("name", kind.attributes["name"]), *found.values))


def _node(select: Select, found: Row, depth: int) -> GraphNode:
    fact = Fact(select, found["node"])
    key = Key(found["kind"], found["id"])
    return GraphNode(fact=fact, id=named(key), kind=key.kind, label=found["node"]["name"] or key.id, depth=depth)


def _ends(edge: Row) -> tuple[Key, Key]:
    return Key(edge["link"].source, edge["from"]), Key(edge["link"].target, edge["to"])


def _edge(edge: Row) -> GraphEdge:
    link, (source, target) = edge["link"], _ends(edge)
    return GraphEdge(
        source=named(source),
        target=named(target),
        relationship=link.relationship,
        name=link.name,
        values=_said(edge),
        text=sentence([Direction(link)], [source, target]),
    )


def _hop(begin: Key, edge: Row) -> PathEdge:
    link, (source, target) = edge["link"], _ends(edge)
    forward = source == begin
    direction, end = Direction(link, inverse=not forward), target if forward else source
    return PathEdge(
        source=named(begin),
        target=named(end),
        relationship=link.relationship,
        name=direction.name,
        forward=forward,
        values=_said(edge),
        text=sentence([direction], [begin, end]),
    )


def _said(edge: Row) -> Any:
    return {name: value for name, value in edge["values"].items() if value is not None}


async def _neighbourhood(
    info: Info,
    center: Annotated[strawberry.ID, argument(description="The thing's `globalId`: `MaterialLot:LOT-1`.")],
    depth: Annotated[int, argument(description="How many links to follow at most.")] = 1,
    kinds: Annotated[
        list[str] | None,
        argument(description="Only things of these kinds, beside the center, and only through such; all if left out."),
    ] = None,
    relationships: Annotated[
        list[str] | None, argument(description="Only over these relationships, as `CONSUMED`; all if left out.")
    ] = None,
    limit: Annotated[int, argument(description="How many things at most, the nearest, the center among them.")] = 100,
) -> Neighbourhood | None:
    context, model = info.context, info.context.model
    kind, identifier = _thing(context, "center", center)
    within = frozenset(_chosen("kind", model.kinds, kinds, None))
    over = _chosen("relationship", model.relationships, relationships, None)
    given = {
        "begin": identifier,
        "depth": _within("depth", depth, 0, _LONGEST),
        "first": _within("limit", limit, 1, context.limits.max_page),
    }
    things = Things(core(info), "Neighbourhood", {("nodes", "entity"): None})
    every = within | {kind.name}
    selects = _selects(things, model, every)
    root = Near(_ROOT, kind.name, "begin", within, links_between(model, every, over), selects)
    (found,) = await things.read([root], given)
    if found is None:
        return None
    by_kind = {select.kind.name: select for select in selects}
    nodes = [_node(by_kind[each["kind"]], each, each["depth"]) for each in found["nodes"]]
    things.give([node.fact for node in nodes])
    context.budget.give(len(found["edges"]))
    return Neighbourhood(nodes=nodes, edges=[_edge(edge) for edge in found["edges"]], truncated=found["more"])


async def _path(
    info: Info,
    start: Annotated[strawberry.ID, argument(name="from", description="The `globalId` of the thing to begin with.")],
    end: Annotated[strawberry.ID, argument(name="to", description="The `globalId` of the thing to come to.")],
    max_depth: Annotated[int, argument(description="How many hops it may have at most.")] = 12,
    kinds: Annotated[
        list[str] | None, argument(description="Only through things of these kinds; all where it is left out.")
    ] = None,
    avoid_kinds: Annotated[
        list[str] | None, argument(description="Through no thing of these kinds: what very much refers to.")
    ] = None,
    relationships: Annotated[
        list[str] | None, argument(description="Only over these relationships; all where it is left out.")
    ] = None,
    avoid_relationships: Annotated[list[str] | None, argument(description="Not over these relationships.")] = None,
) -> Path | None:
    context, model = info.context, info.context.model
    (begin, identifier), (to, to_identifier) = _thing(context, "from", start), _thing(context, "to", end)
    within = frozenset(_chosen("kind", model.kinds, kinds, avoid_kinds))
    over = _chosen("relationship", model.relationships, relationships, avoid_relationships)
    most = context.limits.max_walk
    given = {
        "begin": identifier,
        "end": to_identifier,
        "depth": _within("maxDepth", max_depth, 0, _LONGEST),
        "most": most,
    }
    things = Things(core(info), "Path", {("nodes", "entity"): None})
    every = within | {begin.name, to.name}
    selects = _selects(things, model, every)
    links = links_between(model, every, over)
    (found,) = await things.read([Shortest(_ROOT, begin.name, "begin", to.name, "end", within, links, selects)], given)
    for there, value in ((found["from"], start), (found["to"], end)):
        if not there:
            raise RequestError(f"there is no thing {value!r} to find a connection of")
    if found["gaveUp"]:
        raise RequestError(
            f"{most} things were looked at without a connection being found; name in `avoidKinds` the kinds that very "
            "much refers to, as `MaterialDefinition`, or set `kinds` or `relationships`"
        )
    if found["nodes"] is None:
        return None
    by_kind = {select.kind.name: select for select in selects}
    nodes = [_node(by_kind[each["kind"]], each, place) for place, each in enumerate(found["nodes"])]
    things.give([node.fact for node in nodes])
    keys = [Key(each["kind"], each["id"]) for each in found["nodes"]]
    edges = [_hop(key, edge) for key, edge in zip(keys, found["edges"], strict=False)]
    return Path(length=len(edges), nodes=nodes, edges=edges)


@strawberry.type
class AroundQuery:
    neighbourhood: Neighbourhood | None = strawberry.field(
        resolver=_neighbourhood,
        description="The things within some links of one, whichever way the links go, and the edges between them: what "
        "a graph browser shows. Null where there is no such thing.",
    )
    path: Path | None = strawberry.field(
        resolver=_path,
        description="The shortest connection between two things, over any links, with every hop explained; of several "
        "the first by kind and id of the things on it. Null where there is none within `maxDepth`.",
    )
