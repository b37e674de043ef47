"""Demand: what was ordered, by whom, what came in for it and what went out."""

from __future__ import annotations

from schema.model.base import Entity, Instant, Int64, Quantity, Ref, RefWith, Term, attribute, declare, link
from schema.model.common import Amount, Move, Need, WorkType


class RequestStatus(Term):
    """How far an operations request has come."""

    FORECAST = "FORECAST", "Expected, but not ordered yet."
    RELEASED = "RELEASED", "Ordered; work on it may begin."
    IN_PROGRESS = "IN_PROGRESS", "Work on it has begun."
    COMPLETED = "COMPLETED", "Everything asked for is there."
    CLOSED = "CLOSED", "Settled; nothing more is booked on it."
    CANCELLED = "CANCELLED", "No longer wanted."


class ReceiptStatus(Term):
    """How far goods that come in have come."""

    EXPECTED = "EXPECTED", "Announced, but not there yet."
    RECEIVED = "RECEIVED", "There; not accepted yet."
    ACCEPTED = "ACCEPTED", "Taken into stock."
    REJECTED = "REJECTED", "Refused; goes back to the supplier."


class ShipmentStatus(Term):
    """How far goods that go out have come."""

    PLANNED = "PLANNED", "To be sent; nothing has been picked."
    PICKED = "PICKED", "Put together and waiting to leave."
    SHIPPED = "SHIPPED", "On its way."
    DELIVERED = "DELIVERED", "With the customer."
    RETURNED = "RETURNED", "Sent back by the customer."
    CANCELLED = "CANCELLED", "Will not be sent."


class BusinessPartner(Entity):
    """A company that the plant buys from, sells to or works with."""

    kind = declare(
        "demand",
        plural="businessPartners",
        source="ISA-95 Part 5 (IEC 62264-5), sender and receiver of transactions; EPCIS 2.0, owning party (SGLN, PGLN)",
    )

    roles: list[str] | None = attribute("What it is to the plant: customer, supplier, carrier, subcontractor …")
    country: str | None = attribute("Its country, as ISO 3166-1 two-letter code.")


class OperationsRequest(Entity):
    """A request for work from planning or a customer: a customer order, production order or one line of these."""

    kind = declare(
        "demand",
        plural="operationsRequests",
        source="ISA-95 Part 2 (IEC 62264-2), operations request; B2MML OperationsRequestType",
        composites=(("order", "item"),),
        parent="part_of",
    )

    work_type: WorkType | None = attribute("Which of the four operations is asked for.")
    status: RequestStatus | None = attribute("How far the request has come.")
    priority: Int64 | None = attribute("Its rank; 1 is the most urgent.")
    customer_reference: str | None = attribute("The customer's own order number.", sought=True)
    quantity: Quantity | None = attribute("How much is asked for in all.")
    ordered_at: Instant | None = attribute("When it was ordered.")
    requested_start: Instant | None = attribute("When work should begin.")
    requested_end: Instant | None = attribute("When it should be done.")
    promised_at: Instant | None = attribute("When the plant promised it.")
    part_of: Ref | None = link(
        "PART_OF",
        "OperationsRequest",
        "parts",
        "The request that it is a line or part of.",
        inverse_description="The lines or parts of the request.",
    )
    customer: Ref | None = link(
        "ORDERED_BY",
        "BusinessPartner",
        "operationsRequests",
        "Who ordered it.",
        inverse_description="What the partner ordered.",
    )
    products: list[RefWith[Need]] | None = link(
        "REQUESTS",
        "MaterialDefinition",
        "operationsRequests",
        "The materials asked for, with quantity and position.",
        inverse_description="The requests that ask for the material.",
    )


class PurchaseReceipt(Entity):
    """Goods that came in from a supplier."""

    kind = declare(
        "demand",
        plural="purchaseReceipts",
        source="ISA-95 Part 3 (IEC 62264-3), receipt of inventory operations; EPCIS 2.0, business step receiving",
    )

    status: ReceiptStatus | None = attribute("How far the goods have come.")
    purchase_order: str | None = attribute("The number of the purchase order.", sought=True)
    delivery_note: str | None = attribute("The supplier's number of the delivery.", sought=True)
    received_at: Instant | None = attribute("When the goods came in.")
    supplier: Ref | None = link(
        "SUPPLIED_BY",
        "BusinessPartner",
        "purchaseReceipts",
        "Who sent the goods.",
        inverse_description="The goods that came in from the partner.",
    )
    lots: list[RefWith[Move]] | None = link(
        "RECEIVED",
        "MaterialLot",
        "purchaseReceipts",
        "The lots that came in, with quantity and time.",
        inverse_description="The receipts with which the lot came in.",
    )


class Shipment(Entity):
    """Goods that leave the plant together for one receiver."""

    kind = declare(
        "demand",
        plural="shipments",
        source="EPCIS 2.0, business step shipping; ISA-95 Part 3 (IEC 62264-3), shipment of inventory operations",
    )

    status: ShipmentStatus | None = attribute("How far the goods have come.")
    shipped_at: Instant | None = attribute("When they left.")
    expected_at: Instant | None = attribute("When they should arrive.")
    delivered_at: Instant | None = attribute("When they arrived.")
    customer: Ref | None = link(
        "SHIPPED_TO",
        "BusinessPartner",
        "shipments",
        "Who receives the goods.",
        inverse_description="The goods sent to the partner.",
    )
    carrier: Ref | None = link(
        "CARRIED_BY",
        "BusinessPartner",
        "carriedShipments",
        "Who carries the goods.",
        inverse_description="The goods that the partner carries.",
    )
    lots: list[RefWith[Amount]] | None = link(
        "CONTAINS",
        "MaterialLot",
        "shipments",
        "The lots that are in it, with how much of each.",
        inverse_description="The shipments that have some of the lot.",
    )
    sublots: list[RefWith[Amount]] | None = link(
        "CONTAINS",
        "MaterialSublot",
        "shipments",
        "The pallets, drums or items that are in it.",
        inverse_description="The shipments that have some of the sublot.",
    )
    fulfils: list[RefWith[Amount]] | None = link(
        "FULFILS",
        "OperationsRequest",
        "shipments",
        "The requests that it delivers to, with how much for each.",
        inverse_description="The shipments for the request.",
    )
