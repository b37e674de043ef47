"""Maintenance: what is planned for assets, how instruments compare with standards, and how assets fare."""

from __future__ import annotations

from schema.model.base import Entity, Instant, Number, Parameter, Quantity, Ref, Term, attribute, declare, link
from schema.model.common import MaintenanceType


class PlanStatus(Term):
    """Whether a maintenance plan is in force."""

    ACTIVE = "ACTIVE", "Calls for jobs as they fall due."
    SUSPENDED = "SUSPENDED", "Calls for no jobs for now."
    ENDED = "ENDED", "Calls for no more jobs."


class CalibrationStatus(Term):
    """How far a calibration has come."""

    PLANNED = "PLANNED", "To be done."
    COMPLETED = "COMPLETED", "Done; the outcome says what was found."
    CANCELLED = "CANCELLED", "Will not be done."


class CalibrationOutcome(Term):
    """What a calibration found. Source: ISO/IEC 17025:2017, 7.8.6, statements of conformity."""

    IN_TOLERANCE = "IN_TOLERANCE", "The instrument was within its limits."
    ADJUSTED = "ADJUSTED", "The instrument was outside its limits and was adjusted; it is within them now."
    LIMITED = "LIMITED", "The instrument may be used only within a stated range."
    OUT_OF_TOLERANCE = "OUT_OF_TOLERANCE", "The instrument is outside its limits and must not be used."


class Health(Term):
    """How an asset fares. Source: ISO 17359, condition assessment; NAMUR NE 107 states in brackets."""

    GOOD = "GOOD", "As it should be (normal)."
    FAIR = "FAIR", "Worn, with no need to act yet (maintenance required, not urgent)."
    POOR = "POOR", "Needs maintenance soon (maintenance required, or out of specification)."
    FAILED = "FAILED", "Does not do what it should (failure)."
    UNKNOWN = "UNKNOWN", "Can't be told at present (function check)."


class MaintenancePlan(Entity):
    """Maintenance that recurs: what is done on which assets, and when."""

    kind = declare(
        "maintenance",
        plural="maintenancePlans",
        source="EN 13306, maintenance plan; ISO 14224, maintenance data",
    )

    status: PlanStatus | None = attribute("Whether the plan is in force.")
    maintenance_type: MaintenanceType | None = attribute("Why the maintenance is done.")
    interval: Quantity | None = attribute("How long or how much use between two jobs.")
    last_done_at: Instant | None = attribute("When it was last done.")
    next_due_at: Instant | None = attribute("When it is due next.")
    assets: list[Ref] | None = link(
        "MAINTAINS",
        "PhysicalAsset",
        "maintenancePlans",
        "The assets that it is for.",
        inverse_description="The plans for the asset.",
    )
    equipment: list[Ref] | None = link(
        "MAINTAINS",
        "Equipment",
        "maintenancePlans",
        "The equipment that it is for, where the asset is not named.",
        inverse_description="The plans for the equipment.",
    )
    work_master: Ref | None = link(
        "FOLLOWS",
        "WorkMaster",
        "maintenancePlans",
        "The task list to follow.",
        inverse_description="The maintenance plans that follow it.",
    )


class Calibration(Entity):
    """A comparison of an instrument with a reference standard, and how long it holds."""

    kind = declare(
        "maintenance",
        plural="calibrations",
        source="ISO/IEC 17025:2017, 6.4 and 6.5, equipment and its traceability; VIM (JCGM 200), 2.39, calibration",
    )

    status: CalibrationStatus | None = attribute("How far the calibration has come.")
    outcome: CalibrationOutcome | None = attribute("What it found.")
    due_at: Instant | None = attribute("When it should be done.")
    performed_at: Instant | None = attribute("When it was done; the instrument may be relied on from then.")
    valid_until: Instant | None = attribute("Until when the instrument may be relied on.")
    certificate: str | None = attribute("The number of the certificate.", sought=True)
    as_found: list[Parameter] | None = attribute("What the instrument showed before it was adjusted.")
    as_left: list[Parameter] | None = attribute("What the instrument showed afterwards.")
    instrument: Ref | None = link(
        "CALIBRATES",
        "PhysicalAsset",
        "calibrations",
        "The instrument or machine that is calibrated.",
        inverse_description="The calibrations of the asset.",
    )
    standards: list[Ref] | None = link(
        "COMPARES_WITH",
        "PhysicalAsset",
        "calibrationsOfOthers",
        "The reference standards that it is compared with.",
        inverse_description="The calibrations for which the asset is the reference standard.",
    )
    performed_by: Ref | None = link(
        "PERFORMED_BY",
        "Person",
        "calibrations",
        "Who did it.",
        inverse_description="The calibrations that the person did.",
    )
    job_order: Ref | None = link(
        "RESPONDS_TO",
        "JobOrder",
        "calibrations",
        "The job that called for it.",
        inverse_description="The calibrations done for the job.",
    )


class AssetCondition(Entity):
    """What condition monitoring says of an asset: its health, and how long it will last."""

    kind = declare(
        "maintenance",
        plural="assetConditions",
        source="ISO 17359 and ISO 13374-1, condition and health assessment; ISO 13381-1, remaining useful life",
    )

    health: Health | None = attribute("How the asset fares.")
    health_score: Number | None = attribute("How the asset fares as a number, from 0 (failed) to 100 (as new).")
    remaining_life: Quantity | None = attribute("How long or how much use it will last, as forecast.")
    failure_probability: Number | None = attribute("The forecast probability of failure, from 0 to 1.")
    failure_mode: str | None = attribute("How it is failing or may fail (ISO 14224 failure mode).")
    recommendation: str | None = attribute("What should be done.")
    assessed_at: Instant | None = attribute("When it was assessed.")
    parameters: list[Parameter] | None = attribute("The readings that the assessment rests on.")
    asset: Ref | None = link(
        "ASSESSES",
        "PhysicalAsset",
        "conditions",
        "The asset that is assessed.",
        inverse_description="The assessments of the asset.",
    )
