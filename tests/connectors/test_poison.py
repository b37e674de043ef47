"""One bad record, file or message, whatever is wrong with it, holds up no other and is told with its reason."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.errors import Unfit
from connectors.kinds.mqtt.payload import Reader
from connectors.kinds.mqtt.settings import MqttSettings
from connectors.load import Connector
from connectors.mapping.times import Clock, zone_of
from connectors.records import FAULT, key_of, read_json
from connectors.state import State
from connectors.wire.messages import Inbound
from tests.connectors.filing import put, text
from tests.connectors.pushed import listening
from tests.connectors.running import Taken, letters, run
from tests.connectors.test_webhook import HOOK, SECRET, TOKEN

Make = Callable[[str], Connector]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_beyond_all_years_is_a_fault_of_its_record(time: str) -> None:
    """`0001-01-01` is what .NET has for no time."""
    with pytest.raises(Unfit, match="outside of the years 1 to 9999"):
        Clock(zone_of("Europe/Berlin")).instant(time)


def test_a_day_beyond_all_years_too() -> None:
    with pytest.raises(Unfit, match="outside of the years"):
        Clock(zone_of("Asia/Tokyo")).day("9999-12-31T23:59:59Z")


DEEP = "[" * 300 + "]" * 300

POISONS = {
    "a time of the year 1": '{"lot": "L2", "at": "0001-01-01T00:00:00"}',
    "what can be read and not be written": f'{{"lot": "L2", "title": {DEEP}, "at": "2026-03-01T10:00:00Z"}}',
    "the same without a key": f'{{"title": {DEEP}}}',
}


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
async def test_the_records_around_a_bad_one_arrive(connector: Make, out: Path, tmp_path: Path, poison: str) -> None:
    good = '{{"lot": "{}", "title": "x", "at": "2026-03-01T10:00:00Z"}}'
    put(out / "a.jsonl", "\n".join([good.format("L1"), poison, good.format("L3")]))
    zone = {"timeZone": "Europe/Berlin"}
    lims = connector(text(connector=zone, files="*.jsonl", format="jsonl", key="lot", changed="at"))
    taken = Taken()
    assert (await run(lims, tmp_path, taken)).letters == 1
    assert {id_ for _, id_ in taken.records} == {"L1", "L3"}
    assert len(letters(lims, tmp_path)) == 1
    assert (await run(lims, tmp_path, taken)).read == 0


def _workbook(damaged: bool) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["lot", "title"])
    for number in range(2000):
        sheet.append([f"S{number}", number])
    stored = io.BytesIO()
    book.save(stored)
    content = bytearray(stored.getvalue())
    if damaged:
        part = zipfile.ZipFile(stored).getinfo("xl/worksheets/sheet1.xml")
        begin = part.header_offset + 30 + len(part.filename) + part.compress_size // 2
        content[begin : begin + 200] = bytes(each ^ 0xFF for each in content[begin : begin + 200])
    return bytes(content)


FILES: dict[str, tuple[str, bytes, dict[str, Any], str]] = {
    "a workbook with a broken part": ("xlsx", _workbook(True), {"format": "excel"}, "has a sheet that can't be read"),
    "XML in an encoding that nobody knows": (
        "xml",
        b'<?xml version="1.0" encoding="foo"?><a><o><lot>L</lot></o></a>',
        {"format": "xml", "records": "a/o"},
        "unknown encoding: foo; store it as UTF-8",
    ),
    "XML in an encoding that the parser lacks": (
        "xml",
        b'<?xml version="1.0" encoding="shift_jis"?><a><o><lot>L</lot></o></a>',
        {"format": "xml", "records": "a/o"},
        "store it as UTF-8",
    ),
    "UTF-16 without its mark": (
        "csv",
        "lot,title\nL,x\n".encode("utf-16-le"),
        {"format": "csv", "encoding": "utf-16"},
        "is not utf-16 (UTF-16 stream does not start with BOM); see `encoding`",
    ),
}
GOOD = {
    "xlsx": _workbook(False),
    "xml": b"<a><o><lot>last</lot></o></a>",
    "csv": "lot,title\nlast,x\n".encode("utf-16"),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_can_not_be_read_holds_up_no_other(
    connector: Make, out: Path, tmp_path: Path, name: str
) -> None:
    ending, content, stream, reason = FILES[name]
    put(out / f"a.{ending}", content, 90)
    put(out / f"z.{ending}", GOOD[ending], 30)
    lims, taken = connector(text(files=f"*.{ending}", key="lot", **stream)), Taken()
    assert (await run(lims, tmp_path, taken)).letters == 1
    assert taken.records
    assert reason in letters(lims, tmp_path)[0].troubles[0]


async def test_names_that_are_not_utf8_and_links_that_lead_nowhere(connector: Make, out: Path, tmp_path: Path) -> None:
    odd = os.path.join(os.fsencode(out), b"Pr\xfcfung.csv")
    Path(os.fsdecode(odd)).write_text("lot,title\nL1,One\n")
    os.utime(odd, (0, 0))
    (out / "loop.csv").symlink_to("loop.csv")
    put(out / "b.csv", "lot,title\nL2,Two\n")
    lims, taken = connector(text(then="move")), Taken()
    assert (await run(lims, tmp_path, taken)).read == 2
    assert {id_ for _, id_ in taken.records} == {"L1", "L2"}
    assert sorted(os.listdir(out / "done")) == ["Pr\\xfcfung.csv", "b.csv"]


async def test_a_hook_refuses_what_can_not_be_kept(connector: Make, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(SECRET)
    async with listening(connector(HOOK), tmp_path, Taken()) as client:
        deep = await client.post("/hooks/mes", headers=TOKEN, content=f'{{"lot": "L1", "name": {DEEP}}}')
        assert (deep.status_code, deep.json()["error"]["detail"]) == (
            400,
            "the body is nested more than 200 levels deep",
        )
        good = await client.post("/hooks/mes", headers=TOKEN, json={"lot": "L1", "name": "x", "state": "F"})
        assert good.status_code == 200


def test_a_message_that_can_not_be_kept_is_a_fault_of_its_topic() -> None:
    settings = MqttSettings.model_validate(
        {
            "kind": "mqtt",
            "system": "scada",
            "broker": "mqtt://127.0.0.1",
            "streams": {"s": {"topics": "{name+}", "map": [{"kind": "MaterialLot", "id": "name"}]}},
        }
    )
    topic = "x" * 60_000
    (arrival,) = Reader(settings).arrivals(Inbound(topic, DEEP.encode(), 1), 0)
    assert arrival.record[FAULT] == "the message is nested more than 200 levels deep"
    assert len(arrival.key) < 200


def test_json_that_is_read_can_be_written_within_other_json() -> None:
    assert read_json(b"[" * 190 + b"]" * 190)
    with pytest.raises(ValueError, match="200 levels"):
        read_json(b"[" * 230 + b"]" * 230)
    # Many brackets beside each other are not deep.
    assert read_json(b"[" + b"[]," * 1000 + b"[]]")


def test_keys_fit_every_database(tmp_path: Path) -> None:
    assert key_of("L-1") == "L-1"
    long, other = key_of("x" * 10_000), key_of("x" * 10_001)
    assert long != other
    assert len(long) < 200
    assert "\0" not in key_of("a\0b")
    assert key_of("a\0b") != key_of("ab")
    with closing(State(tmp_path / "state.db")) as state:
        assert state.stream("c", "s").known([long]) == {}
