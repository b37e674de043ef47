"""Batches: production by recipe, with the steps as a batch execution system records them."""

from __future__ import annotations

from schema.model.base import (
    Entity,
    Flow,
    Instant,
    Int64,
    Parameter,
    Quantity,
    Ref,
    RefWith,
    Term,
    attribute,
    declare,
    link,
)
from schema.model.common import Move, Period


class BatchStatus(Term):
    """How far a batch or step has come. Source: ISA-88 Part 1 (IEC 61512-1), example states of procedural elements."""

    IDLE = "IDLE", "Has not begun."
    RUNNING = "RUNNING", "Being done."
    PAUSED = "PAUSED", "Stands still at a planned point for a short time."
    HELD = "HELD", "Held, to be taken up again."
    COMPLETE = "COMPLETE", "Ended as planned."
    STOPPED = "STOPPED", "Ended early, in good order."
    ABORTED = "ABORTED", "Ended early, at once."


class ProcedureLevel(Term):
    """A level of the procedural control model. Source: ISA-88 Part 1 (IEC 61512-1)."""

    PROCEDURE = "PROCEDURE", "The whole of making a batch."
    UNIT_PROCEDURE = "UNIT_PROCEDURE", "The part of it that is done in one unit."
    OPERATION = "OPERATION", "A major sequence in a unit, such as a reaction."
    PHASE = "PHASE", "The smallest step that does something to the process, such as heating."


class Batch(Entity):
    """One execution of a recipe, and the material that comes of it."""

    kind = declare(
        "work",
        plural="batches",
        source="ISA-88 Part 1 (IEC 61512-1), batch; ISA-88 Part 4 (IEC 61512-4), batch production record",
    )

    status: BatchStatus | None = attribute("How far the batch has come.")
    quantity: Quantity | None = attribute("How much was made.")
    planned_quantity: Quantity | None = attribute("How much was to be made.")
    start: Instant | None = attribute("When it began.")
    end: Instant | None = attribute("When it ended.")
    parameters: list[Parameter] | None = attribute("The parameters of the control recipe.")
    job_order: Ref | None = link(
        "RESPONDS_TO",
        "JobOrder",
        "batches",
        "The job that the batch is made for.",
        inverse_description="The batches made for the job.",
    )
    work_master: Ref | None = link(
        "FOLLOWS",
        "WorkMaster",
        "batches",
        "The master recipe that was followed.",
        inverse_description="The batches made by the recipe.",
    )
    consumed: list[RefWith[Move]] | None = link(
        "CONSUMED",
        "MaterialLot",
        "consumedByBatches",
        "The lots that went in, with quantity and time.",
        inverse_description="The batches that some of the lot went into.",
        flow=Flow.IN,
    )
    produced: list[RefWith[Move]] | None = link(
        "PRODUCED",
        "MaterialLot",
        "batches",
        "The lots that came out, with quantity and time.",
        inverse_description="The batches that the lot came from.",
        flow=Flow.OUT,
    )
    equipment: list[RefWith[Period]] | None = link(
        "USED",
        "Equipment",
        "batches",
        "The process cell and units that it was made in, with the times.",
        inverse_description="The batches made in the equipment.",
    )


class BatchStep(Entity):
    """One step of a batch as it was done: a unit procedure, operation or phase."""

    kind = declare(
        "work",
        plural="batchSteps",
        source="ISA-88 Part 1 (IEC 61512-1), procedural elements; ISA-88 Part 4 (IEC 61512-4), recipe element record",
        parent="part_of",
    )

    level: ProcedureLevel | None = attribute("Its level in the procedure.")
    status: BatchStatus | None = attribute("How far the step has come.")
    position: Int64 | None = attribute("Its place in the order of the steps.")
    start: Instant | None = attribute("When it began.")
    end: Instant | None = attribute("When it ended.")
    parameters: list[Parameter] | None = attribute("The values that the step was done with, and those it reported.")
    batch: Ref | None = link(
        "PART_OF",
        "Batch",
        "steps",
        "The batch that the step belongs to.",
        inverse_description="The steps of the batch, at every level.",
        flow=Flow.OUT,
    )
    part_of: Ref | None = link(
        "PART_OF",
        "BatchStep",
        "steps",
        "The step that it is a part of.",
        inverse_description="The steps that it consists of.",
    )
    segment: Ref | None = link(
        "PERFORMS",
        "ProcessSegment",
        "batchSteps",
        "The step of the recipe that was done.",
        inverse_description="The times that the step was done in batches.",
    )
    consumed: list[RefWith[Move]] | None = link(
        "CONSUMED",
        "MaterialLot",
        "consumedBySteps",
        "The lots that were charged, with quantity and time.",
        inverse_description="The batch steps in which some of the lot was charged.",
        flow=Flow.IN,
    )
    equipment: list[RefWith[Period]] | None = link(
        "USED",
        "Equipment",
        "batchSteps",
        "The equipment that it was done in, with the times.",
        inverse_description="The batch steps done in the equipment.",
    )
    assets: list[RefWith[Period]] | None = link(
        "USED",
        "PhysicalAsset",
        "batchSteps",
        "The tools and instruments that were used, with the times.",
        inverse_description="The batch steps in which the asset was used.",
    )
    people: list[RefWith[Period]] | None = link(
        "USED",
        "Person",
        "batchSteps",
        "The people who did it or confirmed it, with the times.",
        inverse_description="The batch steps that the person did or confirmed.",
    )
