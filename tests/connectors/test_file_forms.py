"""What stands in files: tables, documents and workbooks, packed or not, from vendors and from attackers."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.kinds.file.folder import Entry
from connectors.kinds.file.rows import records
from connectors.kinds.file.settings import FileStream
from connectors.records import FAULT
from schema.json import Json

Rows = list[dict[str, Json]]
Read = Callable[..., Rows]
MAP = [{"kind": "MaterialLot", "id": "lot"}]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What a file holds, without what every record has; a fault as it is told."""

    def of(content: bytes | str, format: str, name: str = "f", **stream: Any) -> Rows:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        settings = FileStream.model_validate({"files": "*", "format": format, "map": MAP, **stream})
        found = records(path, Entry(name, path.stat().st_size, 0), settings)
        common = ("_file", "_line", "_modified")
        return [{key: value for key, value in record.items() if key not in common} for record in found]

    return of


def workbook(rows: Sequence[Sequence[Any]], change: Callable[[Any], None] = lambda sheet: None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Lots"
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    book.create_sheet("Notes").append(["nothing"])
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def repacked(book: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with its parts changed, as other programs would have written them."""
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
    return stored.getvalue()


def test_a_sheet_has_dates_numbers_truths_and_empty_rows(read: Read) -> None:
    book = workbook(
        [
            ["lot", "made", "day", "qty", "ok", None],
            ["L1", datetime(2026, 3, 1, 14, 30), date(2026, 3, 1), 480.5, True, "a note beside"],
            [],
            ["L2 ", None, None, 7, False],
        ]
    )
    assert read(book, "excel") == [
        {"lot": "L1", "made": "2026-03-01T14:30:00", "day": "2026-03-01T00:00:00", "qty": 480.5, "ok": True},
        {"lot": "L2", "made": None, "day": None, "qty": 7, "ok": False},
    ]


def test_what_is_merged_is_carried_on_where_the_stream_says_so(read: Read) -> None:
    rows = [["Report of March"], [], ["order", "lot"], ["O1", "L1"], [None, "L2"], ["O2", "L3"]]
    book = workbook(rows, lambda sheet: sheet.merge_cells("A4:A5"))
    assert read(book, "excel", skip=2, fillDown=["order"]) == [
        {"order": "O1", "lot": "L1"},
        {"order": "O1", "lot": "L2"},
        {"order": "O2", "lot": "L3"},
    ]
    assert read(book, "excel", skip=2)[1] == {"order": None, "lot": "L2"}


def test_a_formula_is_the_value_that_was_stored_with_it(read: Read) -> None:
    def worked_out(part: str, content: bytes) -> bytes:
        return content.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
            b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
        )

    book = workbook([["lot", "qty"], ["L1", "=1+1"], ["L2", "#DIV/0!"]])
    assert read(repacked(book, worked_out), "excel") == [{"lot": "L1", "qty": 2}, {"lot": "L2", "qty": "#DIV/0!"}]


def test_a_sheet_is_chosen_by_name_or_number(read: Read) -> None:
    book = workbook([["lot"], ["L1"]])
    assert read(book, "excel", sheet="Notes", columns=["note"]) == [{"note": "nothing"}]
    assert read(book, "excel", sheet=2, columns=["note"]) == [{"note": "nothing"}]
    assert read(book, "excel", sheet="Lot") == [{FAULT: "f has no sheet 'Lot', and has 'Lots', 'Notes'; see `sheet`"}]
    assert read(book, "excel", sheet=3) == [{FAULT: "f has 2 sheets, and no number 3; see `sheet`"}]


def test_what_is_no_workbook_is_told(read: Read) -> None:
    (told,) = read(b"lot;qty", "excel")
    assert told[FAULT] == "f is no workbook: File is not a zip file; .xls is to be stored as .xlsx"
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as packed:
        packed.writestr("a.txt", "a")
    (told,) = read(empty.getvalue(), "excel")
    assert str(told[FAULT]).startswith("f is no workbook that can be read: ")


def test_a_workbook_that_unpacks_to_much_more_than_it_is_is_not_unpacked(read: Read) -> None:
    book = repacked(
        workbook([["lot"], ["L1"]]),
        lambda part, content: content + b" " * 30_000_000 if part.endswith("sheet1.xml") else content,
    )
    assert len(book) < 100_000
    told = "f is larger than 1000000 bytes when it is unpacked; see `largest`"
    assert read(book, "excel", largest="1MB") == [{FAULT: told}]


def test_a_workbook_whose_row_is_numbered_beyond_all_rows_ends(read: Read) -> None:
    book = repacked(workbook([["lot"], ["L1"]]), lambda part, content: content.replace(b'r="2"', b'r="99999999999"'))
    *_, told = read(book, "excel")
    assert told == {FAULT: "f, after line 1, has a row beyond 1048576"} or "beyond 1048576" in str(told[FAULT])


def test_a_workbook_with_entities_is_not_read(read: Read) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'

    def laced(part: str, content: bytes) -> bytes:
        return bomb + content.split(b"?>", 1)[-1] if part.endswith(("sheet1.xml", "workbook.xml")) else content

    (told,) = read(repacked(workbook([["lot"], ["L1"]]), laced), "excel")
    assert "EntitiesForbidden" in str(told[FAULT])


def test_csv_with_lines_above_a_decimal_comma_and_cells_that_are_carried_on(read: Read) -> None:
    text = "Printed by;LIMS\n\norder;lot;qty;\nO1;L1;1.234,5;\n;L2;0,25;\n"
    stream = {"delimiter": ";", "skip": 2, "decimalComma": "qty", "fillDown": "order"}
    assert read(text, "csv", **stream) == [
        {"order": "O1", "lot": "L1", "qty": "1234.5"},
        {"order": "O1", "lot": "L2", "qty": "0.25"},
    ]


def test_columns_of_one_name_are_told_and_so_is_one_that_is_not_there(read: Read) -> None:
    (told,) = read("lot,value,value\nL1,1,2\n", "csv")
    assert told[FAULT] == "f has several columns called 'value'; name them all in `columns`, and `skip` the names"
    (told,) = read("lot,value\nL1,1\n", "csv", decimalComma="valeu")
    assert str(told[FAULT]).startswith("f has no column 'valeu', which the stream names; see `skip`")


def test_a_json_document_has_its_records_at_a_path(read: Read) -> None:
    text = '{"data": {"lots": [{"lot": "L1"}, 7, {"lot": "L2"}]}}'
    assert read(text, "json", records="data.lots") == [
        {"lot": "L1"},
        {FAULT: "f, record 2 is no object", "_text": "7"},
        {"lot": "L2"},
    ]
    assert read('[{"lot": "L1"}]', "json") == [{"lot": "L1"}]
    assert read('{"lot": "L1"}', "json") == [{"lot": "L1"}]
    assert read(text, "json", records="data.lost") == [{FAULT: "f has nothing at data.lost; see `records`"}]
    (told,) = read('[{"lot": ', "json")
    assert str(told[FAULT]).startswith("f is no JSON: ")


UNSAFE = "f has what is not read for safety: "
PLAN = """<?xml version="1.0"?>
<p:Plan xmlns:p="urn:plan" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="urn:plan">
  <ID>PLAN-1</ID><Place><Area>packing</Area></Place>
  <Order no="O1"><Qty unit="kg">5</Qty><Lot>L1</Lot><Lot>L2</Lot><Due xsi:nil="true"/>
  <Part id="a"/><Part id="b"/></Order>
  <Order no="O2"><Qty>6</Qty><Lot>L3</Lot></Order>
  <Order xmlns="urn:other" no="O3"/>
</p:Plan>
"""


def test_elements_of_xml_are_records_with_attributes_and_children(read: Read) -> None:
    around = {"Plan": {"ID": "PLAN-1", "Place": {"Area": "packing"}}}
    first = {
        "@no": "O1",
        "Qty": "5",
        "Qty@unit": "kg",
        "Lot": ["L1", "L2"],
        "Due": None,
        "Part": [{"@id": "a"}, {"@id": "b"}],
        "_element": "Order",
        "_in": around,
    }
    second = {"@no": "O2", "Qty": "6", "Lot": "L3", "_element": "Order", "_in": around}
    third = {"@no": "O3", "_element": "Order", "_in": around}
    assert read(PLAN, "xml", records="Plan/Order") == [first, second, third]
    assert read(PLAN, "xml", records="p:Plan/p:Order", namespaces={"p": "urn:plan"}) == [first, second]
    assert [each["#text"] for each in read(PLAN, "xml", records="//Lot")] == ["L1", "L2", "L3"]
    assert [each["@no"] for each in read(PLAN, "xml", records="*/Order")] == ["O1", "O2", "O3"]
    both = read(PLAN, "xml", records="Plan/Order | Plan/Place")
    assert [each["_element"] for each in both] == ["Place", "Order", "Order", "Order"]


def test_a_document_without_records_is_empty_where_they_would_be_in_it(read: Read) -> None:
    assert read("<Plan><ID>1</ID></Plan>", "xml", records="Plan/Order") == []


def test_what_stands_around_records_is_what_came_before_them(read: Read) -> None:
    text = "<P><ID>1</ID><R><N>a</N><S>x</S><S>y</S><M>late</M></R><R><N>b</N><S>z</S></R></P>"
    assert [each["_in"] for each in read(text, "xml", records="P/R/S")] == [
        {"P": {"ID": "1"}, "R": {"N": "a"}},
        {"P": {"ID": "1"}, "R": {"N": "a"}},
        {"P": {"ID": "1"}, "R": {"N": "b"}},
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<!DOCTYPE p [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><p><o>&b;</o></p>', UNSAFE),
        (
            '<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]><p><o>&a;</o></p>',
            UNSAFE,
        ),
        ("<p><o>1</o><o>2", "f, after line 1, is no XML: "),
        ("<p><o>1</o></q>", "f, after line 1, is no XML: "),
        ("<p>" + "<d>" * 200 + "</d>" * 200 + "</p>", "f has elements more than 100 deep"),
        ("<q/>", "f has no element p/o; see `records` and `namespaces`"),
        ("<q><p><o/></p></q>", "f has no element p/o; see `records` and `namespaces`"),
    ],
)
def test_xml_that_is_broken_or_meant_to_harm_is_told(read: Read, text: str, told: str) -> None:
    *_, last = read(text, "xml", records="p/o")
    assert str(last[FAULT]).startswith(told)


def test_packed_files_are_unpacked_and_bombs_are_not(read: Read) -> None:
    assert read(gzip.compress(b"lot\nL1\n"), "csv", "f.csv.gz") == [{"lot": "L1"}]
    whole = gzip.compress(b"lot\n" + b"L1\n" * 10_000)
    *_, told = read(whole[:-20], "csv", "f.csv.gz")
    assert "is no whole .gz file: " in str(told[FAULT])
    (told,) = read(b"lot\nL1\n", "csv", "f.csv.gz")
    assert str(told[FAULT]).startswith("f.csv.gz is no whole .gz file: ")
    *_, told = read(gzip.compress(b"lot\n" + b"\n" * 5_000_000), "csv", "f.csv.gz", largest="1MB")
    assert "is larger than 1000000 bytes; see `largest`" in str(told[FAULT])
    *_, told = read(gzip.compress(b"x" * 20_000_000), "jsonl", "f.jsonl.gz")
    assert "has a line of more than 16777216 characters" in str(told[FAULT])
