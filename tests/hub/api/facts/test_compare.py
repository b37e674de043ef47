"""Planned against performed, asked of the demo plant, against what its file says when read by hand."""

from __future__ import annotations

import pytest

from tests.hub.api.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASK = """
query ($job: ID!) {
  compare(jobOrder: $job) {
    truncated jobOrder { id ... on JobOrder { status } }
    quantity { planned { value unit } good { value } scrap { value } variance { absolute relative unit } }
    times { plannedStart start startDelay end endDelay plannedDuration duration }
    materials { material { id name } planned { value unit } plannedBy actual { value unit }
      variance { absolute relative unit note } lots { lot { id } quantity { value unit } } }
    parameters { id planned plannedUnit plannedBy actual actualUnit actualIn same variance { absolute relative } }
    resources { thing { kind id } planned used start end }
  }
}
"""


async def test_a_syrup_was_made_with_too_much_acid_and_too_hot(plant: Api) -> None:
    answer = await plant.ask(ASK, {"job": "JO-1007"})
    assert (answer.errors, answer.plans) == ([], 1)
    found = answer.data["compare"]
    assert found["jobOrder"] == {"id": "JO-1007", "status": "COMPLETED"}
    assert [m["material"]["id"] for m in found["materials"]] == ["CITRIC", "FLAVOUR-B", "SOLUTION"]
    assert found["materials"][0] == {
        "material": {"id": "CITRIC", "name": "Citric acid E 330"},
        "planned": {"value": 32, "unit": "kg"},
        "plannedBy": "JobOrder:JO-1007",
        "actual": {"value": 34, "unit": "kg"},
        "variance": {"absolute": 2, "relative": 0.0625, "unit": "kg", "note": None},
        "lots": [{"lot": {"id": "CIT-2601"}, "quantity": {"value": 34, "unit": "kg"}}],
    }
    heat = next(p for p in found["parameters"] if p["actualIn"] == "BatchStep:B-2602/20")
    assert heat == {
        "id": "temperature", "planned": 82, "plannedUnit": "Cel", "plannedBy": "ProcessSegment:SEG-HEAT",
        "actual": 84.5, "actualUnit": "Cel", "actualIn": "BatchStep:B-2602/20", "same": False,
        "variance": {"absolute": 2.5, "relative": None},
    }  # fmt: skip
    assert found["times"]["startDelay"] == 0
    assert found["times"]["duration"] == found["times"]["plannedDuration"] == 4 * 3600
    mixer = {"kind": "Equipment", "id": "MIXER-2"}
    (used,) = [r for r in found["resources"] if r["thing"] == mixer]
    assert (used["planned"], used["used"], used["end"]) == (True, True, "2026-03-10T12:00:00Z")


async def test_work_that_goes_on_has_no_end_yet(plant: Api) -> None:
    found = (await plant.data(ASK, {"job": "JO-1019"}))["compare"]
    assert (found["times"]["end"], found["times"]["duration"]) == (None, None)
    used = {m["material"]["id"]: m["actual"] for m in found["materials"]}
    assert used == {
        "CITRIC": {"value": 32, "unit": "kg"}, "FLAVOUR-C": None, "SOLUTION": {"value": 3960, "unit": "kg"}
    }  # fmt: skip
    assert (await plant.data(ASK, {"job": "JO-9999"}))["compare"] is None


async def test_both_stores_compare_alike(plant: Api, plant_on_neo4j: Api) -> None:
    for job in ("JO-1007", "JO-1013", "JO-1011", "MO-501"):
        answer = await plant_on_neo4j.ask(ASK, {"job": job})
        assert (answer.errors, answer.plans) == ([], 1)
        assert answer.data == (await plant.ask(ASK, {"job": job})).data, job
