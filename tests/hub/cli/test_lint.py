from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hub.cli.conftest import Run

LOT = "uns/v1/acme/north/_source/mes/material-lot/LOT-1"


def test_a_good_file_has_no_faults(unshub: Run) -> None:
    Path("unshub.yaml").write_text("http: 127.0.0.1:9080\n")
    ran = unshub("lint")
    assert (ran.code, ran.out) == (0, "unshub.yaml: no faults\n")


def test_every_fault_is_told_with_place_and_fix(unshub: Run) -> None:
    Path("other.yaml").write_text("htpt: 127.0.0.1:9080\nmqtt: 8\n")
    ran = unshub("lint", "other.yaml")
    assert ran.code == 1
    assert "other.yaml:1:1: there is no setting 'htpt'\n    did you mean" in ran.err
    assert "other.yaml:2:1: mqtt: 8 is not HOST:PORT\n    write it as" in ran.err


def test_machines_get_one_object_a_fault(unshub: Run) -> None:
    Path("unshub.yaml").write_text("systems:\n  mes:\n    kinds: [Lot]\nmqtt: 8\n")
    ran = unshub("lint", "--json")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert [(row["line"], row["column"]) for row in rows] == [(3, 13), (4, 1)]
    assert all(row["message"] and row["fix"] and row["place"] for row in rows)


def test_markup_in_a_file_is_shown_as_it_is(unshub: Run) -> None:
    Path("unshub.yaml").write_text('"[bold]x": 1\n')
    assert "'[bold]x'" in unshub("lint").err


def test_a_file_that_is_not_there_is_a_fault(unshub: Run) -> None:
    ran = unshub("lint", "none.yaml")
    assert ran.code == 1
    assert "none.yaml: the file can't be read" in ran.err


def test_a_good_message_passes(unshub: Run) -> None:
    Path("lot.json").write_text('{"status": "RELEASED", "quantity": {"value": 5, "unit": "kg"}}')
    ran = unshub("lint", "--topic", LOT, "lot.json")
    assert (ran.code, ran.out) == (0, "lot.json: the hub would accept this message\n")


@pytest.mark.parametrize(
    ("topic", "payload", "path"),
    [
        (LOT, '{"status": "FINE"}', "$.status"),
        (LOT, "{", "$"),
        ("uns/v1/acme/_source/mes/material-lott/L", "{}", "topic"),
        ("uns/v1/acme/nothing", "{}", "topic"),
        ("uns/v1/acme/_material-lot/L", "{}", "topic"),
        ("uns/v1/acme/_state/mes", '{"state": 1}', "$.state"),
    ],
)
def test_a_bad_message_is_told_with_every_reason(unshub: Run, topic: str, payload: str, path: str) -> None:
    Path("bad.json").write_text(payload)
    ran = unshub("lint", "--json", "--topic", topic, "bad.json")
    assert ran.code == 1
    assert path in [json.loads(line)["path"] for line in ran.out.splitlines()]
    assert "the hub would refuse this message" in unshub("lint", "--topic", topic, "bad.json").err


def test_messages_are_held_to_the_settings(unshub: Run) -> None:
    Path("unshub.yaml").write_text("systems:\n  erp:\n")
    Path("lot.json").write_text("{}")
    ran = unshub("lint", "--topic", LOT, "lot.json")
    assert ran.code == 1
    assert "the system is not declared" in ran.err


def test_a_topic_without_a_payload_is_a_wrong_call(unshub: Run) -> None:
    assert unshub("lint", "--topic", LOT).code == 2


def test_members_that_the_model_does_not_know_are_told(unshub: Run) -> None:
    Path("lot.json").write_text('{"staus": "RELEASED", "zzz": 1}')
    for ran in (unshub("lint", "--topic", LOT, "lot.json"), unshub("lint", "--json", "--topic", LOT, "lot.json")):
        assert ran.code == 0
        assert ran.err.splitlines() == [
            "  staus: the model doesn't know it; kept as a property; did you mean status?",
            "  zzz: the model doesn't know it; kept as a property",
        ]


def test_members_that_an_event_does_not_know_are_told(unshub: Run) -> None:
    Path("tag.json").write_text('{"value": 1, "timestamp": "2026-03-01T12:00:00Z", "more": 1}')
    ran = unshub("lint", "--topic", "uns/v1/acme/_tag/speed", "tag.json")
    assert (ran.code, ran.err) == (0, "  more: the model doesn't know it; kept as a property\n")
