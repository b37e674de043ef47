"""Quality: what was tested against what, what was found wrong, and what is done about it."""

from __future__ import annotations

from schema.model.base import Entity, Instant, Quantity, Ref, Term, UnitCode, attribute, declare, link
from schema.model.common import LifecycleStatus


class SampleStatus(Term):
    """How far a sample has come."""

    PLANNED = "PLANNED", "To be taken."
    TAKEN = "TAKEN", "Taken, and on its way to the laboratory."
    RECEIVED = "RECEIVED", "In the laboratory."
    IN_TEST = "IN_TEST", "Being tested."
    TESTED = "TESTED", "All results are there, but not verified."
    VERIFIED = "VERIFIED", "All results are verified."
    INVALID = "INVALID", "Not fit for testing, or its results don't count."
    CANCELLED = "CANCELLED", "Will not be taken or tested."


class Verdict(Term):
    """What a result says. Source: ISO 9000, conformity."""

    PASSED = "PASSED", "Meets the specification."
    FAILED = "FAILED", "Does not meet the specification."
    INCONCLUSIVE = "INCONCLUSIVE", "Does not decide; the test must be done again."
    PENDING = "PENDING", "Not decided yet."


class ResultStatus(Term):
    """Whether a result may be relied on."""

    ENTERED = "ENTERED", "Recorded, but not verified."
    VERIFIED = "VERIFIED", "Checked by a second person or by rule."
    RETRACTED = "RETRACTED", "Declared invalid; it no longer counts."


class TestSpecification(Entity):
    """A requirement on one characteristic of a material, and how it is tested."""

    __test__ = False  # keeps pytest from taking the class for a test
    kind = declare(
        "quality",
        plural="testSpecifications",
        source="ISA-95 Part 2 (IEC 62264-2), test specification; B2MML TestSpecificationType",
        composites=(("specification", "version"),),
    )

    version: str | None = attribute("The version of the specification.")
    status: LifecycleStatus | None = attribute("Whether it is in force.")
    characteristic: str | None = attribute("What is tested, such as viscosity or appearance.", sought=True)
    method: str | None = attribute("How it is tested: the name of the method or standard.")
    unit: UnitCode | None = attribute("The unit in which results are given.")
    target: Quantity | None = attribute("The value aimed at.")
    lower_limit: Quantity | None = attribute("The lowest value that passes.")
    upper_limit: Quantity | None = attribute("The highest value that passes.")
    expected: str | None = attribute("What must be found, where the result is in words.")
    mandatory: bool | None = attribute("Whether a lot needs a result that passes before it may be released.")
    materials: list[Ref] | None = link(
        "APPLIES_TO",
        "MaterialDefinition",
        "testSpecifications",
        "The materials that it applies to.",
        inverse_description="The specifications for the material.",
    )
    material_classes: list[Ref] | None = link(
        "APPLIES_TO",
        "MaterialClass",
        "testSpecifications",
        "The classes of material that it applies to.",
        inverse_description="The specifications for materials of the class.",
    )


class Sample(Entity):
    """A portion taken to be tested."""

    kind = declare(
        "quality",
        plural="samples",
        source="ISA-95 Part 3 (IEC 62264-3), quality operations, sample; ISO/IEC 17025:2017, 7.3, sampling",
        parent="part_of",
    )

    status: SampleStatus | None = attribute("How far the sample has come.")
    sample_type: str | None = attribute("What the sample is for, such as release, in-process or retain.")
    quantity: Quantity | None = attribute("How much was taken.")
    taken_at: Instant | None = attribute("When it was taken.")
    received_at: Instant | None = attribute("When it reached the laboratory.")
    completed_at: Instant | None = attribute("When its results were verified.")
    lot: Ref | None = link(
        "TAKEN_FROM",
        "MaterialLot",
        "samples",
        "The lot that it was taken from.",
        inverse_description="The samples taken from the lot.",
    )
    sublot: Ref | None = link(
        "TAKEN_FROM",
        "MaterialSublot",
        "samples",
        "The pallet, drum or item that it was taken from.",
        inverse_description="The samples taken from the sublot.",
    )
    equipment: Ref | None = link(
        "TAKEN_AT",
        "Equipment",
        "samples",
        "The sampling point or equipment at which it was taken.",
        inverse_description="The samples taken at the equipment.",
    )
    job_response: Ref | None = link(
        "TAKEN_DURING",
        "JobResponse",
        "samples",
        "The work during which it was taken.",
        inverse_description="The samples taken during the work.",
    )
    batch: Ref | None = link(
        "TAKEN_DURING",
        "Batch",
        "samples",
        "The batch during which it was taken.",
        inverse_description="The samples taken during the batch.",
    )
    taken_by: Ref | None = link(
        "TAKEN_BY",
        "Person",
        "samples",
        "Who took it.",
        inverse_description="The samples that the person took.",
    )
    part_of: Ref | None = link(
        "PART_OF",
        "Sample",
        "aliquots",
        "The sample that it is a portion of.",
        inverse_description="The portions of the sample.",
    )


class TestResult(Entity):
    """What one test of one characteristic found."""

    __test__ = False  # keeps pytest from taking the class for a test
    kind = declare(
        "quality",
        plural="testResults",
        source="ISA-95 Part 2 (IEC 62264-2), test result; B2MML TestResultType; ISO/IEC 17025:2017, 7.8, reporting",
        composites=(("sample", "test"),),
    )

    characteristic: str | None = attribute("What was tested, such as viscosity or appearance.", sought=True)
    value: Quantity | None = attribute("What was measured.")
    text: str | None = attribute("What was found, where the result is in words.")
    verdict: Verdict | None = attribute("Whether it meets the specification.")
    status: ResultStatus | None = attribute("Whether it may be relied on.")
    measured_at: Instant | None = attribute("When it was measured.")
    verified_at: Instant | None = attribute("When it was verified.")
    sample: Ref | None = link(
        "OF",
        "Sample",
        "results",
        "The sample that was tested.",
        inverse_description="The results of the sample.",
    )
    lot: Ref | None = link(
        "OF",
        "MaterialLot",
        "testResults",
        "The lot that was tested, where no sample was taken.",
        inverse_description="The results of tests done on the lot itself, without a sample.",
    )
    specification: Ref | None = link(
        "AGAINST",
        "TestSpecification",
        "results",
        "The specification that it was judged by.",
        inverse_description="The results judged by the specification.",
    )
    instrument: Ref | None = link(
        "MEASURED_WITH",
        "PhysicalAsset",
        "testResults",
        "The instrument that measured it.",
        inverse_description="The results measured with the instrument.",
    )
    analyst: Ref | None = link(
        "MEASURED_BY",
        "Person",
        "testResults",
        "Who measured it.",
        inverse_description="The results that the person measured.",
    )
    verified_by: Ref | None = link(
        "VERIFIED_BY",
        "Person",
        "verifiedTestResults",
        "Who verified it.",
        inverse_description="The results that the person verified.",
    )
