"""Terms and link attributes that several domains share."""

from __future__ import annotations

from schema.model.base import Instant, Int64, Quantity, RefObject, Term, attribute


class WorkType(Term):
    """Which of the four operations of ISA-95 a piece of work belongs to."""

    PRODUCTION = "PRODUCTION", "Making products: production operations."
    MAINTENANCE = "MAINTENANCE", "Keeping equipment and assets fit: maintenance operations."
    QUALITY = "QUALITY", "Sampling, testing and inspecting: quality operations."
    INVENTORY = "INVENTORY", "Receiving, moving, counting and shipping material: inventory operations."


class LifecycleStatus(Term):
    """How far a versioned definition has come, from draft to withdrawal."""

    DRAFT = "DRAFT", "Being written; not to be used."
    IN_REVIEW = "IN_REVIEW", "Submitted for approval; not to be used yet."
    RELEASED = "RELEASED", "Approved for use."
    SUSPENDED = "SUSPENDED", "Approved, but not to be used for the time being."
    WITHDRAWN = "WITHDRAWN", "No longer to be used, because it was superseded or found wrong."


class MaintenanceType(Term):
    """Why maintenance is done. Source: EN 13306, types of maintenance."""

    PREVENTIVE = "PREVENTIVE", "At set intervals or by set criteria, before a fault."
    CONDITION_BASED = "CONDITION_BASED", "Because the asset's measured condition calls for it."
    PREDICTIVE = "PREDICTIVE", "Because a forecast from the asset's condition calls for it."
    CORRECTIVE = "CORRECTIVE", "After a fault was recognised, to restore the required function."
    IMPROVEMENT = "IMPROVEMENT", "To make the asset more reliable or safer without changing its function."
    CALIBRATION = "CALIBRATION", "To compare an instrument with a reference standard, and adjust it if need be."


class Amount(RefObject):
    """A reference with how much is meant."""

    quantity: Quantity | None = attribute("How much of it.")


class Need(RefObject):
    """A material that is needed."""

    quantity: Quantity | None = attribute("How much of it is needed.")
    position: Int64 | None = attribute("Its place in the list, as the planning system numbers it.")


class Move(RefObject):
    """Material that was used or made."""

    quantity: Quantity | None = attribute("How much of it.")
    time: Instant | None = attribute("When it was used or made.")


class Period(RefObject):
    """A reference that holds for a time."""

    start: Instant | None = attribute("Since when.")
    end: Instant | None = attribute("Until when; without it, the period is still open.")
