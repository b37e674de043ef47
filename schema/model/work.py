"""Work: jobs as ordered and as done. Batches are in `schema.model.batch`."""

from __future__ import annotations

from schema.model.base import (
    Entity,
    Flow,
    Instant,
    Int64,
    Number,
    Parameter,
    Quantity,
    Ref,
    RefWith,
    Term,
    attribute,
    declare,
    link,
)
from schema.model.common import Amount, MaintenanceType, Move, Need, Period, WorkType


class JobOrderStatus(Term):
    """How far a job order has come. Source: ISA-95 Part 4, job order states (OPC 10031-4)."""

    PLANNED = "PLANNED", "Not allowed to start yet."
    RELEASED = "RELEASED", "Allowed to start."
    RUNNING = "RUNNING", "Being worked on."
    INTERRUPTED = "INTERRUPTED", "Begun, and held for now."
    COMPLETED = "COMPLETED", "Ended as planned."
    ABORTED = "ABORTED", "Ended early, and not to be taken up again."
    CLOSED = "CLOSED", "Settled; nothing more is booked on it."
    CANCELLED = "CANCELLED", "Given up before it began."


class JobResponseStatus(Term):
    """How far the work has come."""

    RUNNING = "RUNNING", "Being done."
    INTERRUPTED = "INTERRUPTED", "Begun, and held for now."
    COMPLETED = "COMPLETED", "Ended as planned."
    ABORTED = "ABORTED", "Ended early."


class JobOrder(Entity):
    """A unit of work that is planned: production, maintenance, quality or inventory work."""

    kind = declare(
        "work",
        plural="jobOrders",
        source="ISA-95 Part 4 (IEC 62264-4), job order; B2MML JobOrderType; "
        "for maintenance: EN 13306 and ISO 14224, maintenance record",
        composites=(("order", "operation"),),
        parent="part_of",
    )

    work_type: WorkType | None = attribute("Which of the four operations it belongs to.")
    maintenance_type: MaintenanceType | None = attribute("Why the maintenance is done, for a maintenance job.")
    status: JobOrderStatus | None = attribute("How far the job has come.")
    status_reason: str | None = attribute("Why it is in that status: what holds it up, or why it was ended early.")
    priority: Int64 | None = attribute("Its rank; 1 is the most urgent.")
    quantity: Quantity | None = attribute("How much is to be made.")
    planned_start: Instant | None = attribute("When it should begin.")
    planned_end: Instant | None = attribute("When it should be done.")
    expected_end: Instant | None = attribute("When it will be done, as things stand.")
    parameters: list[Parameter] | None = attribute("The settings that the work is to be done with.")
    part_of: Ref | None = link(
        "PART_OF",
        "JobOrder",
        "parts",
        "The order that it is an operation or part of.",
        inverse_description="The operations or parts of the order.",
    )
    fulfils: list[RefWith[Amount]] | None = link(
        "FULFILS",
        "OperationsRequest",
        "jobOrders",
        "The requests that the job works for, with how much for each.",
        inverse_description="The jobs that work for the request.",
    )
    depends_on: list[Ref] | None = link(
        "DEPENDS_ON",
        "JobOrder",
        "dependents",
        "The jobs that must end before this one may begin.",
        inverse_description="The jobs that wait for this one.",
    )
    work_master: Ref | None = link(
        "FOLLOWS",
        "WorkMaster",
        "jobOrders",
        "The recipe, routing or task list to follow.",
        inverse_description="The jobs that are to follow it.",
    )
    product: Ref | None = link(
        "MAKES",
        "MaterialDefinition",
        "jobOrders",
        "The material to be made.",
        inverse_description="The jobs that are to make the material.",
    )
    materials: list[RefWith[Need]] | None = link(
        "REQUIRES",
        "MaterialDefinition",
        "neededByJobOrders",
        "The materials to be used, with quantity and position.",
        inverse_description="The jobs that are to use the material.",
    )
    lots: list[RefWith[Amount]] | None = link(
        "RESERVES",
        "MaterialLot",
        "reservedBy",
        "The lots set aside for the job, with how much of each.",
        inverse_description="The jobs for which some of the lot is set aside.",
    )
    equipment: list[RefWith[Period]] | None = link(
        "REQUIRES",
        "Equipment",
        "jobOrders",
        "The equipment that the job is planned on, with the times.",
        inverse_description="The jobs that are planned on the equipment.",
    )
    assets: list[RefWith[Period]] | None = link(
        "REQUIRES",
        "PhysicalAsset",
        "jobOrders",
        "The machines, tools or instruments that the job is to use, with the times.",
        inverse_description="The jobs that are to use the asset.",
    )
    people: list[RefWith[Period]] | None = link(
        "REQUIRES",
        "Person",
        "jobOrders",
        "The people who are to do the job, with the times.",
        inverse_description="The jobs that the person is to do.",
    )
    maintains_assets: list[Ref] | None = link(
        "MAINTAINS",
        "PhysicalAsset",
        "maintenanceOrders",
        "The assets that a maintenance job is done on.",
        inverse_description="The maintenance jobs done or to be done on the asset.",
    )
    maintains_equipment: list[Ref] | None = link(
        "MAINTAINS",
        "Equipment",
        "maintenanceOrders",
        "The equipment that a maintenance job is done on, where the asset is not named.",
        inverse_description="The maintenance jobs done or to be done on the equipment.",
    )
    maintenance_plan: Ref | None = link(
        "PLANNED_BY",
        "MaintenancePlan",
        "jobOrders",
        "The plan that called for the job.",
        inverse_description="The jobs that the plan called for.",
    )
    triggered_by_conditions: list[Ref] | None = link(
        "TRIGGERED_BY",
        "AssetCondition",
        "jobOrders",
        "The findings of condition monitoring that called for the job.",
        inverse_description="The jobs that the finding called for.",
    )
    triggered_by_events: list[Ref] | None = link(
        "TRIGGERED_BY",
        "OperationsEvent",
        "jobOrders",
        "The alarms or events that called for the job.",
        inverse_description="The jobs that the event called for.",
    )


class JobResponse(Entity):
    """Work as it was done: the actual times, materials, equipment, assets and people of a job."""

    kind = declare(
        "work",
        plural="jobResponses",
        source="ISA-95 Part 4 (IEC 62264-4), job response with its actuals; B2MML JobResponseType",
    )

    work_type: WorkType | None = attribute("Which of the four operations it belongs to.")
    status: JobResponseStatus | None = attribute("How far the work has come.")
    start: Instant | None = attribute("When it began.")
    end: Instant | None = attribute("When it ended.")
    progress: Number | None = attribute("The share that is done, from 0 to 1.")
    good_quantity: Quantity | None = attribute("How much was made that is good (ISO 22400-2 good quantity).")
    scrap_quantity: Quantity | None = attribute("How much was made that is scrap (ISO 22400-2 scrap quantity).")
    rework_quantity: Quantity | None = attribute("How much must be worked over (ISO 22400-2 rework quantity).")
    parameters: list[Parameter] | None = attribute("The settings and readings that the work was done with.")
    failure_mode: str | None = attribute("How the asset failed, as a maintenance job found (ISO 14224 failure mode).")
    failure_cause: str | None = attribute("Why the asset failed, as a maintenance job found (ISO 14224 failure cause).")
    job_order: Ref | None = link(
        "RESPONDS_TO",
        "JobOrder",
        "responses",
        "The job that it answers to.",
        inverse_description="The work that was done on the job.",
    )
    segment: Ref | None = link(
        "PERFORMS",
        "ProcessSegment",
        "jobResponses",
        "The step of the work that was done.",
        inverse_description="The times that the step was done.",
    )
    work_master: Ref | None = link(
        "FOLLOWS",
        "WorkMaster",
        "jobResponses",
        "The recipe, routing or task list that was followed.",
        inverse_description="The work that was done by it.",
    )
    consumed: list[RefWith[Move]] | None = link(
        "CONSUMED",
        "MaterialLot",
        "consumedBy",
        "The lots that were used, with quantity and time.",
        inverse_description="The work in which some of the lot was used.",
        flow=Flow.IN,
    )
    produced: list[RefWith[Move]] | None = link(
        "PRODUCED",
        "MaterialLot",
        "producedBy",
        "The lots that were made, with quantity and time.",
        inverse_description="The work in which the lot was made.",
        flow=Flow.OUT,
    )
    equipment: list[RefWith[Period]] | None = link(
        "USED",
        "Equipment",
        "jobResponses",
        "The equipment that it was done on, with the times.",
        inverse_description="The work that was done on the equipment.",
    )
    assets: list[RefWith[Period]] | None = link(
        "USED",
        "PhysicalAsset",
        "jobResponses",
        "The machines, tools and instruments that were used, with the times.",
        inverse_description="The work in which the asset was used.",
    )
    people: list[RefWith[Period]] | None = link(
        "USED",
        "Person",
        "jobResponses",
        "The people who did it, with the times.",
        inverse_description="The work that the person did.",
    )
