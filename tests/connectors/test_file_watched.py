"""A folder that is watched: when a file is whole, in which order files are read, and what becomes of them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.errors import SourceError
from connectors.load import Connector
from connectors.mapping.messages import Message
from tests.connectors.filing import name, put, text
from tests.connectors.running import Taken, letters, run

Make = Callable[[str], Connector]
ONE = "lot,title\nL1,One\n"


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_what_programs_call_what_they_still_write_is_left_alone(
    connector: Make, out: Path, tmp_path: Path
) -> None:
    for partial in (".a.csv", "~$a.csv", "a.csv.tmp", "a.csv.part", "a.csv~", "a.csv.filepart"):
        put(out / partial, ONE)
    taken = Taken()
    assert (await run(connector(text(files="*")), tmp_path, taken)).read == 0
    os.replace(out / "a.csv.tmp", out / "a.csv")
    assert (await run(connector(text(files="*")), tmp_path, taken)).read == 1


async def test_a_file_is_read_when_its_marker_is_there(connector: Make, out: Path, tmp_path: Path) -> None:
    lims, taken = connector(text(ready="{stem}.ok", then="move")), Taken()
    put(out / "a.csv", ONE)
    assert (await run(lims, tmp_path, taken)).read == 0
    put(out / "a.ok", "")
    assert (await run(lims, tmp_path, taken)).read == 1
    assert files(out) == ["done/a.csv"]


async def test_files_may_be_read_by_name(connector: Make, out: Path, tmp_path: Path) -> None:
    put(out / "2.csv", "lot,title\nL1,Second\n", 90)
    put(out / "1.csv", "lot,title\nL1,First\n", 30)
    taken = Taken()
    # The time of change is that of the file, so what was written later counts.
    await run(connector(text(order="name", map=[{"kind": "MaterialLot", "id": "title"}])), tmp_path, taken)
    assert [id_ for _, id_ in taken.records] == ["First", "Second"]


async def test_a_clock_that_is_ahead_keeps_no_file_from_being_read(connector: Make, out: Path, tmp_path: Path) -> None:
    """The times of a mounted folder are of another machine."""
    put(out / "a.csv", "lot,title,at\nL1,One,2026-03-01T10:00:00Z\n", age=-3600)
    source = connector(text(settle="0.2s", changed="at")).open()
    assert list(source.read("lots", None)) == []
    time.sleep(0.3)
    assert sum(len(page.records) for page in source.read("lots", None)) == 1


async def test_what_was_read_is_moved_or_deleted(connector: Make, out: Path, tmp_path: Path) -> None:
    for number in range(3):
        put(out / f"{number}.csv", f"lot,title\nL{number},T\n", 90 - number)
    taken = Taken()
    await run(connector(text(then="move")), tmp_path, taken)
    assert files(out) == ["done/0.csv", "done/1.csv", "done/2.csv"]
    put(out / "0.csv", "lot,title\nL0,New\n")
    await run(connector(text(then="move")), tmp_path, taken)
    assert files(out) == ["done/0-2.csv", "done/0.csv", "done/1.csv", "done/2.csv"]
    assert name(taken, "L0") == "New"
    shutil.rmtree(out / "done")
    put(out / "4.csv", "lot,title\nL4,T\n")
    await run(connector(text(then="delete")), tmp_path, taken)
    assert files(out) == []
    assert len(taken.records) == 4


async def test_a_file_is_taken_away_only_when_what_it_held_has_arrived(
    connector: Make, out: Path, tmp_path: Path
) -> None:
    put(out / "a.csv", "lot,title\n" + "".join(f"L{n},T\n" for n in range(20)), 90)
    put(out / "b.csv", "lot,title\nLAST,T\n", 80)
    lims, taken = connector(text(page=7, then="delete")), Taken()

    async def breaks(message: Message) -> None:
        assert "a.csv" in files(out) or len(taken.records) == 20
        if b"LAST" in message.payload:
            raise ConnectionError("the broker is away")

    taken.breaks = breaks
    with pytest.raises(ConnectionError):
        await run(lims, tmp_path, taken)
    assert files(out) == ["a.csv", "b.csv"]
    taken.breaks = None
    # The last of the one file and the first of the next were one page.
    assert (await run(lims, tmp_path, taken)).read == 7
    assert files(out) == []


def test_a_look_at_records_takes_no_file_away(connector: Make, out: Path) -> None:
    put(out / "a.csv", "", 90)
    put(out / "b.csv", "lot,title\n", 80)
    put(out / "c.csv", ONE)
    pages = list(connector(text(then="delete")).open().read("lots", None))
    assert sum(len(page.records) for page in pages) == 1
    assert files(out) == ["a.csv", "b.csv", "c.csv"]


async def test_many_small_files_are_read_together(connector: Make, out: Path, tmp_path: Path) -> None:
    for number in range(60):
        put(out / f"{number:02}.csv", f"lot,title\nL{number},T\n", 90 - number)
    lims = connector(text(page=25))
    assert [len(page.records) for page in lims.open().read("lots", None)] == [25, 25, 10]
    taken = Taken()
    assert (await run(lims, tmp_path, taken)).read == 60
    assert (await run(lims, tmp_path, taken)).read == 0


async def test_a_file_that_was_read_before_the_end_of_a_run_is_taken_away_by_the_next(
    connector: Make, out: Path, tmp_path: Path
) -> None:
    put(out / "a.csv", ONE)
    taken = Taken()
    await run(connector(text()), tmp_path, taken)
    assert (await run(connector(text(then="move")), tmp_path, taken)).read == 0
    assert files(out) == ["done/a.csv"]


async def test_a_faulty_file_is_moved_aside_with_the_reasons_and_read_again_where_it_is_put_back(
    connector: Make, out: Path, tmp_path: Path
) -> None:
    put(out / "a.csv", "lot;title\nL1;One\nL2\n")
    taken = Taken()
    await run(connector(text(then="delete", delimiter=";")), tmp_path, taken)
    assert files(out) == ["failed/a.csv", "failed/a.csv.txt"]
    reasons = (out / "failed" / "a.csv.txt").read_text()
    assert reasons == "a.csv, line 3: 1 fields, and not 2; see `delimiter`\n"
    put(out / "b.csv", "lot,title\nL3,Größe\n".encode("cp1252"))
    await run(connector(text(then="move")), tmp_path, taken)
    assert (out / "failed" / "b.csv.txt").read_text().startswith("b.csv is not utf-8-sig")
    os.replace(out / "failed" / "b.csv", out / "b.csv")
    await run(connector(text(then="move", encoding="cp1252")), tmp_path, taken)
    assert "done/b.csv" in files(out)
    assert name(taken, "L3") == "Größe"


async def test_a_file_that_is_written_anew_before_it_is_taken_away_is_read_anew(
    connector: Make, out: Path, tmp_path: Path
) -> None:
    put(out / "a.csv", ONE)
    lims, taken = connector(text(then="delete")), Taken()

    async def writes(message: Message) -> None:
        put(out / "a.csv", "lot,title\nL1,Other\n", 30)
        taken.breaks = None

    taken.breaks = writes
    await run(lims, tmp_path, taken)
    assert files(out) == ["a.csv"]
    await run(lims, tmp_path, taken)
    assert (files(out), name(taken, "L1")) == ([], "Other")


async def test_a_folder_where_done_is_a_file_is_told(connector: Make, out: Path, tmp_path: Path) -> None:
    put(out / "a.csv", ONE)
    put(out / "done", "")
    taken = Taken()
    for _ in range(2):
        with pytest.raises(SourceError, match=r"can't move a\.csv into done in .*or say `then: leave`"):
            await run(connector(text(then="move")), tmp_path, taken)
    assert len(taken.messages) == 1
    assert letters(connector(text()), tmp_path) == []


def test_what_is_offered_is_a_draft_that_works(connector: Make, out: Path) -> None:
    put(out / "a.csv", "lot;title\nL1;One\n")
    put(out / "a.jsonl", '{"lot": "L1"}\n')
    put(out / "a.json", '{"data": {"lots": [{"lot": "L1"}]}}')
    put(out / "a.xml", "<Lots><ID>1</ID><Lot><No>L1</No></Lot></Lots>")
    put(out / "broken.xlsx", "no workbook")
    offers = {offer.name: offer for offer in connector(text()).open().discover()}
    assert offers["*.csv"].draft == {"files": "*.csv", "format": "csv", "delimiter": ";"}
    assert offers["*.json"].draft == {"files": "*.json", "format": "json", "records": "data.lots"}
    assert offers["*.xml"].draft == {"files": "*.xml", "format": "xml", "records": "Lots/Lot"}
    assert {"lot", "title"} < set(offers["*.csv"].fields)
    assert all("lot" in offers[each].fields for each in ("*.csv", "*.jsonl", "*.json"))
    assert "No" in offers["*.xml"].fields
    assert "workbook" in offers["*.xlsx"].fields["_fault"] or "Excel" in offers["*.xlsx"].fields["_fault"]


def test_a_draft_has_the_encoding_of_what_is_not_unicode(connector: Make, out: Path) -> None:
    (out / "a.csv").write_bytes("lot;unit\nL1;°C\n".encode("cp1252"))
    (offer,) = connector(text()).open().discover()
    assert offer.draft == {"files": "*.csv", "format": "csv", "delimiter": ";", "encoding": "cp1252"}
    assert {"lot", "unit"} < set(offer.fields)
