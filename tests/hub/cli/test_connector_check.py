from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.hub.cli.conftest import Run
from tests.servers import free_port

MES = """
kind: sql
system: mes
url: sqlite:///plant.db
location: acme/north
streams:
  lots:
    table: lot
    key: id
    map:
      - kind: MaterialLot
        id: lot_no
        set: {status: {from: state, enum: {F: RELEASED}}}
"""


@pytest.fixture
def flags() -> list[str]:
    """What `doctor` is called with: ports that are free, data and connectors in the working folder."""
    Path("sources").mkdir()
    ports = ["--http", f"127.0.0.1:{free_port()}", "--mqtt", f"127.0.0.1:{free_port()}"]
    return [*ports, "--broker", "amqtt", "--data", "data", "--connectors", "sources"]


def told(unshub: Run, flags: list[str]) -> tuple[int, list[dict[str, str]]]:
    ran = unshub("doctor", "--json", *flags)
    return ran.code, [row for row in map(json.loads, ran.out.splitlines()) if row["check"] == "connectors"]


def test_connectors_without_fault_are_named_and_no_state_is_made(unshub: Run, flags: list[str]) -> None:
    Path("sources/mes.yaml").write_text(MES)
    code, rows = told(unshub, flags)
    assert (code, [(row["level"], row["detail"]) for row in rows]) == (0, [("ok", "mes, in sources")])
    assert not Path("data/connectors").exists()


def test_a_file_that_keeps_the_hub_from_starting_fails_with_its_place(unshub: Run, flags: list[str]) -> None:
    Path("sources/mes.yaml").write_text(MES.replace("F: RELEASED", "F: RELEASD"))
    code, [row] = told(unshub, flags)
    assert (code, row["level"]) == (1, "fail")
    assert "sources/mes.yaml:13:" in row["detail"] and "'RELEASD'" in row["detail"]
    assert row["remedy"]


def test_a_folder_that_is_not_there_fails(unshub: Run, flags: list[str]) -> None:
    code, [row] = told(unshub, [*flags[:-1], "elsewhere"])
    assert (code, row["level"]) == (1, "fail")
    assert "there is no folder elsewhere of connectors" in row["detail"]


def test_a_run_that_failed_is_warned_of_until_one_succeeds(unshub: Run, flags: list[str]) -> None:
    Path("sources/mes.yaml").write_text(MES)
    run = ["connectors", "run", "mes", "--connectors", "sources", "--data", "data", "--mqtt", flags[3]]
    unshub(*run)
    code, [row] = told(unshub, flags)
    assert (code, row["level"]) == (0, "warn")
    assert "mes/lots: can't reach sqlite:///plant.db" in row["detail"]
    assert "connectors check mes" in row["remedy"]
    with sqlite3.connect("sources/plant.db") as plant:
        plant.execute("CREATE TABLE lot (id INTEGER PRIMARY KEY, lot_no TEXT, state TEXT)")
    unshub(*run)
    assert [row["level"] for row in told(unshub, flags)[1]] == ["ok"]


def test_what_connectors_keep_that_can_not_be_opened_fails(unshub: Run, flags: list[str]) -> None:
    Path("sources/mes.yaml").write_text(MES)
    Path("data/connectors").mkdir(parents=True)
    Path("data/connectors/state.db").write_bytes(b"no database" * 1000)
    code, [row] = told(unshub, flags)
    assert (code, row["level"], row["remedy"]) == (1, "fail", "no connector runs until that is mended")
    assert "can't open what connectors keep in data/connectors/state.db: file is not a database" in row["detail"]
