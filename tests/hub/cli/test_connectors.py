"""`unshub connectors list` and `run`, as people and machines see them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from connectors.kinds.sql import SqlKind
from connectors.state import Asked, State
from connectors.stream import Outcome
from hub.cli import progress
from hub.cli.progress import Loading
from hub.connect.files import read_file
from tests.hub.cli.conftest import Run
from tests.hub.connected import fill, write
from tests.servers import Mosquitto

SOURCES = ["--connectors", "sources", "--data", "data"]


@pytest.fixture
def sources(unshub: Run) -> Path:
    """The folder of connectors, with one in it, in the working folder of the commands."""
    fill(Path("sources"))
    write(Path("sources"), "mes")
    return Path("sources")


@pytest.mark.usefixtures("sources")
def test_a_run_is_told_and_listed(unshub: Run, mosquitto: Mosquitto) -> None:
    assert unshub("connectors", "list", *SOURCES).out.splitlines() == [
        "mes: sql, speaks as mes, stopped",
        "    lots: never run",
    ]
    ran = unshub("connectors", "run", "mes", "--broker", mosquitto.url, *SOURCES)
    assert (ran.code, ran.out) == (0, "mes/lots: 4 read, 3 changed, 0 withdrawn, 1 that can't be mapped\n")
    head, lots, letters = unshub("connectors", "list", *SOURCES).out.splitlines()
    assert (head, "4 read, 3 changed, 0 withdrawn in" in lots) == ("mes: sql, speaks as mes, stopped", True)
    assert "records/s; lag " in lots and "next at" not in lots
    assert letters == "    1 records can't be mapped: `unshub connectors letters mes`"
    told = json.loads(unshub("connectors", "list", "--json", *SOURCES).out)
    assert (told["name"], told["state"], told["streams"]["lots"]["totals"]["runs"]) == ("mes", "stopped", 1)


@pytest.mark.usefixtures("sources")
def test_one_that_a_process_runs_is_listed_as_such(unshub: Run) -> None:
    state = State(Path("data/connectors/state.db"))
    with state.hold("mes"):
        assert unshub("connectors", "list", *SOURCES).out.startswith("mes: sql, speaks as mes, waiting\n")
        ran = unshub("connectors", "run", "mes", "--withdraw-all", *SOURCES)
        assert ran.code == 0 and "mes/lots: the hub that runs it is asked to do so now\n" in ran.out
        assert state.orders("mes")[1] == Asked(["lots"], ["lots"])
    unshub("connectors", "pause", "mes", *SOURCES)
    assert unshub("connectors", "list", *SOURCES).out.startswith("mes: sql, speaks as mes, paused\n")
    state.close()


@pytest.mark.usefixtures("sources")
def test_what_can_not_be_opened_is_told(unshub: Run) -> None:
    Path("data/connectors").mkdir(parents=True)
    Path("data/connectors/state.db").write_bytes(b"no database" * 1000)
    ran = unshub("connectors", "list", *SOURCES)
    assert ran.code == 1 and "can't open what connectors keep in data/connectors/state.db" in ran.err


def test_a_folder_without_connectors_is_named(unshub: Run) -> None:
    Path("sources").mkdir()
    said = f"no .yaml in {Path('sources').resolve()}; write a connector there"
    assert unshub("connectors", "list", *SOURCES).out.startswith(said)
    assert said in unshub("connectors", "check", "mes", *SOURCES).err
    assert "`connectors` in the settings names their folder" in unshub("connectors", "list").out


def test_a_terminal_sees_a_bar_and_its_end() -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=100)
    with Loading(console) as loading, loading.stream("mes/lots", 4) as show:
        show(Outcome(read=2))
        # The source has grown since it was counted.
        show(Outcome(read=6))
    assert "mes/lots" in shown.getvalue() and "6/6" in shown.getvalue()


def test_what_is_no_terminal_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    console = Console(file=shown, width=100)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    with Loading(console) as loading, loading.stream("mes/lots", 4000) as show:
        show(Outcome(read=2000))
    assert shown.getvalue().startswith("mes/lots: 2,000 of 4,000 records read, ")
    monkeypatch.setattr(progress, "LINE_SECONDS", 3600.0)
    with Loading(console) as loading, loading.stream("quick", None) as show:
        show(Outcome(read=2000))
    assert "quick" not in shown.getvalue()


def test_a_database_counts_what_a_run_has_to_read(sources: Path) -> None:
    file = sources / "mes.yaml"
    connector = read_file(file).connector
    assert connector is not None
    source = SqlKind().open(connector.settings, {}, sources)  # type: ignore[arg-type]
    assert [source.count("lots", None), source.count("lots", [3])] == [4, 1]
    source.close()


@pytest.mark.usefixtures("sources")
def test_a_preview_says_which_record_is_wrong(unshub: Run) -> None:
    ran = unshub("connectors", "preview", "mes", *SOURCES)
    assert ran.code == 1
    assert "lots, id 4: sources/mes.yaml:" in ran.err and "'X' is not among the codes" in ran.err
