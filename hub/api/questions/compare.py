"""Planned against performed, of one job order. `graph.questions.comparison` makes the comparison."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.plan import Lookup
from graph.questions import comparison
from graph.questions.amounts import Amount, Difference
from graph.questions.facts import MANY, Fact, select
from hub.api import reading
from hub.api.common import Entity, Found, Quantity
from hub.api.context import Info, core
from hub.api.questions.selected import Things, shown
from hub.api.scalars import DateTime, Json

argument = strawberry.argument

_MANY = 1000
_RESOURCES = ("Equipment", "PhysicalAsset", "Person")


def _entity(found: strawberry.Parent[_OfThing], info: Info) -> Found:
    return shown(info, found.fact)


@strawberry.type(description="How far something is from what was planned, in the plan's unit.")
class Variance:
    absolute: float | None = strawberry.field(description="What was done less what was planned.")
    relative: float | None = strawberry.field(
        description="The share of what was planned; null on a scale whose zero is arbitrary, such as degrees Celsius."
    )
    unit: str | None = strawberry.field(description="The unit of the difference.")
    note: str | None = strawberry.field(description="What could not be told, and why: units that can't be converted.")


@strawberry.type
class _OfThing:
    fact: strawberry.Private[Fact | None]


@strawberry.type(description="A lot that was used.")
class UsedLot(_OfThing):
    lot: Entity = strawberry.field(resolver=_entity, description="The lot.")
    quantity: Quantity | None = strawberry.field(description="How much of it was used.")


@strawberry.type(description="A material as planned and as used.")
class ComparedMaterial(_OfThing):
    material: Entity | None = strawberry.field(
        resolver=_entity, description="The material; null where no system has said of what material the lots are."
    )
    planned: Quantity | None = strawberry.field(description="How much was planned.")
    planned_by: strawberry.ID | None = strawberry.field(
        description="The `globalId` of what plans it: the job order, or the bill of its work master in proportion."
    )
    actual: Quantity | None = strawberry.field(description="How much was used, of all lots together.")
    variance: Variance = strawberry.field(description="How far the one is from the other.")
    lots: list[UsedLot] = strawberry.field(description="The lots that were used.")


@strawberry.type(description="A parameter as planned and as it was.")
class ComparedParameter:
    id: str = strawberry.field(description="The parameter's name.")
    planned: Json | None = strawberry.field(description="The planned value.")
    planned_unit: str | None = strawberry.field(description="Its unit.")
    planned_by: strawberry.ID | None = strawberry.field(description="The `globalId` of what plans it.")
    actual: Json | None = strawberry.field(description="The value that was reported.")
    actual_unit: str | None = strawberry.field(description="Its unit.")
    actual_in: strawberry.ID | None = strawberry.field(description="The `globalId` of what reports it.")
    same: bool | None = strawberry.field(description="Whether they are the same; null where that can't be told.")
    variance: Variance = strawberry.field(description="How far the one is from the other.")


@strawberry.type(description="Equipment, an asset or a person, as planned and as used.")
class ComparedResource(_OfThing):
    thing: Entity = strawberry.field(resolver=_entity, description="The equipment, asset or person.")
    planned: bool = strawberry.field(description="Whether the job order plans it.")
    used: bool = strawberry.field(description="Whether a system says that it was used.")
    planned_start: DateTime | None = strawberry.field(description="From when it was planned.")
    planned_end: DateTime | None = strawberry.field(description="Until when it was planned.")
    start: DateTime | None = strawberry.field(description="From when it was used.")
    end: DateTime | None = strawberry.field(description="Until when it was used; null while it is.")


@strawberry.type(description="When the work was to begin and end, and when it did. Delays are negative where early.")
class ComparedTimes:
    planned_start: DateTime | None = strawberry.field(description="When it should begin.")
    planned_end: DateTime | None = strawberry.field(description="When it should be done.")
    start: DateTime | None = strawberry.field(description="When it began.")
    end: DateTime | None = strawberry.field(description="When it ended; null while some of it goes on.")
    start_delay: float | None = strawberry.field(description="Seconds from the planned beginning to the real one.")
    end_delay: float | None = strawberry.field(description="Seconds from the planned end to the real one.")
    planned_duration: float | None = strawberry.field(
        description="Seconds planned: from start to end, or else as the work master has it."
    )
    duration: float | None = strawberry.field(description="Seconds that it took.")


@strawberry.type(description="How much was to be made, and how much was.")
class ComparedQuantity:
    planned: Quantity | None = strawberry.field(description="How much was to be made.")
    good: Quantity | None = strawberry.field(description="How much was made that is good.")
    scrap: Quantity | None = strawberry.field(description="How much was made that is scrap.")
    rework: Quantity | None = strawberry.field(description="How much must be worked over.")
    variance: Variance = strawberry.field(description="How far what is good is from what was planned.")


@strawberry.type(description="A job order as planned and as performed.")
class Comparison(_OfThing):
    job_order: Entity = strawberry.field(resolver=_entity, description="The job order.")
    quantity: ComparedQuantity = strawberry.field(description="How much was made.")
    times: ComparedTimes = strawberry.field(description="When it was done.")
    materials: list[ComparedMaterial] = strawberry.field(description="Materials planned or used, in order of id.")
    parameters: list[ComparedParameter] = strawberry.field(
        description="Parameters planned or reported, by what reports them."
    )
    resources: list[ComparedResource] = strawberry.field(description="Equipment, assets and people planned or used.")
    truncated: bool = strawberry.field(description="Whether some list was too long to be read whole.")


def _global_id(fact: Fact | None) -> strawberry.ID | None:
    return None if fact is None else strawberry.ID(f"{fact.kind}:{fact.id}")


def _amount(amount: Amount | None) -> Quantity | None:
    return amount  # type: ignore[return-value]


def _variance(found: Difference) -> Variance:
    return Variance(absolute=found.absolute, relative=found.relative, unit=found.unit, note=found.note)


def _time(text: str | None) -> DateTime | None:
    return None if text is None else DateTime(text)


def _material(found: comparison.Material) -> ComparedMaterial:
    return ComparedMaterial(
        fact=found.definition,
        planned=_amount(found.planned),
        planned_by=_global_id(found.planned_by),
        actual=_amount(found.actual),
        variance=_variance(found.difference),
        lots=[UsedLot(fact=used.lot, quantity=_amount(used.quantity)) for used in found.lots],
    )


def _parameter(found: comparison.Parameter) -> ComparedParameter:
    planned, actual = found.planned or {}, found.actual or {}
    return ComparedParameter(
        id=found.id,
        planned=planned.get("value"),
        planned_unit=planned.get("unit"),
        planned_by=_global_id(found.planned_by),
        actual=actual.get("value"),
        actual_unit=actual.get("unit"),
        actual_in=_global_id(found.actual_in),
        same=found.same,
        variance=_variance(found.difference),
    )


def _resource(found: comparison.Resource) -> ComparedResource:
    return ComparedResource(
        fact=found.thing,
        planned=found.planned,
        used=found.used,
        planned_start=_time(found.planned_start),
        planned_end=_time(found.planned_end),
        start=_time(found.start),
        end=_time(found.end),
    )


def _times(found: comparison.Times) -> ComparedTimes:
    return ComparedTimes(
        planned_start=_time(found.planned_start),
        planned_end=_time(found.planned_end),
        start=_time(found.start),
        end=_time(found.end),
        start_delay=found.start_delay,
        end_delay=found.end_delay,
        planned_duration=found.planned_duration,
        duration=found.duration,
    )


async def _compare(
    info: Info,
    job_order: Annotated[
        strawberry.ID, argument(description="The job order's id in the plant, or any system's of it.")
    ],
) -> Comparison | None:
    places = {
        ("jobOrder",): {"JobOrder"},
        ("materials", "material"): {"MaterialDefinition"},
        ("materials", "lots", "lot"): {"MaterialLot"},
        ("resources", "thing"): _RESOURCES,
    }
    things, model = Things(core(info), "Comparison", places), info.context.model
    root = Lookup("job", "identifier", select(model, model.kind("JobOrder"), comparison.JOB, things.of))
    (row,) = await things.read([root], {MANY: _MANY, "identifier": reading.by_id(job_order)})
    if row is None:
        return None
    job = Fact(root.select, row)
    materials, resources, made = comparison.materials(job), comparison.resources(job), comparison.made(job)
    lots = [used.lot for material in materials for used in material.lots]
    things.give([job, *(m.definition for m in materials if m.definition), *lots, *(r.thing for r in resources)])
    return Comparison(
        fact=job,
        quantity=ComparedQuantity(
            planned=_amount(made.planned),
            good=_amount(made.good),
            scrap=_amount(made.scrap),
            rework=_amount(made.rework),
            variance=_variance(made.difference),
        ),
        times=_times(comparison.times(job)),
        materials=[_material(found) for found in materials],
        parameters=[_parameter(found) for found in comparison.parameters(job)],
        resources=[_resource(found) for found in resources],
        truncated=any(True for _ in job.cut()),
    )


@strawberry.type
class CompareQuery:
    compare: Comparison | None = strawberry.field(
        resolver=_compare,
        description="What a job order planned against what was performed: amounts, times, materials, parameters, "
        "equipment, assets and people. Null where there is no such job order.",
    )
