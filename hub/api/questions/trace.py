"""What a lot came of, and what came of it. `graph.genealogy` puts it together."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import strawberry

from graph.genealogy import Origin, Way, genealogy, materials, steps, total, work
from graph.questions.facts import Fact
from graph.thing import Key
from graph.walks import Walk
from hub.api import reading
from hub.api.common import Entity, Found, Quantity
from hub.api.context import Info, core
from hub.api.errors import RequestError
from hub.api.questions import walked
from hub.api.questions.selected import Things, Where, shown
from hub.api.questions.walked import WalkLimit, named
from hub.api.scalars import DateTime
from schema.registry import Kind

argument = strawberry.argument

_ROOT = "trace"


def _entity(found: strawberry.Parent[TracedThing], info: Info) -> Found:
    return shown(info, found.fact)


def _through(found: strawberry.Parent[TraceWay], info: Info) -> Found:
    return [shown(info, fact) for fact in found.facts]


def _work(found: strawberry.Parent[TraceEdge], info: Info) -> Found:
    return shown(info, found.fact)


@strawberry.enum(description="Which way a genealogy is followed.")
class TraceDirection(Enum):
    UPSTREAM = strawberry.enum_value("UPSTREAM", description="To what it was made of: its ancestors.")
    DOWNSTREAM = strawberry.enum_value("DOWNSTREAM", description="To what was made of it: its descendants.")


@strawberry.type(description="A thing in a genealogy.")
class TracedThing:
    fact: strawberry.Private[Fact]
    id: strawberry.ID = strawberry.field(description="Its `globalId`, by which edges and cycles name it.")
    depth: int = strawberry.field(description="How many steps it is from the beginning, by the shortest way.")
    in_cycle: bool = strawberry.field(description="Whether it came of itself, as material that is reworked does.")
    entity: Entity = strawberry.field(resolver=_entity, description="The thing.")


@strawberry.type(description="How one thing came of another, as one statement has it.")
class TraceWay:
    facts: strawberry.Private[list[Fact]]
    relationships: list[str] = strawberry.field(
        description="The relationships that it is read from, in the material's order: `CONSUMED`, `PRODUCED`."
    )
    quantity: Quantity | None = strawberry.field(
        description="How much went in: of a job, for all that it made together."
    )
    time: DateTime | None = strawberry.field(description="When it went in.")
    operation: str | None = strawberry.field(description="How the one came of the other, as `SPLIT` or `REWORKED`.")
    job: strawberry.ID | None = strawberry.field(description="The id of the job order that the lot names.")
    through: list[Entity] = strawberry.field(
        resolver=_through,
        description="The work between, in the material's order; none where a lot names it.",
    )


@strawberry.type(description="That one thing came of another, however many systems say so.")
class TraceEdge:
    fact: strawberry.Private[Fact | None]
    source: strawberry.ID = strawberry.field(name="from", description="The `globalId` of what went in.")
    target: strawberry.ID = strawberry.field(name="to", description="The `globalId` of what came of it.")
    depth: int = strawberry.field(description="How many steps from the beginning it ends, by this edge.")
    closes_cycle: bool = strawberry.field(
        description="Whether it leads back to where it came from. Without such edges there is no cycle."
    )
    quantity: Quantity | None = strawberry.field(
        description="How much went in, by the most direct statements that say so; null where their units differ."
    )
    time: DateTime | None = strawberry.field(description="When it went in first, by the most direct statements.")
    work: Entity | None = strawberry.field(
        resolver=_work, description="The job or batch that did it; null where no system says so."
    )
    ways: list[TraceWay] = strawberry.field(description="Every statement of it, the most direct first.")


@strawberry.type(description="A genealogy: what was found, nearest first, and every edge between two things of it.")
class Trace:
    nodes: list[TracedThing] = strawberry.field(
        description="The things, the beginning among them; those equally near are in order of kind and id."
    )
    edges: list[TraceEdge] = strawberry.field(description="What came of what, nearest first.")
    cycles: list[list[strawberry.ID]] = strawberry.field(
        description="Groups of things, by `globalId`, each of which came of all the others."
    )
    truncated: bool = strawberry.field(description="Whether something is missing.")
    truncated_by: list[WalkLimit] = strawberry.field(description="By which limit.")


def _kind(info: Info, name: str) -> Kind:
    kinds = {kind.name: kind for kind in materials(info.context.model)}
    if name not in kinds:
        raise RequestError(f"`kind` is {name!r}; a genealogy is of {' or '.join(kinds)}")
    return kinds[name]


def _way(way: Way, facts: dict[Key, Fact]) -> TraceWay:
    said: Any = way.said
    return TraceWay(
        facts=[facts[key] for key in way.through],
        relationships=list(way.relationships),
        quantity=said.get("quantity"),
        time=said.get("time"),
        operation=said.get("operation"),
        job=said.get("job"),
    )


def _edge(edge: Origin, facts: dict[Key, Fact]) -> TraceEdge:
    times: list[Any] = [way.said["time"] for way in edge.ways if way.said.get("time")]
    amount: Any = total(edge.ways)
    last = next((way.through[-1] for way in edge.ways if way.through), None)
    return TraceEdge(
        fact=None if last is None else facts[last],
        source=named(edge.of),
        target=named(edge.into),
        depth=edge.depth,
        closes_cycle=edge.closes_cycle,
        quantity=amount,
        time=times[0] if times else None,
        ways=[_way(way, facts) for way in edge.ways],
    )


async def _trace(
    info: Info,
    id: Annotated[strawberry.ID, argument(description="The thing's id in the plant, or any system's of it.")],
    direction: Annotated[TraceDirection, argument(description="To what it was made of, or to what was made of it.")],
    kind: Annotated[str, argument(description="The thing's kind: `MaterialLot` or `MaterialSublot`.")] = "MaterialLot",
    max_depth: Annotated[
        int | None, argument(description="How many steps to follow at most; to the end where it is left out.")
    ] = None,
    first: Annotated[int | None, argument(description="How many things to give at most, the nearest.")] = None,
) -> Trace | None:
    context, model = info.context, info.context.model
    up = direction is TraceDirection.UPSTREAM
    wanted = walked.first(context, first, max_depth)
    between = [each.name for each in work(model)]
    places: Where = {
        ("nodes", "entity"): [each.name for each in materials(model)],
        ("edges", "work"): between,
        ("edges", "ways", "through"): between,
    }
    things = Things(core(info), "Trace", places)
    walk = Walk(
        _ROOT,
        _kind(info, kind).name,
        "identifier",
        steps(model, up=up),
        tuple(things.of(each) for each in materials(model)),
        tuple(things.of(each) for each in work(model)),
        depth=None if max_depth is None else "depth",
    )
    given = {"identifier": reading.by_id(id), "first": wanted, "depth": max_depth}
    (found,) = await things.read([walk], given)
    if found is None:
        return None
    facts = walked.facts(things, model, found)
    made = genealogy(walk, found, up=up)
    edges = [_edge(edge, facts) for edge in made.edges]
    things.give([*(facts[key] for key in made.depths), *(fact for e in edges for w in e.ways for fact in w.facts)])
    cyclic = {key for cycle in made.cycles for key in cycle}
    limits = walked.limits(found)
    return Trace(
        nodes=[
            TracedThing(fact=facts[key], id=named(key), depth=depth, in_cycle=key in cyclic)
            for key, depth in made.depths.items()
        ],
        edges=edges,
        cycles=[[named(key) for key in cycle] for cycle in made.cycles],
        truncated=bool(limits),
        truncated_by=limits,
    )


@strawberry.type
class TraceQuery:
    trace: Trace | None = strawberry.field(
        resolver=_trace,
        description="What a lot was made of, or what was made of it, to the end: over links between lots and through "
        "what jobs and batches consumed and produced, whichever the systems gave. Each thing comes once, however many "
        "ways lead to it. Null where there is no such thing.",
    )
