"""Planned against performed, of one job order: materials, times, amounts made, parameters, equipment, assets, people.

Sources: ISA-95 Part 4 (IEC 62264-4), job order and job response with their actuals; ISA-88 Part 4 (IEC 61512-4), batch
production record. Pure functions over what was read.

- A material is planned by the job order; where that names none, by the work master's bill or list, in proportion to
  the amounts to be made. What was used is what the job responses say; where they say nothing, the batches, then their
  steps: the systems that keep them speak of the same material.
- A parameter is planned by the step's segment, the job order, then the work master, whichever names it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.questions.amounts import Amount, Difference, compared, difference, total
from graph.questions.facts import Fact, shape
from schema import units
from schema.errors import UnitError

_LOT = shape(edge="quantity", definition=shape())
_NEED = shape(edge="quantity")
_PERIOD = shape(edge="start end")
_SEGMENT = shape("duration parameters")
MASTER = shape(
    "duration parameters quantity", materials=_NEED, billOfMaterials=shape("quantity", lines=_NEED), product=shape()
)
_STEP = shape(
    "position level start end parameters",
    segment=_SEGMENT,
    consumed=_LOT,
    equipment=_PERIOD,
    assets=_PERIOD,
    people=_PERIOD,
)
JOB = shape(
    "quantity plannedStart plannedEnd parameters status",
    materials=_NEED,
    workMaster=MASTER,
    equipment=_PERIOD,
    assets=_PERIOD,
    people=_PERIOD,
    responses=shape(
        "status start end goodQuantity scrapQuantity reworkQuantity parameters",
        segment=_SEGMENT,
        consumed=_LOT,
        equipment=_PERIOD,
        assets=_PERIOD,
        people=_PERIOD,
    ),
    batches=shape(
        "status start end quantity plannedQuantity parameters",
        consumed=_LOT,
        equipment=_PERIOD,
        steps=_STEP,
    ),
)
"""What is read of a job order to compare it."""


@dataclass(frozen=True, slots=True)
class Used:
    """A lot that was used, with how much of it."""

    lot: Fact
    quantity: Amount | None


@dataclass(frozen=True, slots=True)
class Material:
    """A material as planned and as used. `planned_by` says which thing plans it, None where nothing does."""

    definition: Fact | None
    planned: Amount | None
    planned_by: Fact | None
    actual: Amount | None
    lots: tuple[Used, ...]
    difference: Difference


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as planned and as it was. `same` is None where it can't be told."""

    id: str
    planned: Mapping[str, Any] | None
    planned_by: Fact | None
    actual: Mapping[str, Any] | None
    actual_in: Fact | None
    difference: Difference
    same: bool | None


@dataclass(frozen=True, slots=True)
class Resource:
    """Equipment, an asset or a person: whether planned, whether used, and when."""

    thing: Fact
    planned: bool
    used: bool
    planned_start: str | None
    planned_end: str | None
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class Times:
    """When it was to begin and end, and when it did; durations and delays in seconds."""

    planned_start: str | None
    planned_end: str | None
    start: str | None
    end: str | None
    start_delay: float | None
    end_delay: float | None
    planned_duration: float | None
    duration: float | None


@dataclass(frozen=True, slots=True)
class Made:
    """How much was to be made, and how much was."""

    planned: Amount | None
    good: Amount | None
    scrap: Amount | None
    rework: Amount | None
    difference: Difference


def materials(job: Fact) -> tuple[Material, ...]:
    """Every material planned or used, in order of id; what is used of no known material last."""
    planned = _planned_materials(job)
    used = _used(job)
    definitions = {fact.id: fact for fact, _, _ in planned.values()}
    definitions |= {found.id: found for lots in used.values() for u in lots if (found := u.lot.one("definition"))}
    return tuple(
        _material(definitions.get(id_ or ""), planned.get(id_ or ""), used.get(id_, ()))
        for id_ in sorted({*planned, *used}, key=lambda id_: (id_ is None, id_ or ""))
    )


def _material(definition: Fact | None, plan: tuple[Fact, Amount | None, Fact] | None, lots: Iterable[Used]) -> Material:
    want, by = (plan[1], plan[2]) if plan else (None, None)
    used = tuple(lots)
    actual, note = total((lot.quantity for lot in used), want["unit"] if want else None)
    found = difference(want, actual)
    if note and not found.note:
        found = Difference(found.absolute, found.relative, found.unit, note)
    return Material(definition, want, by, actual, used, found)


def _planned_materials(job: Fact) -> dict[str, tuple[Fact, Amount | None, Fact]]:
    if needs := job.edges("materials"):
        return _needs(needs, job, 1.0)
    master = job.one("workMaster")
    if master is None:
        return {}
    bill = master.one("billOfMaterials")
    by, name = (bill, "lines") if bill is not None and bill.edges("lines") else (master, "materials")
    share = _share(job["quantity"], by["quantity"])
    return {} if share is None else _needs(by.edges(name), by, share)


def _needs(needs: Iterable[tuple[Any, Fact]], by: Fact, share: float) -> dict[str, tuple[Fact, Amount | None, Fact]]:
    gathered: dict[str, tuple[Fact, list[Amount | None]]] = {}
    for edge, definition in needs:
        gathered.setdefault(definition.id, (definition, []))[1].append(edge["quantity"])
    found: dict[str, tuple[Fact, Amount | None, Fact]] = {}
    for id_, (definition, amounts) in gathered.items():
        amount, _ = total(amounts, None)
        scaled = None if amount is None else {"value": amount["value"] * share, "unit": amount["unit"]}
        found[id_] = (definition, scaled, by)
    return found


def _share(wanted: Amount | None, base: Amount | None) -> float | None:
    """How many times a recipe is made; None where that can't be told."""
    if wanted is None or base is None or not base["value"]:
        return None
    try:
        return units.convert(wanted["value"], wanted["unit"], base["unit"]) / float(base["value"])
    except UnitError:
        return None


def _used(job: Fact) -> dict[str | None, list[Used]]:
    """Lots used by the id of their material."""
    batches = job.many("batches")
    tellers = (job.many("responses"), batches, [step for batch in batches for step in batch.many("steps")])
    for those in tellers:
        found: dict[str | None, list[Used]] = {}
        for edge, lot in (used for teller in those for used in teller.edges("consumed")):
            definition = lot.one("definition")
            found.setdefault(definition.id if definition else None, []).append(Used(lot, edge["quantity"]))
        if found:
            return found
    return {}


def parameters(job: Fact) -> tuple[Parameter, ...]:
    """Every parameter planned or reported, by what reported it; those that nothing reported last."""
    found: list[Parameter] = []
    for actual_in, plans in _reports(job):
        found += against(plans, actual_in)
    reported = {parameter.id for parameter in found}
    for by in (job, job.one("workMaster")):
        for planned in (by["parameters"] or ()) if by else ():
            if planned["id"] not in reported:
                reported.add(planned["id"])
                found.append(Parameter(planned["id"], planned, by, None, None, Difference(), None))
    return tuple(found)


def _reports(job: Fact) -> Iterator[tuple[Fact, tuple[Fact | None, ...]]]:
    """What reported parameters, each with what plans them, the most particular first."""
    master = job.one("workMaster")
    for response in job.many("responses"):
        yield response, (response.one("segment"), job, master)
    for batch in job.many("batches"):
        yield batch, (job, master)
        for step in sorted(batch.many("steps"), key=_position):
            yield step, (step.one("segment"),)


def _position(step: Fact) -> tuple[bool, int, str]:
    return step["position"] is None, step["position"] or 0, step.id


def against(plans: Iterable[Fact | None], actual_in: Fact) -> list[Parameter]:
    """The parameters that a thing reports against those that its plans name first; and those planned for it alone."""
    planned: dict[str, tuple[Mapping[str, Any], Fact]] = {}
    for by in plans:
        if by is not None:
            for parameter in by["parameters"] or ():
                planned.setdefault(parameter["id"], (parameter, by))
    found = []
    for actual in actual_in["parameters"] or ():
        if actual["id"] in planned:
            want, by = planned[actual["id"]]
            away, same = compared(want, actual)
            found.append(Parameter(actual["id"], want, by, actual, actual_in, away, same))
        else:
            found.append(Parameter(actual["id"], None, None, actual, actual_in, Difference(), None))
    return found


def times(job: Fact) -> Times:
    """From the first beginning to the last end of the work; no end while some of it goes on."""
    done = job.many("responses") or job.many("batches")
    starts = [fact["start"] for fact in done if fact["start"]]
    going_on = any(fact["end"] is None for fact in done)
    ends = [fact["end"] for fact in done if fact["end"]]
    start = min(starts, key=datetime.fromisoformat, default=None)
    end = None if going_on else max(ends, key=datetime.fromisoformat, default=None)
    planned = _seconds(job["plannedStart"], job["plannedEnd"])
    return Times(
        job["plannedStart"],
        job["plannedEnd"],
        start,
        end,
        _seconds(job["plannedStart"], start),
        _seconds(job["plannedEnd"], end),
        planned if planned is not None else _duration(job.one("workMaster")),
        _seconds(start, end),
    )


def _seconds(start: str | None, end: str | None) -> float | None:
    if start is None or end is None:
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _duration(master: Fact | None) -> float | None:
    duration = master["duration"] if master else None
    try:
        return None if duration is None else units.convert(duration["value"], duration["unit"], "s")
    except UnitError:
        return None


def made(job: Fact) -> Made:
    """The amounts that the responses report; where there are none, those of the batches."""
    unit = job["quantity"]["unit"] if job["quantity"] else None
    responses = job.many("responses")
    sums = {
        name: total((r[name] for r in responses if r[name] is not None), unit)[0]
        for name in ("goodQuantity", "scrapQuantity", "reworkQuantity")
    }
    good = sums["goodQuantity"] or total((b["quantity"] for b in job.many("batches") if b["quantity"]), unit)[0]
    return Made(job["quantity"], good, sums["scrapQuantity"], sums["reworkQuantity"], difference(job["quantity"], good))


def resources(job: Fact) -> tuple[Resource, ...]:
    """Equipment, assets and people planned or used, by kind and id."""
    batches = job.many("batches")
    steps = [step for batch in batches for step in batch.many("steps")]
    doers = {"equipment": [*job.many("responses"), *batches, *steps]}
    doers["assets"] = doers["people"] = [*job.many("responses"), *steps]
    found: list[Resource] = []
    for name, those in doers.items():
        planned = {thing.id: (edge, thing) for edge, thing in job.edges(name)}
        used: dict[str, tuple[Fact, list[tuple[str | None, str | None]]]] = {}
        for doer in those:
            for edge, thing in doer.edges(name):
                spans = used.setdefault(thing.id, (thing, []))[1]
                spans.append((edge["start"] or doer["start"], edge["end"] or doer["end"]))
        found += [_resource(planned.get(id_), used.get(id_)) for id_ in sorted({*planned, *used})]
    return tuple(found)


def _resource(
    planned: tuple[Any, Fact] | None, used: tuple[Fact, list[tuple[str | None, str | None]]] | None
) -> Resource:
    edge, thing = planned or ({"start": None, "end": None}, used[0] if used else None)
    assert thing is not None
    spans = used[1] if used else []
    starts, ends = [s for s, _ in spans if s], [e for _, e in spans if e]
    return Resource(
        thing,
        planned is not None,
        used is not None,
        edge["start"],
        edge["end"],
        min(starts, key=datetime.fromisoformat, default=None),
        max(ends, key=datetime.fromisoformat, default=None) if len(ends) == len(spans) else None,
    )
