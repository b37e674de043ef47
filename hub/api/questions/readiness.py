"""May this lot be released? `graph.questions.readiness` has the rules."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from graph.plan import Lookup
from graph.questions import readiness, reason
from graph.questions.facts import Fact, select
from hub.api import reading
from hub.api.common import Entity, Found
from hub.api.context import Info, core
from hub.api.errors import RequestError
from hub.api.questions.selected import Things, shown
from hub.api.questions.words import Statement, statement
from hub.api.scalars import DateTime
from hub.clock import instant, now

argument = strawberry.argument


@strawberry.enum(name="ReasonSeverity", description="What a reason does to the verdict, the gravest first.")
class _Severity(Enum):
    BLOCKS = strawberry.enum_value(reason.Severity.BLOCKS, description="The lot must not be released.")
    UNKNOWN = strawberry.enum_value(reason.Severity.UNKNOWN, description="What is needed to decide was never said.")
    WARNS = strawberry.enum_value(
        reason.Severity.WARNS, description="People should look at it before they release the lot."
    )
    IN_ORDER = strawberry.enum_value(reason.Severity.IN_ORDER, description="It speaks for a release.")


@strawberry.enum(name="ReadinessRule", description="Which rule gave a reason.")
class _Rule(Enum):
    DESCRIPTION = strawberry.enum_value(
        reason.Rule.DESCRIPTION, description="Whether systems have described what the verdict rests on."
    )
    LOT_STATUS = strawberry.enum_value(reason.Rule.LOT_STATUS, description="The lot's own status.")
    EXPIRY = strawberry.enum_value(
        reason.Rule.EXPIRY, description="Whether the lot has expired, or must be tested again."
    )
    TEST_RESULT = strawberry.enum_value(
        reason.Rule.TEST_RESULT, description="Results against their specifications, and results that are missing."
    )
    NON_CONFORMANCE = strawberry.enum_value(
        reason.Rule.NON_CONFORMANCE,
        description="What was found wrong with the lot, its material, its results, or the work that made it.",
    )
    CALIBRATION = strawberry.enum_value(
        reason.Rule.CALIBRATION, description="Whether instruments were calibrated when they measured."
    )
    INGREDIENT = strawberry.enum_value(reason.Rule.INGREDIENT, description="What the lot was made of, one level up.")
    WORK = strawberry.enum_value(
        reason.Rule.WORK, description="Whether the work that made the lot has ended as planned."
    )
    DEVIATION = strawberry.enum_value(
        reason.Rule.DEVIATION, description="Where what was done departs from what was planned."
    )
    MAINTENANCE = strawberry.enum_value(
        reason.Rule.MAINTENANCE, description="Whether maintenance was overdue on what made the lot."
    )


@strawberry.enum(name="ReadinessVerdict", description="Whether a lot may be released.")
class _Verdict(Enum):
    READY = strawberry.enum_value(
        reason.Verdict.READY, description="Nothing blocks a release, and all that is needed is known."
    )
    NOT_READY = strawberry.enum_value(reason.Verdict.NOT_READY, description="Something blocks it.")
    UNKNOWN = strawberry.enum_value(
        reason.Verdict.UNKNOWN, description="Nothing blocks it, and something that is needed was never said."
    )


def _thing(found: strawberry.Parent[ReadinessReason], info: Info) -> Found:
    return shown(info, found.fact)


def _lot(found: strawberry.Parent[Readiness], info: Info) -> Found:
    return shown(info, found.fact)


@strawberry.type(description="One thing that speaks for or against releasing a lot.")
class ReadinessReason:
    fact: strawberry.Private[Fact]
    severity: _Severity = strawberry.field(description="What it does to the verdict.")
    rule: _Rule = strawberry.field(description="The rule that gave it.")
    text: str = strawberry.field(description="The reason as a sentence.")
    kind: str = strawberry.field(description="The kind of the thing that it is about.")
    id: strawberry.ID = strawberry.field(description="The id of the thing that it is about.")
    said: list[Statement] = strawberry.field(
        description="The systems that said so, and since when; empty where it is about what nobody said."
    )
    thing: Entity = strawberry.field(resolver=_thing, description="The thing that it is about.")


def _reasons(
    found: strawberry.Parent[Readiness],
    severity: Annotated[
        list[_Severity] | None, argument(description="Only reasons of these severities; all where it is left out.")
    ] = None,
) -> list[ReadinessReason]:
    wanted = None if severity is None else {_named(s) for s in severity}
    return [r for r in found.found if wanted is None or _named(r.severity) in wanted]


def _named(severity: _Severity | reason.Severity) -> str:
    return severity.name


@strawberry.type(description="Whether a lot may be released, with every reason for and against.")
class Readiness:
    fact: strawberry.Private[Fact]
    found: strawberry.Private[list[ReadinessReason]]
    verdict: _Verdict = strawberry.field(description="Whether it may be released.")
    at: DateTime = strawberry.field(description="The moment for which it was judged.")
    reasons: list[ReadinessReason] = strawberry.field(
        resolver=_reasons, description="Every reason, the gravest first; those that speak for a release among them."
    )
    lot: Entity = strawberry.field(resolver=_lot, description="The lot.")


async def _readiness(
    info: Info,
    lot: Annotated[strawberry.ID, argument(description="The lot's id in the plant, or any system's id of it.")],
    at: Annotated[
        DateTime | None,
        argument(
            description="When it would be released: what has expired or fallen due by then counts. Now if left out."
        ),
    ] = None,
    tolerance: Annotated[
        float,
        argument(description="From which share of what was planned a difference in the work is told: 0.02 is 2 %."),
    ] = 0.02,
) -> Readiness | None:
    if not 0 <= tolerance <= 1:
        raise RequestError(f"`tolerance` is {tolerance}; give a share from 0 to 1")
    request, model = core(info), info.context.model
    things = Things(request, "Readiness", {("lot",): {"MaterialLot"}, ("reasons", "thing"): None})
    kind = model.kind("MaterialLot")
    root = Lookup("lot", "identifier", select(model, kind, readiness.SHAPE, things.of))
    (row,) = await things.read([root], {**readiness.PARAMETERS, "identifier": reading.by_id(lot)})
    if row is None:
        return None
    fact, moment = Fact(root.select, row), at or DateTime(instant(now()))
    reasons = readiness.judge(fact, datetime.fromisoformat(moment), tolerance)
    things.give([fact, *(r.thing for r in reasons)])
    return Readiness(
        fact=fact,
        found=[
            ReadinessReason(
                fact=r.thing,
                severity=_Severity[r.severity.name],
                rule=_Rule[r.rule.name],
                text=r.text,
                kind=r.thing.kind,
                id=strawberry.ID(r.thing.id),
                said=[statement(model, r.thing.kind, word) for word in r.said],
            )
            for r in reasons
        ],
        verdict=_Verdict[reason.verdict(reasons).name],
        at=moment,
    )


@strawberry.type
class ReadinessQuery:
    readiness: Readiness | None = strawberry.field(
        resolver=_readiness,
        description="May this lot be released? Judged by its status and expiry, results against specifications, "
        "non-conformances, calibrations, what it was made of, and how it was made. Null where there is no such lot.",
    )
