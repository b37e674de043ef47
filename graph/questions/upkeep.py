"""Whether instruments could be relied on when they measured, and assets were looked after when they were used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from graph.questions import results
from graph.questions.facts import Fact, moment, shape, when
from graph.questions.reason import Reason, Rule, Severity

SETTLED_JOBS = "settledJobs"
"""The parameter with the statuses of jobs that call for nothing more."""

CALIBRATIONS = shape("status outcome dueAt performedAt validUntil")
_PLANS = shape("status nextDueAt")
_JOBS = shape("status plannedEnd", leaving=("status", SETTLED_JOBS))
ASSET = shape("status", edge="start end", calibrations=CALIBRATIONS, maintenancePlans=_PLANS, maintenanceOrders=_JOBS)
EQUIPMENT = shape(edge="start end", maintenancePlans=_PLANS, maintenanceOrders=_JOBS, implementedBy=ASSET)

Use = tuple[Fact, datetime | None, datetime | None]
"""A thing that was used, since when and until when."""


def calibration(lot: Fact, uses: Iterable[Use], at: datetime) -> Iterator[Reason]:
    """Whether what measured was calibrated then. A result that decides needs it; for an asset that made, it warns.

    Sources: ISO/IEC 17025:2017, 6.4.4 to 6.4.9, equipment is calibrated before use and at intervals, and 7.10, what
    nonconforming work means for earlier results; ISO 9001:2015, 7.1.5.2, earlier measurements are looked at again where
    an instrument is found unfit.
    """
    for test in results.tests(lot):
        result, instrument = test.newest, test.newest.one("instrument")
        if instrument is None:
            continue
        measured = result.time("measuredAt") or at
        doing = f"{instrument.label} measured {result.id} on {when(result['measuredAt'] or measured)}"
        yield from _calibrated(instrument, measured, doing, Severity.WARNS if test.optional else None)
    for asset, start, end in uses:
        if asset.kind == "PhysicalAsset" and asset.many("calibrations"):
            used = end or at
            yield from _calibrated(asset, used, f"{asset.label} was used on {when(used)}", Severity.WARNS, start)


def _calibrated(
    asset: Fact, at: datetime, doing: str, weighs: Severity | None, since: datetime | None = None
) -> Iterator[Reason]:
    def reason(severity: Severity, text: str, about: Fact, *said: str) -> Reason:
        words = about.said(*said) if said else ()
        return Reason(Rule.CALIBRATION, severity, f"{doing}; {text}.", about, words)

    if asset.placeholder:
        yield reason(weighs or Severity.UNKNOWN, "no system has described it", asset)
        return
    done = sorted(
        (c for c in asset.many("calibrations") if c["status"] in ("COMPLETED", None) and c["performedAt"]),
        key=lambda c: (c.time("performedAt"), c.id),
    )
    before = [c for c in done if (moment(c["performedAt"]) or at) <= at]
    overdue = [
        c
        for c in asset.many("calibrations")
        if c["status"] == "PLANNED" and (due := c.time("dueAt")) is not None and due <= at
    ]
    if not before:
        if overdue:
            text = f"its calibration {overdue[0].id} was due on {when(overdue[0]['dueAt'])} and had not been done"
            yield reason(weighs or Severity.BLOCKS, text, overdue[0], "dueAt", "status")
        else:
            yield reason(weighs or Severity.UNKNOWN, "no calibration from before is known", asset)
        return
    last = before[-1]
    until = last.time("validUntil")
    if last["outcome"] == "OUT_OF_TOLERANCE":
        text = f"its calibration {last.id} had found it out of tolerance"
        yield reason(weighs or Severity.BLOCKS, text, last, "outcome")
    elif until is not None and until < at:
        text = f"its calibration {last.id} had run out on {when(last['validUntil'])}"
        yield reason(weighs or Severity.BLOCKS, text, last, "validUntil")
    elif overdue:
        text = f"its calibration {overdue[0].id} was due on {when(overdue[0]['dueAt'])} and had not been done"
        yield reason(weighs or Severity.BLOCKS, text, overdue[0], "dueAt", "status")
    elif last["outcome"] == "LIMITED":
        yield reason(Severity.WARNS, f"its calibration {last.id} allows a stated range only", last, "outcome")
    else:
        text = f"it was calibrated on {when(last['performedAt'])} ({last.id})"
        yield reason(Severity.IN_ORDER, text, last, "performedAt", "validUntil", "outcome")
    for later in done[len(before) :][:1]:
        if later["outcome"] in ("ADJUSTED", "OUT_OF_TOLERANCE"):
            text = f"its next calibration {later.id} found it outside its limits"
            yield reason(Severity.WARNS, text, later, "outcome", "performedAt")


def maintenance(uses: Iterable[Use], at: datetime) -> Iterator[Reason]:
    """Whether maintenance was overdue on what made the lot, when it did.

    Sources: EN 13306, maintenance plan and scheduled maintenance; ISO 9001:2015, 7.1.3, infrastructure is maintained.
    Overdue maintenance warns: whether it touched the product, people must judge.
    """
    for thing, _, end in uses:
        used = end or at
        late = False
        for plan in thing.many("maintenancePlans"):
            due = plan.time("nextDueAt")
            if plan["status"] in ("ACTIVE", None) and due is not None and due <= used:
                late = True
                text = f"{plan.label} was due on {when(plan['nextDueAt'])}, before {thing.label} was used."
                yield Reason(Rule.MAINTENANCE, Severity.WARNS, text, plan, plan.said("nextDueAt", "status"))
        for job in thing.many("maintenanceOrders"):
            due = job.time("plannedEnd")
            if due is not None and due <= used:
                late = True
                text = f"{job.label} should have ended by {when(job['plannedEnd'])}, before {thing.label} was used."
                yield Reason(Rule.MAINTENANCE, Severity.WARNS, text, job, job.said("status", "plannedEnd"))
        if not late:
            text = f"No maintenance was overdue on {thing.label}."
            yield Reason(Rule.MAINTENANCE, Severity.IN_ORDER, text, thing)
