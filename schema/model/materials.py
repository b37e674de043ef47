"""Materials: what is bought, made and sold, and the lots that there are of it."""

from __future__ import annotations

from schema.model.base import (
    Entity,
    Flow,
    Identifier,
    Instant,
    Quantity,
    Ref,
    RefObject,
    RefWith,
    Term,
    UnitCode,
    attribute,
    declare,
    link,
)
from schema.model.common import LifecycleStatus


class MaterialType(Term):
    """What part a material plays."""

    RAW = "RAW", "Bought, and made into something."
    INTERMEDIATE = "INTERMEDIATE", "Made here, and made into something else."
    FINISHED = "FINISHED", "Made to be sold."
    PACKAGING = "PACKAGING", "Goes around a product, to the customer."
    CONSUMABLE = "CONSUMABLE", "Used up by the work without going into the product."
    SPARE_PART = "SPARE_PART", "Replaces a part of an asset."
    BY_PRODUCT = "BY_PRODUCT", "Comes of making something else."


class MaterialLotStatus(Term):
    """Whether a lot may be used."""

    IN_PROCESS = "IN_PROCESS", "Being made."
    AWAITING_RELEASE = "AWAITING_RELEASE", "Made or received; quality has not decided yet."
    RELEASED = "RELEASED", "May be used and shipped."
    BLOCKED = "BLOCKED", "Must not be used until quality decides again."
    REJECTED = "REJECTED", "Found unfit for its purpose; waits to be reworked, returned or scrapped."
    SCRAPPED = "SCRAPPED", "Destroyed or given up for good."
    CONSUMED = "CONSUMED", "Used up; nothing is left of it."
    SHIPPED = "SHIPPED", "Has left the plant."


class LotOperation(Term):
    """How one lot came of another."""

    MADE = "MADE", "The lot was made from the other, which became something new (EPCIS transformation)."
    SPLIT = "SPLIT", "The lot was parted from the other."
    MERGED = "MERGED", "The other was put together with this lot."
    REWORKED = "REWORKED", "The other was worked over again into this lot."
    REPACKED = "REPACKED", "The other was only packed anew."


class LotUse(RefObject):
    """A lot that went into another."""

    quantity: Quantity | None = attribute("How much of it went in.")
    job: Identifier | None = attribute("Id of the job order under which that was done.")
    operation: LotOperation | None = attribute("How the lot came of it.")
    time: Instant | None = attribute("When that was done.")


class MaterialClass(Entity):
    """A grouping of materials of like characteristics, such as sweeteners or fasteners."""

    kind = declare(
        "materials",
        plural="materialClasses",
        source="ISA-95 Part 2 (IEC 62264-2), material class; B2MML MaterialClassType",
    )


class MaterialDefinition(Entity):
    """A material with its own name and properties: raw, intermediate, finished or consumable.

    Where a material is versioned, each version that lots are made to is a thing of its own.
    """

    kind = declare(
        "materials",
        plural="materialDefinitions",
        source="ISA-95 Part 2 (IEC 62264-2), material definition; B2MML MaterialDefinitionType",
        composites=(("partNumber", "revision"),),
    )

    version: str | None = attribute("The version that is meant, where the material is versioned.")
    status: LifecycleStatus | None = attribute("Whether the material may be used in new orders.")
    material_type: MaterialType | None = attribute("What part the material plays.")
    base_unit: UnitCode | None = attribute("The unit in which stock of it is kept.")
    classes: list[Ref] | None = link(
        "MEMBER_OF",
        "MaterialClass",
        "members",
        "The classes that the material belongs to.",
        inverse_description="The materials of this class.",
    )
    supersedes: list[Ref] | None = link(
        "SUPERSEDES",
        "MaterialDefinition",
        "supersededBy",
        "The versions or materials that it takes the place of.",
        inverse_description="The versions or materials that take its place.",
    )


class MaterialLot(Entity):
    """A uniquely identified amount of a material, received or made together."""

    kind = declare(
        "materials",
        plural="materialLots",
        source="ISA-95 Part 2 (IEC 62264-2), material lot; B2MML MaterialLotType",
        composites=(("gtin", "lot"),),
    )

    status: MaterialLotStatus | None = attribute("Whether the lot may be used.")
    quantity: Quantity | None = attribute("What there is of the lot now.")
    supplier_lot: str | None = attribute("The supplier's number of the lot, for a lot that was bought.", sought=True)
    produced_at: Instant | None = attribute("When it was made.")
    received_at: Instant | None = attribute("When it came in, for a lot that was bought.")
    expires_at: Instant | None = attribute("When it may no longer be used.")
    retest_at: Instant | None = attribute("When it must be tested again before further use.")
    definition: Ref | None = link(
        "DEFINED_BY",
        "MaterialDefinition",
        "lots",
        "The material that the lot is of.",
        inverse_description="The lots that there are of the material.",
    )
    assembled_from: list[RefWith[LotUse]] | None = link(
        "ASSEMBLED_FROM",
        "MaterialLot",
        "assembledInto",
        "The lots that it was made from.",
        inverse_description="The lots that were made from it.",
        flow=Flow.IN,
    )
    stored_at: Ref | None = link(
        "STORED_AT",
        "Equipment",
        "storedLots",
        "Where the lot is: a storage zone or unit, or the line at which it waits.",
        inverse_description="The lots that are there.",
    )


class MaterialSublot(Entity):
    """A part of a lot that is tracked on its own: a pallet, drum, tray or serialised item."""

    kind = declare(
        "materials",
        plural="materialSublots",
        source="ISA-95 Part 2 (IEC 62264-2), material sublot; B2MML MaterialSubLotType",
        composites=(("gtin", "serial"),),
    )

    status: MaterialLotStatus | None = attribute("Whether the sublot may be used.")
    quantity: Quantity | None = attribute("What there is of the sublot now.")
    lot: Ref | None = link(
        "PART_OF",
        "MaterialLot",
        "sublots",
        "The lot that it is a part of.",
        inverse_description="The parts of the lot that are tracked on their own.",
        flow=Flow.IN,
    )
    stored_at: Ref | None = link(
        "STORED_AT",
        "Equipment",
        "storedSublots",
        "Where the sublot is.",
        inverse_description="The sublots that are there.",
    )
