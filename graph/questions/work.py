"""The work that made a lot: whether it ended, what it used, and where it departed from the plan.

Sources: ISA-95 Part 4 (IEC 62264-4), job response; ISA-88 Part 4 (IEC 61512-4), batch production record; review by
exception as 21 CFR 211.192 and EU GMP Annex 15 ask for it: every deviation from the plan is looked at before release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph.questions import comparison, upkeep
from graph.questions.amounts import difference, shown
from graph.questions.facts import Fact, Shape, moment, shape
from graph.questions.reason import Reason, Rule, Severity

_MASTER = shape("status parameters")
_SEGMENT = shape("parameters")
_LOT = shape(edge="quantity", definition=shape())


def response(ingredient: Shape, conformance: Shape) -> Shape:
    """What is read of a job response that made a lot."""
    job = shape(
        "status quantity parameters",
        nonConformances=conformance,
        materials=shape(edge="quantity"),
        workMaster=shape("parameters quantity", billOfMaterials=shape("quantity", lines=shape(edge="quantity"))),
        responses=shape(consumed=_LOT),
    )
    return shape(
        "status start end parameters",
        jobOrder=job,
        workMaster=_MASTER,
        segment=_SEGMENT,
        consumed=ingredient,
        equipment=upkeep.EQUIPMENT,
        assets=upkeep.ASSET,
    )


def batch(ingredient: Shape, conformance: Shape) -> Shape:
    """What is read of a batch that made a lot."""
    return shape(
        "status start end quantity plannedQuantity parameters",
        nonConformances=conformance,
        jobOrder=shape("parameters"),
        workMaster=_MASTER,
        consumed=ingredient,
        equipment=upkeep.EQUIPMENT,
        steps=shape("status start end parameters", segment=_SEGMENT, assets=upkeep.ASSET),
    )


def done(lot: Fact) -> Iterator[Fact]:
    """Jobs and batches by which the lot was made."""
    for made in lot.many("producedBy"):
        if (job := made.one("jobOrder")) is not None:
            yield job
    yield from lot.many("batches")


def ingredients(lot: Fact) -> Iterator[tuple[Any, Fact]]:
    """What went into the lot, whichever system says so."""
    yield from lot.edges("assembledFrom")
    for maker in (*lot.many("producedBy"), *lot.many("batches")):
        yield from maker.edges("consumed")


def uses(lot: Fact) -> Iterator[upkeep.Use]:
    """The equipment that made the lot, the assets that filled its roles meanwhile, and assets named as used."""
    for maker in (*lot.many("producedBy"), *lot.many("batches")):
        for edge, equipment in maker.edges("equipment"):
            start, end = (_time(edge["start"], maker, "start"), _time(edge["end"], maker, "end"))
            yield equipment, start, end
            for role, asset in equipment.edges("implementedBy"):
                if _overlap(role, start, end):
                    yield asset, start, end
    steps = [step for found in lot.many("batches") for step in found.many("steps")]
    for maker in (*lot.many("producedBy"), *steps):
        for edge, asset in maker.edges("assets"):
            yield asset, _time(edge["start"], maker, "start"), _time(edge["end"], maker, "end")


def _time(text: str | None, maker: Fact, name: str) -> Any:
    return moment(text) if text else maker.time(name)


def _overlap(role: Any, start: Any, end: Any) -> bool:
    began, ended = moment(role["start"]), moment(role["end"])
    return not (began and end and began > end) and not (ended and start and ended < start)


def judge(lot: Fact, tolerance: float) -> Iterator[Reason]:
    """Whether the work ended as planned, and where what was done departs from what was planned."""
    jobs: dict[str, Fact] = {}
    for made in lot.many("producedBy"):
        yield from _ended(made, ("COMPLETED",), ("RUNNING", "INTERRUPTED"))
        job, master = made.one("jobOrder"), made.one("workMaster")
        if job is not None:
            jobs[job.id] = job
        plans = (made.one("segment"), job, job.one("workMaster") if job else None, master)
        yield from _parameters(made, plans, tolerance)
    for found in lot.many("batches"):
        yield from _ended(found, ("COMPLETE",), ("IDLE", "RUNNING", "PAUSED", "HELD"))
        yield from _parameters(found, (found.one("jobOrder"), found.one("workMaster")), tolerance)
        away = difference(found["plannedQuantity"], found["quantity"])
        if away.beyond(tolerance):
            text = f"{found.label} made {shown(found['quantity'])} of {shown(found['plannedQuantity'])} planned."
            yield Reason(Rule.DEVIATION, Severity.WARNS, text, found, found.said("quantity", "plannedQuantity"))
        for step in found.many("steps"):
            yield from _parameters(step, (step.one("segment"),), tolerance)
    for job in jobs.values():
        if job["status"] in ("COMPLETED", "CLOSED"):
            yield from _materials(job, tolerance)


def _ended(made: Fact, well: tuple[str, ...], going_on: tuple[str, ...]) -> Iterator[Reason]:
    status = made["status"]
    if status in going_on:
        severity, text = Severity.BLOCKS, f"{made.label} has not ended: it is {status.lower()}."
    elif status in well:
        severity, text = Severity.IN_ORDER, f"{made.label} ended as planned."
    elif status is None:
        severity, text = Severity.UNKNOWN, f"No system has said whether {made.label} has ended."
    else:
        severity, text = Severity.WARNS, f"{made.label} ended early: it is {status.lower()}."
    yield Reason(Rule.WORK, severity, text, made, made.said("status"))


def _parameters(made: Fact, plans: tuple[Fact | None, ...], tolerance: float) -> Iterator[Reason]:
    for parameter in comparison.against(plans, made):
        if parameter.planned is None or parameter.actual is None or parameter.planned_by is None:
            continue
        about = f"{parameter.id} of {made.label} was {shown(parameter.actual)}"
        plan = f"{shown(parameter.planned)} planned by {parameter.planned_by.label}"
        said = (*made.said("parameters"), *parameter.planned_by.said("parameters"))
        if parameter.difference.note:
            text = f"{about}, which can't be compared with {plan}: {parameter.difference.note}."
        elif parameter.same or (
            parameter.difference.absolute is not None and not parameter.difference.beyond(tolerance)
        ):
            yield Reason(Rule.DEVIATION, Severity.IN_ORDER, f"{about}, as {plan}.", made, said)
            continue
        else:
            text = f"{about}, not {plan}."
        yield Reason(Rule.DEVIATION, Severity.WARNS, text, made, said)


def _materials(job: Fact, tolerance: float) -> Iterator[Reason]:
    for material in comparison.materials(job):
        if material.definition is None or not (material.planned_by or material.lots):
            continue
        used = next((use.lot.said("definition") for use in material.lots), ())
        name = material.definition.label
        if material.planned_by is None:
            if any(other.planned_by for other in comparison.materials(job)):
                text = f"{job.label} used {name}, which was not planned."
                yield Reason(Rule.DEVIATION, Severity.WARNS, text, material.definition, used)
        elif not material.lots:
            if any(other.lots for other in comparison.materials(job)):
                text = f"{job.label} was to use {name}, and no system has said that it did."
                yield Reason(Rule.DEVIATION, Severity.WARNS, text, material.definition, job.said("materials"))
        elif material.difference.beyond(tolerance) and material.actual and material.planned:
            text = f"{job.label} used {shown(material.actual)} of {name}, not {shown(material.planned)} as planned."
            yield Reason(
                Rule.DEVIATION, Severity.WARNS, text, material.definition, material.planned_by.said("materials")
            )
