"""May this lot be released? Every reason for and against, by rules that are pure functions over what was read.

    MaterialLot ─ SHAPE ─> one plan ─> Fact ─ judge ─> reasons, the gravest first ─ verdict ─> READY, NOT_READY, UNKNOWN

What blocks is what a standard says must hold; what was never said and is needed leaves the verdict unknown; what people
must judge warns. The rules are in this file and beside it: `results`, `upkeep`, `work`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from graph.questions import results, upkeep, work
from graph.questions.facts import MANY, NULL, Fact, shape, when
from graph.questions.reason import Reason, Rule, Severity, in_order

SETTLED = "settled"
"""The parameter with the statuses of non-conformances that are done with."""

_CONFORMANCE = shape("status severity disposition", edge="quantity")
_OPEN = shape("status severity disposition", leaving=("status", SETTLED))
_SPECIFICATION = shape("status characteristic mandatory lowerLimit upperLimit expected")
_RESULT = shape(
    "characteristic value text verdict status measuredAt",
    specification=_SPECIFICATION,
    instrument=shape("status", calibrations=upkeep.CALIBRATIONS),
    nonConformances=_OPEN,
)
_PORTION = shape("status", results=_RESULT)
_SAMPLE = shape("status", results=_RESULT, aliquots=_PORTION)
_MATERIAL = shape(
    "status",
    testSpecifications=_SPECIFICATION,
    classes=shape(testSpecifications=_SPECIFICATION),
    nonConformances=_OPEN,
)
_INGREDIENT = shape(
    "status expiresAt",
    edge="operation time",
    nonConformances=_OPEN,
    definition=shape("status", nonConformances=_OPEN),
)

SHAPE = shape(
    "status quantity supplierLot receivedAt expiresAt retestAt",
    definition=_MATERIAL,
    samples=_SAMPLE,
    sublots=shape(samples=_PORTION),
    testResults=_RESULT,
    nonConformances=_CONFORMANCE,
    assembledFrom=_INGREDIENT,
    producedBy=work.response(_INGREDIENT, _OPEN),
    batches=work.batch(_INGREDIENT, _OPEN),
)
"""What is read of a lot to judge it."""

PARAMETERS: Mapping[str, Any] = {
    MANY: 1000,
    NULL: True,
    SETTLED: ["CLOSED", "CANCELLED"],
    upkeep.SETTLED_JOBS: ["COMPLETED", "ABORTED", "CLOSED", "CANCELLED"],
}
"""What the plan of `SHAPE` needs to run."""


def judge(lot: Fact, at: datetime, tolerance: float) -> tuple[Reason, ...]:
    """Every reason, the gravest first. `at` is when the lot would be released.

    `tolerance` is from which share of what was planned a difference is told.
    """
    uses = list(work.uses(lot))
    found = [*_described(lot), *_status(lot), *_expiry(lot, at), *results.judge(lot), *_conformance(lot)]
    found += [*_ingredients(lot), *work.judge(lot, tolerance)]
    found += [*upkeep.calibration(lot, uses, at), *upkeep.maintenance(uses, at), *_cut(lot)]
    return in_order(found)


def _described(lot: Fact) -> Iterator[Reason]:
    """Whether what the verdict rests on is described at all: a placeholder is known by its name alone."""
    if lot.placeholder:
        yield Reason(Rule.DESCRIPTION, Severity.UNKNOWN, f"No system has described {lot.id}.", lot)
    material = lot.one("definition")
    if material is None:
        text = f"No system has said which material {lot.id} is of, and so what it must meet."
        yield Reason(Rule.DESCRIPTION, Severity.UNKNOWN, text, lot)
    elif material.placeholder:
        text = f"No system has described {material.id}, the material of {lot.id}."
        yield Reason(Rule.DESCRIPTION, Severity.UNKNOWN, text, material, lot.said("definition"))
    for specification in (test.specification for test in results.tests(lot)):
        if specification is not None and specification.placeholder:
            text = f"No system has described {specification.id}, by which results were judged."
            yield Reason(Rule.DESCRIPTION, Severity.UNKNOWN, text, specification)
    made = lot.many("producedBy") or lot.many("batches") or lot.many("assembledFrom")
    if not made and not (lot["receivedAt"] or lot["supplierLot"]):
        text = f"No system has said how {lot.id} was made or where it came from."
        yield Reason(Rule.DESCRIPTION, Severity.UNKNOWN, text, lot)


_STATUSES = {
    None: (Severity.UNKNOWN, "has no status: no system has said any"),
    "IN_PROCESS": (Severity.BLOCKS, "is still being made"),
    "AWAITING_RELEASE": (Severity.IN_ORDER, "waits to be released"),
    "RELEASED": (Severity.IN_ORDER, "is released"),
    "BLOCKED": (Severity.BLOCKS, "is blocked until quality decides again"),
    "REJECTED": (Severity.BLOCKS, "is rejected"),
    "SCRAPPED": (Severity.BLOCKS, "is scrapped"),
    "CONSUMED": (Severity.BLOCKS, "is used up: nothing is left of it to release"),
    "SHIPPED": (Severity.WARNS, "has left the plant already"),
}


def _status(lot: Fact) -> Iterator[Reason]:
    """Source: ISA-95 Part 2 (IEC 62264-2), material lot status; ISO 9001:2015, 8.5.2, status is identified."""
    severity, text = _STATUSES[lot["status"]]
    yield Reason(Rule.LOT_STATUS, severity, f"{lot.id} {text}.", lot, lot.said("status"))
    others = [word for word in lot.words("status") if word.value != lot["status"]]
    if others:
        named = ", ".join(f"{word.system} says {word.value}" for word in others)
        text = f"Not all systems agree on the status of {lot.id}: {named}; {lot['status']} counts."
        yield Reason(Rule.LOT_STATUS, Severity.WARNS, text, lot, tuple(others))


def _expiry(lot: Fact, at: datetime) -> Iterator[Reason]:
    """Source: ISA-95 Part 2 (IEC 62264-2), material lot, expiration; retest dates as ICH Q7, 11.6, has them."""
    if (expires := lot.time("expiresAt")) is not None:
        passed = expires <= at
        text = f"{lot.id} {'expired' if passed else 'expires'} on {when(lot['expiresAt'])}."
        severity = Severity.BLOCKS if passed else Severity.IN_ORDER
        yield Reason(Rule.EXPIRY, severity, text, lot, lot.said("expiresAt"))
    if (retest := lot.time("retestAt")) is not None and retest <= at:
        again = any(
            (measured := test.newest.time("measuredAt")) is not None and measured >= retest
            for test in results.tests(lot)
        )
        text = f"{lot.id} was to be tested again by {when(lot['retestAt'])}, and {'was' if again else 'was not'}."
        yield Reason(Rule.EXPIRY, Severity.IN_ORDER if again else Severity.BLOCKS, text, lot, lot.said("retestAt"))


def _conformance(lot: Fact) -> Iterator[Reason]:
    """Open non-conformances on the lot, its material, its results, and the work that made it.

    Source: ISO 9001:2015, 8.7, nonconforming outputs are kept from use until they are dealt with, or by concession.
    """
    for edge, found in lot.edges("nonConformances"):
        yield _weighed(found, f"concerns {lot.id}", grave=True, amount=edge["quantity"])
    material = lot.one("definition")
    for found in material.many("nonConformances") if material else ():
        yield _weighed(found, f"concerns the material {material.label if material else ''}", grave=False)
    for result in (result for test in results.tests(lot) for result in test.results):
        for found in result.many("nonConformances"):
            yield _weighed(found, f"concerns the result {result.id}", grave=True)
    for done in work.done(lot):
        for found in done.many("nonConformances"):
            yield _weighed(found, f"concerns {done.label}, by which {lot.id} was made", grave=True)


def _weighed(found: Fact, concern: str, *, grave: bool, amount: Any = None) -> Reason:
    """What a non-conformance weighs. One of a whole material weighs less where it is minor."""
    status, disposition = found["status"], found["disposition"]
    said = found.said("status", "severity", "disposition")
    if status in ("CLOSED", "CANCELLED"):
        severity, state = Severity.IN_ORDER, "is closed" if status == "CLOSED" else "was reported by mistake"
    elif found.placeholder or status is None:
        severity, state = Severity.UNKNOWN, "has no status: no system has said whether it is open"
    elif status == "DISPOSITIONED" and disposition == "USE_AS_IS":
        severity, state = Severity.WARNS, "is open, with leave to use the material as it is"
    elif not grave and found["severity"] == "MINOR":
        severity, state = Severity.WARNS, "is open and minor"
    else:
        decided = f", decided to {disposition.lower().replace('_', ' ')}" if disposition else ""
        severity, state = Severity.BLOCKS, f"is open{decided}"
    of = f" ({amount['value']:.10g} {amount['unit']} of it)" if amount else ""
    return Reason(Rule.NON_CONFORMANCE, severity, f"{found.label} {concern}{of} and {state}.", found, said)


def _ingredients(lot: Fact) -> Iterator[Reason]:
    """What the lot was made of, one level up: its status, its expiry when it was used, what was found wrong with it.

    Sources: ISO 9001:2015, 8.7, and ISO 22000:2018, 8.9.4, products affected by a nonconforming ingredient are held.
    """
    for edge, ingredient in work.ingredients(lot):
        if ingredient.id == lot.id:
            continue
        about = f"{ingredient.id}, which went into {lot.id},"
        if ingredient.placeholder:
            text = f"No system has described {about[:-1]}."
            yield Reason(Rule.INGREDIENT, Severity.UNKNOWN, text, ingredient)
            continue
        reworked = edge.get("operation") == "REWORKED"
        if ingredient["status"] in ("BLOCKED", "REJECTED") and not reworked:
            text = f"{about} is {ingredient['status'].lower()}."
            yield Reason(Rule.INGREDIENT, Severity.BLOCKS, text, ingredient, ingredient.said("status"))
        used, expires = edge.get("time"), ingredient.time("expiresAt")
        if used and expires is not None and expires < datetime.fromisoformat(used):
            text = f"{about} had expired on {when(ingredient['expiresAt'])}, before it was used."
            yield Reason(Rule.INGREDIENT, Severity.BLOCKS, text, ingredient, ingredient.said("expiresAt"))
        for found in ingredient.many("nonConformances"):
            yield _weighed(found, f"concerns {about}", grave=True)
        definition = ingredient.one("definition")
        for found in definition.many("nonConformances") if definition else ():
            yield _weighed(found, f"concerns the material of {about}", grave=False)


def _cut(lot: Fact) -> Iterator[Reason]:
    """Lists too long to be read whole: what was not looked at may hold anything."""
    for thing, name in lot.cut():
        text = f"{thing.label} has more than {PARAMETERS[MANY]} {name}; the others were not looked at."
        yield Reason(Rule.DESCRIPTION, Severity.UNKNOWN, text, thing)
