"""May this lot be released? Asked of the demo plant, on both stores, against what its file says when read by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASK = """
query ($lot: ID!, $at: DateTime = "2026-03-13T10:00:00Z") {
  readiness(lot: $lot, at: $at) {
    verdict
    reasons { severity rule text id }
  }
}
"""

# What the plant's file says. LEM-2604: the pH meter's calibration had run out when R-2017 was measured, a torque failed
# and the second is not verified, and labels of the whole material are crooked.
LEM_2604 = {
    ("BLOCKS", "CALIBRATION", "CAL-301"),
    ("UNKNOWN", "TEST_RESULT", "R-2020"),
    ("BLOCKS", "TEST_RESULT", "R-2019"),
    ("WARNS", "NON_CONFORMANCE", "NC-105"),
}

# SYR-2602: used up; its citric acid is blocked; the mixer's calibration had run out, and it was 38 kg off; 84.5
# degrees instead of 82, 21 instead of 20, 34 kg of citric acid instead of 32.
SYR_2602 = {
    ("BLOCKS", "LOT_STATUS", "SYR-2602"),
    ("BLOCKS", "NON_CONFORMANCE", "NC-104"),
    ("BLOCKS", "INGREDIENT", "CIT-2601"),
    ("WARNS", "CALIBRATION", "CAL-201"),
    ("WARNS", "CALIBRATION", "CAL-202"),
    ("WARNS", "DEVIATION", "B-2602/20"),
    ("WARNS", "DEVIATION", "B-2602/40"),
    ("WARNS", "DEVIATION", "CITRIC"),
}


def against(found: Any) -> set[tuple[str, str, str]]:
    return {(r["severity"], r["rule"], r["id"]) for r in found["reasons"] if r["severity"] != "IN_ORDER"}


@pytest.mark.parametrize(
    ("lot", "verdict", "expected"),
    [("LEM-2604", "NOT_READY", LEM_2604), ("SYR-2602", "NOT_READY", SYR_2602)],
)
async def test_the_demo_plants_lots_are_judged(plant: Api, lot: str, verdict: str, expected: set[Any]) -> None:
    answer = await plant.ask(ASK, {"lot": lot})
    assert answer.plans == 1
    found = answer.data["readiness"]
    assert (found["verdict"], against(found)) == (verdict, expected)


async def test_both_stores_judge_alike(plant: Api, plant_on_neo4j: Api) -> None:
    for lot in ("LEM-2604", "LEM-2603", "SYR-2602", "SYR-2603", "SUG-2601", "~serial:1", "FLA-2600"):
        answer = await plant_on_neo4j.ask(ASK, {"lot": lot})
        assert answer.plans == 1
        assert answer.data == (await plant.ask(ASK, {"lot": lot})).data, lot


async def test_a_lot_may_be_ready_and_unknown(plant: Api) -> None:
    assert (await plant.data(ASK, {"lot": "SYR-2603"}))["readiness"]["verdict"] == "READY"
    assert (await plant.data(ASK, {"lot": "SUG-2601"}))["readiness"]["verdict"] == "UNKNOWN"
    assert (await plant.data(ASK, {"lot": "LEM-9999"}))["readiness"] is None


async def test_the_moment_counts(plant: Api) -> None:
    later = await plant.data(ASK, {"lot": "SYR-2603", "at": "2026-04-01T00:00:00Z"})
    assert ("BLOCKS", "EXPIRY", "SYR-2603") in against(later["readiness"])


async def test_every_system_that_said_so_is_named_and_any_id_finds_the_lot(plant: Api) -> None:
    found = await plant.data(
        """{ readiness(lot: "LAB-2603", at: "2026-03-13T10:00:00Z") {
               at lot { id ... on MaterialLot { status definition { name } } }
               reasons(severity: [BLOCKS, WARNS]) { rule text kind said { system id attribute value since } } } }"""
    )
    readiness = found["readiness"]
    assert readiness["at"] == "2026-03-13T10:00:00Z"
    assert readiness["lot"] == {"id": "LEM-2603", "status": "BLOCKED", "definition": {"name": "Lemonade 0.5 L"}}
    status = [r for r in readiness["reasons"] if r["rule"] == "LOT_STATUS"]
    assert [r["text"] for r in status] == [
        "LEM-2603 is blocked until quality decides again.",
        "Not all systems agree on the status of LEM-2603: lims says RELEASED, mes says RELEASED; BLOCKED counts.",
    ]
    assert status[0]["said"] == [
        {
            "system": "qms", "id": "LEM-2603", "attribute": "status", "value": "BLOCKED",
            "since": "2026-03-13T06:30:00Z",
        }
    ]  # fmt: skip
    assert [(s["system"], s["id"], s["since"]) for s in status[1]["said"]] == [
        ("lims", "LAB-2603", "2026-03-11T15:00:00Z"),
        ("mes", "LEM-2603", "2026-03-11T16:00:00Z"),
    ]


async def test_things_are_selected_as_anywhere_under_any_alias_by_one_plan(plant: Api, plant_on_neo4j: Api) -> None:
    ask = """query ($type: Boolean = true) {
      now: readiness(lot: "LEM-2604", at: "2026-03-13T10:00:00Z") {
        bad: reasons(severity: BLOCKS) {
          what: thing { id globalId ... on Calibration { instrument { name } } }
          thing { __typename @include(if: $type) ...Valid sources { system } }
        }
        reasons(severity: [UNKNOWN, WARNS]) { thing { ... on TestResult { id sample { id lot { id } } }
          ... on NonConformance { correctiveActions(first: 1, orderBy: [{dueAt: DESC}]) {
            totalCount nodes { id status } } } } }
      }
    }
    fragment Valid on Calibration { until: validUntil }"""
    answer = await plant.ask(ask)
    assert (answer.errors, answer.plans) == ([], 1)
    found = answer.data["now"]
    assert found["bad"] == [
        {
            "what": {"id": "R-2019", "globalId": "TestResult:R-2019"},
            "thing": {"__typename": "TestResult", "sources": [{"system": "lims"}]},
        },
        {
            "what": {"id": "CAL-301", "globalId": "Calibration:CAL-301", "instrument": {"name": "pH meter"}},
            "thing": {"__typename": "Calibration", "until": "2026-03-08T08:00:00Z", "sources": [{"system": "cmms"}]},
        },
    ]
    assert [r["thing"] for r in found["reasons"]] == [
        {"id": "R-2020", "sample": {"id": "S-110", "lot": {"id": "LEM-2604"}}},
        {"correctiveActions": {"totalCount": 1, "nodes": [{"id": "CA-12", "status": "OPEN"}]}},
    ]
    assert (await plant_on_neo4j.ask(ask)).data == answer.data


async def test_a_tolerance_says_which_differences_are_told(plant: Api) -> None:
    ask = """query ($tolerance: Float!) { readiness(lot: "SYR-2602", tolerance: $tolerance) {
      reasons(severity: [WARNS]) { rule id } } }"""
    wide = await plant.data(ask, {"tolerance": 0.1})
    assert {"rule": "DEVIATION", "id": "CITRIC"} not in wide["readiness"]["reasons"]
    refused = await plant.ask(ask, {"tolerance": 1.5})
    assert refused.errors[0]["message"] == "`tolerance` is 1.5; give a share from 0 to 1"
