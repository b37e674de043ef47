"""What mappings make of records, as `unshub connectors preview` shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from connectors.held import Held, as_tested
from connectors.load import Connector
from schema.contract import Contract
from schema.model import MODEL
from schema.rules import Rules

Make = Callable[[str], Connector]


def mapped(make: Make, assertion: dict[str, Any], record: dict[str, Any], **settings: Any) -> Any:
    """What a record asserts by one assertion of a mapping, or the troubles with it."""
    stream = {"table": "lot", "key": "id", "map": [{"kind": "MaterialLot", "id": "lot", **assertion}]}
    config = {"kind": "sql", "system": "mes", "url": "sqlite:///plant.db", "location": "acme/north", **settings}
    connector = make(yaml.safe_dump({**config, "streams": {"lots": stream}}))
    found = Held(connector, "lots", Contract(MODEL, Rules())).of({"lot": "L1", **record})
    return as_tested(found) if found.said else [str(each) for each in found.troubles]


@pytest.mark.parametrize(
    ("name", "term", "record", "value"),
    [
        ("name", "title", {"title": "A lot"}, "A lot"),
        ("name", "title", {"title": 4711}, "4711"),
        ("name", "title", {"title": 4711.0}, "4711"),
        ("name", "title", {}, None),
        ("name", {"value": "fixed"}, {}, "fixed"),
        ("name", {"from": "title", "nulls": [False, ""]}, {"title": False}, None),
        ("name", {"from": "title", "nulls": [False]}, {"title": 0}, "0"),
        ("status", {"from": "s", "enum": {"10": "RELEASED", "20": "BLOCKED"}}, {"s": 20}, "BLOCKED"),
        ("status", {"from": "s", "enum": {"true": "RELEASED"}, "otherwise": "BLOCKED"}, {"s": False}, "BLOCKED"),
        ("status", {"from": "s", "enum": {"a": "RELEASED"}, "otherwise": None}, {"s": "z"}, None),
        ("status", {"from": "s", "enum": {"F": "RELEASED"}}, {"s": "F   "}, "RELEASED"),
        ("status", "s", {"s": "RELEASED"}, "RELEASED"),
        ("supplierLot", "s", {"s": "S-7  "}, "S-7"),
        ("quantity", {"from": "q", "unit": "kg"}, {"q": "480.5"}, {"value": 480.5, "unit": "kg"}),
        ("quantity", {"from": "q", "unit": "kg"}, {"q": None}, None),
        ("quantity", {"from": "q", "unit": {"from": "u"}}, {"q": 3, "u": "KGM"}, {"value": 3, "unit": "KGM"}),
        (
            "quantity",
            {"from": "q", "unit": {"from": "u", "enum": {"ST": "{piece}"}}},
            {"q": 3, "u": "ST"},
            {"value": 3, "unit": "{piece}"},
        ),
        ("quantity", {"from": "q", "unit": "[lb_av]", "to": "kg"}, {"q": 10}, {"value": 4.5359237, "unit": "kg"}),
        ("quantity", {"from": "q", "unit": "g", "to": "kg"}, {"q": "500"}, {"value": 0.5, "unit": "kg"}),
        ("producedAt", "t", {"t": "2026-03-01 10:00:00"}, "2026-03-01T09:00:00Z"),
        ("producedAt", "t", {"t": "2026-07-01T10:00:00.25"}, "2026-07-01T08:00:00.250000Z"),
        ("producedAt", "t", {"t": "2026-03-01T10:00:00+05:00"}, "2026-03-01T05:00:00Z"),
        ("producedAt", {"from": "t", "zone": "UTC"}, {"t": "2026-03-01T10:00"}, "2026-03-01T10:00:00Z"),
        ("producedAt", {"from": "t", "format": "%d.%m.%Y %H:%M"}, {"t": "01.03.2026 10:00"}, "2026-03-01T09:00:00Z"),
        ("producedAt", {"from": "t", "format": "epoch-ms"}, {"t": 1772359200000}, "2026-03-01T10:00:00Z"),
        ("producedAt", "t", {"t": "20260301100000"}, "2026-03-01T09:00:00Z"),
        ("producedAt", "t", {"t": "/Date(1772359200000+0000)/"}, "2026-03-01T10:00:00Z"),
        ("definition", "part", {"part": 7}, "7"),
        ("definition", "part", {"part": " M-1  "}, "M-1"),
        ("definition", "part", {"part": ""}, None),
        ("definition", {"id": "part.no"}, {"part": {"no": "M-1"}}, "M-1"),
        (
            "definition",
            {"ref": {"partNumber": "p", "revision": "r"}},
            {"p": "4-11", "r": "B"},
            {"partNumber": "4-11", "revision": "B"},
        ),
        ("definition", {"ref": {"partNumber": "p", "revision": "r"}}, {"p": "4-11"}, None),
        (
            "assembledFrom",
            {"each": "inputs", "id": "lot", "set": {"quantity": {"from": "q", "unit": "kg"}, "job": "$record.job"}},
            {"job": "J1", "inputs": [{"lot": "A", "q": 1}, {"lot": "B"}, {"q": 5}]},
            [{"id": "A", "quantity": {"value": 1, "unit": "kg"}, "job": "J1"}, {"id": "B", "job": "J1"}],
        ),
        ("assembledFrom", {"each": "inputs", "id": "lot"}, {}, []),
        ("assembledFrom", "inputs", {"inputs": ["A", "B"]}, ["A", "B"]),
        ("assembledFrom", "inputs", {"inputs": "A"}, ["A"]),
    ],
)
def test_a_value(connector: Make, name: str, term: Any, record: dict[str, Any], value: Any) -> None:
    (said,) = mapped(connector, {"set": {name: term}}, record, timeZone="Europe/Berlin")
    assert said[name] == value


@pytest.mark.parametrize(
    ("name", "term", "record", "problem"),
    [
        ("name", "title", {"title": ["x"]}, "mes.yaml:10:9: title: ['x'] is no text"),
        ("status", "s", {"s": "GOOD"}, "s: 'GOOD' is none of IN_PROCESS, AWAITING_RELEASE"),
        ("status", {"from": "s", "enum": {"F": "RELEASED"}}, {"s": "X"}, "s: 'X' is not among the codes of `enum` (F)"),
        ("quantity", {"from": "q", "unit": "kg"}, {"q": "96,84"}, "q: '96,84' is no number; where it has a comma"),
        ("quantity", {"from": "q", "unit": "kg"}, {"q": True}, "q: True is no number"),
        ("quantity", {"from": "q", "unit": {"from": "u"}}, {"q": 1}, "u: there is an amount, 1, and no unit"),
        ("quantity", {"from": "q", "unit": {"from": "u"}}, {"q": 1, "u": "Kilo"}, "unit 'Kilo' is neither"),
        ("quantity", {"from": "q", "unit": {"from": "u"}, "to": "L"}, {"q": 1, "u": "kg"}, "measure different things"),
        ("producedAt", "t", {"t": "2026-03-01 10:00:00"}, "has no offset; name the source's `timeZone`"),
        ("producedAt", "t", {"t": "yesterday"}, "'yesterday' is no time as expected"),
        ("producedAt", "t", {"t": 12}, "12 is no text; give the `format`"),
        ("name", "$number(title)", {"title": "x"}, "$number(title): "),
        ("name", "title", {"title": "x", "lot": None}, "the record gives no id for the MaterialLot"),
        ("definition", "part", {"part": "~x"}, "begins with '~'"),
    ],
)
def test_a_trouble_is_told_with_its_place(
    connector: Make, name: str, term: Any, record: dict[str, Any], problem: str
) -> None:
    (told,) = mapped(connector, {"set": {name: term}}, record)
    assert problem in told
    assert "mes.yaml:" in told


def test_every_trouble_of_a_record_is_told(connector: Make) -> None:
    terms = {"name": "title", "status": "s", "definition": "part"}
    told = mapped(connector, {"set": terms}, {"title": {}, "s": "GOOD", "part": [1]})
    assert len(told) == 3


def test_one_record_speaks_of_many_things(connector: Make) -> None:
    text = """
kind: sql
system: erp
url: sqlite:///plant.db
streams:
  orders:
    table: orders
    key: id
    map:
      - kind: OperationsRequest
        location: {from: site, enum: {N: acme/north, S: acme/south}}
        id: "'SO-' & id"
        identifiers: {sapOrder: number}
        properties: {colour: col}
      - kind: JobOrder
        each: operations
        when: kind = 'MAKE'
        location: {from: "'acme/' & $record.line"}
        id: $record.id & '-' & seq
        set: {priority: seq}
"""
    operations = [{"seq": 10, "kind": "MAKE"}, {"seq": 20, "kind": "WAIT"}, {"seq": 30, "kind": "MAKE"}]
    record = {"id": 1, "site": "N", "line": "l1", "number": 4711, "col": {"r": 1}, "operations": operations}
    found = Held(connector(text), "orders", Contract(MODEL, Rules())).of(record)
    assert as_tested(found) == [
        {
            "kind": "OperationsRequest",
            "id": "SO-1",
            "location": "acme/north",
            "identifiers": {"sapOrder": "4711"},
            "properties": {"colour": {"r": 1}},
        },
        {"kind": "JobOrder", "id": "1-10", "location": "acme/l1", "priority": 10},
        {"kind": "JobOrder", "id": "1-30", "location": "acme/l1", "priority": 30},
    ]
