"""What something wrong reaches: a recall in one question. `graph.questions.impact` has the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import strawberry

from graph.plan import Condition
from graph.questions import impact
from graph.questions.facts import Fact
from graph.thing import Key
from graph.walks import Walk
from hub.api import reading
from hub.api.common import Entity, Found
from hub.api.context import Info, core
from hub.api.errors import RequestError
from hub.api.questions import walked
from hub.api.questions.selected import Things, Where, shown
from hub.api.questions.walked import WalkLimit, named
from hub.api.scalars import DateTime
from schema.registry import Model

argument = strawberry.argument

_ROOT = "impact"
_AFFECTED = frozenset(impact.TOUCHED)


@strawberry.input(description="A lot by the number that its supplier gave it.")
class SuppliersLot:
    number: str = strawberry.field(description="The supplier's number of the lot: `supplierLot`.")
    supplier: strawberry.ID | None = strawberry.field(
        default=None, description="The supplier's id; any supplier's lot of that number where it is left out."
    )


@strawberry.input(description="An asset or a piece of equipment, in a window of time.")
class Meanwhile:
    id: strawberry.ID = strawberry.field(description="Its id in the plant, or any system's of it.")
    start: DateTime | None = strawberry.field(
        name="from", default=None, description="The beginning; from the first time on where it is left out."
    )
    end: DateTime | None = strawberry.field(
        name="to", default=None, description="The end; to this day and as planned where it is left out."
    )


@strawberry.input(description="What is wrong: exactly one of these.", one_of=True)
class ImpactOrigin:
    lot: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A lot, by its id.")
    sublot: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A sublot, by its id.")
    material: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="A material, or a version of one, by its id: all lots of it, and the orders that need or make it.",
    )
    receipt: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="What came in together, by the purchase receipt's id."
    )
    supplier_lot: SuppliersLot | None = strawberry.field(
        default=strawberry.UNSET, description="A supplier's batch: the lots of it that were received."
    )
    asset: Meanwhile | None = strawberry.field(
        default=strawberry.UNSET,
        description="A machine, tool or instrument: what was made or measured with it, also in a role that it filled.",
    )
    equipment: Meanwhile | None = strawberry.field(
        default=strawberry.UNSET, description="A line, unit or other role: what was made on it."
    )


def _entity(found: strawberry.Parent[ImpactedThing], info: Info) -> Found:
    return shown(info, found.fact)


def _through(found: strawberry.Parent[ImpactReason], info: Info) -> Found:
    return [shown(info, fact) for fact in found.facts]


def _origin(found: strawberry.Parent[Impact], info: Info) -> Found:
    return [shown(info, fact) for fact in found.facts]


@strawberry.type(description="Why a thing is touched: what it was reached from, and how.")
class ImpactReason:
    facts: strawberry.Private[list[Fact]]
    source: strawberry.ID = strawberry.field(name="from", description="The `globalId` of what leads to it.")
    relationships: list[str] = strawberry.field(description="The relationships that lead there, in order.")
    through: list[Entity] = strawberry.field(
        resolver=_through, description="The things between, as the job that used the one and made the other."
    )
    text: str = strawberry.field(description="The same as a sentence.")


@strawberry.type(description="A thing that is touched.")
class ImpactedThing:
    fact: strawberry.Private[Fact]
    id: strawberry.ID = strawberry.field(description="Its `globalId`, by which reasons name it.")
    depth: int = strawberry.field(description="How many steps it is from the beginning, by the shortest way.")
    entity: Entity = strawberry.field(resolver=_entity, description="The thing.")
    because: list[ImpactReason] = strawberry.field(
        description="Every step that leads to it from a thing nearer to the beginning; none of the beginning itself."
    )


@strawberry.type(description="The touched things of one kind.")
class ImpactGroup:
    kind: str = strawberry.field(description="The kind.")
    count: int = strawberry.field(description="How many of it there are in this answer.")
    things: list[ImpactedThing] = strawberry.field(
        description="The things, nearest first; those equally near in order of id."
    )


@strawberry.type(description="What something wrong reaches.")
class Impact:
    facts: strawberry.Private[list[Fact]]
    origin: list[Entity] = strawberry.field(
        resolver=_origin, description="What it begins with: one thing, or the lots of a supplier's batch."
    )
    groups: list[ImpactGroup] = strawberry.field(
        description="The things touched, by kind: lots, sublots, orders, requests, shipments, customers. Lots that it "
        "begins with are among them."
    )
    truncated: bool = strawberry.field(description="Whether something is missing.")
    truncated_by: list[WalkLimit] = strawberry.field(description="By which limit.")


class _Begin(NamedTuple):
    """What a walk begins with, and its parameters."""

    kind: str
    given: Mapping[str, Any]
    where: Condition | None = None


_NAMES = {
    "lot": "MaterialLot",
    "sublot": "MaterialSublot",
    "material": "MaterialDefinition",
    "receipt": "PurchaseReceipt",
    "asset": "PhysicalAsset",
    "equipment": "Equipment",
}


def _begin(model: Model, of: ImpactOrigin) -> _Begin:
    given = {name: value for name, value in vars(of).items() if value is not strawberry.UNSET}
    ((name, value),) = given.items()
    if isinstance(value, SuppliersLot):
        where = impact.of_supplier(model, named=value.supplier is not None)
        supplier = {} if value.supplier is None else {impact.SUPPLIER: reading.by_id(value.supplier)}
        return _Begin("MaterialLot", {impact.NUMBER: value.number, **supplier}, where)
    if not isinstance(value, Meanwhile):
        return _Begin(_NAMES[name], {impact.IDENTIFIER: reading.by_id(value)})
    if value.start and value.end and datetime.fromisoformat(value.start) > datetime.fromisoformat(value.end):
        raise RequestError(f"the window of `{name}` ends at {value.end}, before it begins at {value.start}")
    bounds = {impact.FROM: value.start, impact.TO: value.end}
    return _Begin(_NAMES[name], {impact.IDENTIFIER: reading.by_id(value.id), **bounds})


def _groups(found: list[impact.Touched], facts: Mapping[Key, Fact]) -> list[ImpactGroup]:
    made: dict[str, list[ImpactedThing]] = {kind: [] for kind in impact.TOUCHED}
    for each in found:
        if each.key.kind in made:
            made[each.key.kind].append(_thing(each, facts))
    return [ImpactGroup(kind=kind, count=len(things), things=things) for kind, things in made.items() if things]


def _thing(found: impact.Touched, facts: Mapping[Key, Fact]) -> ImpactedThing:
    because = [
        ImpactReason(
            facts=[facts[key] for key in why.through],
            source=named(why.of),
            relationships=list(why.relationships),
            text=why.text,
        )
        for why in found.why
    ]
    return ImpactedThing(fact=facts[found.key], id=named(found.key), depth=found.depth, because=because)


async def _impact(
    info: Info,
    of: Annotated[ImpactOrigin, argument(description="What is wrong.")],
    max_depth: Annotated[
        int | None, argument(description="How many steps to follow at most; to the end where it is left out.")
    ] = None,
    first: Annotated[int | None, argument(description="How many things to give at most, the nearest.")] = None,
) -> Impact | None:
    model = info.context.model
    wanted = walked.first(info.context, first, max_depth)
    begin = _begin(model, of)
    kinds, between = impact.kinds(model, begin.kind), impact.between(model, begin.kind)
    places: Where = {
        ("origin",): {begin.kind},
        ("groups", "things", "entity"): _AFFECTED,
        ("groups", "things", "because", "through"): {each.name for each in between},
    }
    things = Things(core(info), "Impact", places)
    walk = Walk(
        _ROOT,
        begin.kind,
        None if begin.where else impact.IDENTIFIER,
        impact.steps(model, begin.kind),
        tuple(things.of(each) for each in kinds),
        tuple(things.of(each) for each in between),
        depth=None if max_depth is None else "depth",
        where=begin.where,
        window=(impact.FROM, impact.TO) if impact.FROM in begin.given else None,
    )
    (found,) = await things.read([walk], {**begin.given, "first": wanted, "depth": max_depth})
    if found is None:
        return None
    facts = walked.facts(things, model, found)
    reached = impact.touched(walk, found)
    told = [facts[key] for each in reached for key in (each.key, *(key for why in each.why for key in why.through))]
    things.give(told)
    cut = walked.limits(found)
    return Impact(
        facts=[facts[each.key] for each in reached if not each.depth],
        groups=_groups(reached, facts),
        truncated=bool(cut),
        truncated_by=cut,
    )


@strawberry.type
class ImpactQuery:
    impact: Impact | None = strawberry.field(
        resolver=_impact,
        description="What something wrong reaches: every lot made of it, every order that used, made or reserves "
        "these, every shipment that has some in it, the requests they serve and the customers, each with why. It "
        "begins with a lot, a material or version, what came in together, a supplier's batch, or an asset or equipment "
        "in a window of time. Null where there is no such thing.",
    )
