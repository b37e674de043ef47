"""What something wrong reaches: every lot, order, shipment and customer, and why.

    Origin ─ steps ─> a walk ─> rows ─ touched ─> things, each with what led to it

Material leads on to what was made of it (`graph.genealogy`), to the orders that used it, made it or have some set
aside, and to the shipments that have some in them; orders and shipments lead to the requests they serve, and these to
the customer. They lead to no more material: that an order used a bad lot says nothing of its other lots.

An asset or a piece of equipment leads to what was made or measured with it within a window of time: by work that names
it, or names the equipment whose role the asset filled meanwhile. What is of unknown time counts as within it.

Sources: ISO 22005:2007 and EC 178/2002, articles 18 and 19, traceability one step forward and withdrawal;
ISO 9001:2015, 8.7.1, nonconforming outputs found after delivery, and 7.1.5.2, what a measuring instrument found unfit
has measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph.genealogy import steps as genealogical
from graph.plan import And, Compare, Condition, Direction, Linked, Operator, Own, Quantifier, Row
from graph.questions.sentences import sentence
from graph.thing import Key
from graph.walks import Hop, Period, Step, Walk
from schema.registry import Kind, Model

IDENTIFIER, NUMBER, SUPPLIER, FROM, TO = "identifier", "number", "supplier", "from", "to"
"""Parameters of the plan."""

TOUCHED = ("MaterialLot", "MaterialSublot", "JobOrder", "OperationsRequest", "Shipment", "BusinessPartner")
"""The kinds of what may be touched, in the order in which they are told."""

_ALWAYS = (
    "MaterialLot consumedBy jobOrder",
    "MaterialLot consumedByBatches jobOrder",
    "MaterialLot consumedBySteps batch jobOrder",
    "MaterialLot producedBy jobOrder",
    "MaterialLot batches jobOrder",
    "MaterialLot reservedBy",
    "MaterialLot shipments",
    "MaterialSublot shipments",
    "JobOrder partOf",
    "JobOrder fulfils",
    "Shipment fulfils",
    "Shipment customer",
    "OperationsRequest partOf",
    "OperationsRequest customer",
)
"""Which links lead on from what is touched, whatever it began with."""

_USED = (
    "jobResponses* produced",
    "jobResponses* jobOrder",
    "batchSteps* batch produced",
    "batchSteps* batch jobOrder",
    "jobOrders*",
)
_OF_EQUIPMENT = (*_USED, "batches* produced", "batches* jobOrder")
_MEASURED = (
    "testResults* lot",
    "testResults* sample lot",
    "testResults* sample sublot",
    "testResults* sample partOf lot",
)

_BEGINNINGS: Mapping[str, tuple[str, ...]] = {
    "MaterialLot": (),
    "MaterialSublot": (),
    "MaterialDefinition": ("lots", "neededByJobOrders", "jobOrders", "operationsRequests"),
    "PurchaseReceipt": ("lots",),
    "Equipment": _OF_EQUIPMENT,
    "PhysicalAsset": (*_USED, *_MEASURED, *(f"roles* {way}" for way in _OF_EQUIPMENT)),
}
"""Which links lead from what it may begin with; a star marks those that count only within the window."""

_TIMES: Mapping[str, tuple[str, str]] = {
    "JobResponse": ("start", "end"),
    "Batch": ("start", "end"),
    "BatchStep": ("start", "end"),
    "JobOrder": ("plannedStart", "plannedEnd"),
    "TestResult": ("measuredAt", "measuredAt"),
}
"""When things were, where the link to them does not say."""


@dataclass(frozen=True, slots=True)
class Why:
    """One step that leads to a thing: from what, over which relationships, through which things."""

    of: Key
    relationships: tuple[str, ...]
    through: tuple[Key, ...]
    text: str
    """As a sentence has it, with the things named."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A thing that is touched, and every step that leads to it from a thing nearer to the beginning."""

    key: Key
    depth: int
    why: tuple[Why, ...]


def steps(model: Model, kind: str) -> tuple[Step, ...]:
    """Every step of a walk that begins with a thing of this kind."""
    own = [_step(model, kind, way.split()) for way in _BEGINNINGS[kind]]
    always = [_step(model, begin, names) for begin, *names in (way.split() for way in _ALWAYS)]
    return (*own, *genealogical(model, up=False), *always)


def kinds(model: Model, kind: str) -> tuple[Kind, ...]:
    """The kinds of things that the walk comes to, its beginning's first."""
    return tuple(model.kind(name) for name in dict.fromkeys((kind, *TOUCHED)))


def between(model: Model, kind: str) -> tuple[Kind, ...]:
    """The kinds of things that steps lead through."""
    found = {name for step in steps(model, kind) for name in step.between}
    return tuple(each for each in model if each.name in found)


def of_supplier(model: Model, *, named: bool) -> Condition:
    """That a lot has the supplier's number; where the supplier is `named`, that it came in from there."""
    lot, receipt = model.kind("MaterialLot"), model.kind("PurchaseReceipt")
    number = Compare(lot.attributes["supplierLot"], Operator.EQ, NUMBER)
    if not named:
        return number
    supplier = Linked(
        Direction(receipt.links["supplier"]), Quantifier.IS, Compare(Own.IDENTIFIERS, Operator.CONTAINS, SUPPLIER)
    )
    return And((number, Linked(Direction(lot.inverses["purchaseReceipts"], inverse=True), Quantifier.SOME, supplier)))


def touched(walk: Walk, found: Row) -> list[Touched]:
    """What a walk over `steps` reached, nearest first; the beginning, which nothing leads to, among it."""
    depths = {Key(node["kind"], node["id"]): int(node["depth"]) for node in found["nodes"]}
    why: dict[Key, dict[Why, None]] = {key: {} for key in depths}
    for step, rows in zip(walk.steps, found["steps"], strict=True):
        for row in rows:
            begin, end = Key(step.source, row["from"]), Key(step.target, row["to"])
            if depths[begin] < depths[end]:
                why[end][_why(step, begin, end, row["through"])] = None
    return [Touched(key, depth, tuple(sorted(why[key], key=_nearest))) for key, depth in depths.items()]


def _nearest(why: Why) -> tuple[int, Key, tuple[str, ...], tuple[Key, ...]]:
    return len(why.through), why.of, why.relationships, why.through


def _why(step: Step, begin: Key, end: Key, through: list[str]) -> Why:
    between_ = tuple(Key(kind, id_) for kind, id_ in zip(step.between, through, strict=True))
    relationships = tuple(hop.direction.link.relationship for hop in step.hops)
    return Why(begin, relationships, between_, sentence([hop.direction for hop in step.hops], (begin, *between_, end)))


def _step(model: Model, kind: str, names: list[str]) -> Step:
    return Step(tuple(_hops(model, model.kind(kind), names)))


def _hops(model: Model, kind: Kind, names: list[str]) -> Iterator[Hop]:
    for name in names:
        direction = _direction(kind, name.rstrip("*"))
        kind = model.kind(direction.target)
        yield Hop(direction, period=_period(direction, kind) if name.endswith("*") else None)


def _direction(kind: Kind, name: str) -> Direction:
    link = kind.links.get(name)
    return Direction(link) if link else Direction(kind.inverses[name], inverse=True)


def _period(direction: Direction, kind: Kind) -> Period:
    of_edge = {attribute.name: attribute for attribute in direction.link.attributes}
    edge = tuple((of_edge[name],) if name in of_edge else () for name in ("start", "end"))
    of_thing = tuple((kind.attributes[name],) for name in _TIMES.get(kind.name, ()))
    begins, closes = of_thing or ((), ())
    return Period(edge[0], edge[1], begins, closes)
