"""Non-conformances: what was found wrong, what it concerns, and what is done about it."""

from __future__ import annotations

from schema.model.base import Entity, Instant, Quantity, Ref, RefWith, Term, attribute, declare, link
from schema.model.common import Amount


class NonConformanceStatus(Term):
    """How far the handling of a non-conformance has come."""

    OPEN = "OPEN", "Reported; nothing is decided."
    UNDER_INVESTIGATION = "UNDER_INVESTIGATION", "The cause is being looked for."
    DISPOSITIONED = "DISPOSITIONED", "Decided what becomes of the material; not closed yet."
    CLOSED = "CLOSED", "Dealt with."
    CANCELLED = "CANCELLED", "Reported by mistake."


class Origin(Term):
    """Where a non-conformance was found."""

    CUSTOMER = "CUSTOMER", "A customer complained."
    SUPPLIER = "SUPPLIER", "Goods from a supplier were found wrong, or the supplier said so."
    PRODUCTION = "PRODUCTION", "It was noticed during the work."
    LABORATORY = "LABORATORY", "A test failed."
    AUDIT = "AUDIT", "An audit or inspection found it."


class Severity(Term):
    """How grave a non-conformance is."""

    CRITICAL = "CRITICAL", "May harm people, or breaks the law."
    MAJOR = "MAJOR", "The product may not serve its purpose."
    MINOR = "MINOR", "The product serves its purpose all the same."


class Disposition(Term):
    """What becomes of non-conforming material. Source: ISO 9000, terms of action."""

    USE_AS_IS = "USE_AS_IS", "Used all the same, by concession."
    REWORK = "REWORK", "Worked over so that it conforms."
    REPAIR = "REPAIR", "Made fit for use, though it does not conform."
    REGRADE = "REGRADE", "Used for something with lesser requirements."
    RETURN = "RETURN", "Sent back to the supplier."
    SCRAP = "SCRAP", "Destroyed or given up."


class ActionType(Term):
    """What an action is for. Source: ISO 9000, terms of action."""

    CORRECTION = "CORRECTION", "Removes the non-conformance that was found."
    CORRECTIVE = "CORRECTIVE", "Removes its cause, so that it does not happen again."
    PREVENTIVE = "PREVENTIVE", "Removes the cause of one that might happen."


class ActionStatus(Term):
    """How far an action has come."""

    OPEN = "OPEN", "Decided, but not begun."
    IN_PROGRESS = "IN_PROGRESS", "Being done."
    IMPLEMENTED = "IMPLEMENTED", "Done; whether it works has not been checked."
    VERIFIED = "VERIFIED", "Done, and found to work."
    CANCELLED = "CANCELLED", "Will not be done."


class NonConformance(Entity):
    """A requirement that was not met: a deviation, defect or complaint."""

    kind = declare(
        "quality",
        plural="nonConformances",
        source="ISO 9000, nonconformity and complaint",
    )

    status: NonConformanceStatus | None = attribute("How far its handling has come.")
    origin: Origin | None = attribute("Where it was found; CUSTOMER for a complaint.")
    severity: Severity | None = attribute("How grave it is.")
    disposition: Disposition | None = attribute("What becomes of the material.")
    defect_code: str | None = attribute("What is wrong, by the plant's catalogue of defects.", sought=True)
    cause: str | None = attribute("Why it happened, once that is known.")
    quantity: Quantity | None = attribute("How much material does not conform.")
    detected_at: Instant | None = attribute("When it was found.")
    due_at: Instant | None = attribute("When it should be closed.")
    closed_at: Instant | None = attribute("When it was closed.")
    lots: list[RefWith[Amount]] | None = link(
        "CONCERNS",
        "MaterialLot",
        "nonConformances",
        "The lots that it concerns, with how much of each.",
        inverse_description="What was found wrong with the lot.",
    )
    materials: list[Ref] | None = link(
        "CONCERNS",
        "MaterialDefinition",
        "nonConformances",
        "The materials that it concerns.",
        inverse_description="What was found wrong with the material.",
    )
    equipment: list[Ref] | None = link(
        "CONCERNS",
        "Equipment",
        "nonConformances",
        "The equipment that it concerns, as the line on which it was found.",
        inverse_description="What was found wrong at the equipment.",
    )
    assets: list[Ref] | None = link(
        "CONCERNS",
        "PhysicalAsset",
        "nonConformances",
        "The assets that it concerns.",
        inverse_description="What was found wrong with the asset.",
    )
    job_orders: list[Ref] | None = link(
        "CONCERNS",
        "JobOrder",
        "nonConformances",
        "The jobs that it concerns.",
        inverse_description="What was found wrong with the job.",
    )
    batches: list[Ref] | None = link(
        "CONCERNS",
        "Batch",
        "nonConformances",
        "The batches that it concerns.",
        inverse_description="The deviations of the batch.",
    )
    test_results: list[Ref] | None = link(
        "CONCERNS",
        "TestResult",
        "nonConformances",
        "The results that show it.",
        inverse_description="The non-conformances that the result shows.",
    )
    shipments: list[Ref] | None = link(
        "CONCERNS",
        "Shipment",
        "nonConformances",
        "The shipments that it concerns, as those that a customer complained about.",
        inverse_description="What was found wrong with the shipment.",
    )
    purchase_receipts: list[Ref] | None = link(
        "CONCERNS",
        "PurchaseReceipt",
        "nonConformances",
        "The receipts that it concerns.",
        inverse_description="What was found wrong with the goods that came in.",
    )
    partners: list[Ref] | None = link(
        "CONCERNS",
        "BusinessPartner",
        "nonConformances",
        "The customer who complained, or the supplier of the goods.",
        inverse_description="The partner's complaints, and those about its goods.",
    )


class CorrectiveAction(Entity):
    """What is done about a non-conformance and its cause."""

    kind = declare(
        "quality",
        plural="correctiveActions",
        source="ISO 9000, corrective action",
    )

    action_type: ActionType | None = attribute("What the action is for.")
    status: ActionStatus | None = attribute("How far it has come.")
    due_at: Instant | None = attribute("When it should be done.")
    completed_at: Instant | None = attribute("When it was done.")
    verified_at: Instant | None = attribute("When it was found to work.")
    non_conformances: list[Ref] | None = link(
        "RESOLVES",
        "NonConformance",
        "correctiveActions",
        "The non-conformances that it is done about.",
        inverse_description="What is done about it.",
    )
    responsible: Ref | None = link(
        "ASSIGNED_TO",
        "Person",
        "correctiveActions",
        "Who sees to it.",
        inverse_description="The actions that the person sees to.",
    )
    job_orders: list[Ref] | None = link(
        "LEADS_TO",
        "JobOrder",
        "correctiveActions",
        "The jobs by which it is done, such as maintenance or rework.",
        inverse_description="The actions for which the job is done.",
    )
    engineering_changes: list[Ref] | None = link(
        "LEADS_TO",
        "EngineeringChange",
        "correctiveActions",
        "The engineering changes by which it is done.",
        inverse_description="The actions for which the change is made.",
    )
