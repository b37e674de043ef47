"""The rules of release that look at instruments, ingredients, work and maintenance, over situations made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from graph.questions.reason import Rule, Severity, Verdict
from tests.graph.questions.situations import CALIBRATION, judged, lot, produced, result, sampled


def calibrated(*calibrations: dict[str, Any], **asset: Any) -> dict[str, Any]:
    return sampled(result(instrument={"id": "A-1", "calibrations": list(calibrations), **asset}))


@pytest.mark.parametrize(
    ("calibrations", "expected"),
    [
        ([], Severity.UNKNOWN),
        ([{**CALIBRATION, "validUntil": "2026-03-05T07:59:59Z"}], Severity.BLOCKS),
        ([{**CALIBRATION, "validUntil": "2026-03-05T08:00:00Z"}], Severity.IN_ORDER),
        ([{**CALIBRATION, "validUntil": None}], Severity.IN_ORDER),
        ([{**CALIBRATION, "outcome": "OUT_OF_TOLERANCE"}], Severity.BLOCKS),
        ([{**CALIBRATION, "outcome": "LIMITED"}], Severity.WARNS),
        ([{**CALIBRATION, "outcome": "ADJUSTED"}], Severity.IN_ORDER),
        ([{**CALIBRATION, "performedAt": "2026-03-06T00:00:00Z"}], Severity.UNKNOWN),
        ([{**CALIBRATION, "status": "CANCELLED"}], Severity.UNKNOWN),
    ],
)
def test_an_instrument_was_calibrated_when_it_measured(calibrations: list[dict[str, Any]], expected: Severity) -> None:
    _, gravest, _ = judged(calibrated(*calibrations))
    assert next(s for (rule, _), s in gravest.items() if rule is Rule.CALIBRATION) is expected


def test_a_calibration_that_was_due_and_not_done_blocks() -> None:
    planned = {"id": "CAL-2", "status": "PLANNED", "dueAt": "2026-03-01T00:00:00Z"}
    assert judged(calibrated({**CALIBRATION, "validUntil": None}, planned))[0] is Verdict.NOT_READY
    assert judged(calibrated(planned))[0] is Verdict.NOT_READY
    assert judged(calibrated(CALIBRATION, {**planned, "dueAt": "2026-03-06T00:00:00Z"}))[0] is Verdict.READY


def test_an_instrument_found_outside_its_limits_afterwards_puts_results_in_doubt() -> None:
    after = {**CALIBRATION, "id": "CAL-2", "performedAt": "2026-03-07T00:00:00Z", "outcome": "ADJUSTED"}
    found, gravest, _ = judged(calibrated(CALIBRATION, after))
    assert found is Verdict.READY
    assert gravest[Rule.CALIBRATION, "CAL-2"] is Severity.WARNS


def test_an_instrument_that_nobody_described_leaves_it_unknown() -> None:
    assert judged(calibrated(placeholder=True))[0] is Verdict.UNKNOWN
    assert judged(sampled(result(instrument=None)))[0] is Verdict.READY


@pytest.mark.parametrize(
    ("ingredient", "expected"),
    [
        ({"status": "RELEASED"}, Verdict.READY),
        ({"status": "BLOCKED"}, Verdict.NOT_READY),
        ({"status": "REJECTED"}, Verdict.NOT_READY),
        ({"status": "REJECTED", "edge": {"operation": "REWORKED"}}, Verdict.READY),
        ({"placeholder": True}, Verdict.UNKNOWN),
        ({"expiresAt": "2026-03-01T00:00:00Z", "edge": {"time": "2026-03-02T00:00:00Z"}}, Verdict.NOT_READY),
        ({"expiresAt": "2026-03-03T00:00:00Z", "edge": {"time": "2026-03-02T00:00:00Z"}}, Verdict.READY),
    ],
)
def test_what_the_lot_was_made_of(ingredient: dict[str, Any], expected: Verdict) -> None:
    assert judged(lot(assembledFrom=[{"id": "RAW-2", **ingredient}]))[0] is expected


def test_a_lot_that_is_its_own_ancestor_is_judged_once() -> None:
    assert judged(lot(assembledFrom=[{"id": "LOT-1", "status": "BLOCKED"}]))[0] is Verdict.READY


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("COMPLETED", Verdict.READY),
        ("ABORTED", Verdict.READY),
        ("RUNNING", Verdict.NOT_READY),
        ("INTERRUPTED", Verdict.NOT_READY),
        (None, Verdict.UNKNOWN),
    ],
)
def test_work_must_have_ended(status: str | None, expected: Verdict) -> None:
    assert judged(produced(status=status))[0] is expected


def test_how_a_lot_came_to_be_must_be_known() -> None:
    assert judged(lot(producedBy=[]))[0] is Verdict.UNKNOWN
    assert judged(lot(producedBy=[], supplierLot="ZK-1"))[0] is Verdict.READY


def parameter(value: Any, unit: str | None = None) -> list[dict[str, Any]]:
    return [{"id": "speed", "value": value, "unit": unit}]


@pytest.mark.parametrize(
    ("planned", "actual", "expected"),
    [
        (parameter(90, "/min"), parameter(90, "/min"), Severity.IN_ORDER),
        (parameter(90, "/min"), parameter(1.5, "/s"), Severity.IN_ORDER),
        (parameter(90, "/min"), parameter(91, "/min"), Severity.IN_ORDER),  # within 2 %
        (parameter(90, "/min"), parameter(93, "/min"), Severity.WARNS),
        (parameter(20, "Cel"), parameter(20.5, "Cel"), Severity.WARNS),  # no share of degrees Celsius
        (parameter(90, "/min"), parameter(90, "kg"), Severity.WARNS),
        (parameter(90, "/min"), parameter(90), Severity.WARNS),
        (parameter(90), parameter(90), Severity.IN_ORDER),
        (parameter("slow"), parameter("fast"), Severity.WARNS),
        (parameter("slow"), parameter("slow"), Severity.IN_ORDER),
        (parameter(True), parameter(False), Severity.WARNS),
    ],
)
def test_parameters_are_held_to_the_plan(planned: Any, actual: Any, expected: Severity) -> None:
    _, gravest, _ = judged(produced(jobOrder={"id": "JO-1", "parameters": planned}, parameters=actual))
    assert gravest[Rule.DEVIATION, "JR-1"] is expected
    step = {"id": "B-1/1", "segment": {"id": "SEG-1", "parameters": planned}, "parameters": actual}
    _, gravest, _ = judged(lot(batches=[{"id": "B-1", "status": "COMPLETE", "steps": [step]}]))
    assert gravest[Rule.DEVIATION, "B-1/1"] is expected


def used(kg: float | None, material: str = "SUGAR", id_: str = "L-1") -> dict[str, Any]:
    edge = {"quantity": None if kg is None else {"value": kg, "unit": "kg"}}
    return {"id": id_, "edge": edge, "definition": {"id": material}}


@pytest.mark.parametrize(
    ("consumed", "warned"),
    [
        ([used(100)], set()),
        ([used(60), used(40, id_="L-2")], set()),
        ([used(101)], set()),
        ([used(103)], {"SUGAR"}),
        ([used(100), used(1, "SALT", "L-2")], {"SALT"}),
        ([used(1, "SALT")], {"SALT", "SUGAR"}),
        ([], set()),  # nothing is said of what was used
    ],
)
def test_materials_are_held_to_the_plan(consumed: list[dict[str, Any]], warned: set[str]) -> None:
    job = {
        "id": "JO-1",
        "status": "COMPLETED",
        "materials": [{"id": "SUGAR", "edge": {"quantity": {"value": 100_000, "unit": "g"}}}],
        "responses": [{"id": "JR-1", "consumed": consumed}],
    }
    _, gravest, _ = judged(produced(jobOrder=job))
    assert {id_ for (rule, id_), s in gravest.items() if rule is Rule.DEVIATION and s is Severity.WARNS} == warned


@pytest.mark.parametrize(
    ("asset", "expected"),
    [
        ({"maintenancePlans": [{"id": "MP-1", "status": "ACTIVE", "nextDueAt": "2026-03-04T09:00:00Z"}]}, "MP-1"),
        ({"maintenancePlans": [{"id": "MP-1", "status": "ACTIVE", "nextDueAt": "2026-03-04T11:00:00Z"}]}, None),
        ({"maintenancePlans": [{"id": "MP-1", "status": "ENDED", "nextDueAt": "2026-03-01T00:00:00Z"}]}, None),
        ({"maintenanceOrders": [{"id": "MO-1", "status": "RELEASED", "plannedEnd": "2026-03-01T00:00:00Z"}]}, "MO-1"),
        ({"maintenanceOrders": [{"id": "MO-1", "status": "RELEASED"}]}, None),
    ],
)
def test_maintenance_that_was_overdue_when_the_lot_was_made_warns(asset: dict[str, Any], expected: str | None) -> None:
    for of in (
        produced(assets=[{"id": "A-2", **asset}]),
        produced(assets=[], equipment=[{"id": "E-1", **asset}]),
        produced(assets=[], equipment=[{"id": "E-1", "implementedBy": [{"id": "A-2", **asset}]}]),
    ):
        found, gravest, _ = judged(of)
        late = {id_ for (rule, id_), s in gravest.items() if rule is Rule.MAINTENANCE and s is Severity.WARNS}
        assert (found, late) == (Verdict.READY, {expected} - {None})


def test_an_asset_that_left_the_role_before_is_not_looked_at() -> None:
    plan = {"id": "MP-1", "status": "ACTIVE", "nextDueAt": "2026-03-01T00:00:00Z"}
    old = {"id": "A-OLD", "edge": {"end": "2026-03-01T00:00:00Z"}, "maintenancePlans": [plan]}
    _, gravest, _ = judged(produced(assets=[], equipment=[{"id": "E-1", "implementedBy": [old]}]))
    assert (Rule.MAINTENANCE, "MP-1") not in gravest
