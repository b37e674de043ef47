"""The page on connectors: its database, its connector and its commands, run as they stand there."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from textwrap import indent

import pytest

from hub.connect.files import read_file
from tests.connectors.filing import put
from tests.connectors.running import Taken, run
from tests.hub.cli.conftest import Run, unshub  # noqa: F401
from tests.servers import Mosquitto
from tests.test_docs import blocks

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"
PAGES = (PAGE, *sorted((PAGE.parent / "connectors").glob("*.md")))


def test_every_step_works(unshub: Run, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    text = PAGE.read_text(encoding="utf-8")
    Path("connectors").mkdir()
    Path("unshub.yaml").write_text("connectors: connectors\n")
    monkeypatch.setenv("UNSHUB_BROKER", mosquitto.url)
    with closing(sqlite3.connect("connectors/plant.db")) as database:
        for block in blocks(text, "sql"):
            database.executescript(block)
    connector, tests, *_ = blocks(text, "yaml")
    Path("connectors/mes.yaml").write_text(connector + indent(tests, "    "))
    commands = [line.split()[1:] for block in blocks(text, "sh") for line in block.splitlines()]
    said = {" ".join(words): unshub(*words) for words in commands}
    assert {command: ran.err for command, ran in said.items() if ran.code} == {}
    assert "mes/lots: 2 read, 2 changed, 0 withdrawn" in said["connectors run mes"].out
    assert '"id": "LOT-1"' in said["connectors preview mes"].out
    assert "changed_at TEXT" in said["connectors discover mes"].out
    assert "mes.yaml: no faults, 2 tests" in said["lint --test"].out
    assert "senaite: SENAITE LIMS 2.6" in said["connectors profiles"].out
    assert "profile: senaite" in said["connectors draft senaite"].out
    assert len(commands) >= 11


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_connector_shown_is_without_fault(unshub: Run, page: Path) -> None:  # noqa: F811
    for block in blocks(page.read_text(encoding="utf-8"), "yaml"):
        if block.startswith(("kind:", "profile:")):
            Path("secret").write_text("secret")
            Path("shop.key").write_text("secret")
            Path("shown.yaml").write_text(re.sub("/run/secrets/[a-z]+", "secret", block))
            ran = unshub("lint", "--test", "shown.yaml")
            assert (ran.code, ran.err) == (0, "")


async def test_the_document_shown_is_read_as_the_page_says(tmp_path: Path) -> None:
    text = (PAGE.parent / "connectors" / "file.md").read_text(encoding="utf-8")
    (shown,) = [block for block in blocks(text, "yaml") if "format: xml" in block]
    (tmp_path / "erp.yaml").write_text(shown)
    (tmp_path / "plans").mkdir()
    put(tmp_path / "plans" / "plan-1.xml", *blocks(text, "xml"))
    erp, taken = read_file(tmp_path / "erp.yaml").connector, Taken()
    assert erp is not None
    await run(erp, tmp_path, taken, "orders")
    assert taken.records["JobOrder", "O-1"].value("name") == "PLAN-7 O-1"
