"""`unshub lint` over connectors, and the tests beside their mappings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connectors.conftest import LOTS
from tests.hub.cli.conftest import Run, unshub

__all__ = ["unshub"]

RECORD = "{id: 1, lot_no: L1, state: F, qty: 5, part: M1}"


def connectors(tests: str) -> None:
    Path("connectors").mkdir()
    Path("unshub.yaml").write_text("connectors: connectors\n")
    text = LOTS.format(mode="changed: changed_at")
    Path("connectors/mes.yaml").write_text(text + f"    tests:\n{tests}")


def test_what_is_as_expected_has_no_fault(unshub: Run) -> None:
    connectors(f"      - record: {RECORD}\n        gives: [{{kind: MaterialLot, id: L1, status: RELEASED}}]\n")
    ran = unshub("lint", "--test")
    assert (ran.code, ran.out) == (0, "unshub.yaml: no faults\nconnectors/mes.yaml: no faults, 1 test\n")
    assert unshub("lint").out.endswith("connectors/mes.yaml: no faults\n")
    assert unshub("lint", "connectors/mes.yaml").code == 0


@pytest.mark.parametrize(
    ("test", "line", "message"),
    [
        ("gives: [{kind: MaterialLot, id: L1, status: BLOCKED}]", 21, "status is 'RELEASED', expected was 'BLOCKED'"),
        (
            "gives: [{kind: MaterialLot, id: L1, name: {en: x}}]",
            21,
            "name is null, expected was {en: 'x'}",
        ),
        (
            "gives: [{kind: MaterialLot, id: L2}]",
            21,
            "there is no MaterialLot 'L2'; the record asserts MaterialLot 'L1'",
        ),
        ("gives: []", 21, "the record also asserts MaterialLot 'L1'"),
        ("refused: codes", 21, "the record was mapped, and not refused for 'codes'"),
    ],
)
def test_what_comes_out_otherwise_is_told_with_its_place(unshub: Run, test: str, line: int, message: str) -> None:
    connectors(f"      - record: {RECORD}\n        {test}\n")
    ran = unshub("lint", "--test", "--json")
    assert ran.code == 1
    told = [json.loads(row) for row in ran.out.splitlines()]
    assert [
        (row["line"], message in row["message"]) for row in told if "also" not in row["message"] or "also" in message
    ] == [(line, True)]


def test_a_record_that_can_not_be_mapped_is_told(unshub: Run) -> None:
    connectors("      - record: {id: 1, lot_no: L1, state: X}\n        gives: []\n")
    assert "the record can't be mapped: connectors/mes.yaml:16:11: state: 'X'" in unshub("lint", "--test").err


def test_another_refusal_than_expected_is_told(unshub: Run) -> None:
    connectors("      - record: {id: 1, lot_no: L1, state: X}\n        refused: no lot\n")
    assert "the record was refused, but for: connectors/mes.yaml:16:11" in unshub("lint", "--test").err


def test_a_test_without_expectation_is_a_fault(unshub: Run) -> None:
    connectors(f"      - record: {RECORD}\n")
    assert "expects neither or both of `gives` and `refused`" in unshub("lint").err


def test_faults_of_all_connectors_are_told_at_once(unshub: Run) -> None:
    connectors(f"      - record: {RECORD}\n        gives: []\n        givse: []\n")
    Path("connectors/erp.yaml").write_text("kind: sequel\nstreams: {}\n")
    err = unshub("lint").err
    assert "connectors/erp.yaml:1:1: there is no kind of connector 'sequel'" in err
    assert "givse" in err


def test_a_folder_that_is_not_there_is_a_fault(unshub: Run) -> None:
    Path("unshub.yaml").write_text("connectors: nowhere\n")
    assert "unshub.yaml:1:1: there is no folder nowhere" in unshub("lint").err
