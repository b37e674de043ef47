"""The kind `file`: each content once, partial files left alone, a bad line set aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SourceError
from connectors.load import Connector
from connectors.mapping.messages import Message
from hub.connect.files import ConnectorFile
from tests.connectors.filing import name, put, text
from tests.connectors.running import Taken, letters, run

Make = Callable[[str], Connector]


async def test_a_content_is_read_once(connector: Make, out: Path, tmp_path: Path) -> None:
    lims, taken = connector(text()), Taken()
    put(out / "a.csv", "lot,title\nL1,One\nL2,Two\n")
    assert (await run(lims, tmp_path, taken)).read == 2
    assert (await run(lims, tmp_path, taken)).read == 0
    put(out / "again.csv", "lot,title\nL1,One\nL2,Two\n", 50)
    (out / "a.csv").touch()
    put(out / "a.csv", "lot,title\nL1,One\nL2,Two\n", 40)
    assert (await run(lims, tmp_path, taken)).read == 0
    put(out / "b.csv", "lot,title\nL1,Other\n", 30)
    assert (await run(lims, tmp_path, taken)).read == 1
    assert (name(taken, "L1"), name(taken, "L2")) == ("Other", "Two")


async def test_a_file_that_is_again_as_it_was_is_told_again(connector: Make, out: Path, tmp_path: Path) -> None:
    lims, taken = connector(text()), Taken()
    for age, title in ((60, "One"), (50, "Other"), (40, "One")):
        put(out / "now.csv", f"lot,title\nL1,{title}\n", age)
        assert (await run(lims, tmp_path, taken)).read == 1
        assert name(taken, "L1") == title


async def test_a_file_that_is_being_written_is_left_alone(connector: Make, out: Path, tmp_path: Path) -> None:
    lims, taken = connector(text(settle="10s")), Taken()
    put(out / "a.csv", "lot,title\nL1,One\nL2,Tw", 3)
    assert (await run(lims, tmp_path, taken)).read == 0
    put(out / "a.csv", "lot,title\nL1,One\nL2,Two\n", 11)
    assert (await run(lims, tmp_path, taken)).read == 2
    assert name(taken, "L2") == "Two"


async def test_files_are_read_in_the_order_in_which_they_were_written(
    connector: Make, out: Path, tmp_path: Path
) -> None:
    put(out / "z.csv", "lot,title\nL1,First\n", 90)
    put(out / "a.csv", "lot,title\nL1,Second\n", 30)
    taken = Taken()
    await run(connector(text()), tmp_path, taken)
    assert name(taken, "L1") == "Second"


async def test_a_bad_line_is_set_aside_and_the_rest_go_on(connector: Make, out: Path, tmp_path: Path) -> None:
    put(out / "a.csv", "lot,title\nL1,One\nL2\n,Nameless\nL3,Three\n")
    lims, taken = connector(text()), Taken()
    assert (await run(lims, tmp_path, taken)).letters == 2
    assert {id_ for _, id_ in taken.records} == {"L1", "L3"}
    first, second = letters(lims, tmp_path)
    assert list(first.troubles) == ["a.csv, line 3: 1 fields, and not 2; see `delimiter`"]
    assert "the record gives no id for the MaterialLot" in second.troubles[0]


async def test_json_lines(connector: Make, out: Path, tmp_path: Path) -> None:
    put(out / "a.jsonl", '{"lot": "L1", "title": "One"}\n\n[1]\n{"lot": \n{"lot": "L2", "title": "Zwei"}\n')
    lims, taken = connector(text(files="*.jsonl", format="jsonl")), Taken()
    assert (await run(lims, tmp_path, taken)).letters == 2
    assert {id_ for _, id_ in taken.records} == {"L1", "L2"}
    told = [letter.troubles[0] for letter in letters(lims, tmp_path)]
    assert told[0] == "a.jsonl, line 3 is no object"
    assert told[1].startswith("a.jsonl, line 4 is no JSON: ")


async def test_how_csv_is_written(connector: Make, out: Path, tmp_path: Path) -> None:
    put(out / "a.csv", 'L1;"Größe; ""L"""\nL2;"zwei\nZeilen"\n'.encode("cp1252"))
    lims, taken = connector(text(delimiter=";", encoding="cp1252", columns=["lot", "title"])), Taken()
    await run(lims, tmp_path, taken)
    assert (name(taken, "L1"), name(taken, "L2")) == ('Größe; "L"', "zwei\nZeilen")


async def test_a_file_in_another_encoding_is_set_aside_and_those_after_it_are_read(
    connector: Make, out: Path, tmp_path: Path
) -> None:
    put(out / "a.csv", "lot,title\nL1,Größe\n".encode("cp1252"), 90)
    put(out / "b.csv", "lot,title\nL2,Two\n")
    lims, taken = connector(text()), Taken()
    await run(lims, tmp_path, taken)
    assert {id_ for _, id_ in taken.records} == {"L2"}
    (letter,) = letters(lims, tmp_path)
    assert "a.csv is not utf-8-sig (invalid start byte); see `encoding`" in letter.troubles[0]


async def test_a_run_that_is_cut_off_goes_on_within_the_file(connector: Make, out: Path, tmp_path: Path) -> None:
    put(out / "a.csv", "lot,title\n" + "".join(f"L{n},T\n" for n in range(40)))
    lims, taken = connector(text(page=7)), Taken()

    async def breaks(message: Message) -> None:
        if len(taken.messages) == 3:
            raise ConnectionError("the broker is away")

    taken.breaks = breaks
    with pytest.raises(ConnectionError):
        await run(lims, tmp_path, taken)
    taken.breaks = None
    assert (await run(lims, tmp_path, taken)).read == 19
    assert len(taken.records) == 40


async def test_the_time_is_that_of_the_file_unless_the_record_tells_one(
    connector: Make, out: Path, tmp_path: Path
) -> None:
    put(out / "a.csv", "lot,title,at\nL1,One,2026-03-01T10:00:00Z\n")
    for stream, expected in (({"changed": "at"}, 1772359200), ({}, round((out / "a.csv").stat().st_mtime))):
        folder, taken = tmp_path / str(expected), Taken()
        await run(connector(text(**stream)), folder, taken)
        assert taken.records["MaterialLot", "L1"].asserted.time // 1_000_000 == pytest.approx(expected, abs=1)


async def test_a_folder_that_is_not_there_is_told(connector: Make, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"can't read the folder .*out: No such file or directory"):
        await run(connector(text()), tmp_path, Taken())


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        ({"format": "xls"}, "format: 'xls' will not do; it should be 'csv', 'jsonl', 'json', 'xml' or 'excel'"),
        ({"delimiter": ";;"}, "delimiter: ';;' will not do"),
        ({"encoding": "ansi-1"}, "encoding: 'ansi-1' is no encoding; write it as utf-8, cp1252 or latin-1"),
        ({"settle": "soon"}, "settle: 'soon' is no duration"),
    ],
)
def test_a_fault_is_told(read: Callable[[str], ConnectorFile], stream: dict[str, Any], message: str) -> None:
    told = [f"{fault.message}; {fault.fix}" for fault in read(text(**stream)).faults]
    assert any(message in each for each in told), told
