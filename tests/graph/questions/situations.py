"""A lot that may be released, and ways in which it may not be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from graph.questions.readiness import SHAPE, judge
from graph.questions.reason import Rule, Severity, Verdict, verdict
from tests.graph.questions.hand import made

AT = datetime(2026, 3, 10, tzinfo=UTC)

CALIBRATION = {
    "id": "CAL-1",
    "status": "COMPLETED",
    "outcome": "IN_TOLERANCE",
    "performedAt": "2026-01-01T00:00:00Z",
    "validUntil": "2026-07-01T00:00:00Z",
}
SPECIFICATION = {
    "id": "SPEC-1",
    "status": "RELEASED",
    "mandatory": True,
    "characteristic": "pH",
    "lowerLimit": {"value": 2.8, "unit": "[pH]"},
    "upperLimit": {"value": 3.2, "unit": "[pH]"},
}
OPTIONAL = {**SPECIFICATION, "id": "SPEC-0", "mandatory": False}


def result(id_: str = "R-1", value: float = 3.0, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "characteristic": "pH",
        "value": {"value": value, "unit": "[pH]"},
        "verdict": "PASSED",
        "status": "VERIFIED",
        "measuredAt": "2026-03-05T08:00:00Z",
        "specification": SPECIFICATION,
        "instrument": {"id": "A-1", "calibrations": [CALIBRATION]},
        **more,
    }


def lot(**more: Any) -> dict[str, Any]:
    """A lot that may be released."""
    return {
        "id": "LOT-1",
        "status": "AWAITING_RELEASE",
        "expiresAt": "2026-06-01T00:00:00Z",
        "definition": {"id": "MAT-1", "testSpecifications": [SPECIFICATION]},
        "samples": [{"id": "S-1", "status": "VERIFIED", "results": [result()]}],
        "producedBy": [
            {
                "id": "JR-1",
                "status": "COMPLETED",
                "start": "2026-03-04T06:00:00Z",
                "end": "2026-03-04T10:00:00Z",
                "consumed": [{"id": "RAW-1", "status": "RELEASED"}],
                "assets": [{"id": "A-2"}],
            }
        ],
        **more,
    }


def sampled(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return lot(samples=[{"id": "S-1", "status": "VERIFIED", "results": list(results)}], **more)


def produced(**more: Any) -> dict[str, Any]:
    (work,) = lot()["producedBy"]
    return lot(producedBy=[{**work, **more}])


def judged(of: dict[str, Any], tolerance: float = 0.02) -> tuple[Verdict, dict[tuple[Rule, str], Severity], list[str]]:
    """The verdict, the gravest severity by rule and thing, and every sentence."""
    reasons = judge(made("MaterialLot", SHAPE, of), AT, tolerance)
    gravest = {(r.rule, r.thing.id): r.severity for r in reversed(reasons)}
    return verdict(reasons), gravest, [r.text for r in reasons]
