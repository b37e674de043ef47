"""The rules of release that look at the lot itself, its results and what was found wrong, over made-up lots."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.questions.readiness import SHAPE, judge
from graph.questions.reason import Rule, Severity, Verdict, verdict
from tests.graph.questions.hand import START, made
from tests.graph.questions.situations import AT, OPTIONAL, SPECIFICATION, judged, lot, produced, result, sampled


def test_a_lot_with_everything_in_order_is_ready() -> None:
    found, gravest, _ = judged(lot())
    assert found is Verdict.READY
    assert set(gravest.values()) == {Severity.IN_ORDER}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("AWAITING_RELEASE", Verdict.READY),
        ("RELEASED", Verdict.READY),
        ("SHIPPED", Verdict.READY),
        ("IN_PROCESS", Verdict.NOT_READY),
        ("BLOCKED", Verdict.NOT_READY),
        ("REJECTED", Verdict.NOT_READY),
        ("SCRAPPED", Verdict.NOT_READY),
        ("CONSUMED", Verdict.NOT_READY),
        (None, Verdict.UNKNOWN),
    ],
)
def test_the_lots_own_status_decides(status: str | None, expected: Verdict) -> None:
    assert judged(lot(status=status))[0] is expected


def test_systems_that_disagree_on_the_status_are_told_with_whose_word_it_is() -> None:
    disputed = lot(system="qms", conflicting={"lims": {"status": "BLOCKED"}})
    reasons = judge(made("MaterialLot", SHAPE, disputed), AT, 0.02)
    (about,) = [r for r in reasons if r.rule is Rule.LOT_STATUS and r.severity is Severity.WARNS]
    assert [(word.system, word.value, word.time) for word in about.said] == [("lims", "BLOCKED", START)]
    (own,) = [r for r in reasons if r.rule is Rule.LOT_STATUS and r.severity is Severity.IN_ORDER]
    assert [word.system for word in own.said] == ["qms"]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"expiresAt": "2026-03-10T00:00:00Z"}, Verdict.NOT_READY),
        ({"expiresAt": "2026-03-10T00:00:00.5Z"}, Verdict.READY),
        ({"expiresAt": None}, Verdict.READY),
        ({"retestAt": "2026-03-09T00:00:00Z"}, Verdict.NOT_READY),
        ({"retestAt": "2026-03-05T00:00:00Z"}, Verdict.READY),  # the result is of the day's morning
        ({"retestAt": "2026-03-11T00:00:00Z"}, Verdict.READY),
    ],
)
def test_what_has_expired_or_waits_for_a_retest_is_held(dates: dict[str, Any], expected: Verdict) -> None:
    assert judged(lot(**dates))[0] is expected


LATER = "2026-03-06T08:00:00Z"


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result(verdict="FAILED")], Verdict.NOT_READY),
        ([result(value=3.3)], Verdict.NOT_READY),  # whatever was stated
        ([result(value=3.3, verdict=None)], Verdict.NOT_READY),
        ([result(value=3.2)], Verdict.READY),  # a limit itself passes
        ([result(verdict=None)], Verdict.READY),  # judged by the limits
        ([result(verdict="INCONCLUSIVE")], Verdict.UNKNOWN),
        ([result(verdict="PENDING", value=3.0)], Verdict.UNKNOWN),
        ([result(status="ENTERED")], Verdict.UNKNOWN),
        ([result(status=None)], Verdict.READY),
        ([result(status="RETRACTED")], Verdict.UNKNOWN),  # as if there were none
        ([], Verdict.UNKNOWN),
        ([result(verdict="FAILED"), result("R-2", measuredAt=LATER)], Verdict.READY),
        ([result(), result("R-2", measuredAt=LATER, verdict="FAILED")], Verdict.NOT_READY),
        ([result(verdict="FAILED"), result("R-2", measuredAt=LATER, verdict="PENDING")], Verdict.NOT_READY),
        ([result(verdict="FAILED"), result("R-2", measuredAt=LATER, status="ENTERED")], Verdict.NOT_READY),
        ([result(verdict="FAILED"), result("R-2", measuredAt=LATER, verdict="INCONCLUSIVE")], Verdict.NOT_READY),
        ([result(), result("R-2", measuredAt=LATER, status="ENTERED")], Verdict.UNKNOWN),
        ([result(), result("R-2", measuredAt=LATER, status="ENTERED", verdict="FAILED")], Verdict.NOT_READY),
        ([result(status="ENTERED", verdict="FAILED"), result("R-2", measuredAt=LATER)], Verdict.READY),
        ([result(verdict="FAILED", specification=None)], Verdict.NOT_READY),  # the characteristic tells which
        ([result(), result("R-2", verdict="FAILED", specification=OPTIONAL)], Verdict.READY),
        ([result(specification=OPTIONAL)], Verdict.UNKNOWN),
    ],
)
def test_results_against_their_specifications(results: list[dict[str, Any]], expected: Verdict) -> None:
    assert judged(sampled(*results))[0] is expected


def test_a_failed_result_that_a_retest_passed_is_told() -> None:
    _, gravest, texts = judged(sampled(result("R-9", verdict="FAILED"), result("R-2", measuredAt=LATER)))
    assert gravest[Rule.TEST_RESULT, "R-9"] is Severity.WARNS
    assert "pH: 3 [pH] failed (R-9); the later R-2 passed." in texts


def test_a_verified_failure_stands_until_a_verified_retest() -> None:
    retest = result("R-2", measuredAt=LATER, status="ENTERED")
    _, gravest, texts = judged(sampled(result("R-9", verdict="FAILED"), retest))
    assert gravest[Rule.TEST_RESULT, "R-9"] is Severity.BLOCKS
    assert gravest[Rule.TEST_RESULT, "R-2"] is Severity.UNKNOWN
    assert "pH: 3 [pH] failed (R-9); the later R-2 does not take its place, for nobody has verified it." in texts


def test_limits_are_compared_in_their_own_unit() -> None:
    limits = {"lowerLimit": {"value": 1, "unit": "kg"}, "upperLimit": {"value": 2, "unit": "kg"}}
    weight = {**SPECIFICATION, **limits}
    inside = result(specification=weight, verdict=None) | {"value": {"value": 1500, "unit": "g"}}
    beyond = result(specification=weight, verdict="PASSED") | {"value": {"value": 2500, "unit": "g"}}
    unlike = result(specification=weight, verdict="PASSED") | {"value": {"value": 1.5, "unit": "L"}}
    undecided = result(specification=weight, verdict=None) | {"value": {"value": 1.5, "unit": "L"}}
    assert judged(sampled(inside))[0] is Verdict.READY
    assert judged(sampled(beyond))[0] is Verdict.NOT_READY
    found, _, texts = judged(sampled(unlike))
    assert found is Verdict.READY
    assert any("can't be compared" in text for text in texts)
    assert judged(sampled(undecided))[0] is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("status", "expected"), [("INVALID", Verdict.UNKNOWN), ("CANCELLED", Verdict.UNKNOWN), ("TESTED", Verdict.READY)]
)
def test_results_of_invalid_samples_do_not_count(status: str, expected: Verdict) -> None:
    assert judged(lot(samples=[{"id": "S-1", "status": status, "results": [result()]}]))[0] is expected


def test_results_count_wherever_they_hang() -> None:
    aliquot = {"id": "S-1", "status": "VERIFIED", "aliquots": [{"id": "S-1a", "results": [result()]}]}
    assert judged(lot(samples=[aliquot]))[0] is Verdict.READY
    sublot = {"id": "SUB-1", "samples": [{"id": "S-1", "results": [result()]}]}
    assert judged(lot(samples=[], sublots=[sublot]))[0] is Verdict.READY
    assert judged(lot(samples=[], testResults=[result()]))[0] is Verdict.READY


@pytest.mark.parametrize("status", ["DRAFT", "IN_REVIEW", "SUSPENDED", "WITHDRAWN"])
def test_a_specification_that_is_not_in_force_asks_for_nothing(status: str) -> None:
    old = {**SPECIFICATION, "id": "SPEC-0", "status": status}
    assert judged(lot(definition={"id": "MAT-1", "testSpecifications": [old, SPECIFICATION]}))[0] is Verdict.READY
    in_force = {**old, "status": "RELEASED"}
    assert (
        judged(lot(definition={"id": "MAT-1", "testSpecifications": [in_force, SPECIFICATION]}))[0] is Verdict.UNKNOWN
    )


def test_a_specification_of_the_materials_class_applies() -> None:
    classes = [{"id": "CLASS-1", "testSpecifications": [{**SPECIFICATION, "id": "SPEC-2", "characteristic": "taste"}]}]
    _, gravest, _ = judged(lot(definition={"id": "MAT-1", "testSpecifications": [SPECIFICATION], "classes": classes}))
    assert gravest[Rule.TEST_RESULT, "SPEC-2"] is Severity.UNKNOWN


def test_what_nobody_specified_and_nobody_tested_is_unknown() -> None:
    assert judged(lot(definition={"id": "MAT-1"}, samples=[]))[0] is Verdict.UNKNOWN
    assert judged(lot(definition={"id": "MAT-1"}))[0] is Verdict.READY
    assert judged(lot(definition=None))[0] is Verdict.UNKNOWN
    assert judged(lot(definition={"id": "MAT-1", "placeholder": True}))[0] is Verdict.UNKNOWN


def nonconformance(**more: Any) -> dict[str, Any]:
    return {"id": "NC-1", "status": "OPEN", "severity": "MAJOR", **more}


WEIGHTS = [
    ({}, Severity.BLOCKS),
    ({"severity": "MINOR"}, Severity.BLOCKS),
    ({"status": "UNDER_INVESTIGATION"}, Severity.BLOCKS),
    ({"status": "DISPOSITIONED", "disposition": "REWORK"}, Severity.BLOCKS),
    ({"status": "DISPOSITIONED", "disposition": "USE_AS_IS"}, Severity.WARNS),
    ({"status": "CLOSED"}, Severity.IN_ORDER),
    ({"status": "CANCELLED"}, Severity.IN_ORDER),
    ({"status": None}, Severity.UNKNOWN),
    ({"status": None, "placeholder": True}, Severity.UNKNOWN),
]


@pytest.mark.parametrize(("more", "expected"), WEIGHTS)
def test_a_non_conformance_on_the_lot_weighs_by_how_far_it_is(more: dict[str, Any], expected: Severity) -> None:
    _, gravest, _ = judged(lot(nonConformances=[nonconformance(**more)]))
    assert gravest[Rule.NON_CONFORMANCE, "NC-1"] is expected


def test_non_conformances_are_found_wherever_they_concern_the_lot() -> None:
    wrong = [nonconformance()]
    material = {"id": "MAT-1", "testSpecifications": [SPECIFICATION]}
    for of in (
        lot(definition={**material, "nonConformances": wrong}),
        sampled(result(nonConformances=wrong)),
        produced(jobOrder={"id": "JO-1", "nonConformances": wrong}),
        lot(batches=[{"id": "B-1", "status": "COMPLETE", "nonConformances": wrong}]),
        lot(assembledFrom=[{"id": "RAW-2", "nonConformances": wrong}]),
        produced(consumed=[{"id": "RAW-2", "definition": {"id": "MAT-2", "nonConformances": wrong}}]),
    ):
        found, gravest, _ = judged(of)
        assert found is Verdict.NOT_READY
        assert gravest[Rule.NON_CONFORMANCE, "NC-1"] is Severity.BLOCKS
    minor = [nonconformance(severity="MINOR")]
    assert judged(lot(definition={**material, "nonConformances": minor}))[0] is Verdict.READY


def test_lists_that_were_not_read_whole_leave_it_unknown() -> None:
    fact = made("MaterialLot", SHAPE, lot())
    fact.row["samples"]["rows"][0]["node"]["results"]["more"] = True
    assert verdict(judge(fact, AT, 0.02)) is Verdict.UNKNOWN


@given(st.permutations(range(4)), st.permutations(range(3)))
def test_the_order_in_which_things_are_read_changes_nothing(results: list[int], rest: list[int]) -> None:
    tests = [
        result(f"R-{n}", verdict="FAILED" if n == 1 else "PASSED", measuredAt=f"2026-03-0{n + 1}T08:00:00Z")
        for n in range(4)
    ]
    wrong = [nonconformance(id=f"NC-{n}") for n in range(3)]
    one = sampled(*tests, nonConformances=wrong)
    other = sampled(*(tests[n] for n in results), nonConformances=[wrong[n] for n in rest])
    assert judged(deepcopy(one))[2] == judged(deepcopy(other))[2]
