"""Materials: what is bought, made and sold, and the lots that there are of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schema.model.base import Entity, Identifier, Instant, Quantity, Ref, RefObject, attribute, declare, link


class MaterialLotStatus(StrEnum):
    """Whether a lot may be used."""

    AWAITING_RELEASE = "AWAITING_RELEASE"
    RELEASED = "RELEASED"
    BLOCKED = "BLOCKED"
    SCRAPPED = "SCRAPPED"
    CONSUMED = "CONSUMED"
    SHIPPED = "SHIPPED"


class LotUse(RefObject):
    """A lot that went into another."""

    quantity: Quantity | None = attribute("How much of it.")


class MaterialDefinition(Entity):
    """A material with its own name and properties: raw, intermediate, finished or consumable."""

    kind = declare(
        "materials",
        plural="materialDefinitions",
        source="ISA-95 Part 2, material definition (B2MML MaterialDefinition)",
    )

    version: str | None = attribute("The version that is meant, where the material is versioned.")


class MaterialLot(Entity):
    """A uniquely identified amount of a material, received or made together."""

    kind = declare(
        "materials",
        plural="materialLots",
        source="ISA-95 Part 2, material lot (B2MML MaterialLot)",
        composites=(("gtin", "lot"),),
    )

    status: MaterialLotStatus | None = attribute("Whether the lot may be used.")
    quantity: Quantity | None = attribute("What there is of the lot now.")
    expires_at: Instant | None = attribute("When it may no longer be used.")
    definition: Ref | None = link(
        "DEFINED_BY",
        "MaterialDefinition",
        "lots",
        "The material that the lot is of.",
        inverse_description="The lots that there are of the material.",
    )
    assembled_from: list[Annotated[Identifier | LotUse, Field(union_mode="left_to_right")]] | None = link(
        "ASSEMBLED_FROM",
        "MaterialLot",
        "assembledInto",
        "The lots that it was made from.",
        inverse_description="The lots that were made from it.",
    )
