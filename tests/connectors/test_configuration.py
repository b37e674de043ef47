"""Configurations that are wrong, each with what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from hub.connect.files import ConnectorFile
from schema.json import Json

Read = Callable[[str], ConnectorFile]

LOTS: dict[str, Any] = {"kind": "MaterialLot", "id": "lot", "set": {"name": "title"}}
WHOLE: dict[str, Any] = {
    "kind": "sql",
    "system": "mes",
    "url": "sqlite:///plant.db",
    "location": "acme/north",
    "streams": {"lots": {"table": "lot", "key": "id", "map": [LOTS]}},
}
STREAM = ("streams", "lots")
ASSERTION = (*STREAM, "map", 0)
SET = (*ASSERTION, "set")
LEAVE_OUT = object()


def changed(path: tuple[str | int, ...], value: Any) -> str:
    """The whole configuration with one thing changed, as YAML."""
    config = yaml.safe_load(yaml.safe_dump(WHOLE))
    at = config
    for part in path[:-1]:
        at = at[part]
    if value is LEAVE_OUT:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return yaml.safe_dump(config, sort_keys=False)


FAULTS: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("kind",), LEAVE_OUT, "kind is missing; write how the source is reached, one of "),
    (("kind",), "sequel", "there is no kind of connector 'sequel'; did you mean sql?"),
    (("system",), LEAVE_OUT, "system is missing; give it: the system that speaks, as topics name it, as 'mes'"),
    (("system",), "MES 1", "system: 'MES 1' is no name of a system; write a small letter, then small letters"),
    (("url",), LEAVE_OUT, "url is missing; give it: the database, without a password, as 'postgresql://reader@"),
    (("url",), "plant.db", "url: the value is no URL; write it as postgresql://reader@db.example/mes"),
    (("url",), "mongodb://db/mes", "is of no database known here; known are postgresql, mysql"),
    (("url",), "postgresql://reader:geheim@db/mes", "holds a password; write it into a file of its own, and name that"),
    (("passwordFile",), "not-there", "passwordFile: not-there can't be read: No such file or directory; let this user"),
    (("pasword",), "x", "there is no 'pasword'; did you mean passwordFile?"),
    (("location",), "acme//north", "location: 'acme//north' is no location: a segment is empty"),
    (("timeZone",), "Berlin", "timeZone: 'Berlin' 'Berlin' is no time zone; write one of the IANA names"),
    (("every",), "often", "every: 'often' is no duration; write seconds as a number, or 500ms, 30s"),
    (("every",), -1, "every: -1 will not do; it should be greater than or equal to 0"),
    (("maxWithdrawn",), 20, "maxWithdrawn: 20 will not do; it should be less than or equal to 1"),
    (("streams",), {}, "streams is empty; give it: what is read, by a name of your own"),
    (("streams",), LEAVE_OUT, "streams is missing; give it: what is read, by a name of your own"),
    (("streams", "Lots"), WHOLE["streams"]["lots"], "is no name of a stream; write a small letter"),
    ((*STREAM, "key"), LEAVE_OUT, "streams.lots.key is missing; give it: the field, or fields, that tell one record"),
    ((*STREAM, "key"), [], "streams.lots.key is empty; give it: the field, or fields, that tell one record"),
    ((*STREAM, "table"), LEAVE_OUT, "names neither or both of `table` and `query`; give one of them"),
    ((*STREAM, "query"), "SELECT 1", "names neither or both of `table` and `query`; give one of them"),
    ((*STREAM, "overlap"), "a while", "streams.lots.overlap: 'a while' is no duration"),
    ((*STREAM, "page"), 0, "streams.lots.page: 0 will not do; it should be greater than or equal to 1"),
    ((*STREAM, "colums"), ["a"], "there is no 'streams.lots.colums'"),
    ((*STREAM, "map"), [], "streams.lots.map is empty; give it: what each record asserts"),
    ((*ASSERTION, "kind"), "Lot", "there is no kind 'Lot'; "),
    ((*ASSERTION, "kind"), "materialLot", "there is no kind 'materialLot'; did you mean MaterialLot?"),
    ((*ASSERTION, "id"), LEAVE_OUT, "streams.lots.map.0.id is missing; give it: the thing's id, as 'lot_no'"),
    ((*ASSERTION, "id"), "$upper(", "the expression '$upper('"),
    ((*ASSERTION, "id"), {}, "says neither what it is made of nor its value; write an expression, or value: …"),
    (
        (*ASSERTION, "id"),
        False,
        "id: False is a truth, as YAML reads no, yes, on and off; put a field's name into quotes",
    ),
    ((*STREAM, "key"), False, "key: False holds a truth, as YAML reads no, yes, on and off; put the field's name into"),
    ((*ASSERTION, "when"), "a ==", "the expression 'a =='"),
    ((*ASSERTION, "location"), "acme/+/north", "'acme/+/north' is no location"),
    ((*ASSERTION, "location"), {"from": "site", "enum": {"N": "a//b"}}, "'a//b' is no location"),
    ((*ASSERTION, "identifiers"), {"SAP Order": "a"}, "'SAP Order' is no name of an identifier scheme; write it in"),
    (
        (*SET, "staus"),
        "s",
        "MaterialLot has no attribute 'staus'; did you mean status?; what the model lacks goes into",
    ),
    ((*SET, "status"), {"value": "GOOD"}, "'GOOD' is none of IN_PROCESS, AWAITING_RELEASE"),
    ((*SET, "status"), {"from": "s", "enum": {"F": "FREE"}}, "'FREE' is none of IN_PROCESS, AWAITING_RELEASE"),
    ((*SET, "status"), {"from": "s", "otherwise": "BLOCKED"}, "`otherwise` stands without `enum`; add the `enum`"),
    ((*SET, "status"), {"from": "s", "value": "BLOCKED"}, "has both `from` and `value`; leave one of the two out"),
    ((*SET, "status"), {"from": "s", "open": True}, "`open` stands without `enum`; `open` says that a code which"),
    (
        (*SET, "status"),
        {"from": "s", "enum": {"F": "BLOCKED"}, "otherwise": "BLOCKED", "open": True},
        "has both `open` and `otherwise`; `open` says that a code which `enum` does not list means itself",
    ),
    ((*SET, "name"), {"from": "t", "unit": "kg"}, "name is no quantity; leave `unit` and `to` out"),
    ((*SET, "name"), {"from": "t", "zone": "UTC"}, "name is no time; leave `format` and `zone` out"),
    ((*SET, "name"), {"id": "t"}, "name is no link; leave `id`, `ref`, `each` and `set` out"),
    ((*SET, "name"), {"form": "t"}, "there is no 'streams.lots.map.0.set.name.form'; did you mean format?"),
    ((*SET, "quantity"), "qty", "the quantity has no unit; give `unit: kg`, or `unit: {from: …}`"),
    ((*SET, "quantity"), {"from": "q", "unit": "Kilo"}, "unit 'Kilo' is neither a UCUM code nor a known UN/ECE"),
    (
        (*SET, "quantity"),
        {"from": "q", "unit": "kg", "to": "L"},
        "can't convert 1 kg to L: the units measure different",
    ),
    ((*SET, "quantity"), {"from": "q", "unit": {"from": "u", "enum": {"K": "kilo"}}}, "unit 'kilo' is neither a UCUM"),
    ((*SET, "producedAt"), {"from": "t", "format": "dd.mm.yyyy"}, "'dd.mm.yyyy' is no format of a time; write it as"),
    ((*SET, "producedAt"), {"from": "t", "zone": "MEZ"}, "'MEZ' is no time zone; write one of the IANA names"),
    ((*SET, "definition"), {"each": "parts", "id": "no"}, "definition is a link to one; leave `each` out"),
    ((*SET, "definition"), {"id": "a", "ref": {"gtin": "b"}}, "the link has both `id` and `ref`; leave one of the two"),
    ((*SET, "definition"), {"set": {"quantity": "q"}}, "the link does not say what it leads to; give `id: …`"),
    ((*SET, "definition"), {"id": "a", "set": {"x": "y"}}, "the link definition has no attribute 'x'; it has none"),
    ((*SET, "definition"), {"ref": {"GTIN!": "a"}}, "'GTIN!' is no name of an identifier scheme"),
    ((*SET, "assembledFrom"), {"each": "i[", "id": "lot"}, "the expression 'i['"),
    (
        (*SET, "assembledFrom"),
        {"each": "i", "id": "lot", "set": {"quantiti": "q"}},
        "the link assembledFrom has no attribute 'quantiti'; did you mean quantity?",
    ),
]


@pytest.mark.parametrize(("path", "value", "message"), FAULTS)
def test_a_fault_is_told_with_its_place_and_its_remedy(read: Read, path: Any, value: Any, message: str) -> None:
    file = read(changed(path, value))
    assert file.connector is None
    told = [f"{fault.message}; {fault.fix}" for fault in file.faults]
    assert any(message in each for each in told), told
    assert all(fault.place.rpartition("/")[2].startswith("mes.yaml:") and fault.fix for fault in file.faults)
    assert "geheim" not in "".join(told)


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 40


def test_all_faults_are_told_in_one_run(read: Read) -> None:
    terms: dict[str, Json] = {"nmae": "title", "status": {"value": "GOOD"}, "quantity": "qty", "producedAt": "$("}
    file = read(changed(SET, terms))
    assert len(file.faults) == 4
    assert [fault.line for fault in file.faults] == sorted(fault.line or 0 for fault in file.faults)


def test_the_line_and_column_are_those_of_the_fault(read: Read) -> None:
    (fault,) = read(changed((*SET, "staus"), "s")).faults
    lines = changed((*SET, "staus"), "s").splitlines()
    assert fault.line is not None and fault.column is not None
    assert lines[fault.line - 1][fault.column - 1 :].startswith("staus")


def test_a_configuration_without_fault_has_none(read: Read) -> None:
    assert read(yaml.safe_dump(WHOLE)).faults == ()
