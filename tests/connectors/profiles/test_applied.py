"""Connectors with a profile: what becomes of both, and which of the files is told to be at fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.held import Held, as_tested
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules
from tests.connectors.profiles.conftest import NEWER, OWN, PROFILE, Read

RECORD = {"id": 1, "lot_no": "L1", "state": "F", "qty": 5, "uom": "KG", "best_before": "2026-03-01T00:00:00Z"}


def said(read: Read, more: str = "", own: str = OWN) -> Any:
    """What the first record asserts."""
    file = read(more, own)
    assert file.faults == ()
    assert file.connector is not None
    (one,) = as_tested(Held(file.connector, "lots", Contract(MODEL, Rules())).of(RECORD))
    return one


def streams(read: Read, more: str = "", own: str = OWN) -> list[str]:
    file = read(more, own)
    assert file.connector is not None, file.faults
    return sorted(file.connector.settings.streams)


def test_only_the_place_is_to_be_said(read: Read) -> None:
    file = read()
    assert file.connector is not None
    assert (file.connector.kind.name, file.connector.settings.system) == ("sql", "mes")
    assert file.connector.settings.streams["lots"].table == "lot"  # type: ignore[attr-defined]
    assert said(read)["status"] == "RELEASED"
    assert said(read)["properties"] == {"told": "by mes"}


def test_a_stream_is_dropped_or_added(read: Read) -> None:
    more = "streams:\n  orders: null\n  people: {table: p, key: id, map: [{kind: Person, id: nr}]}\n"
    assert streams(read, more) == ["lots", "people"]


def test_one_member_is_changed_and_the_rest_stays(read: Read) -> None:
    found = said(read, "streams: {lots: {map: {MaterialLot: {set: {status: {enum: {F: BLOCKED}}, name: uom}}}}}\n")
    assert (found["status"], found["name"], found["quantity"]) == ("BLOCKED", "KG", {"value": 5, "unit": "kg"})


def test_a_table_that_differs_from_site_to_site_is_added_to(read: Read) -> None:
    own = OWN.replace("{table: lot}", "{table: lot, units: {KG: g, ST: null}}")
    assert said(read, own=own)["quantity"] == {"value": 5, "unit": "g"}


def test_a_module_is_read_where_it_is_named(read: Read) -> None:
    assert streams(read) == ["lots", "orders"]
    assert streams(read, "modules: [samples]\n") == ["lots", "orders", "samples"]
    assert said(read, "modules: [samples]\n")["expiresAt"] == "2026-03-01T00:00:00Z"
    assert "expiresAt" not in said(read)


def test_a_profile_that_is_based_on_another_changes_it_likewise(read: Read) -> None:
    own = OWN.replace("vendor@2", "vendor@3")
    assert streams(read, own=own) == ["lots"]
    assert said(read, own=own)["status"] == "RELEASED"


def test_the_tests_of_a_profile_are_not_those_of_the_site(read: Read) -> None:
    file = read("streams: {lots: {map: {MaterialLot: {set: {status: {enum: {F: BLOCKED}}}}}}}\n")
    assert file.tried(Contract(MODEL, Rules())) == (0, ())


WRONG: list[tuple[str, str, int, str]] = [
    ("modules: [lims]", "mes.yaml", 7, "the profile has no module 'lims'; known are samples"),
    ("profileVersion: 2", "mes.yaml", 7, "vendor@2 is of version 3 here, and this file was written for 2; read what"),
    ("streams: {lots: {tabel: x}}", "mes.yaml", 7, "there is no 'streams.lots.tabel'; did you mean table?"),
    ("streams: {lots: {map: {Lot: {}}}}", "mes.yaml", 7, "the list of the profile has no 'Lot'; known are MaterialLot"),
    ("streams: {lots: {nulls: {0: x}}}", "mes.yaml", 7, "has no '0'; write the whole list, or +: […] to add to it"),
    ("streams: {lots: {nulls: {+: x}, every: often}}", "mes.yaml", 7, "'often' is no duration"),
    ("streams: {lots: {map: {MaterialLot: {set: {staus: x}}}}}", "mes.yaml", 7, "has no attribute 'staus'"),
    ("streams: {lots: {map: {MaterialLot: {set: {status: {enum: {F: FREE}}}}}}}", "mes.yaml", 7, "'FREE' is none of"),
    ("streams: {lots: {map: {+: [{kind: Lot, id: x}]}}}", "mes.yaml", 7, "there is no kind 'Lot'"),
    ("streams: {lots: {table: '${tabel}'}}", "mes.yaml", 7, "there is no parameter 'tabel'; did you mean table?"),
    ("pasword: x", "mes.yaml", 7, "there is no 'pasword'; did you mean passwordFile?"),
    ("modules: samples", "mes.yaml", 7, "modules: 'samples' will not do"),
]


@pytest.mark.parametrize(("more", "name", "line", "message"), WRONG)
def test_a_fault_of_the_site_is_told_at_its_line(read: Read, more: str, name: str, line: int, message: str) -> None:
    (fault,) = read(more + "\n").faults
    assert (Path(fault.place.partition(":")[0]).name, fault.line) == (name, line)
    assert message in f"{fault.message}; {fault.fix}"


OWN_WRONG: list[tuple[str, str, int, str]] = [
    ("{table: lot, units: {KG: kilo}}", "mes.yaml", 6, "unit 'kilo' is neither a UCUM code"),
    ("{table: lot, unit: {KG: kg}}", "mes.yaml", 6, "the profile has no parameter 'unit'; did you mean units?"),
    ("{}", "mes.yaml", 6, "the parameter table is missing; give it: the table of lots"),
]


@pytest.mark.parametrize(("parameters", "name", "line", "message"), OWN_WRONG)
def test_a_wrong_parameter_is_told_where_it_is_given(
    read: Read, parameters: str, name: str, line: int, message: str
) -> None:
    (fault,) = read(own=OWN.replace("{table: lot}", parameters)).faults
    assert (Path(fault.place.partition(":")[0]).name, fault.line) == (name, line)
    assert message in f"{fault.message}; {fault.fix}"


PROFILE_WRONG: list[tuple[str, str, int, str]] = [
    ("key: id\n      nulls", "kye: id\n      nulls", 12, "there is no 'streams.lots.kye'; did you mean key?"),
    ("id: lot_no\n", "id: lot_no &\n", 16, "the expression 'lot_no &'"),
    ("version: 3", "version: 0", 1, "version: 0 will not do; it should be greater than or equal to 1"),
    ("title:", "titel:", 2, "there is no 'titel'; did you mean title?"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "message"), PROFILE_WRONG)
def test_a_fault_of_the_profile_is_told_in_the_profile(
    read: Read, right: str, wrong: str, line: int, message: str
) -> None:
    faults = read(profile=PROFILE.replace(right, wrong)).faults
    told = {(Path(fault.place.partition(":")[0]).name, fault.line) for fault in faults}
    assert ("vendor@2.yaml", line) in told
    assert any(message in f"{fault.message}; {fault.fix}" for fault in faults)


def test_a_profile_that_is_no_yaml_is_told(read: Read) -> None:
    (fault,) = read(profile="version: [1").faults
    assert "vendor@2.yaml:1:10" in fault.place
    assert "this is no YAML" in fault.message


def test_a_profile_based_on_none_or_on_itself_is_told(read: Read) -> None:
    own = OWN.replace("vendor@2", "vendor@3")
    (fault,) = read(own=own, newer=NEWER.replace("vendor@2", "vendor@1")).faults
    assert "there is no profile 'vendor@1' to be based on; did you mean vendor@" in f"{fault.message}; {fault.fix}"
    (fault,) = read(own=own, newer=NEWER.replace("vendor@2", "vendor@3")).faults
    assert "vendor@3 is based on itself" in fault.message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("vendor", "'vendor' is of several versions; write one of vendor@2, vendor@3"),
        ("vendro@2", "there is no profile 'vendro@2'; did you mean vendor@2?; `unshub connectors profiles` lists them"),
        ("[]", "profile: [] will not do"),
    ],
)
def test_a_profile_that_is_not_there_is_told(read: Read, name: str, message: str) -> None:
    (fault,) = read(own=OWN.replace("vendor@2", name)).faults
    assert fault.line == 1
    assert message in f"{fault.message}; {fault.fix}"


def test_a_profile_of_the_folder_takes_the_place_of_a_shipped_one(tmp_path: Path, read: Read) -> None:
    (tmp_path / "profiles/senaite.yaml").write_text(PROFILE)
    assert streams(read, own=OWN.replace("vendor@2", "senaite")) == ["lots", "orders"]
