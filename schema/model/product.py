"""Product: what is made from what, how it is made, and how both change."""

from __future__ import annotations

from schema.model.base import (
    Entity,
    Instant,
    Int64,
    Parameter,
    Quantity,
    Ref,
    RefObject,
    RefWith,
    Term,
    attribute,
    declare,
    link,
)
from schema.model.common import LifecycleStatus, Need, WorkType


class ChangeStatus(Term):
    """How far an engineering change has come."""

    DRAFT = "DRAFT", "Being written."
    SUBMITTED = "SUBMITTED", "Waits for a decision."
    APPROVED = "APPROVED", "Decided, but not in effect yet."
    IMPLEMENTED = "IMPLEMENTED", "In effect."
    REJECTED = "REJECTED", "Decided against."
    CANCELLED = "CANCELLED", "Given up before a decision."


class SegmentUse(RefObject):
    """A process segment in a work master."""

    position: Int64 | None = attribute("Its place in the order of the work.")


class BillOfMaterials(Entity):
    """The materials that go into a product, and how much of each."""

    kind = declare(
        "product",
        plural="billsOfMaterials",
        source="ISA-95 Part 2 (IEC 62264-2), material specification of an operations definition; "
        "B2MML OperationsMaterialBillType",
        composites=(("billNumber", "revision"),),
    )

    version: str | None = attribute("The version of the bill.")
    status: LifecycleStatus | None = attribute("Whether the bill may be used.")
    quantity: Quantity | None = attribute("The amount of product for which the lines are given.")
    valid_from: Instant | None = attribute("From when it may be used.")
    valid_to: Instant | None = attribute("Until when it may be used.")
    product: Ref | None = link(
        "MAKES",
        "MaterialDefinition",
        "billsOfMaterials",
        "The material that is made.",
        inverse_description="The bills by which the material is made.",
    )
    lines: list[RefWith[Need]] | None = link(
        "REQUIRES",
        "MaterialDefinition",
        "whereUsed",
        "The materials that go in, with quantity and position.",
        inverse_description="The bills in which the material goes into something.",
    )


class ProcessSegment(Entity):
    """A step of work as the business sees it, such as mixing or filling, with what it needs."""

    kind = declare(
        "product",
        plural="processSegments",
        source="ISA-95 Part 2 (IEC 62264-2), process segment; B2MML ProcessSegmentType",
        parent="part_of",
    )

    work_type: WorkType | None = attribute("Which of the four operations it belongs to.")
    duration: Quantity | None = attribute("How long it takes, as planned.")
    parameters: list[Parameter] | None = attribute("The settings that it is to be done with.")
    part_of: Ref | None = link(
        "PART_OF",
        "ProcessSegment",
        "parts",
        "The segment that it is a part of.",
        inverse_description="The segments that it consists of.",
    )
    equipment_classes: list[Ref] | None = link(
        "REQUIRES",
        "EquipmentClass",
        "processSegments",
        "The classes of equipment that it needs.",
        inverse_description="The segments that need equipment of this class.",
    )
    personnel_classes: list[Ref] | None = link(
        "REQUIRES",
        "PersonnelClass",
        "processSegments",
        "The classes of people that it needs.",
        inverse_description="The segments that need people of this class.",
    )


class WorkMaster(Entity):
    """A versioned template for work, independent of any order: a master recipe, routing or task list."""

    kind = declare(
        "product",
        plural="workMasters",
        source="ISA-95 Part 4 (IEC 62264-4), work master; ISA-88 master recipe; B2MML WorkMasterType",
        composites=(("recipe", "version"),),
    )

    version: str | None = attribute("The version of the work master.")
    status: LifecycleStatus | None = attribute("Whether it may be used.")
    work_type: WorkType | None = attribute("Which of the four operations it belongs to.")
    quantity: Quantity | None = attribute("The amount of product for which its quantities are given.")
    duration: Quantity | None = attribute("How long the work takes, as planned.")
    valid_from: Instant | None = attribute("From when it may be used.")
    valid_to: Instant | None = attribute("Until when it may be used.")
    parameters: list[Parameter] | None = attribute("The settings that the work is to be done with (recipe formula).")
    product: Ref | None = link(
        "MAKES",
        "MaterialDefinition",
        "workMasters",
        "The material that is made.",
        inverse_description="The work masters by which the material is made.",
    )
    bill_of_materials: Ref | None = link(
        "BASED_ON",
        "BillOfMaterials",
        "workMasters",
        "The bill that says what goes in.",
        inverse_description="The work masters that use the bill.",
    )
    materials: list[RefWith[Need]] | None = link(
        "REQUIRES",
        "MaterialDefinition",
        "neededByWorkMasters",
        "The materials that the work needs, where no bill says so.",
        inverse_description="The work masters that need the material.",
    )
    segments: list[RefWith[SegmentUse]] | None = link(
        "CONSISTS_OF",
        "ProcessSegment",
        "workMasters",
        "The steps of the work, with their order.",
        inverse_description="The work masters that have this step.",
    )
    supersedes: list[Ref] | None = link(
        "SUPERSEDES",
        "WorkMaster",
        "supersededBy",
        "The versions that it takes the place of.",
        inverse_description="The versions that take its place.",
    )


class Document(Entity):
    """A document that work depends on: a drawing, instruction, certificate or record."""

    kind = declare(
        "product",
        plural="documents",
        source="ISO 9000, document; B2MML ResourceReference to a document",
        composites=(("documentNumber", "revision"),),
    )

    document_type: str | None = attribute("What sort of document it is, such as drawing or certificate of analysis.")
    version: str | None = attribute("The version of the document.")
    status: LifecycleStatus | None = attribute("Whether it may be used.")
    uri: str | None = attribute("Where to open it.")
    valid_from: Instant | None = attribute("From when it applies.")
    valid_to: Instant | None = attribute("Until when it applies.")
    materials: list[Ref] | None = link(
        "DESCRIBES",
        "MaterialDefinition",
        "documents",
        "The materials that it is about.",
        inverse_description="The documents about the material.",
    )
    lots: list[Ref] | None = link(
        "DESCRIBES",
        "MaterialLot",
        "documents",
        "The lots that it is about, as a certificate of analysis is.",
        inverse_description="The documents about the lot.",
    )
    work_masters: list[Ref] | None = link(
        "DESCRIBES",
        "WorkMaster",
        "documents",
        "The work that it instructs.",
        inverse_description="The documents about the work.",
    )
    equipment: list[Ref] | None = link(
        "DESCRIBES",
        "Equipment",
        "documents",
        "The equipment that it is about.",
        inverse_description="The documents about the equipment.",
    )
    assets: list[Ref] | None = link(
        "DESCRIBES",
        "PhysicalAsset",
        "documents",
        "The assets that it is about.",
        inverse_description="The documents about the asset.",
    )


class EngineeringChange(Entity):
    """A controlled change of what is made or how: an engineering change order."""

    kind = declare(
        "product",
        plural="engineeringChanges",
        source="ISO 10007, change control; ISO 9000, change control",
    )

    status: ChangeStatus | None = attribute("How far the change has come.")
    reason: str | None = attribute("Why the change is made.")
    requested_at: Instant | None = attribute("When it was asked for.")
    effective_at: Instant | None = attribute("From when it is in effect.")
    introduces: list[Ref] | None = link(
        "INTRODUCES",
        "MaterialDefinition",
        "introducedBy",
        "The materials or versions that may be used from then on.",
        inverse_description="The changes that brought the material or version in.",
    )
    withdraws: list[Ref] | None = link(
        "WITHDRAWS",
        "MaterialDefinition",
        "withdrawnBy",
        "The materials or versions that may no longer be used.",
        inverse_description="The changes that took the material or version out of use.",
    )
    bills_of_materials: list[Ref] | None = link(
        "AFFECTS",
        "BillOfMaterials",
        "engineeringChanges",
        "The bills that it changes.",
        inverse_description="The changes to the bill.",
    )
    work_masters: list[Ref] | None = link(
        "AFFECTS",
        "WorkMaster",
        "engineeringChanges",
        "The work masters that it changes.",
        inverse_description="The changes to the work master.",
    )
    documents: list[Ref] | None = link(
        "AFFECTS",
        "Document",
        "engineeringChanges",
        "The documents that it changes.",
        inverse_description="The changes to the document.",
    )
